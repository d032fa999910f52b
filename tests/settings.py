"""The product's settings with one more theme, `sample`: small layers of every kind that tests can break."""

import os
import tempfile
from pathlib import Path

from gis.settings import *  # noqa: F403
from gis.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.sample", "tests.example"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Surfaces and rejects of tests must never take the place of those of the city that runs here.
_worker = f"{os.getuid()}-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
DATA_DIR = Path(tempfile.gettempdir()) / f"antu-tests-{_worker}"
