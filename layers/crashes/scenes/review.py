"""案件審核: draft → submitted → returned or approved → locked. Each step is kept with what it was about.

Whoever draws does not approve. What is approved is the document that the reviewer saw, and its sheet is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from diagramming.scene.checklist import checklist
from diagramming.scene.document import digest, read
from layers.access import Viewer
from layers.crashes.scenes.models import Scene, SceneEdit, SceneOutline, SceneStep
from layers.crashes.scenes.output import sheet
from layers.crashes.scenes.store import SceneTrouble

State = Scene.State
ACTIONS: dict[str, tuple[set[str], str]] = {
    "submit": ({State.DRAFT, State.RETURNED}, State.SUBMITTED),
    "withdraw": ({State.SUBMITTED}, State.DRAFT),
    "return": ({State.SUBMITTED}, State.RETURNED),
    "approve": ({State.SUBMITTED}, State.APPROVED),
    "lock": ({State.APPROVED}, State.LOCKED),
}
FOR_REVIEWERS = frozenset({"return", "approve", "lock"})


def step(
    scene_id: int, action: str, viewer: Viewer, seen: str, remarks: Sequence[dict[str, Any]] = ()
) -> Scene:
    """One step of the review. `seen` is the digest of the document that the person looked at."""
    with transaction.atomic():
        scene = Scene.objects.select_for_update().get(pk=scene_id)
        document = read(scene.document)
        now = digest(document)
        allowed, after = ACTIONS[action]
        if scene.state not in allowed:
            raise SceneTrouble(
                409,
                "state",
                f"狀態為「{scene.get_state_display()}」，不能這樣做。 The scene is {scene.state}; this step is not open.",
            )
        if seen != now:
            raise SceneTrouble(
                409,
                "changed",
                "現場圖在您看過之後有更動，請重新檢視。 The scene changed since you looked; look again.",
            )
        if action == "submit":
            checks = checklist(document, {k for k, v in scene.plates.items() if v}, scene.photos.count())
            if missing := [c for c in checks if c.must and not c.ok]:
                zh, en = "、".join(c.zh for c in missing), "; ".join(c.en for c in missing)
                raise SceneTrouble(422, "incomplete", f"尚缺：{zh}。 Missing: {en}.")
            scene.drawn_by = viewer.actor
        if action == "withdraw" and viewer.actor != scene.drawn_by:
            raise SceneTrouble(
                403, "refused", "只有送審的人可以撤回。 Only who submitted it may withdraw it."
            )
        if action == "return":
            if not remarks:
                raise SceneTrouble(422, "reason", "退回須敘明理由。 Say why it is returned.")
            ids = {e.id for e in (*document.elements, *document.parties, *document.readings)}
            for remark in remarks:
                if remark.get("element") and remark["element"] not in ids:
                    raise SceneTrouble(
                        422,
                        "element",
                        f"沒有元素 {remark['element']}。 There is no element {remark['element']}.",
                    )
        if action == "approve":
            if (
                viewer.actor == scene.drawn_by
                or SceneEdit.objects.filter(scene=scene, actor=viewer.actor).exists()
            ):
                raise SceneTrouble(
                    403, "own-work", "繪圖者不能核定自己的圖。 Nobody approves a scene that they drew."
                )
            scene.reviewed_by = viewer.actor
        drawn = ""
        before, scene.state = scene.state, after
        if action == "approve":
            drawn = sheet(scene, document)
        SceneStep.objects.create(
            scene=scene,
            actor=viewer.actor,
            before=before,
            after=after,
            version=scene.version,
            digest=now,
            document=scene.document,
            remarks=list(remarks),
            sheet=drawn,
            sheet_digest=hashlib.sha256(drawn.encode()).hexdigest() if drawn else "",
        )
        scene.save(update_fields=["state", "drawn_by", "reviewed_by", "changed_at"])
        SceneOutline.objects.filter(scene=scene).update(state=after)
        return scene
