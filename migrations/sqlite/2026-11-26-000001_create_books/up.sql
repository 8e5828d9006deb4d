-- The books: everything the shop knows and owes. The rules here are the last line: the code above
-- never asks for what they refuse. Every refusal is a sentence with its class first (rule, taken,
-- stale, floor, fenced, life, handled, again), the same on both engines. No rule rests on a foreign
-- key or on a CHECK, and a new row meets a trigger before any OR REPLACE or OR IGNORE can take effect;
-- nor has a table a rowid beside its key, by which REPLACE could take another row away. A BEFORE
-- trigger sees -1 for a number that is still to be given: what judges the number itself looks AFTER.
-- Instants are text in UTC with microseconds, documents are JSON, truth is 0 or 1.

-- The life of these books: one row.
CREATE TABLE books (
    id INTEGER PRIMARY KEY NOT NULL,
    incarnation INTEGER NOT NULL,
    since TEXT NOT NULL
) STRICT;

-- Where money can be. The ledger names these ids and never a person.
CREATE TABLE accounts (
    id INTEGER PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    owner TEXT NOT NULL,
    asset TEXT NOT NULL,
    side TEXT NOT NULL,
    floored INTEGER NOT NULL,
    balance INTEGER NOT NULL,
    last_posting INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX accounts_name_key ON accounts (kind, owner, asset);

-- Entries of the ledger: postings made together under one key. Never changed, never deleted.
CREATE TABLE entries (
    id INTEGER PRIMARY KEY NOT NULL,
    key TEXT NOT NULL,
    is_fact INTEGER NOT NULL,
    size INTEGER NOT NULL,
    at TEXT NOT NULL,
    admin INTEGER,
    reason TEXT
) STRICT;
CREATE UNIQUE INDEX entries_key_key ON entries (key);

-- One amount that moves from one account to another of the same asset. Never changed, never deleted.
CREATE TABLE postings (
    id INTEGER PRIMARY KEY NOT NULL,
    entry INTEGER NOT NULL,
    debit INTEGER NOT NULL,
    credit INTEGER NOT NULL,
    amount INTEGER NOT NULL
) STRICT;
CREATE INDEX postings_debit_entry_idx ON postings (debit, entry);
CREATE INDEX postings_credit_entry_idx ON postings (credit, entry);

-- Balances of the shop's own accounts up to an entry, so that their sums stay cheap. Never changed, never deleted.
CREATE TABLE account_snapshots (
    upto INTEGER NOT NULL,
    account INTEGER NOT NULL,
    balance INTEGER NOT NULL,
    PRIMARY KEY (upto, account)
) STRICT, WITHOUT ROWID;
CREATE INDEX account_snapshots_account_idx ON account_snapshots (account, upto);

-- Customers: an account of our own for each chat.
CREATE TABLE customers (
    id INTEGER PRIMARY KEY NOT NULL,
    version INTEGER NOT NULL,
    telegram INTEGER NOT NULL,
    frozen INTEGER NOT NULL,
    unreachable INTEGER NOT NULL,
    wants_opening INTEGER NOT NULL,
    since TEXT NOT NULL,
    erased_at TEXT,
    pseudonym TEXT,
    document TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX customers_telegram_key ON customers (telegram);
CREATE INDEX customers_waiting_idx ON customers (id) WHERE wants_opening;
CREATE INDEX customers_pseudonym_idx ON customers (pseudonym, id) WHERE pseudonym IS NOT NULL;

-- Wallets on the chain that the shop signs with.
CREATE TABLE wallets (
    address TEXT NOT NULL,
    version INTEGER NOT NULL,
    next_seqno INTEGER NOT NULL,
    stopped INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (address)
) STRICT, WITHOUT ROWID;

-- Purchases, from the confirmed card to the goods or the money back.
CREATE TABLE orders (
    id INTEGER PRIMARY KEY NOT NULL,
    version INTEGER NOT NULL,
    number TEXT NOT NULL,
    customer INTEGER NOT NULL,
    quote INTEGER NOT NULL,
    price INTEGER NOT NULL,
    terms INTEGER NOT NULL,
    since TEXT NOT NULL,
    state TEXT NOT NULL,
    finished INTEGER NOT NULL,
    due TEXT,
    wallet TEXT,
    premium TEXT,
    document TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX orders_number_key ON orders (number);
CREATE UNIQUE INDEX orders_quote_key ON orders (quote);
CREATE UNIQUE INDEX orders_premium_key ON orders (premium) WHERE premium IS NOT NULL;
CREATE INDEX orders_customer_id_idx ON orders (customer, id);
CREATE INDEX orders_due_id_idx ON orders (due, id) WHERE due IS NOT NULL;
CREATE INDEX orders_unfinished_idx ON orders (id) WHERE NOT finished;
CREATE INDEX orders_wallet_id_idx ON orders (wallet, id) WHERE wallet IS NOT NULL;

-- Signed messages of wallets: bytes that never change, and what became of them.
CREATE TABLE transfers (
    id INTEGER PRIMARY KEY NOT NULL,
    version INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    wallet TEXT NOT NULL,
    seqno INTEGER NOT NULL,
    state TEXT NOT NULL,
    live INTEGER NOT NULL,
    takes_seqno INTEGER NOT NULL,
    message_hash TEXT NOT NULL,
    document TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX transfers_live_order_key ON transfers (order_id) WHERE live;
CREATE UNIQUE INDEX transfers_live_wallet_key ON transfers (wallet) WHERE live;
CREATE UNIQUE INDEX transfers_seqno_key ON transfers (wallet, seqno) WHERE takes_seqno;
CREATE INDEX transfers_order_id_idx ON transfers (order_id, id);
CREATE INDEX transfers_wallet_id_idx ON transfers (wallet, id);

-- Invoices at the payment gateway.
CREATE TABLE invoices (
    id INTEGER PRIMARY KEY NOT NULL,
    version INTEGER NOT NULL,
    gateway_name TEXT NOT NULL,
    gateway_uuid TEXT,
    customer INTEGER NOT NULL,
    order_id INTEGER,
    face INTEGER NOT NULL,
    payable INTEGER NOT NULL,
    due TEXT,
    document TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX invoices_gateway_name_key ON invoices (gateway_name);
CREATE UNIQUE INDEX invoices_gateway_uuid_key ON invoices (gateway_uuid) WHERE gateway_uuid IS NOT NULL;
CREATE INDEX invoices_payable_idx ON invoices (customer, id) WHERE payable;
CREATE INDEX invoices_due_id_idx ON invoices (due, id) WHERE due IS NOT NULL;

-- Fragment logins and their health.
CREATE TABLE logins (
    id INTEGER PRIMARY KEY NOT NULL,
    version INTEGER NOT NULL,
    wallet TEXT NOT NULL,
    document TEXT NOT NULL
) STRICT;

-- What people are owed to hear, in order for each person.
CREATE TABLE notices (
    id INTEGER PRIMARY KEY NOT NULL,
    version INTEGER NOT NULL,
    key TEXT NOT NULL,
    audience INTEGER NOT NULL,
    since TEXT NOT NULL,
    standing TEXT NOT NULL,
    waiting INTEGER NOT NULL,
    kept INTEGER NOT NULL,
    due TEXT,
    document TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX notices_key_key ON notices (key);
CREATE INDEX notices_audience_idx ON notices (audience, id);
CREATE INDEX notices_waiting_idx ON notices (audience, id) WHERE waiting;
CREATE INDEX notices_waiting_id_idx ON notices (id) WHERE waiting;
CREATE INDEX notices_kept_idx ON notices (audience, id) WHERE kept;

-- The one message in a chat that shows an order and is edited.
CREATE TABLE live_messages (
    order_id INTEGER PRIMARY KEY NOT NULL,
    version INTEGER NOT NULL,
    chat INTEGER NOT NULL,
    message INTEGER,
    shows INTEGER NOT NULL,
    wanted INTEGER NOT NULL,
    not_before TEXT NOT NULL
) STRICT;
CREATE INDEX live_messages_due_idx ON live_messages (not_before, order_id) WHERE shows < wanted;

-- The published prices: one row.
CREATE TABLE prices (
    id INTEGER PRIMARY KEY NOT NULL,
    version INTEGER NOT NULL,
    document TEXT NOT NULL
) STRICT;

-- What only one replica may do at a time.
CREATE TABLE leases (
    key TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    holder INTEGER,
    until TEXT NOT NULL,
    PRIMARY KEY (key)
) STRICT, WITHOUT ROWID;

-- Names of the outside world that are taken for good. Never changed, never deleted.
CREATE TABLE claims (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    order_id INTEGER,
    wallet TEXT,
    at TEXT NOT NULL,
    PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX claims_wallet_idx ON claims (wallet, name) WHERE wallet IS NOT NULL;

-- What was heard from outside: a log, never a gate. Never changed, never deleted.
CREATE TABLE outside_events (
    key TEXT NOT NULL,
    body TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (key)
) STRICT, WITHOUT ROWID;

-- Updates that were handled; each once.
CREATE TABLE handled_updates (
    bot INTEGER NOT NULL,
    update_id INTEGER NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (bot, update_id)
) STRICT, WITHOUT ROWID;

-- What was written stays as it is.
CREATE TRIGGER entries_never_change BEFORE UPDATE ON entries
BEGIN
    SELECT RAISE(ABORT, 'rule: an entry of the ledger never changes');
END;
CREATE TRIGGER postings_never_change BEFORE UPDATE ON postings
BEGIN
    SELECT RAISE(ABORT, 'rule: a posting never changes');
END;
CREATE TRIGGER account_snapshots_never_change BEFORE UPDATE ON account_snapshots
BEGIN
    SELECT RAISE(ABORT, 'rule: a snapshot never changes');
END;
CREATE TRIGGER claims_never_change BEFORE UPDATE ON claims
BEGIN
    SELECT RAISE(ABORT, 'rule: a claim never changes');
END;
CREATE TRIGGER outside_events_never_change BEFORE UPDATE ON outside_events
BEGIN
    SELECT RAISE(ABORT, 'rule: an outside event never changes');
END;
CREATE TRIGGER handled_updates_never_change BEFORE UPDATE ON handled_updates
BEGIN
    SELECT RAISE(ABORT, 'rule: a handled update never changes');
END;
CREATE TRIGGER books_never_go BEFORE DELETE ON books
BEGIN
    SELECT RAISE(ABORT, 'rule: nothing is deleted from books');
END;
CREATE TRIGGER accounts_never_go BEFORE DELETE ON accounts
BEGIN
    SELECT RAISE(ABORT, 'rule: nothing is deleted from accounts');
END;
CREATE TRIGGER entries_never_go BEFORE DELETE ON entries
BEGIN
    SELECT RAISE(ABORT, 'rule: nothing is deleted from entries');
END;
CREATE TRIGGER postings_never_go BEFORE DELETE ON postings
BEGIN
    SELECT RAISE(ABORT, 'rule: nothing is deleted from postings');
END;
CREATE TRIGGER account_snapshots_never_go BEFORE DELETE ON account_snapshots
BEGIN
    SELECT RAISE(ABORT, 'rule: nothing is deleted from account_snapshots');
END;
CREATE TRIGGER customers_never_go BEFORE DELETE ON customers
BEGIN
    SELECT RAISE(ABORT, 'rule: nothing is deleted from customers');
END;
CREATE TRIGGER wallets_never_go BEFORE DELETE ON wallets
BEGIN
    SELECT RAISE(ABORT, 'rule: nothing is deleted from wallets');
END;
CREATE TRIGGER orders_never_go BEFORE DELETE ON orders
BEGIN
    SELECT RAISE(ABORT, 'rule: nothing is deleted from orders');
END;
CREATE TRIGGER transfers_never_go BEFORE DELETE ON transfers
BEGIN
    SELECT RAISE(ABORT, 'rule: nothing is deleted from transfers');
END;
CREATE TRIGGER invoices_never_go BEFORE DELETE ON invoices
BEGIN
    SELECT RAISE(ABORT, 'rule: nothing is deleted from invoices');
END;
CREATE TRIGGER logins_never_go BEFORE DELETE ON logins
BEGIN
    SELECT RAISE(ABORT, 'rule: nothing is deleted from logins');
END;
CREATE TRIGGER notices_never_go BEFORE DELETE ON notices
BEGIN
    SELECT RAISE(ABORT, 'rule: nothing is deleted from notices');
END;
CREATE TRIGGER prices_never_go BEFORE DELETE ON prices
BEGIN
    SELECT RAISE(ABORT, 'rule: nothing is deleted from prices');
END;
CREATE TRIGGER leases_never_go BEFORE DELETE ON leases
BEGIN
    SELECT RAISE(ABORT, 'rule: nothing is deleted from leases');
END;
CREATE TRIGGER claims_never_go BEFORE DELETE ON claims
BEGIN
    SELECT RAISE(ABORT, 'rule: nothing is deleted from claims');
END;
CREATE TRIGGER outside_events_never_go BEFORE DELETE ON outside_events
BEGIN
    SELECT RAISE(ABORT, 'rule: nothing is deleted from outside_events');
END;
CREATE TRIGGER handled_updates_stay BEFORE DELETE ON handled_updates
WHEN OLD.at > strftime('%Y-%m-%d %H:%M:%S', 'now', '-30 days')
BEGIN
    SELECT RAISE(ABORT, 'rule: a handled update is remembered for 30 days');
END;

-- A new row takes the place of none, and no name is taken twice.
CREATE TRIGGER books_exist_once BEFORE INSERT ON books
WHEN EXISTS (SELECT 1 FROM books WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'rule: the books have one row');
END;
CREATE TRIGGER accounts_exist_once BEFORE INSERT ON accounts
WHEN EXISTS (SELECT 1 FROM accounts WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'taken: account');
END;
CREATE TRIGGER accounts_name_once BEFORE INSERT ON accounts
WHEN EXISTS (SELECT 1 FROM accounts WHERE kind = NEW.kind AND owner = NEW.owner AND asset = NEW.asset)
BEGIN
    SELECT RAISE(ABORT, 'taken: account');
END;
CREATE TRIGGER entries_exist_once BEFORE INSERT ON entries
WHEN EXISTS (SELECT 1 FROM entries WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'taken: entry');
END;
CREATE TRIGGER entries_once_once BEFORE INSERT ON entries
WHEN EXISTS (SELECT 1 FROM entries WHERE key = NEW.key)
BEGIN
    SELECT RAISE(ABORT, 'taken: entry');
END;
CREATE TRIGGER postings_exist_once BEFORE INSERT ON postings
WHEN EXISTS (SELECT 1 FROM postings WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'taken: posting');
END;
CREATE TRIGGER customers_exist_once BEFORE INSERT ON customers
WHEN EXISTS (SELECT 1 FROM customers WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'stale: customer');
END;
CREATE TRIGGER customers_telegram_once BEFORE INSERT ON customers
WHEN EXISTS (SELECT 1 FROM customers WHERE telegram = NEW.telegram AND id <> NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'taken: the account of this telegram id');
END;
CREATE TRIGGER wallets_exist_once BEFORE INSERT ON wallets
WHEN EXISTS (SELECT 1 FROM wallets WHERE address = NEW.address)
BEGIN
    SELECT RAISE(ABORT, 'stale: wallet');
END;
CREATE TRIGGER orders_exist_once BEFORE INSERT ON orders
WHEN EXISTS (SELECT 1 FROM orders WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'stale: order');
END;
CREATE TRIGGER orders_number_once BEFORE INSERT ON orders
WHEN EXISTS (SELECT 1 FROM orders WHERE number = NEW.number AND id <> NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'taken: order number');
END;
CREATE TRIGGER orders_quote_once BEFORE INSERT ON orders
WHEN EXISTS (SELECT 1 FROM orders WHERE quote = NEW.quote AND id <> NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'taken: quote');
END;
CREATE TRIGGER orders_premium_once BEFORE INSERT ON orders
WHEN EXISTS (SELECT 1 FROM orders WHERE premium = NEW.premium AND premium IS NOT NULL AND id <> NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'taken: live Premium order for this recipient');
END;
CREATE TRIGGER orders_premium_once_later BEFORE UPDATE ON orders
WHEN EXISTS (SELECT 1 FROM orders WHERE premium = NEW.premium AND premium IS NOT NULL AND id <> NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'taken: live Premium order for this recipient');
END;
CREATE TRIGGER transfers_exist_once BEFORE INSERT ON transfers
WHEN EXISTS (SELECT 1 FROM transfers WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'stale: transfer');
END;
CREATE TRIGGER transfers_live_order_once BEFORE INSERT ON transfers
WHEN NEW.live AND EXISTS (SELECT 1 FROM transfers WHERE order_id = NEW.order_id AND live AND id <> NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'rule: a second live transfer of an order');
END;
CREATE TRIGGER transfers_live_order_once_later BEFORE UPDATE ON transfers
WHEN NEW.live AND EXISTS (SELECT 1 FROM transfers WHERE order_id = NEW.order_id AND live AND id <> NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'rule: a second live transfer of an order');
END;
CREATE TRIGGER transfers_live_wallet_once BEFORE INSERT ON transfers
WHEN NEW.live AND EXISTS (SELECT 1 FROM transfers WHERE wallet = NEW.wallet AND live AND id <> NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'rule: a second live transfer of a wallet');
END;
CREATE TRIGGER transfers_live_wallet_once_later BEFORE UPDATE ON transfers
WHEN NEW.live AND EXISTS (SELECT 1 FROM transfers WHERE wallet = NEW.wallet AND live AND id <> NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'rule: a second live transfer of a wallet');
END;
CREATE TRIGGER transfers_seqno_once BEFORE INSERT ON transfers
WHEN NEW.takes_seqno AND EXISTS (SELECT 1 FROM transfers WHERE wallet = NEW.wallet AND seqno = NEW.seqno AND takes_seqno AND id <> NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'taken: seqno of this wallet');
END;
CREATE TRIGGER transfers_seqno_once_later BEFORE UPDATE ON transfers
WHEN NEW.takes_seqno AND EXISTS (SELECT 1 FROM transfers WHERE wallet = NEW.wallet AND seqno = NEW.seqno AND takes_seqno AND id <> NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'taken: seqno of this wallet');
END;
CREATE TRIGGER invoices_exist_once BEFORE INSERT ON invoices
WHEN EXISTS (SELECT 1 FROM invoices WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'stale: invoice');
END;
CREATE TRIGGER invoices_gateway_name_once BEFORE INSERT ON invoices
WHEN EXISTS (SELECT 1 FROM invoices WHERE gateway_name = NEW.gateway_name AND id <> NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'taken: gateway order id');
END;
CREATE TRIGGER invoices_gateway_uuid_once BEFORE INSERT ON invoices
WHEN EXISTS (SELECT 1 FROM invoices WHERE gateway_uuid = NEW.gateway_uuid AND gateway_uuid IS NOT NULL AND id <> NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'taken: gateway uuid');
END;
CREATE TRIGGER invoices_gateway_uuid_once_later BEFORE UPDATE ON invoices
WHEN EXISTS (SELECT 1 FROM invoices WHERE gateway_uuid = NEW.gateway_uuid AND gateway_uuid IS NOT NULL AND id <> NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'taken: gateway uuid');
END;
CREATE TRIGGER logins_exist_once BEFORE INSERT ON logins
WHEN EXISTS (SELECT 1 FROM logins WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'stale: login');
END;
CREATE TRIGGER notices_once BEFORE INSERT ON notices
WHEN EXISTS (SELECT 1 FROM notices WHERE key = NEW.key)
BEGIN
    SELECT RAISE(IGNORE);
END;
CREATE TRIGGER notices_exist_once BEFORE INSERT ON notices
WHEN EXISTS (SELECT 1 FROM notices WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'taken: notice');
END;
CREATE TRIGGER live_messages_exist_once BEFORE INSERT ON live_messages
WHEN EXISTS (SELECT 1 FROM live_messages WHERE order_id = NEW.order_id)
BEGIN
    SELECT RAISE(ABORT, 'stale: live message');
END;
CREATE TRIGGER prices_exist_once BEFORE INSERT ON prices
WHEN EXISTS (SELECT 1 FROM prices WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'stale: prices');
END;
CREATE TRIGGER leases_exist_once BEFORE INSERT ON leases
WHEN EXISTS (SELECT 1 FROM leases WHERE key = NEW.key)
BEGIN
    SELECT RAISE(ABORT, 'taken: lease');
END;
CREATE TRIGGER claims_exist_once BEFORE INSERT ON claims
WHEN EXISTS (SELECT 1 FROM claims WHERE kind = NEW.kind AND name = NEW.name)
BEGIN
    SELECT RAISE(ABORT, 'taken: claim');
END;
CREATE TRIGGER outside_events_once BEFORE INSERT ON outside_events
WHEN EXISTS (SELECT 1 FROM outside_events WHERE key = NEW.key)
BEGIN
    SELECT RAISE(IGNORE);
END;
CREATE TRIGGER handled_updates_exist_once BEFORE INSERT ON handled_updates
WHEN EXISTS (SELECT 1 FROM handled_updates WHERE bot = NEW.bot AND update_id = NEW.update_id)
BEGIN
    SELECT RAISE(ABORT, 'handled: the update was handled before');
END;

-- Versions, and terms that never change.
CREATE TRIGGER customers_version BEFORE UPDATE ON customers
WHEN NEW.version <> OLD.version + 1
BEGIN
    SELECT RAISE(ABORT, 'stale: customer');
END;
CREATE TRIGGER wallets_version BEFORE UPDATE ON wallets
WHEN NEW.version <> OLD.version + 1
BEGIN
    SELECT RAISE(ABORT, 'stale: wallet');
END;
CREATE TRIGGER orders_version BEFORE UPDATE ON orders
WHEN NEW.version <> OLD.version + 1
BEGIN
    SELECT RAISE(ABORT, 'stale: order');
END;
CREATE TRIGGER transfers_version BEFORE UPDATE ON transfers
WHEN NEW.version <> OLD.version + 1
BEGIN
    SELECT RAISE(ABORT, 'stale: transfer');
END;
CREATE TRIGGER invoices_version BEFORE UPDATE ON invoices
WHEN NEW.version <> OLD.version + 1
BEGIN
    SELECT RAISE(ABORT, 'stale: invoice');
END;
CREATE TRIGGER logins_version BEFORE UPDATE ON logins
WHEN NEW.version <> OLD.version + 1
BEGIN
    SELECT RAISE(ABORT, 'stale: login');
END;
CREATE TRIGGER notices_version BEFORE UPDATE ON notices
WHEN NEW.version <> OLD.version + 1
BEGIN
    SELECT RAISE(ABORT, 'stale: notice');
END;
CREATE TRIGGER prices_version BEFORE UPDATE ON prices
WHEN NEW.version <> OLD.version + 1
BEGIN
    SELECT RAISE(ABORT, 'stale: prices');
END;
CREATE TRIGGER live_messages_version BEFORE UPDATE ON live_messages
WHEN NEW.version <> OLD.version + 1 AND (NEW.version <> OLD.version OR NEW.chat <> OLD.chat OR NEW.message IS NOT OLD.message OR NEW.shows <> OLD.shows OR NEW.not_before <> OLD.not_before)
BEGIN
    SELECT RAISE(ABORT, 'stale: live message');
END;
CREATE TRIGGER live_messages_terms BEFORE UPDATE ON live_messages
WHEN NEW.order_id <> OLD.order_id
    OR NEW.wanted < OLD.wanted
BEGIN
    SELECT RAISE(ABORT, 'rule: a live message belongs to one order, and what it should show never goes back');
END;
CREATE TRIGGER prices_terms BEFORE UPDATE ON prices
WHEN NEW.id <> OLD.id
BEGIN
    SELECT RAISE(ABORT, 'rule: the prices have one row');
END;
CREATE TRIGGER customers_terms BEFORE UPDATE ON customers
WHEN NEW.id <> OLD.id
    OR NEW.since <> OLD.since
    OR json_extract(OLD.document, '$.is.id') IS NOT json_extract(NEW.document, '$.is.id')
BEGIN
    SELECT RAISE(ABORT, 'rule: who a customer is never changes');
END;
CREATE TRIGGER customers_chat BEFORE UPDATE ON customers
WHEN (NEW.telegram <> OLD.telegram
        OR json_extract(OLD.document, '$.is.telegram') IS NOT json_extract(NEW.document, '$.is.telegram'))
    AND (OLD.erased_at IS NOT NULL OR NEW.erased_at IS NULL)
BEGIN
    SELECT RAISE(ABORT, 'rule: the telegram id of a customer never changes');
END;
CREATE TRIGGER customers_erased BEFORE UPDATE ON customers
WHEN OLD.erased_at IS NOT NULL AND (NEW.erased_at IS NOT OLD.erased_at OR (NEW.pseudonym IS NOT NULL AND NEW.pseudonym IS NOT OLD.pseudonym)) OR NEW.erased_at IS NULL AND NEW.pseudonym IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'rule: an erased person does not come back');
END;
CREATE TRIGGER wallets_terms BEFORE UPDATE ON wallets
WHEN NEW.address <> OLD.address
    OR json_extract(OLD.document, '$.is.address') IS NOT json_extract(NEW.document, '$.is.address')
BEGIN
    SELECT RAISE(ABORT, 'rule: the address of a wallet never changes');
END;
CREATE TRIGGER wallets_seqno BEFORE UPDATE ON wallets
WHEN NEW.next_seqno < OLD.next_seqno
BEGIN
    SELECT RAISE(ABORT, 'rule: the seqno of a wallet never goes back');
END;
CREATE TRIGGER orders_terms BEFORE UPDATE ON orders
WHEN NEW.id <> OLD.id
    OR NEW.number <> OLD.number
    OR NEW.customer <> OLD.customer
    OR NEW.quote <> OLD.quote
    OR NEW.price <> OLD.price
    OR NEW.terms <> OLD.terms
    OR NEW.since <> OLD.since
    OR json_extract(OLD.document, '$.is.id') IS NOT json_extract(NEW.document, '$.is.id')
    OR json_extract(OLD.document, '$.is.number') IS NOT json_extract(NEW.document, '$.is.number')
    OR json_extract(OLD.document, '$.is.customer') IS NOT json_extract(NEW.document, '$.is.customer')
    OR json_extract(OLD.document, '$.is.terms') IS NOT json_extract(NEW.document, '$.is.terms')
    OR json_extract(OLD.document, '$.is.since') IS NOT json_extract(NEW.document, '$.is.since')
    OR json_extract(OLD.document, '$.is.quote.id') IS NOT json_extract(NEW.document, '$.is.quote.id')
    OR json_extract(OLD.document, '$.is.quote.price') IS NOT json_extract(NEW.document, '$.is.quote.price')
    OR json_extract(OLD.document, '$.is.quote.product') IS NOT json_extract(NEW.document, '$.is.quote.product')
    OR json_extract(OLD.document, '$.is.quote.recipient.username') IS NOT json_extract(NEW.document, '$.is.quote.recipient.username')
BEGIN
    SELECT RAISE(ABORT, 'rule: what was agreed in an order never changes');
END;
CREATE TRIGGER orders_end BEFORE UPDATE ON orders
WHEN OLD.finished AND (NEW.state <> OLD.state OR NOT NEW.finished)
BEGIN
    SELECT RAISE(ABORT, 'rule: a finished order does not come back');
END;
CREATE TRIGGER orders_wallet BEFORE UPDATE ON orders
WHEN NEW.wallet IS NOT OLD.wallet AND OLD.wallet IS NOT NULL
    AND NOT (NEW.wallet IS NULL AND NEW.state IN ('delivered', 'refunded', 'cancelled'))
BEGIN
    SELECT RAISE(ABORT, 'rule: an order is bound to its wallet for good');
END;
CREATE TRIGGER transfers_bytes BEFORE UPDATE ON transfers
WHEN NEW.id <> OLD.id
    OR NEW.order_id <> OLD.order_id
    OR NEW.wallet <> OLD.wallet
    OR NEW.seqno <> OLD.seqno
    OR NEW.message_hash <> OLD.message_hash
    OR json_extract(OLD.document, '$.is.id') IS NOT json_extract(NEW.document, '$.is.id')
    OR json_extract(OLD.document, '$.is.order') IS NOT json_extract(NEW.document, '$.is.order')
    OR json_extract(OLD.document, '$.is.purpose') IS NOT json_extract(NEW.document, '$.is.purpose')
    OR json_extract(OLD.document, '$.is.wallet') IS NOT json_extract(NEW.document, '$.is.wallet')
    OR json_extract(OLD.document, '$.is.seqno') IS NOT json_extract(NEW.document, '$.is.seqno')
    OR json_extract(OLD.document, '$.is.valid_until') IS NOT json_extract(NEW.document, '$.is.valid_until')
    OR json_extract(OLD.document, '$.is.lt_before') IS NOT json_extract(NEW.document, '$.is.lt_before')
    OR json_extract(OLD.document, '$.is.destination') IS NOT json_extract(NEW.document, '$.is.destination')
    OR json_extract(OLD.document, '$.is.amount') IS NOT json_extract(NEW.document, '$.is.amount')
    OR json_extract(OLD.document, '$.is.body_hash') IS NOT json_extract(NEW.document, '$.is.body_hash')
    OR json_extract(OLD.document, '$.is.message_hash') IS NOT json_extract(NEW.document, '$.is.message_hash')
    OR json_extract(OLD.document, '$.is.boc') IS NOT json_extract(NEW.document, '$.is.boc')
    OR json_extract(OLD.document, '$.is.signed_at') IS NOT json_extract(NEW.document, '$.is.signed_at')
BEGIN
    SELECT RAISE(ABORT, 'rule: the bytes and names of a transfer never change');
END;
CREATE TRIGGER transfers_judged BEFORE UPDATE ON transfers
WHEN NEW.live AND NOT OLD.live
BEGIN
    SELECT RAISE(ABORT, 'rule: a transfer that was judged cannot be live again');
END;
CREATE TRIGGER transfers_live_takes BEFORE INSERT ON transfers
WHEN NEW.live AND NOT NEW.takes_seqno
BEGIN
    SELECT RAISE(ABORT, 'rule: a live transfer takes its seqno');
END;
CREATE TRIGGER transfers_live_takes_later BEFORE UPDATE ON transfers
WHEN NEW.live AND NOT NEW.takes_seqno
BEGIN
    SELECT RAISE(ABORT, 'rule: a live transfer takes its seqno');
END;
CREATE TRIGGER invoices_terms BEFORE UPDATE ON invoices
WHEN NEW.id <> OLD.id
    OR NEW.gateway_name <> OLD.gateway_name
    OR NEW.customer <> OLD.customer
    OR NEW.order_id IS NOT OLD.order_id
    OR NEW.face <> OLD.face
    OR json_extract(OLD.document, '$.is.id') IS NOT json_extract(NEW.document, '$.is.id')
    OR json_extract(OLD.document, '$.is.gateway_order_id') IS NOT json_extract(NEW.document, '$.is.gateway_order_id')
    OR json_extract(OLD.document, '$.is.customer') IS NOT json_extract(NEW.document, '$.is.customer')
    OR json_extract(OLD.document, '$.is.purpose') IS NOT json_extract(NEW.document, '$.is.purpose')
    OR json_extract(OLD.document, '$.is.face') IS NOT json_extract(NEW.document, '$.is.face')
BEGIN
    SELECT RAISE(ABORT, 'rule: what an invoice was asked for never changes');
END;
CREATE TRIGGER logins_terms BEFORE UPDATE ON logins
WHEN NEW.id <> OLD.id
    OR json_extract(OLD.document, '$.is.id') IS NOT json_extract(NEW.document, '$.is.id')
BEGIN
    SELECT RAISE(ABORT, 'rule: the number of a login never changes');
END;
CREATE TRIGGER notices_terms BEFORE UPDATE ON notices
WHEN NEW.id <> OLD.id
    OR NEW.key <> OLD.key
    OR NEW.audience <> OLD.audience
    OR NEW.since <> OLD.since
    OR json_extract(OLD.document, '$.is.id') IS NOT json_extract(NEW.document, '$.is.id')
    OR json_extract(OLD.document, '$.is.owed.key') IS NOT json_extract(NEW.document, '$.is.owed.key')
    OR json_extract(OLD.document, '$.is.owed.audience') IS NOT json_extract(NEW.document, '$.is.owed.audience')
    OR json_extract(OLD.document, '$.is.owed.message') IS NOT json_extract(NEW.document, '$.is.owed.message')
    OR json_extract(OLD.document, '$.is.since') IS NOT json_extract(NEW.document, '$.is.since')
BEGIN
    SELECT RAISE(ABORT, 'rule: what a notice says never changes');
END;
CREATE TRIGGER leases_epoch BEFORE UPDATE ON leases
WHEN NEW.key <> OLD.key OR NEW.epoch < OLD.epoch OR NEW.epoch > OLD.epoch + 1 OR (NEW.holder IS NOT NULL AND NEW.holder IS NOT OLD.holder AND NEW.epoch <> OLD.epoch + 1)
BEGIN
    SELECT RAISE(ABORT, 'rule: a new holder of a lease gets the next epoch');
END;
CREATE TRIGGER books_life BEFORE UPDATE ON books
WHEN NEW.id <> OLD.id
    OR NEW.incarnation < 0
BEGIN
    SELECT RAISE(ABORT, 'rule: the books have one life at a time');
END;

-- New rows.
CREATE TRIGGER books_new BEFORE INSERT ON books
WHEN NEW.id <> 1
BEGIN
    SELECT RAISE(ABORT, 'rule: the books have one row');
END;
CREATE TRIGGER prices_new BEFORE INSERT ON prices
WHEN NEW.id <> 1
BEGIN
    SELECT RAISE(ABORT, 'rule: the prices have one row');
END;
CREATE TRIGGER accounts_new BEFORE INSERT ON accounts
WHEN NEW.balance <> 0 OR NEW.last_posting <> 0
BEGIN
    SELECT RAISE(ABORT, 'rule: a new account is empty');
END;
CREATE TRIGGER accounts_kind BEFORE INSERT ON accounts
WHEN NEW.floored <> (NEW.kind IN ('customer', 'customer_held', 'customer_debt', 'float', 'float_held'))
    OR NOT (NEW.side = 'credit' AND NEW.kind IN ('customer', 'customer_held', 'revenue', 'owner', 'suspense', 'opening')
        OR NEW.side = 'debit' AND NEW.kind IN ('customer_debt', 'gateway_clearing', 'gateway_fees', 'cost_of_goods', 'network_fees', 'float', 'float_held'))
    OR NOT (NEW.asset = 'usd' AND NEW.kind IN ('customer', 'customer_held', 'customer_debt', 'revenue', 'gateway_clearing', 'gateway_fees', 'owner', 'suspense', 'opening')
        OR NEW.asset = 'ton' AND NEW.kind IN ('cost_of_goods', 'network_fees', 'float', 'float_held', 'owner', 'suspense', 'opening'))
BEGIN
    SELECT RAISE(ABORT, 'rule: an account has the side, the asset and the floor of its kind');
END;
CREATE TRIGGER entries_number AFTER INSERT ON entries
WHEN NEW.id < 1
BEGIN
    SELECT RAISE(ABORT, 'rule: entries count from 1');
END;
CREATE TRIGGER entries_new BEFORE INSERT ON entries
WHEN NEW.size < 1 OR NEW.size > 64
BEGIN
    SELECT RAISE(ABORT, 'rule: an entry has 1 to 64 postings');
END;
CREATE TRIGGER customers_new AFTER INSERT ON customers
WHEN NEW.id = 0
BEGIN
    SELECT RAISE(ABORT, 'rule: customer 0 stands for the operators');
END;
CREATE TRIGGER outside_events_new BEFORE INSERT ON outside_events
WHEN length(NEW.body) > 4000
BEGIN
    SELECT RAISE(ABORT, 'rule: an outside event has at most 4000 characters');
END;
CREATE TRIGGER leases_new BEFORE INSERT ON leases
WHEN NEW.epoch < 0
BEGIN
    SELECT RAISE(ABORT, 'rule: epochs count from 0');
END;
CREATE TRIGGER customers_new_version BEFORE INSERT ON customers
WHEN NEW.version < 1
BEGIN
    SELECT RAISE(ABORT, 'rule: versions count from 1');
END;
CREATE TRIGGER wallets_new_version BEFORE INSERT ON wallets
WHEN NEW.version < 1
BEGIN
    SELECT RAISE(ABORT, 'rule: versions count from 1');
END;
CREATE TRIGGER orders_new_version BEFORE INSERT ON orders
WHEN NEW.version < 1
BEGIN
    SELECT RAISE(ABORT, 'rule: versions count from 1');
END;
CREATE TRIGGER transfers_new_version BEFORE INSERT ON transfers
WHEN NEW.version < 1
BEGIN
    SELECT RAISE(ABORT, 'rule: versions count from 1');
END;
CREATE TRIGGER invoices_new_version BEFORE INSERT ON invoices
WHEN NEW.version < 1
BEGIN
    SELECT RAISE(ABORT, 'rule: versions count from 1');
END;
CREATE TRIGGER logins_new_version BEFORE INSERT ON logins
WHEN NEW.version < 1
BEGIN
    SELECT RAISE(ABORT, 'rule: versions count from 1');
END;
CREATE TRIGGER notices_new_version BEFORE INSERT ON notices
WHEN NEW.version < 1
BEGIN
    SELECT RAISE(ABORT, 'rule: versions count from 1');
END;
CREATE TRIGGER live_messages_new_version BEFORE INSERT ON live_messages
WHEN NEW.version < 1
BEGIN
    SELECT RAISE(ABORT, 'rule: versions count from 1');
END;
CREATE TRIGGER prices_new_version BEFORE INSERT ON prices
WHEN NEW.version < 1
BEGIN
    SELECT RAISE(ABORT, 'rule: versions count from 1');
END;

-- Rows that others rely on.
CREATE TRIGGER orders_rely_on_customer BEFORE INSERT ON orders
WHEN NEW.customer IS NOT NULL AND NOT EXISTS (SELECT 1 FROM customers WHERE id = NEW.customer AND erased_at IS NULL)
BEGIN
    SELECT RAISE(ABORT, 'rule: an order belongs to a customer who must exist and is not erased');
END;
CREATE TRIGGER orders_rely_on_wallet BEFORE INSERT ON orders
WHEN NEW.wallet IS NOT NULL AND NOT EXISTS (SELECT 1 FROM wallets WHERE address = NEW.wallet)
BEGIN
    SELECT RAISE(ABORT, 'rule: an order is bound to a wallet that must exist');
END;
CREATE TRIGGER transfers_rely_on_order_id BEFORE INSERT ON transfers
WHEN NEW.order_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM orders WHERE id = NEW.order_id)
BEGIN
    SELECT RAISE(ABORT, 'rule: a transfer serves an order that must exist');
END;
CREATE TRIGGER transfers_rely_on_wallet BEFORE INSERT ON transfers
WHEN NEW.wallet IS NOT NULL AND NOT EXISTS (SELECT 1 FROM wallets WHERE address = NEW.wallet)
BEGIN
    SELECT RAISE(ABORT, 'rule: a transfer is signed by a wallet that must exist');
END;
CREATE TRIGGER invoices_rely_on_customer BEFORE INSERT ON invoices
WHEN NEW.customer IS NOT NULL AND NOT EXISTS (SELECT 1 FROM customers WHERE id = NEW.customer AND erased_at IS NULL)
BEGIN
    SELECT RAISE(ABORT, 'rule: an invoice belongs to a customer who must exist and is not erased');
END;
CREATE TRIGGER live_messages_rely_on_order_id BEFORE INSERT ON live_messages
WHEN NEW.order_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM orders WHERE id = NEW.order_id)
BEGIN
    SELECT RAISE(ABORT, 'rule: a live message shows an order that must exist');
END;
CREATE TRIGGER orders_rely_on_wallet_later BEFORE UPDATE ON orders
WHEN NEW.wallet IS NOT OLD.wallet AND NEW.wallet IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM wallets WHERE address = NEW.wallet)
BEGIN
    SELECT RAISE(ABORT, 'rule: an order is bound to a wallet that must exist');
END;

-- Nobody is erased while something between the person and the shop is open.
CREATE TRIGGER customers_erase BEFORE UPDATE ON customers
WHEN OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL AND (OLD.frozen OR NEW.frozen
    OR EXISTS (SELECT 1 FROM orders WHERE customer = OLD.id AND NOT finished)
    OR EXISTS (SELECT 1 FROM invoices WHERE customer = OLD.id AND payable)
    OR EXISTS (SELECT 1 FROM accounts WHERE kind IN ('customer', 'customer_held', 'customer_debt')
        AND owner = CAST(OLD.id AS TEXT) AND asset = 'usd' AND balance <> 0))
BEGIN
    SELECT RAISE(ABORT, 'rule: a person with something open is not erased');
END;

-- A posting moves its balances by itself, so none can be forgotten.
CREATE TRIGGER postings_post AFTER INSERT ON postings
BEGIN
    SELECT RAISE(ABORT, 'rule: a posting moves between two accounts that must exist')
        WHERE NOT EXISTS (SELECT 1 FROM accounts WHERE id = NEW.debit)
        OR NOT EXISTS (SELECT 1 FROM accounts WHERE id = NEW.credit);
    SELECT RAISE(ABORT, 'rule: a posting moves more than zero between two accounts of one asset')
        WHERE NEW.debit = NEW.credit OR NEW.amount < 1
        OR (SELECT asset FROM accounts WHERE id = NEW.debit) <> (SELECT asset FROM accounts WHERE id = NEW.credit);
    SELECT RAISE(ABORT, 'rule: a posting has its place in an entry that must exist')
        WHERE NEW.id / 64 <> NEW.entry
        OR NOT EXISTS (SELECT 1 FROM entries WHERE id = NEW.entry AND size > NEW.id % 64);
    SELECT RAISE(ABORT, 'again: a snapshot was taken behind this entry')
        WHERE NEW.entry <= (SELECT max(upto) FROM account_snapshots);
    UPDATE accounts SET
        balance = balance + CASE side WHEN 'debit' THEN NEW.amount ELSE -NEW.amount END,
        last_posting = NEW.id
        WHERE id = NEW.debit AND floored;
    UPDATE accounts SET
        balance = balance + CASE side WHEN 'credit' THEN NEW.amount ELSE -NEW.amount END,
        last_posting = NEW.id
        WHERE id = NEW.credit AND floored;
END;

-- A stored balance changes as its newest posting says and in no other way.
CREATE TRIGGER accounts_follow BEFORE UPDATE ON accounts
BEGIN
    SELECT RAISE(ABORT, 'rule: what an account is never changes')
        WHERE NEW.id <> OLD.id OR NEW.kind <> OLD.kind OR NEW.owner <> OLD.owner
        OR NEW.asset <> OLD.asset OR NEW.side <> OLD.side OR NEW.floored <> OLD.floored;
    SELECT RAISE(ABORT, 'rule: a balance changes only as its newest posting says')
        WHERE NOT OLD.floored OR NEW.last_posting <= OLD.last_posting OR NOT EXISTS (
            SELECT 1 FROM postings WHERE id = NEW.last_posting AND (
                (debit = OLD.id AND NEW.balance = OLD.balance
                    + CASE OLD.side WHEN 'debit' THEN amount ELSE -amount END)
                OR (credit = OLD.id AND NEW.balance = OLD.balance
                    + CASE OLD.side WHEN 'credit' THEN amount ELSE -amount END)));
    SELECT RAISE(ABORT, 'floor: a balance would fall below zero')
        WHERE NEW.balance < OLD.balance AND NEW.balance < 0 AND NOT (
            SELECT is_fact FROM entries WHERE id = NEW.last_posting / 64);
END;

-- A snapshot is the one before it and what was posted since, and takes the place of none.
CREATE TRIGGER account_snapshots_add_up BEFORE INSERT ON account_snapshots
BEGIN
    SELECT RAISE(ABORT, 'rule: a snapshot is the one before it and what was posted since')
        WHERE NOT EXISTS (SELECT 1 FROM accounts WHERE id = NEW.account AND NOT floored)
        OR NEW.upto > coalesce((SELECT max(id) FROM entries), 0)
        OR NEW.upto <= coalesce((SELECT max(upto) FROM account_snapshots WHERE account = NEW.account), 0)
        OR NEW.balance <>
            coalesce((SELECT balance FROM account_snapshots
                WHERE account = NEW.account ORDER BY upto DESC LIMIT 1), 0)
            + (SELECT CASE side WHEN 'debit' THEN 1 ELSE -1 END FROM accounts WHERE id = NEW.account) * (
                coalesce((SELECT sum(amount) FROM postings WHERE debit = NEW.account AND entry <= NEW.upto AND entry >
                    coalesce((SELECT max(upto) FROM account_snapshots WHERE account = NEW.account), 0)), 0)
                - coalesce((SELECT sum(amount) FROM postings WHERE credit = NEW.account AND entry <= NEW.upto AND entry >
                    coalesce((SELECT max(upto) FROM account_snapshots WHERE account = NEW.account), 0)), 0));
END;

-- What a commit believes: inserting here stores nothing and refuses what is no longer true. The
-- immediate transaction is the lock.
CREATE VIEW beliefs (incarnation, lease, epoch) AS SELECT NULL, NULL, NULL WHERE 0;
CREATE TRIGGER beliefs_check INSTEAD OF INSERT ON beliefs
BEGIN
    SELECT RAISE(ABORT, 'life: the books live on under another incarnation')
        WHERE NEW.incarnation IS NULL
        OR NOT EXISTS (SELECT 1 FROM books WHERE incarnation = NEW.incarnation AND incarnation <> 0);
    SELECT RAISE(ABORT, 'fenced: the lease went to another epoch')
        WHERE NEW.lease IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM leases WHERE key = NEW.lease AND epoch = NEW.epoch AND epoch <> 0);
END;

-- New books begin their first life.
INSERT INTO books (id, incarnation, since) VALUES (
    1, CAST(strftime('%s', 'now') AS INTEGER) * 1000000 + abs(random() % 1000000),
    strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'));
