-- Where the books, the chain and Fragment's history do not tell the same story.
CREATE TABLE breaks (
    key TEXT NOT NULL,
    version INTEGER NOT NULL,
    wallet TEXT NOT NULL,
    open INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (key)
) STRICT, WITHOUT ROWID;
CREATE INDEX breaks_open_idx ON breaks (key) WHERE open;

CREATE TRIGGER breaks_never_go BEFORE DELETE ON breaks
BEGIN
    SELECT RAISE(ABORT, 'rule: nothing is deleted from breaks');
END;
CREATE TRIGGER breaks_exist_once BEFORE INSERT ON breaks
WHEN EXISTS (SELECT 1 FROM breaks WHERE key = NEW.key)
BEGIN
    SELECT RAISE(ABORT, 'stale: break');
END;
CREATE TRIGGER breaks_version BEFORE UPDATE ON breaks
WHEN NEW.version <> OLD.version + 1
BEGIN
    SELECT RAISE(ABORT, 'stale: break');
END;
CREATE TRIGGER breaks_terms BEFORE UPDATE ON breaks
WHEN NEW.key <> OLD.key
    OR NEW.wallet <> OLD.wallet
    OR json_extract(OLD.document, '$.is.key') IS NOT json_extract(NEW.document, '$.is.key')
    OR json_extract(OLD.document, '$.is.wallet') IS NOT json_extract(NEW.document, '$.is.wallet')
BEGIN
    SELECT RAISE(ABORT, 'rule: what a break concerns never changes');
END;
CREATE TRIGGER breaks_new_version BEFORE INSERT ON breaks
WHEN NEW.version < 1
BEGIN
    SELECT RAISE(ABORT, 'rule: versions count from 1');
END;

-- Orders whose price was given back behind a payment: until when goods that come after the refund
-- are still noticed.
ALTER TABLE orders ADD COLUMN watched_until TEXT;
CREATE INDEX orders_watched_idx ON orders (watched_until) WHERE watched_until IS NOT NULL;
