//! `starkeeper check`: every dependency really asked, and each thing that can be wrong named with
//! its cure, told apart from its neighbours, and without a secret.

mod ground;
mod outside;
mod with_browser;
mod with_postgres;
mod with_redis;
