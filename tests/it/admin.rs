//! The admin API as its document describes it, tried by somebody who believes the document.

mod reasons;
mod with_schemathesis;
