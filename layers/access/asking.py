"""Who asks: the viewer that stands on a Django request. What one may not see is as if it were not there."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from layers.access.clearance import Clearance
from layers.access.viewer import Viewer


def viewer_of(request: HttpRequest) -> Viewer:
    found: Viewer = vars(request)["viewer"]
    return found


def cleared(request: HttpRequest, least: Clearance) -> Viewer:
    """404 for whoever is not cleared so far."""
    viewer = viewer_of(request)
    if viewer.clearance < least:
        raise Http404
    return viewer
