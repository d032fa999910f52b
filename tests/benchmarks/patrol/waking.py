"""P1: five thousand phones woken by Web Push, as the worker does it; the push service is a process of its own."""

from __future__ import annotations

from multiprocessing import get_context
from multiprocessing.connection import Connection
from time import perf_counter, process_time

from tests.benchmarks.patrol import crowd
from tests.benchmarks.report import Report

PHONES, AT_ONCE, KEYS = 5000, 500, 50


def _service(line: Connection) -> None:
    """Takes bodies until told to stop, then says for which addresses, and shows the first of them."""
    import django

    django.setup()
    from tests.patrol.test_push import Service

    service = Service()
    line.send(service.place)
    line.recv()
    line.send(([path for path, _, _ in service.taken], [(p, b) for p, _, b in service.taken[:20]]))
    service.close()


def measure(report: Report) -> None:
    from django.conf import settings

    crowd.clear()
    ours, theirs = get_context("spawn").Pipe()
    service = get_context("spawn").Process(target=_service, args=(theirs,), daemon=True)
    service.start()
    theirs.close()  # so that its end is heard here
    place = ours.recv()
    kept, settings.PUSH_HOSTS = settings.PUSH_HOSTS, [place]
    try:
        _wake(report, place, ours)
    finally:
        settings.PUSH_HOSTS = kept
        service.join(20)
        crowd.clear()


def _wake(report: Report, place: str, service: Connection) -> None:
    from layers.patrol.models import Notice, Subscription
    from layers.patrol.push import push
    from tests.patrol.test_push import Phone

    users = crowd.people(PHONES, "officer", "w")
    phones = [Phone(f"http://{place}/{i}") for i in range(KEYS)]
    words = [p.said()["keys"] for p in phones]
    Subscription.objects.bulk_create(
        [Subscription(officer=u.username, endpoint=f"http://{place}/{i}", **words[i % KEYS]) for i, u in enumerate(users)]
    )  # fmt: skip
    Notice.objects.bulk_create([Notice(officer=u.username, zh="集合", urgent=True) for u in users])
    numbers = list(Notice.objects.filter(officer__startswith=crowd.MARK).values_list("pk", flat=True))
    began, cpu = perf_counter(), process_time()
    again: list[int] = []
    for i in range(0, PHONES, AT_ONCE):  # as `notes.tell` puts them into the queue
        again += push(numbers[i : i + AT_ONCE])
    spent, used = perf_counter() - began, process_time() - cpu
    service.send("enough")
    paths, shown = service.recv()
    for path, body in shown:
        assert phones[int(path[1:]) % KEYS].reads(body)["zh"] == "集合"
    pushed = Notice.objects.filter(pk__in=numbers, pushed=1).count()
    report.add(f"P1: {PHONES:,} subscriptions pushed to", spent, "s", most=30)
    report.add("P1: … not delivered at once", PHONES - len(set(paths)), "", most=0)
    report.notes.append(
        f"- Push: {len(paths):,} requests for {len(set(paths)):,} phones, {pushed:,} marked as pushed, {len(again)} left for a later try; "
        f"{used:.1f} s of CPU of the worker."
    )
