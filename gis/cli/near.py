"""Groups of commands that know what was meant: a wrong word is answered with the nearest right ones."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

import click


def near(word: str, known: Iterable[str]) -> list[str]:
    """The known words that this one may have been meant for, the nearest first."""
    names = list(known)
    close = get_close_matches(word.lower(), names, n=3, cutoff=0.6)
    if not close and len(word) > 2:
        close = [name for name in names if word.lower() in name or name.startswith(word.lower()[:4])][:3]
    return close


def meant(word: str, known: Iterable[str], otherwise: str) -> str:
    """A sentence for the end of an error."""
    close = near(word, known)
    return f"Did you mean {' or '.join(close)}?" if close else otherwise


class Group(click.Group):
    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            hint = meant(args[0], self.list_commands(ctx), f"See {ctx.command_path} --help.")
            raise click.UsageError(f"There is no command “{args[0]}”. {hint}", ctx)
        return super().resolve_command(ctx, args)
