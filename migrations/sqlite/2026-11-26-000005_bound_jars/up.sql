-- Old cookie jars may go: the newest 200 of a login stay, because the jar that linked an order is
-- needed until its confirm call is done.
DROP TRIGGER jars_never_go;
CREATE TRIGGER jars_stay BEFORE DELETE ON jars
WHEN OLD.version > (SELECT max(version) FROM jars WHERE login = OLD.login) - 200
BEGIN
    SELECT RAISE(ABORT, 'rule: the newest 200 jars of a login stay');
END;
