-- What the admin API answered under an Idempotency-Key: the same key gets the same answer.
CREATE TABLE answers (
    key TEXT NOT NULL,
    digest TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    status BIGINT,
    body TEXT,
    CONSTRAINT answers_pkey PRIMARY KEY (key)
);
CREATE INDEX answers_at_idx ON answers (at);
COMMENT ON TABLE answers IS 'What was answered under an Idempotency-Key; each is given once, and may be forgotten after a day.';
COMMENT ON COLUMN answers.key IS 'The token''s name and its key.';
COMMENT ON COLUMN answers.digest IS 'SHA-256 of the method, the path and the body, in hex.';
COMMENT ON COLUMN answers.at IS 'When it was asked first, by the clock of whoever committed it.';
COMMENT ON COLUMN answers.status IS 'The status; none until it is known.';
COMMENT ON COLUMN answers.body IS 'The body; none until it is known.';

CREATE TRIGGER answers_given BEFORE UPDATE ON answers
    FOR EACH ROW WHEN (
        OLD.status IS NOT NULL OR NEW.status IS NULL OR NEW.body IS NULL
        OR (NEW.key, NEW.digest, NEW.at) IS DISTINCT FROM (OLD.key, OLD.digest, OLD.at)
    ) EXECUTE FUNCTION books_refuse('rule: an answer is given once');
CREATE TRIGGER answers_stay BEFORE DELETE ON answers
    FOR EACH ROW WHEN (OLD.at > now() - interval '1 day')
    EXECUTE FUNCTION books_refuse('rule: an answer is remembered for a day');
CREATE TRIGGER answers_never_empty BEFORE TRUNCATE ON answers
    FOR EACH STATEMENT EXECUTE FUNCTION books_refuse('rule: nothing is deleted from answers');
