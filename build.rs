//! Says what the build depends on besides the sources: a migration that is added to its folder is
//! embedded only if the crate is compiled anew.

#![allow(
    clippy::print_stdout,
    reason = "this is how a build script speaks to cargo"
)]

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
