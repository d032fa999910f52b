"""Each night the network is screened anew, so that ranks follow the crashes of the day; every hour movements are inferred
where scenes have changed."""

from __future__ import annotations

from procrastinate.contrib.django import app


@app.periodic(cron="7 4 * * *")
@app.task(queueing_lock="screen-network", pass_context=False)
def screen_network(timestamp: int) -> dict[str, int]:
    from layers.crashes.screening.network import renew

    return renew()


@app.periodic(cron="23 * * * *")
@app.task(queueing_lock="infer-movements", pass_context=False)
def infer_movements(timestamp: int) -> int:
    from layers.crashes.movements.infer import changed

    return changed()


@app.periodic(cron="22 4 * * *")
@app.task(queueing_lock="lay-out-collisions", pass_context=False)
def lay_out_collisions(timestamp: int) -> int:
    from layers.crashes.diagrams import keep_glyphs

    return keep_glyphs()


@app.periodic(cron="37 4 * * *")
@app.task(queueing_lock="ask-unsurveyed", pass_context=False)
def ask_unsurveyed(timestamp: int) -> int:
    from layers.crashes.unsurveyed import ask

    return ask()
