"""PostGIS, and the function that notes what changed where."""

from pathlib import Path

from django.contrib.postgres.operations import CreateExtension
from django.db import migrations

TOUCH = (Path(__file__).resolve().parent.parent / "touch.sql").read_text("utf-8")


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial")]
    operations = [
        CreateExtension("postgis"),
        CreateExtension("unaccent"),
        CreateExtension("pg_trgm"),
        migrations.RunSQL(TOUCH, "DROP FUNCTION antu_touch() CASCADE"),
    ]
