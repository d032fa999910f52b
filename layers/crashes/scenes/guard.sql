-- What must not happen to scenes does not happen, whoever asks: logs stay, what is approved stays as it is.
-- Made-up crashes alone go with all that was drawn of them, when another demonstration takes their place.
CREATE OR REPLACE FUNCTION crashes_scene_made_up(scene bigint) RETURNS boolean LANGUAGE sql STABLE AS $body$
    SELECT EXISTS (
        SELECT FROM crashes_scene s JOIN crashes_crash c ON c.id = s.crash_id WHERE s.id = scene AND c.origin = 'synthetic'
    )
$body$;

CREATE OR REPLACE FUNCTION crashes_scene_keep() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF TG_LEVEL = 'ROW' AND TG_OP = 'DELETE' THEN
        IF crashes_scene_made_up(OLD.scene_id) THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'The log of scenes is append-only: % of % is refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
$body$;

CREATE OR REPLACE FUNCTION crashes_scene_approved() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF OLD.state NOT IN ('approved', 'locked') OR (TG_OP = 'DELETE' AND crashes_scene_made_up(OLD.id)) THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' AND (OLD.state, NEW.state) IN (('approved', 'locked'))
        AND to_jsonb(NEW) - '{state,changed_at}'::text[] = to_jsonb(OLD) - '{state,changed_at}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Scene % is %: it can no longer be changed.', OLD.id, OLD.state
        USING ERRCODE = 'insufficient_privilege';
END
$body$;

CREATE OR REPLACE FUNCTION crashes_scene_part() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    row record := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    now text;
BEGIN
    SELECT state INTO now FROM crashes_scene WHERE id = row.scene_id FOR SHARE;
    IF now IN ('approved', 'locked') AND NOT (TG_OP = 'DELETE' AND crashes_scene_made_up(row.scene_id)) THEN
        RAISE EXCEPTION 'Scene % is %: nothing can be added to it or taken from it.', row.scene_id, now
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN row;
END
$body$;

CREATE OR REPLACE TRIGGER scene_edit_keep BEFORE UPDATE OR DELETE ON crashes_sceneedit
    FOR EACH ROW EXECUTE FUNCTION crashes_scene_keep();
CREATE OR REPLACE TRIGGER scene_edit_keep_all BEFORE TRUNCATE ON crashes_sceneedit
    FOR EACH STATEMENT EXECUTE FUNCTION crashes_scene_keep();
CREATE OR REPLACE TRIGGER scene_step_keep BEFORE UPDATE OR DELETE ON crashes_scenestep
    FOR EACH ROW EXECUTE FUNCTION crashes_scene_keep();
CREATE OR REPLACE TRIGGER scene_step_keep_all BEFORE TRUNCATE ON crashes_scenestep
    FOR EACH STATEMENT EXECUTE FUNCTION crashes_scene_keep();
CREATE OR REPLACE TRIGGER scene_keep_all BEFORE TRUNCATE ON crashes_scene
    FOR EACH STATEMENT EXECUTE FUNCTION crashes_scene_keep();
CREATE OR REPLACE TRIGGER scene_approved BEFORE UPDATE OR DELETE ON crashes_scene
    FOR EACH ROW EXECUTE FUNCTION crashes_scene_approved();
CREATE OR REPLACE TRIGGER scene_edit_part BEFORE INSERT ON crashes_sceneedit
    FOR EACH ROW EXECUTE FUNCTION crashes_scene_part();
CREATE OR REPLACE TRIGGER scene_photo_part BEFORE INSERT OR UPDATE OR DELETE ON crashes_scenephoto
    FOR EACH ROW EXECUTE FUNCTION crashes_scene_part();
