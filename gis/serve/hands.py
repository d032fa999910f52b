"""The threads in which Django answers: few, and kept, each with the one database connection that it opened.

Left to itself, Django under ASGI makes a thread for every request, and every thread opens a connection: a burst
of visitors, or the streams that some of them leave open, would use up the database. Here requests beyond the
number of hands queue up, and a stream that only waits keeps nobody from its hand.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from threading import Lock
from typing import Any

HANDS = 8  # of a process; a request that waits for the database leaves the processor to the others


class Hand:
    """One thread, and how many requests count on it."""

    def __init__(self) -> None:
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="django")
        self.held = 0
        self.doing = 0
        self._counting = Lock()  # what is done is counted in the thread that did it

    @property
    def load(self) -> tuple[int, int]:
        return self.doing, self.held

    def submit(self, work: Callable[..., Any], *given: Any, **named: Any) -> Future[Any]:
        with self._counting:
            self.doing += 1
        done: Future[Any] = self.thread.submit(work, *given, **named)
        done.add_done_callback(self._done)
        return done

    def _done(self, _: Future[Any]) -> None:
        with self._counting:
            self.doing -= 1


class Turn(Executor):
    """What one request uses: the hand that had the least to do when it first needed one, until it ends."""

    def __init__(self, hands: list[Hand]) -> None:
        self._hands = hands
        self._hand: Hand | None = None

    def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        if self._hand is None:
            self._hand = min(self._hands, key=lambda hand: hand.load)
            self._hand.held += 1
        return self._hand.submit(work, *given, **named)

    def end(self) -> None:
        if self._hand is not None:
            self._hand.held -= 1


class Hands:
    def __init__(self, many: int = HANDS) -> None:
        self._all = [Hand() for _ in range(many)]

    def turn(self) -> Turn:
        return Turn(self._all)
