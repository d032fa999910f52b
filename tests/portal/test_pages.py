"""The pages that the server makes: the map's frame with its catalogue, a page per layer, help, and errors."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from django.test import Client

from layers.registry.register import register
from portal import built, views
from portal.swatch import swatch

pytestmark = pytest.mark.django_db
BOOT = re.compile(r'<script type="application/json" id="boot">(.*?)</script>', re.S)


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A build with one entry, where the pages look for one."""
    manifest = {
        "src/main.ts": {
            "file": "assets/portal.0123456789ab.js",
            "css": ["assets/portal.css"],
            "imports": ["shared"],
            "dynamicImports": ["src/map/engine.ts", "tour"],
        },
        "tour": {"file": "assets/tour.js", "imports": ["src/main.ts"]},
        "src/map/engine.ts": {"file": "assets/map.js", "imports": ["src/main.ts", "shared"]},
        "shared": {"file": "assets/shared.js", "css": ["assets/shared.css"]},
    }
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    monkeypatch.setattr(views, "assets", lambda entry: built.assets(entry, tmp_path))
    return tmp_path


def boot_of(client: Client, **headers: str) -> dict[str, object]:
    found = BOOT.search(client.get("/", headers=headers).content.decode())
    assert found
    return dict(json.loads(found[1]))


def test_the_map_page_names_its_scripts_and_preloads_what_they_import(client: Client, build: Path) -> None:
    page = client.get("/").content.decode()
    assert '<script type="module" src="/static/portal/assets/portal.0123456789ab.js"></script>' in page
    assert re.findall(r'stylesheet" href="/static/portal/assets/(\w+)', page) == ["shared", "portal"]
    assert re.findall(r'modulepreload" href="/static/portal/assets/(\w+)', page) == ["shared", "map"]


def test_the_catalogue_of_a_stranger_holds_only_public_layers(client: Client, build: Path) -> None:
    boot = boot_of(client)
    shown = {layer["id"] for layer in boot["layers"]}  # type: ignore[attr-defined]
    public = {layer.id for layer in register if layer.clearance == 0}
    assert shown == public
    assert boot["viewer"]["name"] is None  # type: ignore[index]


def test_nothing_in_the_catalogue_can_end_its_block(client: Client, build: Path) -> None:
    found = BOOT.search(client.get("/").content.decode())
    assert found
    assert not set("<>&\u2028\u2029") & set(found[1])


def test_the_map_page_is_compressed_and_never_shared(client: Client, build: Path) -> None:
    answer = client.get("/", headers={"accept-encoding": "gzip"})
    page = gzip.decompress(b"".join(answer) if answer.streaming else answer.content)  # type: ignore[arg-type]
    assert b'id="boot"' in page
    assert "private" in answer["Cache-Control"]
    assert "Cookie" in answer["Vary"]


def test_every_page_forbids_what_is_inline_or_from_elsewhere(client: Client, build: Path) -> None:
    for path in ("/", "/layers/crashes", "/help/", "/accounts/sign-in/", "/nothing"):
        policy = client.get(path)["Content-Security-Policy"]
        assert "unsafe" not in policy and "blob:" not in policy and "default-src 'none'" in policy
        page = client.get(path).content.decode()
        assert " style=" not in page and " onclick=" not in page and "<style" not in page


def test_the_map_alone_may_stand_in_a_frame_and_acts_for_nobody(client: Client, build: Path) -> None:
    answer = client.get("/embed")
    assert "frame-ancestors *" in answer["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer
    found = BOOT.search(answer.content.decode())
    assert found
    viewer = json.loads(found[1])["viewer"]
    assert (viewer["name"], viewer["csrf"]) == (None, "")
    assert "frame-ancestors 'self'" in client.get("/")["Content-Security-Policy"]


def test_language_and_theme_are_the_readers(client: Client, build: Path) -> None:
    assert '<html lang="zh-Hant-TW">' in client.get("/").content.decode()
    assert '<html lang="en"' in client.get("/?lang=en").content.decode()
    assert '<html lang="en"' in client.get("/help/").content.decode(), "the choice is remembered"
    client.cookies["theme"] = "dark"
    assert 'data-theme="dark"' in client.get("/").content.decode()


def test_a_strange_theme_in_a_cookie_is_not_repeated(client: Client, build: Path) -> None:
    client.cookies["theme"] = '"><script>'
    assert "data-theme" not in client.get("/").content.decode()


def test_without_a_build_the_page_says_which_two_commands(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "assets", lambda entry: built.assets(entry, tmp_path))
    answer = client.get("/")
    assert answer.status_code == 503
    assert "npm --prefix portal/web ci" in answer.content.decode()


def test_every_public_layer_has_a_page_with_its_fields_and_addresses(client: Client) -> None:
    for layer in register:
        answer = client.get(f"/layers/{layer.id}")
        if layer.clearance > 0:
            assert answer.status_code == 404, "a hidden layer is answered like one that does not exist"
            continue
        page = answer.content.decode()
        assert answer.status_code == 200
        assert layer.title.zh in page and f"/tiles/{layer.id}.json" in page
        for field in layer.seen_by(layer.clearance):
            assert f"<code>{field.name}</code>" in page


def test_errors_are_sentences_in_both_languages(client: Client) -> None:
    assert "這裡沒有東西" in client.get("/nothing").content.decode()
    assert (
        "There is nothing here" in client.get("/nothing", headers={"accept-language": "en"}).content.decode()
    )


@pytest.mark.parametrize(
    "entry",
    [
        {"icon": "diamond/a1"},
        {"line": {"color": "corridor", "width": 3, "style": "double"}},
        {"fill": "park", "outline": None},
        {"ramp": ["risk0", "risk4"]},
    ],
)
def test_every_kind_of_legend_has_a_picture(entry: dict[str, object]) -> None:
    assert swatch(entry).startswith("data:image/svg+xml,%3Csvg")
