"""Who is meant by an @ in a text: a person by user name or full name, a role by its name in either language.

Only people who may read the comment are told of it.
"""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import User
from django.db.models import Prefetch, QuerySet

from gis.accounts.identity import viewer_of
from gis.sharing.models import Comment, Mention
from layers.access import ROLES, Viewer

MOST = 200


def people() -> QuerySet[User]:
    return User.objects.filter(is_active=True).prefetch_related(Prefetch("groups"))


def handles() -> dict[str, list[User]]:
    """Every name that may stand behind an @, in small letters, and who is meant by it."""
    known: dict[str, list[User]] = {}
    for user in people():
        for name in {user.get_username(), user.get_full_name()} - {""}:
            known.setdefault(name.lower(), []).append(user)
        for group in user.groups.all():
            if role := ROLES.get(group.name):
                for name in {role.id, role.zh, role.en}:
                    known.setdefault(name.lower(), []).append(user)
    return known


def named_in(text: str, known: dict[str, list[User]]) -> list[User]:
    """After each @ the longest name that is known; a name need not end with a space, as Chinese does not."""
    if "@" not in text:
        return []
    by_length = sorted(known, key=len, reverse=True)
    found: dict[int, User] = {}
    for rest in text.lower().split("@")[1:]:
        name = next((n for n in by_length if rest.startswith(n) and _ends(rest, n)), None)
        if name:
            found |= {user.pk: user for user in known[name]}
    return list(found.values())[:MOST]


def _ends(rest: str, name: str) -> bool:
    """“@officer2” does not mean “officer”; “@officer請看” does."""
    after = rest[len(name) : len(name) + 1]
    goes_on = after.isascii() and (after.isalnum() or after in ("_", "-"))
    return not (goes_on and name[-1].isascii())


def tell(comment: Comment, author: int, may_read: Callable[[Viewer], bool]) -> list[str]:
    """Notes down who is to be told; says whom it did not reach because they may not read it."""
    unreached = []
    for user in named_in(comment.text, handles()) if "@" in comment.text else []:
        if user.pk == author:
            continue
        if may_read(viewer_of(user)):
            Mention.objects.get_or_create(comment=comment, user=user)
        else:
            unreached.append(user.get_full_name() or user.get_username())
    return unreached
