DROP INDEX orders_watched_idx;
ALTER TABLE orders DROP COLUMN watched_until;
DROP TABLE breaks;
