-- Bumps the counter of every zoom-14 cell that a statement's rows lie in, before and after, and tells all
-- workers. Cells are taken in order, so that two bulk edits wait for each other instead of locking up.
-- There is one such function for each table and event (`the_function`; `the_rows` are its places in Web
-- Mercator), so that its plans are kept; an edit of one row touches one cell and takes the short way.
CREATE OR REPLACE FUNCTION the_function() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    half CONSTANT float8 := 20037508.342789244;
    cell CONSTANT float8 := 2445.98490512564;
    count_ bigint; west float8; east float8; south float8; north float8; nowhere boolean;
    touched text;
BEGIN
    SELECT count(*), min(ST_XMin(g)), max(ST_XMax(g)), min(ST_YMin(g)), max(ST_YMax(g)), bool_or(g IS NULL)
        INTO count_, west, east, south, north, nowhere FROM the_rows AS r (g);
    IF count_ = 0 THEN
        RETURN NULL;
    END IF;
    IF NOT nowhere AND floor((west + half) / cell) = floor((east + half) / cell)
       AND floor((half - north) / cell) = floor((half - south) / cell) THEN
        INSERT INTO registry_tilecell AS c (table_name, x, y, version)
            VALUES (TG_TABLE_NAME, floor((west + half) / cell), floor((half - north) / cell), 1)
            ON CONFLICT (table_name, x, y) DO UPDATE SET version = c.version + 1
            RETURNING '[[' || x || ', ' || y || ']]' INTO touched;
    ELSE
        WITH boxes AS (
            SELECT floor((ST_XMin(g) + half) / cell)::int AS x0, floor((ST_XMax(g) + half) / cell)::int AS x1,
                   floor((half - ST_YMax(g)) / cell)::int AS y0, floor((half - ST_YMin(g)) / cell)::int AS y1
            FROM the_rows AS r (g)
        ), cells AS (
            SELECT DISTINCT x, y FROM boxes, generate_series(x0, x1) AS x, generate_series(y0, y1) AS y
            WHERE (x1 - x0 + 1)::bigint * (y1 - y0 + 1) <= 4096
            UNION
            SELECT -1, -1 FROM boxes WHERE x0 IS NULL OR (x1 - x0 + 1)::bigint * (y1 - y0 + 1) > 4096
        ), bumped AS (
            INSERT INTO registry_tilecell AS c (table_name, x, y, version)
            SELECT TG_TABLE_NAME, x, y, 1 FROM cells ORDER BY x, y
            ON CONFLICT (table_name, x, y) DO UPDATE SET version = c.version + 1
            RETURNING c.x, c.y
        )
        SELECT CASE WHEN count(*) <= 256 THEN jsonb_agg(jsonb_build_array(x, y))::text ELSE '[[-1, -1]]' END
            INTO touched FROM bumped;
    END IF;
    PERFORM pg_notify('antu_touch', '{"table": "' || TG_TABLE_NAME || '", "cells": ' || touched || '}');
    RETURN NULL;
END
$body$;
