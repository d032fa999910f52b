-- Bumps the counter of every zoom-14 cell that a statement's rows lie in, before and after, and tells all
-- workers. Cells are taken in order, so that two bulk edits wait for each other instead of locking up.
CREATE OR REPLACE FUNCTION antu_touch() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    rows_changed text := CASE TG_OP
        WHEN 'INSERT' THEN 'SELECT %1$s AS g FROM new_rows'
        WHEN 'DELETE' THEN 'SELECT %1$s AS g FROM old_rows'
        ELSE 'SELECT %1$s AS g FROM old_rows UNION ALL SELECT %1$s AS g FROM new_rows'
    END;
    place text := coalesce(TG_ARGV[0], '');
    touched jsonb;
BEGIN
    IF place = '' THEN
        EXECUTE format('SELECT to_jsonb(array[array[-1, -1]]) FROM (SELECT 1 FROM (' || rows_changed || ') r LIMIT 1) s', 'NULL')
            INTO touched;
    ELSE
        EXECUTE format($q$
            WITH boxes AS (
                SELECT floor((ST_XMin(g) + 20037508.342789244) / 2445.98490512564)::int AS x0,
                       floor((ST_XMax(g) + 20037508.342789244) / 2445.98490512564)::int AS x1,
                       floor((20037508.342789244 - ST_YMax(g)) / 2445.98490512564)::int AS y0,
                       floor((20037508.342789244 - ST_YMin(g)) / 2445.98490512564)::int AS y1
                FROM ($q$ || rows_changed || $q$) r
            ), cells AS (
                SELECT DISTINCT x, y FROM boxes, generate_series(x0, x1) AS x, generate_series(y0, y1) AS y
                WHERE (x1 - x0 + 1)::bigint * (y1 - y0 + 1) <= 4096
                UNION
                SELECT -1, -1 FROM boxes WHERE x0 IS NULL OR (x1 - x0 + 1)::bigint * (y1 - y0 + 1) > 4096
            )
            SELECT jsonb_agg(jsonb_build_array(x, y) ORDER BY x, y) FROM cells $q$, place)
            INTO touched;
    END IF;
    IF touched IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO registry_tilecell AS c (table_name, x, y, version)
        SELECT TG_TABLE_NAME, (cell->>0)::int, (cell->>1)::int, 1
        FROM jsonb_array_elements(touched) AS cell ORDER BY 2, 3
    ON CONFLICT (table_name, x, y) DO UPDATE SET version = c.version + 1;
    PERFORM pg_notify('antu_touch', jsonb_build_object(
        'table', TG_TABLE_NAME,
        'cells', CASE WHEN jsonb_array_length(touched) <= 256 THEN touched ELSE '[[-1, -1]]' END)::text);
    RETURN NULL;
END
$body$;
