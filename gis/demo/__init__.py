"""The demonstration: the synthetic city of `data.city` loaded into every layer, wholly or not at all."""

from __future__ import annotations

from collections.abc import Callable

Say = Callable[[str], None]


def load(
    scale: str = "chiayi",
    seed: int = 1,
    *,
    replace: bool = False,
    force: bool = False,
    say: Say = lambda _: None,
) -> dict[str, int]:
    """Rows by table, or nothing when this very city is there already. Raises Trouble with a way out."""
    from gis.demo.loading import load as loaded

    return loaded(scale, seed, replace=replace, force=force, say=say)


def finish(say: Say = lambda _: None) -> bool:
    """What follows the rows of a load that was cut off behind them; True when there was something to do."""
    from gis.demo.loading import finish as finished

    return finished(say)


def loaded() -> bool:
    from gis.demo.models import Demonstration

    return Demonstration.objects.exists()


def empty() -> bool:
    """No layer that the demonstration fills holds a row yet."""
    from gis.demo.tables import TARGETS

    return not any(target.model._default_manager.exists() for target in TARGETS.values())


def accounts() -> list[tuple[str, str, str]]:
    """(user name, password, role) of the demonstration's accounts; none without it, and none on a public server."""
    from gis.accounts.demo import NotHere, make_demo_accounts

    try:
        return make_demo_accounts() if loaded() else []
    except NotHere:
        return []
