-- Adds what a statement's rows change to the counts of the cells that they lie in, for each clearance that sees
-- other rows, from the finest zoom up. Each session counts in a part of its own, so that edits all over the city
-- need not wait for each other at the one cell of a low zoom; whoever reads sums the parts.
WITH rows AS (the_rows), fine AS (the_classes), levels AS (
    SELECT class, z - up AS z, cx >> up AS cx, cy >> up AS cy, sum(n)::int AS n, sum(sx) AS sx, sum(sy) AS sy,
           sum(s0) AS s0, sum(s1) AS s1, sum(s2) AS s2, sum(s3) AS s3
    FROM fine, generate_series(0, depth) AS up
    GROUP BY 1, 2, 3, 4
)
INSERT INTO registry_pyramid AS p (class, z, cx, cy, part, n, sx, sy, s0, s1, s2, s3)
SELECT class, z, cx, cy, pg_backend_pid() % 16, n, sx, sy, s0, s1, s2, s3 FROM levels
WHERE n <> 0 OR sx <> 0 OR sy <> 0 OR s0 <> 0 OR s1 <> 0 OR s2 <> 0 OR s3 <> 0
ORDER BY class, z, (cx >> 6)::bigint << 32 | (cy >> 6), cx, cy
ON CONFLICT (class, z, block, cx, cy, part) DO UPDATE
SET n = p.n + excluded.n, sx = p.sx + excluded.sx, sy = p.sy + excluded.sy, s0 = p.s0 + excluded.s0,
    s1 = p.s1 + excluded.s1, s2 = p.s2 + excluded.s2, s3 = p.s3 + excluded.s3
