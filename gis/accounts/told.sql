-- Whatever takes a right away, by whatever way, tells all workers at commit to forget whom they remember.

CREATE OR REPLACE FUNCTION antu_access_changed() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM pg_notify('antu_access', '');
    RETURN NULL;
END
$body$;

CREATE OR REPLACE TRIGGER antu_access AFTER DELETE OR TRUNCATE OR UPDATE OF username, password, is_active, is_superuser
    ON auth_user FOR EACH STATEMENT EXECUTE FUNCTION antu_access_changed();
CREATE OR REPLACE TRIGGER antu_access AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE
    ON auth_user_groups FOR EACH STATEMENT EXECUTE FUNCTION antu_access_changed();
CREATE OR REPLACE TRIGGER antu_access AFTER UPDATE OR DELETE OR TRUNCATE
    ON auth_group FOR EACH STATEMENT EXECUTE FUNCTION antu_access_changed();
CREATE OR REPLACE TRIGGER antu_access AFTER DELETE OR TRUNCATE OR UPDATE OF clearance, expires_at, revoked_at, user_id
    ON accounts_token FOR EACH STATEMENT EXECUTE FUNCTION antu_access_changed();
CREATE OR REPLACE TRIGGER antu_access AFTER DELETE OR TRUNCATE
    ON django_session FOR EACH STATEMENT EXECUTE FUNCTION antu_access_changed();
