"""The portal's own TWD97 agrees with PROJ: ten thousand places of both zones, there and back, to a tenth of a millimetre."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest
from pyproj import Transformer

SOURCE = Path(__file__).parents[2] / "portal/web/src/map/twd97.ts"
POINTS = 10_000
MOST = 1e-4
SCRIPT = """
const { toTwd97, toWgs84 } = await import(process.argv[1]);
let text = "";
for await (const part of process.stdin) text += part;
const out = JSON.parse(text).map(([lon, lat, zone]) => {
    const there = toTwd97(lon, lat, zone);
    return [...there, ...toTwd97(...toWgs84(...there, zone), zone)];
});
process.stdout.write(JSON.stringify(out));
"""


def test_ten_thousand_places_lie_where_proj_puts_them() -> None:
    node = shutil.which("node", path=str(Path(__file__).parents[2] / ".venv/bin")) or shutil.which("node")
    if not node:
        pytest.skip("there is no node to run the portal's program")
    strips = subprocess.run([node, "-p", "process.features.typescript"], capture_output=True, text=True)
    if "strip" not in strips.stdout:
        pytest.skip("this node cannot read TypeScript: it takes 22.18 or newer")
    chance = random.Random(26)
    places = []
    for n in range(POINTS):
        zone = (121, 119)[n % 2]
        lon = chance.uniform(119.95, 122.1) if zone == 121 else chance.uniform(118.1, 120.0)
        places.append((lon, chance.uniform(21.8, 26.4), zone))
    ran = subprocess.run(
        [node, "--input-type=module", "-e", SCRIPT, SOURCE.as_uri()],
        input=json.dumps(places),
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(ran.stdout)
    proj = {
        zone: Transformer.from_crs(4326, epsg, always_xy=True) for zone, epsg in ((121, 3826), (119, 3825))
    }
    worst = back = 0.0
    for (lon, lat, zone), (east, north, again, upward) in zip(places, found, strict=True):
        x, y = proj[zone].transform(lon, lat)
        worst = max(worst, abs(east - x), abs(north - y))
        back = max(back, abs(again - east), abs(upward - north))
    assert worst <= MOST
    assert back <= MOST
