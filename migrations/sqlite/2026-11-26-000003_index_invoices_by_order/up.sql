-- An order is shown with the invoice that bought it, long after nobody can pay that any more.
CREATE INDEX invoices_order_idx ON invoices (order_id, id) WHERE order_id IS NOT NULL;
