-- What the admin API answered under an Idempotency-Key: the same key gets the same answer. Each is
-- given once, and may be forgotten after a day.
CREATE TABLE answers (
    key TEXT NOT NULL,
    digest TEXT NOT NULL,
    at TEXT NOT NULL,
    status INTEGER,
    body TEXT,
    PRIMARY KEY (key)
) STRICT, WITHOUT ROWID;
CREATE INDEX answers_at_idx ON answers (at);

CREATE TRIGGER answers_once BEFORE INSERT ON answers
WHEN EXISTS (SELECT 1 FROM answers WHERE key = NEW.key)
BEGIN
    SELECT RAISE(IGNORE);
END;
CREATE TRIGGER answers_given BEFORE UPDATE ON answers
WHEN OLD.status IS NOT NULL OR NEW.status IS NULL OR NEW.body IS NULL
    OR (NEW.key, NEW.digest, NEW.at) IS NOT (OLD.key, OLD.digest, OLD.at)
BEGIN
    SELECT RAISE(ABORT, 'rule: an answer is given once');
END;
CREATE TRIGGER answers_stay BEFORE DELETE ON answers
WHEN OLD.at > strftime('%Y-%m-%d %H:%M:%S', 'now', '-1 day')
BEGIN
    SELECT RAISE(ABORT, 'rule: an answer is remembered for a day');
END;
