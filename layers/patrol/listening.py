"""Positions by MQTT: a message is acknowledged when it is in the database, and not before.

`antu/positions/CAR` carries one position or a list of them, as the HTTP door takes them; the topic names the car, so that
the broker's own rules decide who may speak for which. What is wrong is said in the log and acknowledged: sent again it
would be as wrong.
"""

from __future__ import annotations

import json
import logging
import queue
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any
from urllib.parse import unquote, urlsplit

from django.db import Error, close_old_connections
from pydantic import ValidationError

from layers.patrol.positions import Reported, take

TOPIC = "antu/positions"
LARGEST, MOST = 256_000, 500
WAIT_S, AGAIN_S = 0.25, 2.0
log = logging.getLogger("antu.patrol.mqtt")


@dataclass(frozen=True, slots=True)
class Broker:
    host: str
    port: int
    tls: bool
    user: str | None
    password: str | None

    @classmethod
    def of(cls, url: str) -> Broker:
        """`mqtt://user:password@host:1883` or `mqtts://…:8883`. Raises ValueError with a sentence."""
        parts = urlsplit(url if "://" in url else f"mqtt://{url}")
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
            raise ValueError(
                f"“{url}” is no broker's address; it looks like mqtts://user:password@host:8883."
            )
        tls = parts.scheme == "mqtts"
        named = unquote(parts.username) if parts.username else None
        secret = unquote(parts.password) if parts.password else None
        return cls(parts.hostname, parts.port or (8883 if tls else 1883), tls, named, secret)


@dataclass(slots=True)
class Count:
    messages: int = 0
    accepted: int = 0
    repeated: int = 0
    refused: int = 0


def reports(topic: str, payload: bytes) -> list[Reported]:
    """What one message says. Raises ValueError with why it says nothing."""
    if len(payload) > LARGEST:
        raise ValueError(f"{len(payload)} bytes; a message holds {LARGEST}")
    car = topic.removeprefix(TOPIC).strip("/")
    if not car or "/" in car:
        raise ValueError(f"topic {topic!r} names no car")
    try:
        said = json.loads(payload)
    except (ValueError, RecursionError) as wrong:
        raise ValueError("not JSON") from wrong
    rows = said.get("positions", [said]) if isinstance(said, dict) else said
    if not isinstance(rows, list) or not all(isinstance(r, dict) for r in rows):
        raise ValueError("neither a position nor a list of them")
    if len(rows) > 2000:
        raise ValueError(f"{len(rows)} positions; a message holds 2000")
    if any(r.get("car", car) != car for r in rows):
        raise ValueError(f"speaks for another car than {car!r}")
    try:
        return [Reported(**{**r, "car": car}) for r in rows]
    except ValidationError as wrong:
        first = wrong.errors()[0]
        raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from wrong


class Listener:
    """One line to the broker; whatever comes is written in batches."""

    def __init__(self, broker: Broker, name: str = "antu") -> None:
        from paho.mqtt.client import Client
        from paho.mqtt.enums import CallbackAPIVersion

        self.broker, self.count = broker, Count()
        self._waiting: queue.Queue[Any] = queue.Queue(maxsize=MOST * 4)
        # the session outlives the line: what comes while nobody listens waits at the broker
        self._client = Client(
            CallbackAPIVersion.VERSION2, client_id=name, clean_session=False, manual_ack=True
        )
        if broker.user:
            self._client.username_pw_set(broker.user, broker.password)
        if broker.tls:
            self._client.tls_set(cert_reqs=ssl.CERT_REQUIRED)
        self._client.on_connect = self._connected
        self._client.on_disconnect = self._lost
        self._client.on_message = lambda _client, _userdata, message: self._waiting.put(message)
        self._client.max_inflight_messages_set(MOST)
        self._client.reconnect_delay_set(1, 30)

    def _connected(self, client: Any, _userdata: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            log.error("The broker refuses us: %s", reason)
            return
        self._drain()  # of the line before; the broker sends again what was not acknowledged
        client.subscribe(f"{TOPIC}/+", qos=1)
        log.info("Listening at %s:%s on %s/+", self.broker.host, self.broker.port, TOPIC)

    def _lost(self, _client: Any, _userdata: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        log.warning("The line to the broker is gone (%s); trying again", reason)

    def _drain(self) -> None:
        while not self._waiting.empty():
            self._waiting.get_nowait()

    def run(self, stop: threading.Event, ready: Callable[[], None] = lambda: None) -> Count:
        """Until told to stop. Raises OSError when the broker is not there at the start."""
        self._client.connect(self.broker.host, self.broker.port, keepalive=30)
        self._client.loop_start()
        ready()
        try:
            while not stop.is_set():
                batch = self._batch()
                if batch:
                    self._write(batch, stop)
        finally:
            self._client.disconnect()
            self._client.loop_stop()
        return self.count

    def _batch(self) -> list[Any]:
        found: list[Any] = []
        until = monotonic() + WAIT_S
        while len(found) < MOST:
            try:
                found.append(self._waiting.get(timeout=max(0.0, until - monotonic())))
            except queue.Empty:
                break
        return found

    def _write(self, batch: list[Any], stop: threading.Event) -> None:
        said: list[Reported] = []
        for message in batch:
            try:
                said.extend(reports(message.topic, message.payload))
            except ValueError as wrong:
                self.count.refused += 1
                log.warning("A message on %r is refused: %s", message.topic[:80], wrong)
        while True:
            try:
                close_old_connections()
                done: dict[str, Any] = take(said) if said else {"accepted": 0, "repeated": 0, "refused": []}
                break
            except Error as wrong:
                log.error("The database is away (%s); the messages wait", wrong)
                if stop.wait(AGAIN_S):
                    return  # not acknowledged: the broker keeps them
        for one in done["refused"]:
            log.warning("A position of %r is refused: %s", one["car"], one["detail"])
        for message in batch:
            self._client.ack(message.mid, message.qos)
        self.count.messages += len(batch)
        self.count.accepted += done["accepted"]
        self.count.repeated += done["repeated"]
        self.count.refused += len(done["refused"])
