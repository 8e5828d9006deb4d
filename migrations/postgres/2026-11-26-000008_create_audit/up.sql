-- What people did through the admin API and by the buttons of operators.
CREATE TABLE audit (
    id BIGINT NOT NULL,
    deed BIGINT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    who TEXT NOT NULL,
    act TEXT NOT NULL,
    subject TEXT NOT NULL,
    reason TEXT,
    detail TEXT NOT NULL,
    outcome TEXT NOT NULL,
    CONSTRAINT audit_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX audit_outcome_key ON audit (deed) WHERE outcome <> 'asked';
CREATE INDEX audit_subject_idx ON audit (subject, id);
COMMENT ON TABLE audit IS 'What people did: a line when it is asked for, one with what came of it. Never changed, never deleted.';
COMMENT ON COLUMN audit.id IS 'Our own ordered id.';
COMMENT ON COLUMN audit.deed IS 'The line that announced the deed; itself for that line.';
COMMENT ON COLUMN audit.at IS 'When, by the clock of whoever committed it.';
COMMENT ON COLUMN audit.who IS 'token/NAME, or tg/ID for an operator in Telegram.';
COMMENT ON COLUMN audit.act IS 'What was asked for.';
COMMENT ON COLUMN audit.subject IS 'What it was done to: an order, a customer''s account, a wallet …';
COMMENT ON COLUMN audit.reason IS 'Why, in the words of whoever did it.';
COMMENT ON COLUMN audit.detail IS 'What else was asked for, without secrets.';
COMMENT ON COLUMN audit.outcome IS 'asked, done, unsure, or refused/CODE.';

CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION books_refuse('rule: a line of the audit log never changes');
CREATE TRIGGER audit_never_go BEFORE DELETE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION books_refuse('rule: nothing is deleted from audit');
CREATE TRIGGER audit_never_empty BEFORE TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION books_refuse('rule: nothing is deleted from audit');
CREATE TRIGGER audit_new BEFORE INSERT ON audit
    FOR EACH ROW WHEN (
        length(NEW.who) > 80 OR length(NEW.act) > 100 OR length(NEW.subject) > 200
        OR length(NEW.reason) > 500 OR length(NEW.detail) > 2000 OR length(NEW.outcome) > 80
    ) EXECUTE FUNCTION books_refuse('rule: a line of the audit log is short');
