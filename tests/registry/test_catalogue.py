"""What a viewer's catalogue says, and above all what it does not say."""

from __future__ import annotations

import json

import pytest

from layers.access import ANONYMOUS, Clearance, Viewer
from layers.registry.catalogue import catalogue
from layers.registry.register import register

VIEWERS = [Viewer(actor=c.slug, clearance=c) for c in Clearance]


@pytest.mark.parametrize("viewer", VIEWERS, ids=lambda v: v.actor)
def test_the_catalogue_holds_exactly_what_the_viewer_may_see(viewer: Viewer) -> None:
    entries = {entry["id"]: entry for entry in catalogue(viewer)["layers"]}
    assert set(entries) == {layer.id for layer in register if layer.clearance <= viewer.clearance}
    for layer in register.seen_by(viewer):
        shown = {f["name"] for f in entries[layer.id]["fields"]}
        assert shown == {f.name for f in layer.fields if f.clearance <= viewer.clearance}


def test_no_word_of_a_hidden_layer_or_field_is_in_the_public_catalogue() -> None:
    text = json.dumps(catalogue(ANONYMOUS), ensure_ascii=False)
    for secret in ("hideouts", "藏匿處", "informant", "線民"):
        assert secret not in text


def test_versions_differ_by_clearance_so_that_no_cache_mixes_them() -> None:
    assert len({catalogue(viewer)["version"] for viewer in VIEWERS}) == len(VIEWERS)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_style_layer_draws_from_its_own_source(theme: str) -> None:
    for entry in catalogue(VIEWERS[-1])["layers"]:
        assert entry["style"][theme], f"{entry['id']} draws nothing in the {theme} theme"
        for drawn in entry["style"][theme]:
            assert drawn["source"] == entry["id"]
            assert drawn["minzoom"] < drawn["maxzoom"], drawn["id"]


def test_every_entry_speaks_both_languages() -> None:
    for entry in catalogue(VIEWERS[-1])["layers"]:
        said = [entry["title"], entry["description"], entry["attribution"], entry["provenance"]]
        said += [f["title"] for f in entry["fields"]] + [item["label"] for item in entry["legend"]]
        said += [c["label"] for f in entry["fields"] for c in f["codes"] or ()]
        assert all(text["zh"].strip() and text["en"].strip() for text in said), entry["id"]
