//! The admin API as its document describes it, tried by somebody who believes the document.

mod with_schemathesis;
