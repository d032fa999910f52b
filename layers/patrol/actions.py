"""What can be done with patrol beside its layers: `/api/patrol/…`."""

from ninja import Router

from layers.patrol.api import around, boxes, cars, insight, notes, plans, signins, watch

router = Router(tags=["patrol"])
for part in (signins, around, boxes, insight, plans, cars, watch, notes):
    router.add_router("", part.router)
