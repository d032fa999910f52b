"""Adding a layer stays cheap: the complete smallest theme is counted, its generated migration included."""

from tests.benchmarks.house import lines_of_a_layer


def test_a_point_layer_takes_at_most_sixty_lines() -> None:
    assert 20 < lines_of_a_layer() <= 60
