"""Casualties, the rest of the form's items, the weekday of each crash and the class of its first party's vehicle."""

from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import ExtractIsoWeekDay

STEP = (Path(__file__).resolve().parent.parent / "casualties.sql").read_text("utf-8")
UNDO = "DROP FUNCTION crashes_casualties() CASCADE"
CASUALTIES = """
INSERT INTO crashes_casualty (crash_id, party_id, vehicle, sex, age, injury, injury_part, protection)
SELECT crash_id, id, vehicle, sex, age, injury, injury_part, protection
FROM crashes_party WHERE injury IN ('1', '2', '5') ORDER BY id
"""
CLASSES = """
UPDATE crashes_crash c SET vehicle = left(p.vehicle, 1) FROM crashes_party p
WHERE p.crash_id = c.id AND p.number = 1 AND p.vehicle ~ '^[A-H]'
"""
ITEMS = {
    "injury_part": ("主要傷處", 2),
    "use": ("車輛用途", 2),
    "licence_kind": ("駕照種類", 2),
    "occupation": ("職業", 2),
    "trip": ("旅次目的", 2),
    "platform": ("外送或共享平台", 40),
}


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("areas", "0001_initial"),
        ("crashes", "0005_scenes_of_made_up_crashes"),
    ]

    operations = [
        migrations.AddField(
            model_name="crash",
            name="weekday",
            field=models.GeneratedField(
                db_persist=True,
                expression=ExtractIsoWeekDay("occurred_at", tzinfo=ZoneInfo(settings.TIME_ZONE)),
                output_field=models.SmallIntegerField(verbose_name="星期"),
            ),
        ),
        migrations.AddField(
            model_name="crash",
            name="vehicle",
            field=models.CharField(blank=True, default="", max_length=1, verbose_name="第一當事者車種"),
            preserve_default=False,
        ),
        *(
            migrations.AddField(
                model_name="party",
                name=name,
                field=models.CharField(blank=True, default="", max_length=length, verbose_name=title),
                preserve_default=False,
            )
            for name, (title, length) in ITEMS.items()
        ),
        migrations.CreateModel(
            name="Casualty",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("vehicle", models.CharField(blank=True, max_length=4, verbose_name="當事者區分")),
                ("sex", models.CharField(blank=True, max_length=2, verbose_name="性別")),
                ("age", models.SmallIntegerField(blank=True, null=True, verbose_name="年齡")),
                ("injury", models.CharField(max_length=2, verbose_name="受傷程度")),
                ("injury_part", models.CharField(blank=True, max_length=2, verbose_name="主要傷處")),
                ("protection", models.CharField(blank=True, max_length=2, verbose_name="保護裝備")),
                (
                    "crash",
                    models.ForeignKey(on_delete=models.CASCADE, related_name="casualties", to="crashes.crash"),
                ),
                (
                    "party",
                    models.OneToOneField(
                        blank=True, null=True, on_delete=models.CASCADE, to="crashes.party", verbose_name="當事者"
                    ),
                ),
            ],
            options={
                "verbose_name": "死傷者",
                "verbose_name_plural": "死傷者",
                "ordering": ("party__number", "pk"),
            },
        ),
        migrations.CreateModel(
            name="Post",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stations", models.ManyToManyField(to="areas.station", verbose_name="派出所")),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=models.CASCADE,
                        related_name="post",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="帳號",
                    ),
                ),
            ],
            options={"verbose_name": "服務單位", "verbose_name_plural": "服務單位"},
        ),
        migrations.RunSQL(CLASSES, migrations.RunSQL.noop),
        # the deferred constraints that the update left behind would forbid the triggers
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RunSQL(CASUALTIES, migrations.RunSQL.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RunSQL(STEP, UNDO),
    ]
