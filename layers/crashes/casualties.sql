-- Keeps crashes_casualty in step with the parties, whoever writes them and however many at once: a party who died or
-- was hurt (item 22: 1, 2 or 5) is a casualty, and is none when that was a mistake. Casualties who are no party are
-- left alone.
CREATE OR REPLACE FUNCTION crashes_casualties() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM crashes_casualty c USING new_rows n
        WHERE c.party_id = n.id AND n.injury NOT IN ('1', '2', '5');
    END IF;
    INSERT INTO crashes_casualty AS c (crash_id, party_id, vehicle, sex, age, injury, injury_part, protection)
    SELECT n.crash_id, n.id, n.vehicle, n.sex, n.age, n.injury, n.injury_part, n.protection
    FROM new_rows n WHERE n.injury IN ('1', '2', '5') ORDER BY n.id
    ON CONFLICT (party_id) DO UPDATE SET
        crash_id = excluded.crash_id, vehicle = excluded.vehicle, sex = excluded.sex, age = excluded.age,
        injury = excluded.injury, injury_part = excluded.injury_part, protection = excluded.protection
    WHERE ROW(c.crash_id, c.vehicle, c.sex, c.age, c.injury, c.injury_part, c.protection) IS DISTINCT FROM
        ROW(excluded.crash_id, excluded.vehicle, excluded.sex, excluded.age, excluded.injury, excluded.injury_part, excluded.protection);
    RETURN NULL;
END
$body$;
CREATE TRIGGER crashes_casualties_insert AFTER INSERT ON crashes_party REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION crashes_casualties();
CREATE TRIGGER crashes_casualties_update AFTER UPDATE ON crashes_party REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION crashes_casualties();
