"""A strict Content-Security-Policy on every page: scripts and styles from this server alone, nothing inline."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


def policy(framed: str = "'self'") -> str:
    """`framed` says which sites may show the page in a frame."""
    elsewhere = ""
    if settings.RASTER_BASE and "://" in settings.RASTER_BASE:  # the city's own raster map on another host
        scheme, _, rest = settings.RASTER_BASE.partition("://")
        elsewhere = f" {scheme}://{rest.split('/')[0]}"
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "worker-src 'self'",
            "style-src 'self'",
            f"img-src 'self' data:{elsewhere}",
            f"connect-src 'self'{elsewhere}",
            "font-src 'self'",
            "manifest-src 'self'",
            "form-action 'self'",
            f"frame-ancestors {framed}",
            "base-uri 'none'",
        )
    )


class ContentSecurityPolicy:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.policy = policy()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Content-Security-Policy", self.policy)
        response.setdefault("Permissions-Policy", "geolocation=(self), camera=(self), microphone=()")
        return response
