"""Signing in and out, changing one's password, and the page of one's own account and tokens.

Refusals never say whether an account exists; every sign-in, good or bad, is written to the audit log.
"""

from __future__ import annotations

from django.contrib.auth import authenticate, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.models import User
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from gis.accounts import entry, factors, throttle
from gis.accounts.forms import CLEARANCES, SignInForm, TokenForm
from gis.accounts.models import Attempt, Sitting, Token
from gis.audit.note import note
from layers.access import ROLES
from layers.access.asking import viewer_of
from layers.registry.text import Text
from portal.templatetags.words import say

WRONG = Text("帳號或密碼不正確。", "The account or the password is not right.")
WAIT = Text("嘗試次數過多，請十五分鐘後再試。", "Too many tries; wait a quarter of an hour.")
MOST_TOKENS = 20


@sensitive_post_parameters("password")
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """A page, or for the dialog of a page whose session ran out (`Accept: application/json`) one JSON answer."""
    going = where_to(request)
    form = SignInForm(request.POST or None)
    status, state = 200, "wrong" if request.method == "POST" else "out"
    if request.method == "POST" and form.is_valid():
        name, password = form.cleaned_data["username"], form.cleaned_data["password"]
        try:
            found = check(request, name, password)
        except throttle.TooMany:
            form.add_error(None, say(WAIT))
            status, state = 429, "wait"
        else:
            if found and factors.has_second(found[0]):
                entry.wait_for_second(request, *found, going)
                return answered(request, "second", reverse("accounts:second"))
            if found:
                entry.enter(request, found[0], "password", second=False, attempts=(found[1].pk,))
                return answered(request, "in", after(request, going))
            form.add_error(None, say(WRONG))
            status = 403
    if wants_json(request):
        said = " ".join(str(e) for errors in form.errors.values() for e in errors)
        return JsonResponse({"state": state, "sentence": said, "csrf": get_token(request)}, status=status)
    return render(request, "accounts/sign_in.html", {"form": form, "next": going}, status=status)


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("accept", "").startswith("application/json")


def answered(request: HttpRequest, state: str, going: str) -> HttpResponse:
    if not wants_json(request):
        return redirect(going)
    return JsonResponse({"state": state, "sentence": "", "csrf": get_token(request)})


def after(request: HttpRequest, going: str) -> str:
    """Whoever is held back for want of a second factor is led to where one is added."""
    return reverse("accounts:security") if entry.held_back(request) else going


def check(request: HttpRequest, name: str, password: str) -> tuple[User, Attempt] | None:
    """The user, if the password is theirs and nobody has been guessing; the try is on record either way.

    It counts as bad until the session is open, so that a known password does not buy more guesses at codes.
    """
    attempt = throttle.begin(name, throttle.address_of(request))
    user = authenticate(request, username=name, password=password)
    if isinstance(user, User):
        return user, attempt
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
        Sitting.objects.filter(key=request.session.session_key).delete()
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
        old = request.session.session_key
        update_session_auth_hash(request, form.user)
        Sitting.objects.filter(key=old).update(key=request.session.session_key)
        return redirect("accounts:account")
    return render(request, "accounts/password.html", {"form": form})


@never_cache
@login_required
def account(request: HttpRequest, form: TokenForm | None = None, secret: str = "") -> HttpResponse:
    assert isinstance(request.user, User)
    viewer = viewer_of(request)
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
            "held_back": entry.held_back(request),
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
    if entry.held_back(request):  # a token shows no second factor: it must not become a way around one
        return redirect("accounts:security")
    form = TokenForm(request.POST, viewer=request.viewer)  # type: ignore[attr-defined]
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
