-- Where the books, the chain and Fragment's history do not tell the same story.
CREATE TABLE breaks (
    key TEXT NOT NULL,
    version BIGINT NOT NULL,
    wallet TEXT NOT NULL,
    open BOOLEAN NOT NULL,
    document JSONB NOT NULL,
    CONSTRAINT breaks_pkey PRIMARY KEY (key)
);
CREATE INDEX breaks_open_idx ON breaks (key) WHERE open;
COMMENT ON TABLE breaks IS 'Where the books, the chain and Fragment''s history do not tell the same story.';
COMMENT ON COLUMN breaks.key IS 'Its kind and what it concerns; the same disagreement has the same key for good.';
COMMENT ON COLUMN breaks.version IS 'How often the row was written; a write names the one it has seen.';
COMMENT ON COLUMN breaks.wallet IS 'The wallet of the till.';
COMMENT ON COLUMN breaks.open IS 'The witnesses disagree as far as is known.';
COMMENT ON COLUMN breaks.document IS 'The row as the domain stores it, in its versioned envelope.';

CREATE TRIGGER breaks_never_go BEFORE DELETE ON breaks
    FOR EACH STATEMENT EXECUTE FUNCTION books_refuse('rule: nothing is deleted from breaks');
CREATE TRIGGER breaks_never_empty BEFORE TRUNCATE ON breaks
    FOR EACH STATEMENT EXECUTE FUNCTION books_refuse('rule: nothing is deleted from breaks');
CREATE TRIGGER breaks_version BEFORE UPDATE ON breaks
    FOR EACH ROW WHEN (
        NEW.version <> OLD.version + 1
    ) EXECUTE FUNCTION books_refuse('stale: break');
CREATE TRIGGER breaks_terms BEFORE UPDATE ON breaks
    FOR EACH ROW WHEN (
        NEW.key <> OLD.key
        OR NEW.wallet <> OLD.wallet
        OR OLD.document #> '{is,key}' IS DISTINCT FROM NEW.document #> '{is,key}'
        OR OLD.document #> '{is,wallet}' IS DISTINCT FROM NEW.document #> '{is,wallet}'
    ) EXECUTE FUNCTION books_refuse('rule: what a break concerns never changes');
CREATE TRIGGER breaks_new_version BEFORE INSERT ON breaks
    FOR EACH ROW WHEN (NEW.version < 1) EXECUTE FUNCTION books_refuse('rule: versions count from 1');

-- Orders whose price was given back behind a payment.
ALTER TABLE orders ADD COLUMN watched_until TIMESTAMPTZ;
COMMENT ON COLUMN orders.watched_until IS 'Until when goods that come after the refund are still noticed.';
CREATE INDEX orders_watched_idx ON orders (watched_until) WHERE watched_until IS NOT NULL;
