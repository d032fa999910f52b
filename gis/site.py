"""The admin site of Antu."""

from django.contrib.admin.apps import AdminConfig


class AntuAdminConfig(AdminConfig):
    default_site = "django.contrib.admin.sites.AdminSite"
