"""Other servers over the same table, as their makers ship them: tipg, pygeoapi's PostgreSQL provider, Martin.

They are no part of the project. `ANTU_PEERS` names a folder: a Python environment, and perhaps a binary `martin`.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from psycopg.conninfo import conninfo_to_dict

from tests import server
from tests.benchmarks.load import Load, cpu, fire
from tests.server import free_port

FOLDER = Path(os.environ.get("ANTU_PEERS", "var/peers"))
PYTHON = FOLDER / "bin/python"
MARTIN = FOLDER / "bin/martin"


def url(dsn: str) -> str:
    """The address as a URL, with the socket's folder as a parameter."""
    p = conninfo_to_dict(dsn)
    secret = f":{quote(str(p['password']))}" if p.get("password") else ""
    return f"postgresql://{p.get('user', '')}{secret}@/{p['dbname']}?host={p.get('host', '')}"


def _quiet(pid: int) -> None:
    """Waits for what a server does for itself after its start: it is no cost of the requests that come later."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        before = cpu(pid)
        time.sleep(0.5)
        if cpu(pid) - before < 0.02:
            return


@contextmanager
def started(command: Sequence[str], port: int, environment: Mapping[str, str]) -> Iterator[int]:
    """A server that answers on the port; its process."""
    with server.started(command, port, environment) as pid:
        _quiet(pid)
        yield pid


def absent() -> list[str]:
    out = []
    if not PYTHON.exists():
        out.append("tipg and pygeoapi's PostgreSQL provider were not at hand.")
    if not MARTIN.exists():
        out.append("Martin was not at hand.")
    return [*out, "pg_tileserv was not at hand."]


def tile_loads(dsn: str, postgres: int, tiles: list[tuple[int, int, int]]) -> Iterator[tuple[str, Load]]:
    if MARTIN.exists():
        port = free_port()
        command = [
            str(MARTIN),
            "--listen-addresses",
            f"127.0.0.1:{port}",
            "--cache-size",
            "0",
            "--pool-size",
            "4",
        ]
        with started([*command, url(dsn)], port, os.environ) as pid:
            paths = [f"/sample_spot/{z}/{x}/{y}" for z, x, y in tiles]
            yield "Martin", _twice(port, paths, pid, postgres)
    if PYTHON.exists():
        with tipg(dsn) as (port, pid):
            paths = [f"/collections/public.plain_spot/tiles/WebMercatorQuad/{z}/{x}/{y}" for z, x, y in tiles]
            yield "tipg", _twice(port, paths, pid, postgres)


def item_loads(dsn: str, postgres: int, boxes: list[str]) -> Iterator[tuple[str, Load]]:
    if not PYTHON.exists():
        return
    with tipg(dsn) as (port, pid):
        paths = [f"/collections/public.plain_spot/items?limit=1000&bbox={b}" for b in boxes] * 2
        yield "tipg", _twice(port, paths, pid, postgres)
    with pygeoapi(dsn) as (port, pid):
        paths = [f"/collections/spots/items?f=json&limit=1000&bbox={b}" for b in boxes] * 2
        yield "pygeoapi's PostgreSQL provider", _twice(port, paths, pid, postgres)


def _twice(port: int, paths: list[str], pid: int, postgres: int) -> Load:
    """The second time counts, when all is warm."""
    address = f"http://127.0.0.1:{port}"
    fire(address, paths[:20], server=pid, postmaster=postgres, headers="")
    load = fire(address, paths, server=pid, postmaster=postgres, headers="")
    if load.refused:
        raise RuntimeError(f"{load.refused} of {load.requests} requests were refused, such as {paths[0]}")
    return load


@contextmanager
def tipg(dsn: str) -> Iterator[tuple[int, int]]:
    port = free_port()
    p = conninfo_to_dict(dsn)
    environment = os.environ | {
        "POSTGRES_USER": str(p.get("user", "")),
        "POSTGRES_PASS": str(p.get("password", "x")),
        "POSTGRES_HOST": str(p["host"]),
        "POSTGRES_PORT": str(p.get("port", 5432)),
        "POSTGRES_DBNAME": str(p["dbname"]),
        "DATABASE_URL": f"postgresql://{p.get('user', '')}@{quote(str(p['host']), safe='')}/{p['dbname']}",
        "TIPG_DB_ONLY_SPATIAL_TABLES": "TRUE",
        "TIPG_MAX_FEATURES_PER_QUERY": "10000",
        "TIPG_MAX_FEATURES_PER_TILE": "1000000",
    }
    command = [str(PYTHON), "-m", "uvicorn", "tipg.main:app", "--port", str(port), "--log-level", "error"]
    with started(command, port, environment) as pid:
        yield port, pid


@contextmanager
def pygeoapi(dsn: str) -> Iterator[tuple[int, int]]:
    port = free_port()
    p = conninfo_to_dict(dsn)
    with TemporaryDirectory() as room:
        config, document = Path(room) / "config.yml", Path(room) / "openapi.yml"
        config.write_text(_PYGEOAPI.format(port=port, **p))
        environment = os.environ | {"PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(document)}
        made = [
            str(FOLDER / "bin/pygeoapi"),
            "openapi",
            "generate",
            str(config),
            "--output-file",
            str(document),
        ]
        subprocess.run(made, env=environment, check=True, capture_output=True)
        command = [str(PYTHON), "-m", "gunicorn", "-b", f"127.0.0.1:{port}", "-w", "1", "--threads", "8"]
        with started([*command, "pygeoapi.flask_app:APP"], port, environment) as pid:
            yield port, pid


_PYGEOAPI = """
server:
  bind: {{host: 127.0.0.1, port: {port}}}
  url: http://127.0.0.1:{port}
  mimetype: application/json; charset=UTF-8
  encoding: utf-8
  gzip: false
  language: en-US
  limits: {{default_items: 1000, max_items: 10000}}
  map: {{url: "https://example.org/{{z}}/{{x}}/{{y}}.png", attribution: none}}
logging: {{level: ERROR}}
metadata:
  identification: {{title: bench, description: bench, keywords: [bench], keywords_type: theme, terms_of_service: none, url: http://example.org}}
  license: {{name: none, url: http://example.org}}
  provider: {{name: none, url: http://example.org}}
  contact: {{name: none, position: none, address: none, city: none, stateorprovince: none, postalcode: none, country: none, phone: none, fax: none, email: a@example.org, url: http://example.org, hours: none, instructions: none, role: pointOfContact}}
resources:
  spots:
    type: collection
    title: spots
    description: spots
    keywords: [bench]
    extents: {{spatial: {{bbox: [120, 23, 121, 24], crs: "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}}}}
    links: []
    providers:
      - type: feature
        name: PostgreSQL
        data: {{host: "{host}", dbname: {dbname}, user: {user}, password: x, search_path: [public]}}
        id_field: id
        table: plain_spot
        geom_field: geom
"""
