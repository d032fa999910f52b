from pathlib import Path

from django.db import migrations

GUARD = (Path(__file__).resolve().parent.parent / "scenes" / "guard.sql").read_text("utf-8")


class Migration(migrations.Migration):
    """The scenes of synthetic crashes go when another demonstration takes the place of theirs."""

    dependencies = [("crashes", "0004_totals_of_gone_places")]
    operations = [migrations.RunSQL(GUARD, migrations.RunSQL.noop)]
