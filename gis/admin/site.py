"""The admin site of Antu: one page for each layer that has rows, made from the register, and pages for people."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from gis.accounts.views import sign_out
from gis.admin.codes import CodePages
from gis.admin.rows import admin_for, title_model
from layers.registry.layer import GROUPS, Layer
from layers.registry.register import register
from layers.registry.text import Text
from portal.templatetags.words import later, say


class AntuAdminSite(admin.AdminSite):
    """Open to whoever may change something. Signing in and out is done on the account pages, where it is throttled."""

    site_url = "/"
    site_header = site_title = later(Text("安圖管理", "Antu administration"))
    index_title = later(Text("圖層與帳號", "Layers and accounts"))

    def get_urls(self) -> list[Any]:
        self.follow_the_register()
        return [*self.codes.urls(), *super().get_urls()]

    @cached_property
    def codes(self) -> CodePages:
        return CodePages(self)

    def follow_the_register(self) -> None:
        """A page for each model behind a layer, unless its theme's `admin.py` made one by hand."""
        for layer in self.layers().values():
            assert layer.model is not None
            if not self.is_registered(layer.model):
                title_model(layer)
                self.register(layer.model, admin_for(layer, layer.fields))

    @staticmethod
    def layers() -> dict[type[Any], Layer]:
        """Model → the layer that speaks for it: among several of one table, one that can be edited."""
        found: dict[type[Any], Layer] = {}
        for layer in sorted(register, key=lambda one: not one.edit):
            if layer.model:
                found.setdefault(layer.model, layer)
        return found

    def has_permission(self, request: HttpRequest) -> bool:
        return any(one.has_module_permission(request) for one in self._registry.values())

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """As on the map: harm, response, places, base map; then people and the log."""
        apps = super().get_app_list(request, app_label)
        if app_label:
            return apps
        layers = self.layers()
        groups: dict[str, Any] = {}
        for group, title in GROUPS.items():
            models = [m for app in apps for m in app["models"] if self._group(layers, m["model"]) == group]
            groups[group] = {
                "name": say(title),
                "app_label": group,
                "app_url": reverse("admin:index"),
                "has_module_perms": True,
                "models": sorted(models, key=lambda m: str(m["name"])),
            }
        for app in apps:
            app["models"] = [m for m in app["models"] if self._group(layers, m["model"]) is None]
        offered = [app for app in (*groups.values(), *apps) if app["models"]]
        return [*offered, self.codes.in_index(request)] if offered else []

    @staticmethod
    def _group(layers: dict[type[Any], Layer], model: type[Any]) -> str | None:
        return layers[model].group if model in layers else None

    # signing in and out

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def logout(  # type: ignore[override]
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponse:
        return sign_out(request)

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponse:
        return redirect("accounts:password")
