"""The pages of second factors: showing one at the door, adding and removing them, and one's open sessions.

Changing any of it asks who is there again, if that was longer ago than ten minutes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from gis.accounts import entry, factors, throttle
from gis.accounts.models import Attempt
from gis.accounts.views import WAIT, after, answered, wants_json, where_to
from gis.audit.note import note
from layers.registry.text import Text
from portal.templatetags.words import say

WRONG_CODE = Text(
    "驗證碼不正確或已用過。請用最新的一組。",
    "This code is not right, or was used before. Take the newest one.",
)
WRONG_KEY = Text("通行密鑰未通過驗證，請再試一次。", "The passkey was not accepted; please try again.")
WRONG_PASSWORD = Text("密碼不正確。", "The password is not right.")
TOO_LATE = Text("時間過久，請重新輸入帳號密碼。", "That took too long; enter account and password again.")
MOST_PASSKEYS = 10
View = Callable[..., HttpResponse]


class CodeForm(forms.Form):
    code = forms.CharField(
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = say(Text("驗證碼", "Code"))


def credential_in(request: HttpRequest) -> dict[str, Any] | None:
    try:
        found = json.loads(request.POST.get("credential", ""))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


# at the door


@sensitive_post_parameters()
@never_cache
def second(request: HttpRequest) -> HttpResponse:
    """After the password: a code of the app, a recovery code, or a passkey."""
    waiting = entry.pending(request)
    if waiting is None:
        if wants_json(request):
            return JsonResponse(
                {"state": "wrong", "sentence": say(TOO_LATE), "csrf": get_token(request)}, status=403
            )
        return redirect("accounts:sign-in")
    form = CodeForm(request.POST or None) if "code" in request.POST else CodeForm()
    status, wrong = 200, None
    if request.method == "POST":
        try:
            attempt = throttle.begin(waiting.user.get_username(), throttle.address_of(request))
        except throttle.TooMany:
            status, wrong = 429, WAIT
        else:
            way = shown(request, waiting.user)
            if way:
                entry.enter(request, waiting.user, way, True, (*waiting.attempts, attempt.pk))
                return answered(request, "in", waiting.next)
            status, wrong = 403, WRONG_CODE if "code" in request.POST else WRONG_KEY
            note("anonymous", "sign-in-refused", "account", attempt.name, way="second")
    if wants_json(request):
        said = {"state": "wait" if status == 429 else "wrong", "sentence": say(wrong) if wrong else ""}
        return JsonResponse(said | {"csrf": get_token(request)}, status=status)
    keys = factors.kinds(waiting.user)
    context = {
        "form": form,
        "wrong": wrong,
        "codes": factors.APP in keys or factors.RECOVERY in keys,
        "app": factors.APP in keys,
        "options": factors.ask_passkey(waiting.user) if factors.PASSKEY in keys else None,
    }
    return render(request, "accounts/second.html", context, status=status)


def shown(request: HttpRequest, user: User) -> str:
    """What kind of second factor came with the request and is right; nothing if none."""
    if code := request.POST.get("code", "").strip():
        return factors.right_code(user, code)
    credential = credential_in(request)
    return factors.PASSKEY if credential and factors.right_passkey(user, credential) else ""


@never_cache
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """The question to any passkey of this site, for whoever signs in with nothing else."""
    return JsonResponse(factors.ask_passkey(None))


@sensitive_post_parameters()
@never_cache
@require_POST
def passkey_sign_in(request: HttpRequest) -> HttpResponse:
    """A passkey is possession and finger, face or PIN at once: it is both factors."""
    going = where_to(request)
    try:
        attempt = throttle.begin("passkey", throttle.address_of(request))
    except throttle.TooMany:
        return render(request, "accounts/refused.html", {"said": WAIT}, status=429)
    credential = credential_in(request)
    user = factors.right_passkey(None, credential) if credential else None
    if user is None:
        note("anonymous", "sign-in-refused", "account", attempt.name, way=factors.PASSKEY)
        return render(request, "accounts/refused.html", {"said": WRONG_KEY}, status=403)
    Attempt.objects.filter(pk=attempt.pk).update(name=user.get_username())
    entry.enter(request, user, factors.PASSKEY, True, (attempt.pk,))
    return redirect(going)


# who is there, again


def recently(view: View) -> View:
    """Lets through whoever has just proved who they are; others do so first."""

    @never_cache
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if entry.fresh(request):
            return view(request, *args, **kwargs)
        back = request.get_full_path() if request.method == "GET" else reverse("accounts:security")
        if wants_json(request):
            return JsonResponse({"confirm": reverse("accounts:confirm")}, status=403)
        return redirect(f"{reverse('accounts:confirm')}?next={back}")

    return guarded


class PasswordForm(forms.Form):
    password = forms.CharField(
        max_length=1024,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = say(Text("密碼", "Password"))


@sensitive_post_parameters()
@never_cache
@login_required
def confirm(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    form = PasswordForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            attempt = throttle.begin(request.user.get_username(), throttle.address_of(request))
        except throttle.TooMany:
            form.add_error(None, say(WAIT))
            status = 429
        else:
            if request.user.check_password(form.cleaned_data["password"]):
                Attempt.objects.filter(pk=attempt.pk).update(good=True)
                request.session[entry.FRESH] = time.time()
                return redirect(where_to(request))
            form.add_error(None, say(WRONG_PASSWORD))
            status = 403
    return render(request, "accounts/confirm.html", {"form": form, "next": where_to(request)}, status=status)


# one's own


@never_cache
@login_required
def security(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    found = factors.all_of(request.user)
    context = {
        "app": next((one for one in found if one.type == factors.APP), None),
        "keys": [(one, one.wrap().name) for one in found if one.type == factors.PASSKEY],
        "recovery": len(factors.recovery(request.user)) if factors.has_second(request.user) else None,
        "sittings": [(one, one.key == request.session.session_key) for one in entry.living(request.user)],
        "held_back": entry.held_back(request),
    }
    return render(request, "accounts/security.html", context)


@recently
def add_app(request: HttpRequest) -> HttpResponse:
    """The picture for the app, and the first code as proof that it was read."""
    import segno

    assert isinstance(request.user, User)
    if factors.APP in factors.kinds(request.user):
        return redirect("accounts:security")
    secret = factors.new_secret(request.session)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if factors.add_app(request.user, secret, form.cleaned_data["code"]):
            request.session.pop(factors.NEW_APP, None)
            entry.renew(request, second=True)
            return redirect("accounts:recovery")
        form.add_error("code", say(WRONG_CODE))
    address = factors.address_of(request.user, secret)
    context = {
        "form": form,
        "secret": secret,
        "address": address,
        "picture": segno.make(address).svg_data_uri(scale=5),
    }
    return render(request, "accounts/app.html", context, status=400 if form.errors else 200)


@recently
@require_POST
def begin_passkey(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    return JsonResponse(factors.begin_passkey(request.user))


@recently
@require_POST
def add_passkey(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    name = request.POST.get("name", "").strip()[:60] or say(Text("通行密鑰", "Passkey"))
    many = sum(one.type == factors.PASSKEY for one in factors.all_of(request.user))
    credential = credential_in(request)
    first = not factors.has_second(request.user)
    if many >= MOST_PASSKEYS or not credential or not factors.add_passkey(request.user, name, credential):
        return render(request, "accounts/refused.html", {"said": WRONG_KEY}, status=400)
    entry.renew(request, second=True)
    return redirect("accounts:recovery" if first else "accounts:security")


@recently
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    assert isinstance(request.user, User)
    if not factors.remove(request.user, pk):
        raise Http404
    if not factors.has_second(request.user):
        entry.renew(request, second=False)
    return redirect(after(request, reverse("accounts:security")))


@recently
def recovery(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    if not factors.has_second(request.user):
        return redirect("accounts:security")
    codes = factors.recovery(request.user, again=request.method == "POST")
    return render(request, "accounts/recovery.html", {"codes": codes})


@login_required
@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    """`which` is one sitting, or `others`: everywhere but here."""
    assert isinstance(request.user, User)
    which = request.POST.get("which", "")
    mine = [one for one in entry.living(request.user) if one.key != request.session.session_key]
    chosen = mine if which == "others" else [one for one in mine if str(one.pk) == which]
    if which != "others" and not chosen:
        raise Http404
    entry.end(request.user, chosen)
    return redirect("accounts:security")
