-- What people did through the admin API and by the buttons of operators: a line when it is asked
-- for, one with what came of it. Never changed, never deleted.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY NOT NULL,
    deed INTEGER NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    act TEXT NOT NULL,
    subject TEXT NOT NULL,
    reason TEXT,
    detail TEXT NOT NULL,
    outcome TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX audit_outcome_key ON audit (deed) WHERE outcome <> 'asked';
CREATE INDEX audit_subject_idx ON audit (subject, id);

CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'rule: a line of the audit log never changes');
END;
CREATE TRIGGER audit_never_go BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'rule: nothing is deleted from audit');
END;
CREATE TRIGGER audit_exist_once BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'stale: line of the audit log');
END;
CREATE TRIGGER audit_outcome_once BEFORE INSERT ON audit
WHEN NEW.outcome <> 'asked'
    AND EXISTS (SELECT 1 FROM audit WHERE deed = NEW.deed AND outcome <> 'asked')
BEGIN
    SELECT RAISE(ABORT, 'taken: outcome of this deed');
END;
CREATE TRIGGER audit_new BEFORE INSERT ON audit
WHEN length(NEW.who) > 80 OR length(NEW.act) > 100 OR length(NEW.subject) > 200
    OR length(NEW.reason) > 500 OR length(NEW.detail) > 2000 OR length(NEW.outcome) > 80
BEGIN
    SELECT RAISE(ABORT, 'rule: a line of the audit log is short');
END;
