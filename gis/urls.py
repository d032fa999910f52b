"""The addresses that Django answers. `/tiles`, `/styles` and `/ogc` are answered before it, in `gis.asgi`."""

from django.contrib import admin
from django.urls import include, path

from gis import health
from gis.api import api

urlpatterns = [
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("metrics", health.metrics),
    path("api/", api.urls),
    path("admin/", admin.site.urls),
    path("accounts/", include("gis.accounts.urls")),
    path("", include("portal.urls")),
]
