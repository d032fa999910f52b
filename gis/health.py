"""Is this worker alive, is it ready, and how is it doing: for load balancers and Prometheus."""

from ipaddress import ip_address

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from layers.access import ANONYMOUS, EDITORS, Viewer
from layers.registry.register import register


def alive(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


def ready(request: HttpRequest) -> HttpResponse:
    """Ready means: the database answers, has PostGIS, and every layer's table is there."""
    tables = {table for layer in register for table in layer.tables}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT postgis_lib_version()")
            present = set(connection.introspection.table_names(cursor))
    except DatabaseError as problem:
        return JsonResponse({"ready": False, "why": f"database: {type(problem).__name__}"}, status=503)
    if missing := sorted(tables - present):
        return JsonResponse(
            {"ready": False, "why": f"not migrated: {len(missing)} tables missing"}, status=503
        )
    return JsonResponse({"ready": True, "layers": len(register.now.layers)})


def metrics(request: HttpRequest) -> HttpResponse:
    """For this machine and for administrators' tokens: the labels name layers that not everybody may know of."""
    viewer: Viewer = getattr(request, "viewer", ANONYMOUS)
    if not (viewer.roles & EDITORS or _from_this_machine(request)):
        return HttpResponse("Metrics are for this machine, or for an administrator's token.\n", status=403)
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _from_this_machine(request: HttpRequest) -> bool:
    if "HTTP_X_FORWARDED_FOR" in request.META or "HTTP_FORWARDED" in request.META:
        return False  # somebody else is behind the proxy
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
