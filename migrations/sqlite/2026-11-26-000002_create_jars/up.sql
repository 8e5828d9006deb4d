-- The cookie jars of Fragment logins, encrypted, a row for each version. Their keys are not in the
-- database. Never changed, never deleted.
CREATE TABLE jars (
    login INTEGER NOT NULL,
    version INTEGER NOT NULL,
    sealed TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (login, version)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER jars_never_change BEFORE UPDATE ON jars
BEGIN
    SELECT RAISE(ABORT, 'rule: a jar never changes');
END;
CREATE TRIGGER jars_never_go BEFORE DELETE ON jars
BEGIN
    SELECT RAISE(ABORT, 'rule: nothing is deleted from jars');
END;
CREATE TRIGGER jars_new BEFORE INSERT ON jars
WHEN length(NEW.sealed) > 65536
BEGIN
    SELECT RAISE(ABORT, 'rule: a jar has at most 65536 characters');
END;

-- A jar is stored over the newest, which its writer has seen: the one before it is there, and no
-- other has its version.
CREATE TRIGGER jars_next BEFORE INSERT ON jars
WHEN NEW.version <> 1
    AND NOT EXISTS (SELECT 1 FROM jars WHERE login = NEW.login AND version = NEW.version - 1)
BEGIN
    SELECT RAISE(ABORT, 'stale: jar');
END;
CREATE TRIGGER jars_exist_once BEFORE INSERT ON jars
WHEN EXISTS (SELECT 1 FROM jars WHERE login = NEW.login AND version = NEW.version)
BEGIN
    SELECT RAISE(ABORT, 'stale: jar');
END;
