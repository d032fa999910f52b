"""`antu token`: keys for programs, made and revoked by whoever runs the server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from gis.cli import setup
from gis.cli.near import Group
from gis.trouble import Trouble

if TYPE_CHECKING:
    from gis.accounts.models import Token

CLEARANCES = ["public", "council", "police", "restricted"]


@click.group("token", cls=Group)
def token_() -> None:
    """Make, list and revoke tokens for programs such as QGIS, GDAL and scripts."""


@token_.command("create")
@click.argument("user")
@click.argument("name")
@click.option("--clearance", type=click.Choice(CLEARANCES), default="restricted", show_default=True,
              help="It can do at most this, and at most what the user can.")  # fmt: skip
@click.option("--days", default=365, show_default=True, help="How long it is valid; 0 for ever.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def create(user: str, name: str, clearance: str, days: int, as_json: bool) -> None:
    """Make a token for USER, called NAME after what it is for. It is printed this once."""
    setup.ready()
    from django.contrib.auth.models import User

    from gis.accounts.models import Token
    from gis.cli.actor import act
    from layers.access import Clearance

    if days < 0 or days > 36500:
        raise Trouble(f"{days} days is no time a token could be valid.", "0 means for ever.", code=2)
    owner = User.objects.filter(username=user).first()
    if owner is None:
        raise Trouble(f"There is no account “{user}”.", "antu manage createsuperuser makes one.", code=2)
    with act():
        made, secret = Token.make(owner, name[:80], Clearance[clearance.upper()], days or None)
    if as_json:
        click.echo(json.dumps(as_dict(made) | {"token": secret}, ensure_ascii=False))
    else:
        click.echo(secret)


@token_.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def list_(as_json: bool) -> None:
    """All tokens, the newest first. Of a secret only its beginning is known."""
    setup.ready()
    from gis.accounts.models import Token

    rows = [as_dict(token) for token in Token.objects.select_related("user")]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        until = f"revoked {row['revoked']}" if row["revoked"] else f"until {row['expires'] or 'revoked'}"
        used = f"used {row['used']}" if row["used"] else "never used"
        click.echo(
            f"{row['id']:>5}  {row['hint']}…  {row['user']}: {row['name']}  {row['clearance']}, {until}, {used}"
        )


@token_.command("revoke")
@click.argument("id", type=int)
def revoke(id: int) -> None:
    """End the token with this number, now and in every worker."""
    setup.ready()
    from django.utils import timezone

    from gis.accounts.models import Token
    from gis.cli.actor import act

    with act():
        done = Token.objects.filter(pk=id, revoked_at=None).update(revoked_at=timezone.now())
    if not done:
        raise Trouble(
            f"There is no valid token with the number {id}.", "antu token list shows them all.", code=2
        )
    click.echo(f"Token {id} is revoked.")


def as_dict(token: Token) -> dict[str, int | str | None]:
    from layers.access import Clearance

    def day(value: object) -> str | None:
        return f"{value:%Y-%m-%d}" if value else None

    return {
        "id": token.pk,
        "hint": token.hint,
        "user": token.user.get_username(),
        "name": token.name,
        "clearance": Clearance(token.clearance).slug,
        "expires": day(token.expires_at),
        "revoked": day(token.revoked_at),
        "used": day(token.used_on),
    }
