-- The shop itself: whether it has opened, when it was last alive, which day was last told.
CREATE TABLE shop (
    id INTEGER PRIMARY KEY NOT NULL,
    version INTEGER NOT NULL,
    document TEXT NOT NULL
) STRICT;

CREATE TRIGGER shop_never_go BEFORE DELETE ON shop
BEGIN
    SELECT RAISE(ABORT, 'rule: nothing is deleted from shop');
END;
CREATE TRIGGER shop_exist_once BEFORE INSERT ON shop
WHEN EXISTS (SELECT 1 FROM shop WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'stale: shop');
END;
CREATE TRIGGER shop_version BEFORE UPDATE ON shop
WHEN NEW.version <> OLD.version + 1
BEGIN
    SELECT RAISE(ABORT, 'stale: shop');
END;
CREATE TRIGGER shop_terms BEFORE UPDATE ON shop
WHEN NEW.id <> OLD.id
BEGIN
    SELECT RAISE(ABORT, 'rule: the shop has one row');
END;
CREATE TRIGGER shop_new BEFORE INSERT ON shop
WHEN NEW.id <> 1
BEGIN
    SELECT RAISE(ABORT, 'rule: the shop has one row');
END;
CREATE TRIGGER shop_new_version BEFORE INSERT ON shop
WHEN NEW.version < 1
BEGIN
    SELECT RAISE(ABORT, 'rule: versions count from 1');
END;
