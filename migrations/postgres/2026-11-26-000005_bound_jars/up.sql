-- Old cookie jars may go: the newest 200 of a login stay, because the jar that linked an order is
-- needed until its confirm call is done.
DROP TRIGGER jars_never_go ON jars;
CREATE FUNCTION jars_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.version > (SELECT max(version) FROM jars WHERE login = OLD.login) - 200 THEN
        RAISE EXCEPTION 'rule: the newest 200 jars of a login stay';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER jars_stay BEFORE DELETE ON jars
    FOR EACH ROW EXECUTE FUNCTION jars_stay();
COMMENT ON TABLE jars IS 'Cookie jars of Fragment logins, encrypted, a row for each version. Never changed; the newest 200 of a login stay.';
