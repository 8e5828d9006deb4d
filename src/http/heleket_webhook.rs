//! Heleket's callback: raw bytes in, one `payment` message out.
//!
//! The money decision never comes from the body: it only says which invoice to look up. Answers
//! 200 after the commit and 503 when unsure.
