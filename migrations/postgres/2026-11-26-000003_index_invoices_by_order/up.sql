-- An order is shown with the invoice that bought it, long after nobody can pay that any more.
CREATE INDEX invoices_order_idx ON invoices (order_id, id) WHERE order_id IS NOT NULL;

-- What a message should show is counted for itself: an invoice changes what an order's message
-- says without a new version of the order.
COMMENT ON COLUMN live_messages.shows IS 'The mark it shows.';
COMMENT ON COLUMN live_messages.wanted IS 'The mark it should show: one more each time the order is marked as stale, which is no write of the row.';
