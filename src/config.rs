//! Settings: reads `config/default.toml`, the environment's file, `.env` and the environment, in
//! that order, and remembers where each value came from.
//!
//! Owns the names of the settings, their units, their bounds and the text of their errors; a wrong
//! or missing value names the variable, what it must look like and where it was read, and the
//! daemon exits with code 78.
//!
//! Never hands itself to an adapter (an adapter takes its own settings) and never prints a secret.
