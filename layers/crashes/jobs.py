"""Each night the network is screened anew, so that ranks follow the crashes of the day."""

from __future__ import annotations

from procrastinate.contrib.django import app


@app.periodic(cron="7 4 * * *")
@app.task(queueing_lock="screen-network", pass_context=False)
def screen_network(timestamp: int) -> dict[str, int]:
    from layers.crashes.screening.network import renew

    return renew()
