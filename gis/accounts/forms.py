"""The forms of the account pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User

from layers.access import Clearance, Viewer
from layers.registry.text import Text
from portal.templatetags.words import say

CLEARANCES = {
    Clearance.PUBLIC: Text("公開", "public"),
    Clearance.COUNCIL: Text("道安會報", "council"),
    Clearance.POLICE: Text("警用", "police"),
    Clearance.RESTRICTED: Text("限閱", "restricted"),
}
DAYS = (30, 90, 365)


class SignInForm(forms.Form):
    username = forms.CharField(
        max_length=150,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}
        ),
    )
    password = forms.CharField(
        max_length=1024,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = say(Text("帳號", "Account"))
        self.fields["password"].label = say(Text("密碼", "Password"))

    def clean_username(self) -> str:
        return str(User.normalize_username(self.cleaned_data["username"]))


class TokenForm(forms.Form):
    """A token may do at most what its owner may: the choice ends there."""

    name = forms.CharField(max_length=80)
    clearance = forms.TypedChoiceField(coerce=lambda v: Clearance(int(v)))
    days = forms.TypedChoiceField(coerce=int, initial=90)

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = say(Text("用途", "What it is for"))
        level, days = self.fields["clearance"], self.fields["days"]
        assert isinstance(level, forms.ChoiceField) and isinstance(days, forms.ChoiceField)
        level.label = say(Text("最高權限", "Highest clearance"))
        level.choices = [(c.value, say(said)) for c, said in CLEARANCES.items() if c <= viewer.clearance]
        level.initial = viewer.clearance.value
        days.label = say(Text("有效期限", "Valid for"))
        days.choices = [(d, say(Text(f"{d} 天", f"{d} days"))) for d in DAYS]
