from pathlib import Path

from django.db import migrations

TALLY = (Path(__file__).resolve().parent.parent / "tally.sql").read_text("utf-8")


class Migration(migrations.Migration):
    """A junction or road that has had crashes can be deleted."""

    dependencies = [("crashes", "0003_scenes")]
    operations = [migrations.RunSQL(TALLY, migrations.RunSQL.noop)]
