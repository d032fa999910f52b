"""Names the room in the admin site."""

from django.apps import AppConfig


class SharingConfig(AppConfig):
    name = "gis.sharing"
    label = "sharing"
    verbose_name = "分享與註記"
