"""The picture of the architecture is drawn from the code; this says when it must be drawn again."""

from docs.picture import PICTURE, draw


def test_the_picture_of_the_architecture_is_true() -> None:
    assert PICTURE.read_text("utf-8") == draw(), "run: .venv/bin/python -m docs.picture"
