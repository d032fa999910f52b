from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("demo", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="demonstration",
            name="finished_at",
            field=models.DateTimeField("完成時間", null=True, editable=False),
        ),
        # a city that was there before this column was whole
        migrations.RunSQL("UPDATE demo_demonstration SET finished_at = loaded_at", migrations.RunSQL.noop),
    ]
