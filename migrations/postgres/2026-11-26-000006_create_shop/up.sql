-- The shop itself: whether it has opened, when it was last alive, which day was last told.
CREATE TABLE shop (
    id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    document JSONB NOT NULL,
    CONSTRAINT shop_pkey PRIMARY KEY (id)
);
COMMENT ON TABLE shop IS 'The shop itself: one row.';
COMMENT ON COLUMN shop.id IS 'Always 1.';
COMMENT ON COLUMN shop.version IS 'How often the row was written; a write names the one it has seen.';
COMMENT ON COLUMN shop.document IS 'The row as the domain stores it, in its versioned envelope.';

CREATE TRIGGER shop_never_go BEFORE DELETE ON shop
    FOR EACH STATEMENT EXECUTE FUNCTION books_refuse('rule: nothing is deleted from shop');
CREATE TRIGGER shop_never_empty BEFORE TRUNCATE ON shop
    FOR EACH STATEMENT EXECUTE FUNCTION books_refuse('rule: nothing is deleted from shop');
CREATE TRIGGER shop_version BEFORE UPDATE ON shop
    FOR EACH ROW WHEN (
        NEW.version <> OLD.version + 1
    ) EXECUTE FUNCTION books_refuse('stale: shop');
CREATE TRIGGER shop_terms BEFORE UPDATE ON shop
    FOR EACH ROW WHEN (
        NEW.id <> OLD.id
    ) EXECUTE FUNCTION books_refuse('rule: the shop has one row');
CREATE TRIGGER shop_new BEFORE INSERT ON shop
    FOR EACH ROW WHEN (NEW.id <> 1) EXECUTE FUNCTION books_refuse('rule: the shop has one row');
CREATE TRIGGER shop_new_version BEFORE INSERT ON shop
    FOR EACH ROW WHEN (NEW.version < 1) EXECUTE FUNCTION books_refuse('rule: versions count from 1');
