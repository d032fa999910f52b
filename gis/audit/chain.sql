-- The chain: entries wait in audit_pending and are linked at commit, under a lock that is held only then,
-- so that a long import does not keep others from writing.

CREATE OR REPLACE FUNCTION audit_text(seq bigint, at timestamptz, actor text, action text, subject text, object text, detail jsonb, prev bytea)
RETURNS text LANGUAGE sql STABLE AS $body$
    SELECT concat_ws(E'\x1f', seq, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
                     actor, action, subject, object, detail::text, encode(prev, 'hex'))
$body$;

CREATE OR REPLACE FUNCTION audit_seal() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    last audit_entry;
    number bigint;
    before bytea;
BEGIN
    PERFORM pg_advisory_xact_lock(4713, 1);
    SELECT * INTO last FROM audit_entry ORDER BY seq DESC LIMIT 1;
    number := coalesce(last.seq, 0) + 1;
    before := coalesce(last.hash, '\x00'::bytea);
    INSERT INTO audit_entry (seq, at, actor, action, subject, object, detail, prev, hash)
    VALUES (number, NEW.at, NEW.actor, NEW.action, NEW.subject, NEW.object, NEW.detail, before,
            sha256(convert_to(audit_text(number, NEW.at, NEW.actor, NEW.action, NEW.subject, NEW.object, NEW.detail, before), 'UTF8')));
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

DROP TRIGGER IF EXISTS audit_refuse ON audit_entry;
CREATE TRIGGER audit_refuse BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_refuse();
DROP TRIGGER IF EXISTS audit_refuse_truncate ON audit_entry;
CREATE TRIGGER audit_refuse_truncate BEFORE TRUNCATE ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();

CREATE OR REPLACE FUNCTION audit_note(action text, subject text, object text, detail jsonb) RETURNS void LANGUAGE sql AS $body$
    INSERT INTO audit_pending (at, actor, action, subject, object, detail)
    VALUES (clock_timestamp(), left(coalesce(nullif(current_setting('antu.actor', true), ''), 'database:' || current_user), 200),
            action, subject, left(object, 200), detail)
$body$;

-- One entry a statement: how many rows, which keys (up to 50), and for few rows what became different.
CREATE OR REPLACE FUNCTION audit_rows() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    n bigint;
    keys jsonb;
    differences jsonb;
BEGIN
    IF TG_OP = 'DELETE' THEN
        SELECT count(*), jsonb_agg(r.j->'key') FILTER (WHERE r.i <= 50) INTO n, keys
        FROM (SELECT to_jsonb(o) - 'geom' - 'merc' AS j, row_number() OVER () AS i FROM old_rows o) r;
    ELSE
        SELECT count(*) INTO n FROM new_rows;
        SELECT jsonb_agg(coalesce(to_jsonb(r)->'key', to_jsonb(r)->'id')) INTO keys FROM (SELECT * FROM new_rows LIMIT 50) r;
    END IF;
    IF n = 0 THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' AND n <= 20 THEN
        SELECT jsonb_object_agg(coalesce(a.j->>'key', a.j->>'id'), d.changes) INTO differences
        FROM (SELECT to_jsonb(o) - 'merc' AS j FROM old_rows o) a
        JOIN (SELECT to_jsonb(w) - 'merc' AS j FROM new_rows w) b ON b.j->'id' = a.j->'id'
        CROSS JOIN LATERAL (
            SELECT jsonb_object_agg(k.key, jsonb_build_array(left(a.j->>k.key, 500), left(b.j->>k.key, 500))) AS changes
            FROM jsonb_object_keys(b.j) AS k(key)
            WHERE a.j->k.key IS DISTINCT FROM b.j->k.key AND k.key NOT IN ('version', 'changed_at')
        ) d;
    END IF;
    PERFORM audit_note(lower(TG_OP), TG_TABLE_NAME, coalesce(keys->>0, ''),
        jsonb_strip_nulls(jsonb_build_object('rows', n, 'keys', keys, 'changes', differences)));
    RETURN NULL;
END
$body$;
