"""The portal as an app: manifest, icons of the right size, a worker that names this build, a page without network."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.test import Client
from PIL import Image

from portal import app, built
from portal.icons import PUBLIC, SIZES
from tests.gis.people import person, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    manifest = {"src/main.ts": {"file": "assets/portal.0123456789ab.js", "css": ["assets/portal.css"]}}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    monkeypatch.setattr(app, "assets", lambda entry: built.assets(entry, tmp_path))
    return tmp_path


def test_the_manifest_speaks_the_readers_language_and_names_icons_that_exist(client: Client) -> None:
    body = client.get("/manifest.webmanifest").json()
    assert body["lang"] == "zh-Hant-TW" and body["name"].startswith("安圖")
    assert (
        Client().get("/manifest.webmanifest", headers={"accept-language": "en"}).json()["short_name"]
        == "Antu"
    )
    for icon in body["icons"]:
        with Image.open(PUBLIC / icon["src"].rsplit("/", 1)[1]) as drawn:
            assert f"{drawn.width}x{drawn.height}" == icon["sizes"]


def test_every_icon_is_drawn(tmp_path: Path) -> None:
    assert {p.name for p in PUBLIC.glob("*.png")} == set(SIZES)


def test_another_build_is_another_worker(client: Client, build: Path) -> None:
    first = client.get("/sw.js")
    assert first["Content-Type"].startswith("text/javascript") and "no-cache" in first["Cache-Control"]
    script = first.content.decode()
    assert '"/static/portal/assets/portal.0123456789ab.js"' in script
    manifest = {"src/main.ts": {"file": "assets/portal.ffffffffffff.js"}}
    (build / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    assert client.get("/sw.js").content.decode() != script


def test_without_a_build_there_is_no_worker(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "assets", lambda entry: built.assets(entry, tmp_path))
    assert client.get("/sw.js").status_code == 404


def test_the_page_without_network_speaks_both_languages(client: Client) -> None:
    page = client.get("/offline").content.decode()
    assert "目前離線" in page and "Offline" in page


def test_tours_are_kept_per_person(client: Client) -> None:
    def put(who: Client, tour: str, **body: object) -> int:
        return who.put(f"/api/tours/{tour}", json.dumps(body), content_type="application/json").status_code

    one, other = signed_in(person("council")), signed_in(person("council"))
    assert put(one, "council", step=2, done=False) == 200
    assert put(one, "council", step=4, done=True) == 200
    assert one.get("/api/tours").json() == {"council": {"step": 4, "done": True}}
    assert other.get("/api/tours").json() == {}
    assert put(client, "council", step=1, done=True) == 403
    assert client.get("/api/tours").json() == {}
    assert put(one, "../x", step=1, done=True) == 404
    assert put(one, "UPPER", step=1, done=True) == 422
    assert put(one, "council", step=-1, done=True) == 422
