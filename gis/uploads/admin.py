"""People's own layers in the administration: who keeps how much, to be deleted where it must be. Rows are not shown."""

from django.contrib import admin
from django.http import HttpRequest

from gis.uploads.models import OwnLayer


@admin.register(OwnLayer)
class OwnLayerAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "owner", "geometry", "rows", "made_at", "expires_at", "deleted_at")
    list_filter = ("geometry",)
    search_fields = ("name", "owner__username")
    readonly_fields = ("owner", "geometry", "fields", "label", "style", "source", "rows", "made_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
