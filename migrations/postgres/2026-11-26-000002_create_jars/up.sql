-- The cookie jars of Fragment logins, encrypted. Their keys are not in the database.
CREATE TABLE jars (
    login BIGINT NOT NULL,
    version BIGINT NOT NULL,
    sealed TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    CONSTRAINT jars_pkey PRIMARY KEY (login, version)
);
COMMENT ON TABLE jars IS 'Cookie jars of Fragment logins, encrypted, a row for each version. Never changed, never deleted.';
COMMENT ON COLUMN jars.login IS 'The number of the login in the configuration.';
COMMENT ON COLUMN jars.version IS 'Counts from 1 without a gap for each login; the highest is the newest.';
COMMENT ON COLUMN jars.sealed IS 'The cookies, encrypted for this login and this version; the form says how.';
COMMENT ON COLUMN jars.at IS 'When it was stored, by the database''s clock.';

CREATE TRIGGER jars_never_change BEFORE UPDATE ON jars
    FOR EACH STATEMENT EXECUTE FUNCTION books_refuse('rule: a jar never changes');
CREATE TRIGGER jars_never_go BEFORE DELETE ON jars
    FOR EACH STATEMENT EXECUTE FUNCTION books_refuse('rule: nothing is deleted from jars');
CREATE TRIGGER jars_never_empty BEFORE TRUNCATE ON jars
    FOR EACH STATEMENT EXECUTE FUNCTION books_refuse('rule: nothing is deleted from jars');
CREATE TRIGGER jars_new BEFORE INSERT ON jars
    FOR EACH ROW WHEN (length(NEW.sealed) > 65536) EXECUTE FUNCTION books_refuse('rule: a jar has at most 65536 characters');

-- A jar is stored over the newest, which its writer has seen: the one before it is there, and the
-- key refuses the second of two.
CREATE FUNCTION jars_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.version <> 1 AND NOT EXISTS (
        SELECT 1 FROM jars WHERE login = NEW.login AND version = NEW.version - 1) THEN
        RAISE EXCEPTION 'stale: jar';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER jars_next BEFORE INSERT ON jars
    FOR EACH ROW EXECUTE FUNCTION jars_next();
