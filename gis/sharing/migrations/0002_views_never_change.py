"""What a saved view says cannot be changed, whatever the way in; only who made it may be forgotten."""

from django.db import migrations

GUARD = """
CREATE FUNCTION sharing_view_stays() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'A saved view is never changed.' USING ERRCODE = 'insufficient_privilege';
END
$body$;
CREATE TRIGGER sharing_view_stays BEFORE UPDATE OF id, state, asked, counts, clearance, made_at ON sharing_savedview
    FOR EACH ROW EXECUTE FUNCTION sharing_view_stays();
"""
OFF = "DROP TRIGGER sharing_view_stays ON sharing_savedview; DROP FUNCTION sharing_view_stays();"


class Migration(migrations.Migration):
    dependencies = [("sharing", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, OFF)]
