"""The functions and triggers of the chain."""

from django.db import migrations

from gis.audit.install import CHAIN


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunSQL(CHAIN, migrations.RunSQL.noop)]
