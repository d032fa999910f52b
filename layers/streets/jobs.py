"""What the worker does for streets each night: how long ago each was confirmed, and what is doubtful in the map's memory."""

from __future__ import annotations

from procrastinate.contrib.django import app


@app.periodic(cron="17 1 * * *")
@app.task(queueing_lock="age-streets", pass_context=False)
def age_streets(timestamp: int) -> dict[str, int]:
    from layers.streets.memory import nightly

    return nightly()
