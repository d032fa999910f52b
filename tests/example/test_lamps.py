from layers.access import ANONYMOUS
from layers.registry.catalogue import catalogue


def test_lamps_are_in_the_catalogue_of_everybody() -> None:
    assert "lamps" in {entry["id"] for entry in catalogue(ANONYMOUS)["layers"]}
