"""Positions by MQTT, from a broker of a few lines: written once, acknowledged afterwards, wrong ones named."""

from __future__ import annotations

import json
import logging
import socket
import struct
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import OperationalError, connection
from django.utils import timezone

from layers.patrol import listening
from layers.patrol.listening import Broker, Listener, reports
from layers.patrol.models import PatrolCar, Position
from tests.patrol.conftest import PLACE

CONNECT, PUBLISH, PUBACK, SUBSCRIBE, PINGREQ, DISCONNECT = 1, 3, 4, 8, 12, 14


class Stub:
    """MQTT 3.1.1 for one client at a time: what is published waits until it is acknowledged, over lost lines too."""

    def __init__(self) -> None:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.waiting: dict[int, tuple[str, bytes]] = {}
        self.sent: list[int] = []
        self.asked: list[str] = []
        self.sessions: list[tuple[str, bool]] = []
        self.line: socket.socket | None = None
        self.changed = threading.Condition()
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self.server.accept()
            except OSError:
                return
            try:
                self._talk(line)
            except (OSError, EOFError):
                continue
            finally:
                line.close()

    def _talk(self, line: socket.socket) -> None:
        while True:
            kind, body = self._packet(line)
            with self.changed:
                if kind == CONNECT:
                    (n,) = struct.unpack("!H", body[10:12])
                    self.sessions.append((body[12 : 12 + n].decode(), not body[7] & 2))
                    line.sendall(b"\x20\x02\x00\x00")
                elif kind == SUBSCRIBE:
                    (n,) = struct.unpack("!H", body[2:4])
                    self.asked.append(body[4 : 4 + n].decode())
                    line.sendall(b"\x90\x03" + body[:2] + body[-1:])
                    self.line = line
                    for mid in list(self.waiting):
                        self._send(mid)
                elif kind == PUBACK:
                    self.waiting.pop(struct.unpack("!H", body)[0], None)
                elif kind == PINGREQ:
                    line.sendall(b"\xd0\x00")
                elif kind == DISCONNECT:
                    return
                self.changed.notify_all()

    def _packet(self, line: socket.socket) -> tuple[int, bytes]:
        head = self._exactly(line, 1)[0]
        size = shift = 0
        while True:
            byte = self._exactly(line, 1)[0]
            size |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return head >> 4, self._exactly(line, size)

    def _exactly(self, line: socket.socket, n: int) -> bytes:
        found = b""
        while len(found) < n:
            part = line.recv(n - len(found))
            if not part:
                raise EOFError
            found += part
        return found

    def _send(self, mid: int) -> None:
        topic, payload = self.waiting[mid]
        body = struct.pack("!H", len(topic)) + topic.encode() + struct.pack("!H", mid) + payload
        size, left = b"", len(body)
        while True:
            left, low = divmod(left, 128)
            size += bytes([low | (128 if left else 0)])
            if not left:
                break
        assert self.line is not None
        self.sent.append(mid)
        self.line.sendall(bytes([0x32]) + size + body)

    def publish(self, mid: int, topic: str, said: Any) -> None:
        payload = said if isinstance(said, bytes) else json.dumps(said).encode()
        with self.changed:
            self.waiting[mid] = (topic, payload)
            if self.line is not None:
                self._send(mid)

    def until(self, true: Any, seconds: float = 20) -> None:
        with self.changed:
            assert self.changed.wait_for(true, seconds)

    def cut(self) -> None:
        with self.changed:
            assert self.line is not None
            self.line.shutdown(socket.SHUT_RDWR)
            self.line = None

    def close(self) -> None:
        self.server.close()


def said(seconds: float, **fields: Any) -> dict[str, Any]:
    at = timezone.now() - timedelta(seconds=seconds)
    return {"at": at.isoformat(), "lon": PLACE[0], "lat": PLACE[1], "speed_kmh": 30} | fields


@pytest.fixture
def car(committed: None) -> Any:
    made = PatrolCar.objects.create(
        key="mq-1",
        name="101",
        status="patrolling",
        at=timezone.now() - timedelta(days=1),
        geom=Point(*PLACE, srid=4326),
    )
    yield made
    made.delete()


class Running:
    def __init__(self, stub: Stub) -> None:
        self.listener = Listener(Broker("127.0.0.1", stub.port, False, None, None), "antu-test")
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.listener.run(self.stop)
        finally:
            connection.close()

    def end(self) -> None:
        self.stop.set()
        self.thread.join(20)
        assert not self.thread.is_alive()


def test_positions_are_written_once_and_then_acknowledged(
    car: PatrolCar, caplog: pytest.LogCaptureFixture
) -> None:
    stub = Stub()
    rows = [said(s) for s in (30, 20, 10)]
    stub.publish(1, "antu/positions/mq-1", rows[0])  # was there before anybody listened
    running = Running(stub)
    try:
        with caplog.at_level(logging.WARNING, "antu.patrol.mqtt"):
            stub.publish(2, "antu/positions/mq-1", rows)
            stub.publish(3, "antu/positions/mq-1", {"positions": rows[::-1]})
            stub.publish(4, "antu/positions/mq-1", b"{")
            stub.publish(5, "antu/positions/nobody", rows[0])
            stub.publish(6, "antu/positions/mq-1", said(5, lon=0, lat=0))
            stub.until(lambda: not stub.waiting)
        assert stub.sessions == [("antu-test", True)] and stub.asked == ["antu/positions/+"]
        assert Position.objects.filter(car=car).count() == 3
        car.refresh_from_db()
        assert car.at.isoformat() == rows[2]["at"]
        stub.publish(7, "antu/positions/mq-1", rows)
        stub.until(lambda: not stub.waiting)
        assert Position.objects.filter(car=car).count() == 3
    finally:
        running.end()
        stub.close()
    count = running.listener.count
    assert (count.messages, count.accepted, count.refused) == (7, 3, 3)
    assert "not JSON" in caplog.text and "沒有這輛車" in caplog.text and "0, 0" in caplog.text


def test_what_was_not_written_is_not_acknowledged_and_comes_again(
    car: PatrolCar, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, tries = listening.take, threading.Event()
    broken = threading.Event()
    broken.set()

    def take(rows: Any) -> Any:
        if broken.is_set():
            tries.set()
            raise OperationalError("away")
        return real(rows)

    monkeypatch.setattr(listening, "take", take)
    monkeypatch.setattr(listening, "AGAIN_S", 0.05)
    stub = Stub()
    running = Running(stub)
    try:
        stub.until(lambda: stub.asked)
        stub.publish(1, "antu/positions/mq-1", said(9))
        assert tries.wait(20)
        assert stub.waiting and not Position.objects.filter(car=car).exists()
        stub.cut()
        stub.until(lambda: len(stub.sessions) == 2 and stub.sent == [1, 1])
        broken.clear()
        stub.until(lambda: not stub.waiting)
        assert Position.objects.filter(car=car).count() == 1
    finally:
        running.end()
        stub.close()


@pytest.mark.parametrize(
    ("topic", "payload", "why"),
    [
        ("antu/positions/a", b"[1]", "neither"),
        ("antu/positions/a", b'"x"', "neither"),
        ("antu/positions/a", b"[" * 100_000, "not JSON"),
        ("antu/positions/a", b"\xff\xfe", "not JSON"),
        ("antu/positions/a", b"x" * 300_000, "bytes"),
        ("antu/positions/a", b'{"car": "b"}', "another car"),
        ("antu/positions/a/b", b"{}", "names no car"),
        ("antu/positions/", b"{}", "names no car"),
        ("antu/positions/a", b'{"at": "2026-01-01T00:00:00", "lon": 1, "lat": 1}', "at:"),
        ("antu/positions/a", b'{"at": "2026-01-01T00:00:00Z", "lon": NaN, "lat": 1}', "lon:"),
        ("antu/positions/a", b'{"at": "2026-01-01T00:00:00Z", "lon": 1}', "lat:"),
    ],
)
def test_what_is_wrong_is_said(topic: str, payload: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        reports(topic, payload)


def test_a_brokers_address() -> None:
    assert Broker.of("mqtts://a:b%40c@host") == Broker("host", 8883, True, "a", "b@c")
    assert Broker.of("host:9") == Broker("host", 9, False, None, None)
    with pytest.raises(ValueError, match="no broker's address"):
        Broker.of("http://host")


def test_no_broker_is_said_in_a_sentence() -> None:
    from click.testing import CliRunner

    from gis.cli.patrol import patrol_
    from gis.trouble import Trouble

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    found = CliRunner().invoke(patrol_, ["listen", "--broker", f"127.0.0.1:{port}"])
    assert isinstance(found.exception, Trouble) and str(port) in str(found.exception)
