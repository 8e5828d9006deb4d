//! `/admin/v1`: what an operator may see and do, behind `ADMIN_TOKEN`; closed when that is absent.
//!
//! An action names the version it was shown, so it cannot act on a state that has moved on. Never
//! changes the books past the actors' rules.
