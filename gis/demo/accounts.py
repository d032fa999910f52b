"""The demonstration's accounts, when this server may have them."""

from __future__ import annotations

from gis.accounts.demo import NotHere, make_demo_accounts


def accounts() -> list[tuple[str, str, str]]:
    """(name, password, role); none where the server is not local or the demonstration is not loaded."""
    from gis.demo.load import loaded

    if not loaded():
        return []
    try:
        return make_demo_accounts()
    except NotHere:
        return []
