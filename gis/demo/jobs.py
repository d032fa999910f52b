"""What keeps the demonstration true: tonight's patrol is of tonight, however old the city is."""

from django.utils import timezone
from procrastinate.contrib.django import app

from gis.demo.models import Demonstration


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="demonstrate-tonight", pass_context=False)
def demonstrate_tonight(timestamp: int) -> int:
    """Every ten minutes, only where the demonstration is: the rounds of the hour go on. How many sign-ins came."""
    if not Demonstration.objects.exclude(finished_at=None).exclude(scale="hamlet").exists():
        return 0
    from gis.demo.tonight import keep_tonight

    return keep_tonight(timezone.now())
