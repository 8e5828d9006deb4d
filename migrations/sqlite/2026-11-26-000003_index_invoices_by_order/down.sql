DROP INDEX invoices_order_idx;
