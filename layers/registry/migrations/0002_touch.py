"""PostGIS, and what texts are compared and searched with. Freshness is installed after each migration."""

from django.contrib.postgres.operations import CreateExtension
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial")]
    operations = [
        CreateExtension("postgis"),
        CreateExtension("unaccent"),
        CreateExtension("pg_trgm"),
    ]
