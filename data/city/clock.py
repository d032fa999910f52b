"""When things happen: moments over three years with the week's and the day's rhythm, in the city's own time."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import numpy as np

ZONE = timezone(timedelta(hours=8))
START = datetime(2022, 1, 1, tzinfo=ZONE)
DAYS = 1096
NOW = datetime(2024, 12, 31, 21, 0, tzinfo=ZONE)

# Shares of the hours of a day, 0–23.
TRAFFIC = np.array(
    [12, 8, 6, 5, 6, 14, 34, 74, 68, 52, 55, 58, 54, 50, 55, 60, 68, 86, 72, 52, 42, 36, 28, 18.0]
)
NIGHT = np.array(
    [60, 55, 48, 40, 30, 22, 18, 20, 24, 28, 32, 36, 38, 36, 36, 38, 42, 48, 54, 60, 66, 72, 74, 70.0]
)
FRAUD = np.array([90, 30, 8, 4, 2, 2, 4, 8, 20, 44, 58, 60, 52, 50, 58, 60, 54, 40, 32, 30, 32, 36, 44, 70.0])
DAYTIME = np.array(
    [2, 1, 1, 1, 1, 4, 12, 34, 52, 60, 62, 58, 44, 46, 56, 60, 62, 60, 50, 40, 32, 22, 12, 5.0]
)
WEEK = {
    "traffic": np.array([1.04, 1.0, 1.0, 1.02, 1.12, 0.98, 0.84]),
    "night": np.array([0.9, 0.9, 0.92, 0.95, 1.15, 1.25, 1.0]),
}


def moments(
    count: int,
    rng: np.random.Generator,
    hours: np.ndarray = TRAFFIC,
    week: str = "traffic",
    last_days: int = DAYS,
) -> list[datetime]:
    """`count` times, in order, within the last so many days before the end of 2024."""
    first = START + timedelta(days=DAYS - last_days)
    days = np.arange(last_days)
    season = 1 + 0.10 * np.sin((days + 40) / 365.25 * 2 * np.pi)
    weekdays = (days + first.weekday()) % 7
    share = season * WEEK[week][weekdays]
    day = rng.choice(days, size=count, p=share / share.sum())
    hour = rng.choice(24, size=count, p=hours / hours.sum())
    second = rng.integers(0, 3600, size=count)
    offsets = np.sort(day * 86400 + hour * 3600 + second // 60 * 60)
    return [first + timedelta(seconds=int(s)) for s in offsets]
