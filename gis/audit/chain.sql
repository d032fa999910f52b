-- The chain: entries wait in audit_pending and are linked at commit, under a lock that is held only then,
-- so that a long import does not keep others from writing. Run after every migration; may run again.

-- What is hashed. Texts carry their length, so that nothing can be moved from one to the next.
CREATE OR REPLACE FUNCTION audit_text(e audit_entry) RETURNS text LANGUAGE sql STABLE AS $body$
    SELECT concat_ws(E'\n', 'antu audit 1', e.seq, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
                     encode(e.prev, 'hex'), length(e.actor) || ':' || e.actor, length(e.action) || ':' || e.action,
                     length(e.subject) || ':' || e.subject, length(e.object) || ':' || e.object, e.detail::text)
$body$;

CREATE OR REPLACE FUNCTION audit_seal() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    before audit_entry;
    made audit_entry;
BEGIN
    PERFORM pg_advisory_xact_lock(4713, 1);
    SELECT * INTO before FROM audit_entry ORDER BY seq DESC LIMIT 1;
    made.seq := coalesce(before.seq, 0) + 1;
    made.at := NEW.at;
    made.actor := NEW.actor;
    made.action := NEW.action;
    made.subject := NEW.subject;
    made.object := NEW.object;
    made.detail := NEW.detail;
    made.prev := coalesce(before.hash, '\x00'::bytea);
    made.hash := sha256(convert_to(audit_text(made), 'UTF8'));
    INSERT INTO audit_entry SELECT made.*;
    DELETE FROM audit_pending WHERE id = NEW.id;
    RETURN NULL;
END
$body$;

DROP TRIGGER IF EXISTS audit_seal ON audit_pending;
CREATE CONSTRAINT TRIGGER audit_seal AFTER INSERT ON audit_pending
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_seal();

CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'The audit log is append-only: % is refused.', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$body$;

CREATE OR REPLACE TRIGGER audit_refuse BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE OR REPLACE TRIGGER audit_refuse_truncate BEFORE TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();

-- A value as the log keeps it: places as rounded text, nothing longer than a paragraph.
CREATE OR REPLACE FUNCTION audit_value(value jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $body$
DECLARE
    said text;
BEGIN
    IF jsonb_typeof(value) = 'object' AND value ? 'coordinates' THEN
        said := ST_AsText(ST_GeomFromGeoJSON(value::text), 6);
        IF length(said) > 1000 THEN
            said := left(said, 80) || '… ' || ST_NPoints(ST_GeomFromGeoJSON(value::text)) || ' vertices';
        END IF;
        RETURN to_jsonb(said);
    END IF;
    IF length(value::text) > 500 THEN
        RETURN to_jsonb(left(value::text, 500) || '…');
    END IF;
    RETURN value;
END
$body$;

-- One entry a statement: how many rows, which keys (up to 50), and for few rows what became different.
-- The first argument lists the columns whose values may stand in a log that is never deleted; of all others
-- only the name does. The second says whether rows that come and go are written out as well.
CREATE OR REPLACE FUNCTION audit_rows() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    open text[] := TG_ARGV[0];
    quiet text[] := '{version,changed_at,last_login,used_on}';
    n bigint;
    keys jsonb;
    said jsonb;
BEGIN
    IF TG_OP = 'DELETE' THEN
        SELECT count(*) INTO n FROM old_rows;
        SELECT jsonb_agg(coalesce(r.j->'key', r.j->'id')) INTO keys FROM (SELECT to_jsonb(o) AS j FROM old_rows o LIMIT 50) r;
    ELSIF TG_OP <> 'TRUNCATE' THEN
        SELECT count(*) INTO n FROM new_rows;
        SELECT jsonb_agg(coalesce(r.j->'key', r.j->'id')) INTO keys FROM (SELECT to_jsonb(o) AS j FROM new_rows o LIMIT 50) r;
    END IF;
    IF n = 0 THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' AND n <= 20 THEN
        SELECT jsonb_object_agg(coalesce(a.j->>'key', a.j->>'id'), d.changes) INTO said
        FROM (SELECT to_jsonb(o) - 'merc' AS j FROM old_rows o) a
        JOIN (SELECT to_jsonb(o) - 'merc' AS j FROM new_rows o) b ON b.j->'id' = a.j->'id'
        CROSS JOIN LATERAL (
            SELECT jsonb_object_agg(k.key, CASE WHEN k.key = ANY(open)
                THEN jsonb_build_array(audit_value(a.j->k.key), audit_value(b.j->k.key)) ELSE '"…"'::jsonb END) AS changes
            FROM jsonb_object_keys(b.j) AS k(key)
            WHERE a.j->k.key IS DISTINCT FROM b.j->k.key AND k.key <> ALL(quiet)
        ) d
        WHERE d.changes IS NOT NULL;
        IF said IS NULL THEN
            RETURN NULL;
        END IF;
        said := jsonb_build_object('changes', said);
    ELSIF TG_ARGV[1] = 'whole' AND n <= 20 THEN
        IF TG_OP = 'INSERT' THEN
            SELECT jsonb_agg(v.j) INTO said FROM new_rows o CROSS JOIN LATERAL
                (SELECT jsonb_object_agg(e.key, e.value) AS j FROM jsonb_each(to_jsonb(o)) AS e WHERE e.key = ANY(open)) v;
        ELSE
            SELECT jsonb_agg(v.j) INTO said FROM old_rows o CROSS JOIN LATERAL
                (SELECT jsonb_object_agg(e.key, e.value) AS j FROM jsonb_each(to_jsonb(o)) AS e WHERE e.key = ANY(open)) v;
        END IF;
        said := jsonb_build_object('values', said);
    END IF;
    INSERT INTO audit_pending (at, actor, action, subject, object, detail) VALUES (
        clock_timestamp(),
        left(coalesce(nullif(current_setting('antu.actor', true), ''), 'database:' || current_user), 200),
        lower(TG_OP), TG_TABLE_NAME, left(coalesce(keys->>0, ''), 200),
        jsonb_strip_nulls(jsonb_build_object('rows', n, 'keys', keys)) || coalesce(said, '{}'));
    RETURN NULL;
END
$body$;
