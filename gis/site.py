"""Names the admin site of Antu (`gis.admin.site`) before any model is loaded."""

from django.contrib.admin.apps import AdminConfig


class AntuAdminConfig(AdminConfig):
    default_site = "gis.admin.site.AntuAdminSite"
