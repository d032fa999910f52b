"""Places from outside are read or refused with a sentence, whatever is sent."""

import pytest

from layers.registry.place import BadPlace, read_place

RING = "[[120.4,23.4],[120.5,23.4],[120.5,23.5],[120.4,23.4]]"


def test_a_single_part_is_taken_where_several_may_stand() -> None:
    drawn = read_place(f'{{"type":"Polygon","coordinates":[{RING}]}}', "MULTIPOLYGON")
    assert drawn.geom_type == "MultiPolygon"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        '{"type":"Point"}',
        '{"type":"Point","coordinates":[120]}',
        '{"type":"Point","coordinates":[1e400,2]}',
        '{"type":"Point","coordinates":[NaN,2]}',
        '{"type":"Point","coordinates":[]}',
        '{"type":"Point","coordinates":[500,99]}',
        '{"type":"Point","coordinates":[120,23],"crs":{"type":"link","properties":{"href":"/vsicurl/http://x"}}}x',
        '{"type":"GeometryCollection","geometries":[' * 50_000,
        '{"type":"GeometryCollection","geometries":[' * 50_000 + "]}" * 50_000,
        '{"type":"LineString","coordinates":[[120,23],[121,24]]}',
    ],
    ids=range(13),
)
def test_what_is_no_point_is_refused(text: str) -> None:
    with pytest.raises(BadPlace) as refused:
        read_place(text, "POINT")
    assert refused.value.text.zh
    assert refused.value.text.en


def test_a_bow_tie_is_refused_with_its_place() -> None:
    tie = '{"type":"Polygon","coordinates":[[[120,23],[121,24],[121,23],[120,24],[120,23]]]}'
    with pytest.raises(BadPlace, match=r"Self-intersection\[120.5 23.5\]"):
        read_place(tie, "POLYGON")
