"""What can be done with patrol beside its layers: `/api/patrol/…`."""

from ninja import Router

from layers.patrol.api import boxes, signins

router = Router(tags=["patrol"])
for part in (signins, boxes):
    router.add_router("", part.router)
