"""Signing in and out, changing one's password, and the page of one's own account and tokens.

Refusals never say whether an account exists; every sign-in, good or bad, is written to the audit log.
"""

from __future__ import annotations

from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.models import User
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from gis.accounts import throttle
from gis.accounts.forms import CLEARANCES, SignInForm, TokenForm
from gis.accounts.identity import viewer_of
from gis.accounts.models import Attempt, Token
from gis.audit.note import note
from layers.access import ROLES
from layers.registry.text import Text
from portal.templatetags.words import say

WRONG = Text("帳號或密碼不正確。", "The account or the password is not right.")
WAIT = Text("嘗試次數過多，請十五分鐘後再試。", "Too many tries; wait a quarter of an hour.")
MOST_TOKENS = 20


@sensitive_post_parameters("password")
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    going = where_to(request)
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        name, password = form.cleaned_data["username"], form.cleaned_data["password"]
        try:
            user = check(request, name, password)
        except throttle.TooMany:
            form.add_error(None, say(WAIT))
            status = 429
        else:
            if user:
                login(request, user)
                return redirect(going)
            form.add_error(None, say(WRONG))
            status = 403
    return render(request, "accounts/sign_in.html", {"form": form, "next": going}, status=status)


def check(request: HttpRequest, name: str, password: str) -> User | None:
    """The user, if the password is theirs and nobody has been guessing; the try is on record either way."""
    attempt = throttle.begin(name, throttle.address_of(request))
    user = authenticate(request, username=name, password=password)
    if isinstance(user, User):
        Attempt.objects.filter(pk=attempt.pk).update(good=True)
        note(user.get_username(), "sign-in", "account", user.get_username())
        return user
    note("anonymous", "sign-in-refused", "account", attempt.name)
    return None


def where_to(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else "/"


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        note(request.user.get_username(), "sign-out", "account", request.user.get_username())
    logout(request)
    return redirect("/")


@sensitive_post_parameters()
@never_cache
@login_required
def password(request: HttpRequest) -> HttpResponse:
    """A new password ends all other sessions, because their hash no longer fits."""
    assert isinstance(request.user, User)
    form = PasswordChangeForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save()
            note(request.user.get_username(), "password", "account", request.user.get_username())
        update_session_auth_hash(request, form.user)
        return redirect("accounts:account")
    return render(request, "accounts/password.html", {"form": form})


@never_cache
@login_required
def account(request: HttpRequest, form: TokenForm | None = None, secret: str = "") -> HttpResponse:
    assert isinstance(request.user, User)
    viewer = viewer_of(request.user)
    tokens = [
        (token, CLEARANCES[min(viewer.clearance, token.clearance)], token.good(timezone.now()))  # type: ignore[index]
        for token in request.user.tokens.all()[:100]
    ]
    return render(
        request,
        "accounts/account.html",
        {
            "viewer": viewer,
            "clearance": CLEARANCES[viewer.clearance],
            "roles": [Text(r.zh, r.en) for id, r in ROLES.items() if id in viewer.roles],
            "tokens": tokens,
            "form": form or TokenForm(viewer=viewer),
            "secret": secret,
            "attempts": Attempt.objects.filter(name=viewer.actor).order_by("-pk")[:10],
        },
        status=400 if form and form.errors else 200,
    )


@sensitive_post_parameters()
@login_required
@require_POST
def make_token(request: HttpRequest) -> HttpResponse:
    """Answers with the page that shows the secret this once."""
    assert isinstance(request.user, User)
    form = TokenForm(request.POST, viewer=viewer_of(request.user))
    alive = [t for t in request.user.tokens.filter(revoked_at=None) if t.good(timezone.now())]
    if len(alive) >= MOST_TOKENS:
        form.add_error(
            None,
            say(
                Text(
                    f"最多 {MOST_TOKENS} 個權杖，請先撤銷不用的。",
                    f"At most {MOST_TOKENS} tokens; revoke one first.",
                )
            ),
        )
    if not form.is_valid():
        return account(request, form)
    _, secret = Token.make(request.user, **form.cleaned_data)
    return account(request, secret=secret)


@login_required
@require_POST
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    assert isinstance(request.user, User)
    done = request.user.tokens.filter(pk=pk, revoked_at=None).update(revoked_at=timezone.now())
    if not done:
        raise Http404
    return redirect("accounts:account")
