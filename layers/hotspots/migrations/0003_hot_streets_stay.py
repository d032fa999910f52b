"""Hot streets keep what was: those that are there hold since the day that they begin with."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hotspots", "0002_hot_streets")]
    operations = [
        migrations.AddField("hotstreet", "since", models.DateTimeField("自", null=True)),
        migrations.AddField(
            "hotstreet", "until", models.DateTimeField("至", null=True, blank=True)
        ),
        migrations.RunSQL(
            "UPDATE hotspots_hotstreet SET since = start::timestamp AT TIME ZONE 'Asia/Taipei', \"end\" = \"end\" - 1",
            migrations.RunSQL.noop,
        ),
        migrations.AlterField("hotstreet", "since", models.DateTimeField("自")),
    ]
