"""V17 of the street map: junctions that nobody has looked at for long, and at which there were crashes since.

A drawing of the next crash there will stand on what was true years ago.
"""

from __future__ import annotations

from django.db import connection

from layers.streets import memory

MONTHS = 24
"""A survey is old after so long."""
NEAR = 35.0 * 1.1
"""Web Mercator metres around a node within which a crash is its own."""
ASKED = """
    WITH ends AS (
        SELECT 'node/' || end_ AS node, g.object
        FROM streets_version g, LATERAL (VALUES (g.params->>'a'), (g.params->>'b')) AS e (end_)
        WHERE g.kind = 'segment' AND upper_inf(g.valid) AND upper_inf(g.txn)
    ), nodes AS (
        SELECT v.object, v.merc, greatest(max(l.confirmed_at), max(s.valid_from), max(f.at)) AS seen
        FROM streets_version v
        JOIN streets_changeset s ON s.id = v.changeset_id
        JOIN ends ON ends.node = v.object
        LEFT JOIN streets_drawnline l ON l.owner = ends.object
        LEFT JOIN (SELECT object, max(at) AS at FROM streets_confirmation GROUP BY object) AS f ON f.object = v.object
        WHERE v.kind = 'node' AND upper_inf(v.valid) AND upper_inf(v.txn)
        GROUP BY v.object, v.merc
        HAVING count(*) > 2
    )
    SELECT n.object, n.seen::date, count(*) FROM nodes n
    JOIN crashes_crash c ON ST_DWithin(c.merc, n.merc, %(near)s) AND c.occurred_at > n.seen
    WHERE n.seen < now() - %(months)s * interval '1 month'
    GROUP BY n.object, n.seen ORDER BY n.object
"""


def ask() -> int:
    """Holds the warnings of today; how many."""
    with connection.cursor() as cursor:
        cursor.execute(ASKED, {"near": NEAR, "months": MONTHS})
        found = [
            memory.Doubt(
                node,
                False,
                f"{seen} 後未再測繪或確認，其間有 {count} 件事故",
                f"not surveyed or confirmed since {seen}, and {count} crashes since",
            )
            for node, seen, count in cursor.fetchall()
        ]
    return memory.hold("V17", found)
