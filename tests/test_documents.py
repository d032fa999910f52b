"""The documents say what the code says."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_every_setting_is_documented_and_every_documented_setting_exists() -> None:
    code = "".join((ROOT / "gis" / name).read_text("utf-8") for name in ("settings.py", "environment.py"))
    used = set(re.findall(r'"((?:ANTU_|DATABASE_)[A-Z_]+)"', code)) - {"ANTU_TEST_DATABASE"}
    said = set(
        re.findall(r"`((?:ANTU_|DATABASE_)[A-Z_]+)`", (ROOT / "docs" / "settings.md").read_text("utf-8"))
    )
    assert said == used
