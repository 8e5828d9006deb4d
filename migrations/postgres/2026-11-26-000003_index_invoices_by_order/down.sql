COMMENT ON COLUMN live_messages.wanted IS 'The order''s version it should show at least; marking it stale is no write of the row.';
COMMENT ON COLUMN live_messages.shows IS 'The order''s version it shows.';
DROP INDEX invoices_order_idx;
