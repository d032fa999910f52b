"""The product's settings with one more theme, `sample`: small layers of every kind that tests can break."""

from gis.settings import *  # noqa: F403
from gis.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.sample", "tests.example"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
