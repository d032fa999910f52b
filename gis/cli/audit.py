"""`antu audit`: is the log whole, what is its head, what happened last."""

from __future__ import annotations

import json
import time
from pathlib import Path

import click

from gis.cli import setup
from gis.cli.near import Group
from gis.trouble import Trouble


@click.group("audit", cls=Group)
def audit_() -> None:
    """Verify and read the audit log, in which every write and every sensitive read is chained by hash."""


@audit_.command("verify")
@click.option("--head", "published", help="A head noted down earlier, as SEQ:HASH or a file that holds it.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def verify(published: str | None, as_json: bool) -> None:
    """Recompute the whole chain. Exit code 1 when an entry was edited or is missing.

    A log whose end was cut off is whole in itself; give a head that was kept elsewhere to find that out.
    """
    setup.ready()
    from gis.audit.verify import verify

    began = time.monotonic()
    try:
        if published and ":" not in published:
            published = Path(published).read_text("utf-8")
        verdict = verify(published)
    except OSError as wrong:
        raise Trouble(f"The head cannot be read: {wrong}.", code=2) from wrong
    except ValueError as wrong:
        raise Trouble(str(wrong), "antu audit head prints one.", code=2) from wrong
    seconds = time.monotonic() - began
    if as_json:
        said = {
            "whole": verdict.whole,
            "entries": verdict.entries,
            "head": verdict.head,
            "broken_at": verdict.broken_at,
            "reason": verdict.reason or None,
            "seconds": round(seconds, 2),
        }
        click.echo(json.dumps(said))
        if not verdict.whole:
            raise SystemExit(1)
    elif verdict.whole:
        click.echo(f"✓ {verdict.entries:,} entries, all linked, in {seconds:.1f} s. Head: {verdict.head}")
    else:
        raise Trouble(
            f"The audit log is broken: {verdict.reason}",
            f"The first {verdict.entries:,} entries hold together. Compare with a backup.",
            code=1,
        )


@audit_.command("head")
def head() -> None:
    """Print the last entry's number and hash: mail it, print it, keep it on another machine, each day."""
    setup.ready()
    from gis.audit.verify import head

    click.echo(head())


@audit_.command("tail")
@click.option("-n", "count", default=20, show_default=True, help="How many.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def tail(count: int, as_json: bool) -> None:
    """The last entries, the newest last."""
    setup.ready()
    from django.utils.timezone import localtime

    from gis.audit.models import Entry

    entries = list(Entry.objects.order_by("-seq")[: max(count, 0)])[::-1]
    if as_json:
        rows = [
            {"seq": e.seq, "at": e.at.isoformat(), "actor": e.actor, "action": e.action}
            | {"subject": e.subject, "object": e.object, "detail": e.detail}
            for e in entries
        ]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for e in entries:
        rows_ = f" ({e.detail['rows']} rows)" if e.detail.get("rows", 1) != 1 else ""
        click.echo(
            f"{e.seq:>8}  {localtime(e.at):%Y-%m-%d %H:%M:%S}  {e.actor}: {e.action} {e.subject} {e.object}{rows_}"
        )
