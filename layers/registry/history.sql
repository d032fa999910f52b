-- Keeps what rows of one table were before each change of a declared column, whatever the way in; and that a few rows
-- came at once, which is somebody's hand and no import. Where more than a thousand rows go at once, a data set is being
-- replaced, which nobody takes back row by row. `the_function` and the comparison are filled in by history.py.
CREATE OR REPLACE FUNCTION the_function() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    who text := left(coalesce(nullif(current_setting('antu.actor', true), ''), 'database:' || current_user), 200);
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO registry_history (table_name, row_id, version, op, at, actor, row)
        SELECT TG_TABLE_NAME, n.id, n.version, 'insert', clock_timestamp(), who, NULL FROM new_rows n
        WHERE (SELECT count(*) FROM (SELECT 1 FROM new_rows LIMIT 21) few) <= 20;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO registry_history (table_name, row_id, version, op, at, actor, row)
        SELECT TG_TABLE_NAME, o.id, o.version, 'update', clock_timestamp(), who,
               (to_jsonb(o) - 'merc') || jsonb_build_object('geom', o.geom::text)
        FROM old_rows o JOIN new_rows n USING (id) WHERE (the_old) IS DISTINCT FROM (the_new);
    ELSE
        INSERT INTO registry_history (table_name, row_id, version, op, at, actor, row)
        SELECT TG_TABLE_NAME, o.id, o.version, 'delete', clock_timestamp(), who,
               (to_jsonb(o) - 'merc') || jsonb_build_object('geom', o.geom::text)
        FROM old_rows o WHERE (SELECT count(*) FROM (SELECT 1 FROM old_rows LIMIT 1001) many) <= 1000;
    END IF;
    RETURN NULL;
END
$body$;
