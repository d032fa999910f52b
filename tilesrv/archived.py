"""`/tiles/archives.json`, `/tiles/archive/{name}.json` and `/tiles/archive/{name}/{z}/{x}/{y}`: archives over HTTP."""

from __future__ import annotations

import asyncio

from layers.access import Clearance, Viewer
from tilesrv import answer
from tilesrv.answer import Problem, Scope, Send
from tilesrv.archive import MOST_TILE, Archive, Archives, Damaged, unzipped
from tilesrv.asking import keeping, parse_tile
from tilesrv.encoding import best


async def answer_archive(
    archives: Archives, parts: list[str], scope: Scope, viewer: Viewer, send: Send
) -> tuple[str, int]:
    asked = answer.query(scope, {"v"})
    asked.pop("v", None)
    match parts:
        case ["archives.json"]:
            found = await asyncio.to_thread(archives.seen_by, viewer)
            listed = [a.tilejson(answer.base_url(scope)) for a in found]
            extra = {"cache-control": "private, no-cache", "vary": "Authorization, Cookie"}
            await answer.send_json(send, 200, {"archives": listed}, extra)
            return "tilejson", 200
        case ["archive", name] if name.endswith(".json"):
            archive = await asyncio.to_thread(archives.find, name[:-5], viewer)
            said = archive.tilejson(answer.base_url(scope))
            await answer.send_json(send, 200, said, _caching(archive, viewer))
            return "tilejson", 200
        case ["archive", name, z, x, last]:
            y, _, ending = last.partition(".")
            archive = await asyncio.to_thread(archives.find, name, viewer)
            if ending and ending not in archive.endings:
                raise Problem(404, f"The tiles of this archive end in .{archive.endings[0]}.")
            return "archive", await _tile(archive, (z, x, y), scope, viewer, send)
    raise Problem(404, "Archives are listed at /tiles/archives.json.")


async def _tile(
    archive: Archive, place: tuple[str, str, str], scope: Scope, viewer: Viewer, send: Send
) -> int:
    tile = parse_tile(*place)
    found, extra = answer.headers(scope), _caching(archive, viewer) | {"etag": archive.etag(tile)}
    if answer.unchanged(found, extra["etag"]):
        await answer.send(send, 304, extra=extra)
        return 304
    try:
        stored = await asyncio.to_thread(archive.tile, tile)
        if stored is None:
            await answer.send(send, 204, extra=extra)
            return 204
        body = stored.body
        if stored.gzipped:
            if best(found.get(b"accept-encoding", b""), ("gzip", "identity")) == "gzip":
                extra["content-encoding"] = "gzip"
            else:
                body = await asyncio.to_thread(unzipped, body, MOST_TILE)
    except Damaged as damage:
        raise Problem(500, f"This archive is damaged: {damage}. It must be built again.") from damage
    await answer.send(send, 200, body, archive.content_type, extra, head=scope["method"] == "HEAD")
    return 200


def _caching(archive: Archive, viewer: Viewer) -> dict[str, str]:
    return keeping(not viewer.known and archive.clearance is Clearance.PUBLIC)
