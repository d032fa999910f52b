"""Runs the jobs of the queue until told to stop. Any number of workers may run, on any machine."""

from __future__ import annotations

import asyncio


def work(concurrency: int = 2) -> None:
    """Blocks; SIGINT and SIGTERM let running jobs finish first. Interrupted jobs stay in the queue."""
    from procrastinate.contrib.django import app

    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
    with app.replace_connector(connector) as working:
        asyncio.run(_work(working, concurrency))


async def _work(working: object, concurrency: int) -> None:
    async with working.open_async():  # type: ignore[attr-defined]
        await working.run_worker_async(  # type: ignore[attr-defined]
            concurrency=concurrency, delete_jobs="successful", install_signal_handlers=True
        )


if __name__ == "__main__":
    from gis.cli.setup import django

    django()
    work()
