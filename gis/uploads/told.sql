-- Whatever changes a layer of somebody's own tells all workers at commit to read them anew.

CREATE OR REPLACE FUNCTION antu_own_changed() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM pg_notify('antu_own', '');
    RETURN NULL;
END
$body$;

CREATE OR REPLACE TRIGGER antu_own AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE
    ON uploads_ownlayer FOR EACH STATEMENT EXECUTE FUNCTION antu_own_changed();
