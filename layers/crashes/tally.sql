-- Keeps crashes_junctiontally and crashes_roadtally equal to the crashes, whoever writes them and however many at
-- once: the statement's old rows are taken off, its new ones added on. Places are taken in order, so that two bulk
-- writes wait for each other instead of locking up.
CREATE OR REPLACE FUNCTION crashes_tally() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    moved text := CASE TG_OP
        WHEN 'INSERT' THEN 'SELECT 1 AS sign, n.* FROM new_rows n'
        WHEN 'DELETE' THEN 'SELECT -1 AS sign, o.* FROM old_rows o'
        ELSE 'SELECT 1 AS sign, n.* FROM new_rows n UNION ALL SELECT -1, o.* FROM old_rows o'
    END;
    place text;
BEGIN
    FOREACH place IN ARRAY array['junction', 'road'] LOOP
        EXECUTE format($q$
            INSERT INTO crashes_%1$stally AS t (%1$s_id, year, a1, a2, a3, deaths, injuries, epdo)
            SELECT place, y, a1, a2, a3, deaths, injuries, epdo
            FROM (
                SELECT %1$s_id AS place, extract(year FROM occurred_at AT TIME ZONE %2$L)::int AS y,
                       coalesce(sum(sign) FILTER (WHERE severity = 1), 0) AS a1,
                       coalesce(sum(sign) FILTER (WHERE severity = 2), 0) AS a2,
                       coalesce(sum(sign) FILTER (WHERE severity = 3), 0) AS a3,
                       sum(sign * deaths) AS deaths, sum(sign * injuries) AS injuries, sum(sign * epdo) AS epdo,
                       bool_or(sign = 1) AS added
                FROM (%3$s) m WHERE %1$s_id IS NOT NULL
                GROUP BY 1, 2
            ) g
            -- a place that is being deleted has lost its totals already: there is nothing to take off from
            WHERE added OR EXISTS (SELECT FROM crashes_%1$stally k WHERE k.%1$s_id = g.place AND k.year = g.y)
            ORDER BY 1, 2
            ON CONFLICT (%1$s_id, year) DO UPDATE SET
                a1 = t.a1 + excluded.a1, a2 = t.a2 + excluded.a2, a3 = t.a3 + excluded.a3,
                deaths = t.deaths + excluded.deaths, injuries = t.injuries + excluded.injuries,
                epdo = t.epdo + excluded.epdo
        $q$, place, TG_ARGV[0], moved);
    END LOOP;
    RETURN NULL;
END
$body$;
