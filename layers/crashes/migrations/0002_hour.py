"""The hour of each crash in the city's time, kept by the database so that filters and tiles need not reckon."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import ExtractHour


class Migration(migrations.Migration):
    dependencies = [("crashes", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="crash",
            name="hour",
            field=models.GeneratedField(
                db_persist=True,
                expression=ExtractHour("occurred_at", tzinfo=ZoneInfo(settings.TIME_ZONE)),
                output_field=models.SmallIntegerField(verbose_name="發生時段"),
            ),
        ),
    ]
