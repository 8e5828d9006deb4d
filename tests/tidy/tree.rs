//! The sources of the workspace, and what a path in one of them really names.

use std::collections::HashMap;
use std::path::Path;
use std::{fs, io};

use crate::source::{Module, Source};

/// Which crate a file belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Member {
    Core,
    Daemon,
    Sandbox,
    /// Tests and benches: they may see everything of the daemon and the core.
    Outer,
}

/// What a path names.
#[derive(Debug, PartialEq, Eq)]
pub enum Target {
    /// A path from the root of its own crate.
    Local(Vec<String>),
    /// A crate and the path inside it.
    Foreign(String, Vec<String>),
    /// A type, a primitive, a lint: nothing that the arrows speak of.
    Nothing,
}

/// All files of the workspace.
pub struct Tree {
    pub files: Vec<(Member, Source)>,
    modules: HashMap<(Member, Vec<String>), (usize, usize)>,
}

/// Imports of imports are followed this far; a longer chain is a loop.
const LONGEST_CHAIN: usize = 8;

/// Names before `::` that are no crates.
const NO_CRATES: &[&str] = &[
    "bool",
    "char",
    "str",
    "u8",
    "u16",
    "u32",
    "u64",
    "u128",
    "usize",
    "i8",
    "i16",
    "i32",
    "i64",
    "i128",
    "isize",
    "f32",
    "f64",
    "clippy",
    "rustfmt",
    "rustdoc",
    "diagnostic",
];

impl Tree {
    /// Reads every Rust file under `root`.
    pub fn read(root: &Path) -> io::Result<Self> {
        let mut files = Vec::new();
        for folder in ["actors", "src", "sandbox", "tests", "benches"] {
            read_folder(root, folder, &mut files)?;
        }
        let mut modules = HashMap::new();
        for (file, (member, source)) in files.iter().enumerate() {
            for (module, found) in source.modules.iter().enumerate() {
                if !source.file.ends_with("main.rs") {
                    modules.insert((*member, found.path.clone()), (file, module));
                }
            }
        }
        Ok(Self { files, modules })
    }

    /// True when `path` is a module (and not an item of one).
    pub fn is_module(&self, member: Member, path: &[String]) -> bool {
        self.modules.contains_key(&(member, path.to_vec()))
    }

    /// True when `module`, or one it lies in, is declared for tests only.
    pub fn is_for_tests(&self, member: Member, module: &Module) -> bool {
        let mut here = module.in_test;
        for length in 1..=module.path.len() {
            let (parent, name) = module.path.split_at(length - 1);
            let declared = self.module(member, parent);
            let for_tests = declared
                .zip(name.first())
                .and_then(|(parent, name)| parent.children.get(name));
            here |= for_tests.copied().unwrap_or(false);
        }
        here
    }

    /// What `segments`, written in `module` of `member`, names.
    pub fn target(&self, member: Member, module: &Module, segments: &[String]) -> Target {
        let target = self.follow(member, module, segments, LONGEST_CHAIN);
        match target {
            Target::Local(path) => Target::Local(self.through_the_root(member, path)),
            Target::Foreign(name, path) if name == "starkeeper_actors" => {
                Target::Foreign(name, self.through_the_root(Member::Core, path))
            }
            other @ (Target::Foreign(..) | Target::Nothing) => other,
        }
    }

    fn follow(&self, member: Member, module: &Module, segments: &[String], chain: usize) -> Target {
        let Some((first, rest)) = segments.split_first() else {
            return Target::Nothing;
        };
        match first.as_str() {
            "" => return foreign(rest),
            "crate" => return Target::Local(rest.to_vec()),
            "self" => return self.relative(&module.path, rest),
            "super" => {
                let (_, parent) = module.path.split_last().unzip();
                return self.relative(parent.unwrap_or_default(), rest);
            }
            "Self" => return Target::Nothing,
            _ => {}
        }
        if let (Some(path), Some(chain)) = (module.imports.get(first), chain.checked_sub(1))
            && path.first() != Some(first)
            && path != segments
        {
            let whole: Vec<String> = path.iter().chain(rest).cloned().collect();
            return self.follow(member, module, &whole, chain);
        }
        if module.children.contains_key(first) {
            return self.relative(&module.path, segments);
        }
        if let Some(found) = self.by_glob(member, module, segments, chain) {
            return found;
        }
        // Crates have small letters; a type may stand in a `use` too, to name its variants.
        let small = first.starts_with(|letter: char| letter.is_lowercase() || letter == '_');
        if !small || NO_CRATES.contains(&first.as_str()) {
            return Target::Nothing;
        }
        foreign(segments)
    }

    /// `path` below `base`, with any further `super` taken into account.
    fn relative(&self, base: &[String], path: &[String]) -> Target {
        match (path.split_first(), base.split_last()) {
            (Some((first, rest)), Some((_, parent))) if first == "super" => {
                self.relative(parent, rest)
            }
            _ => Target::Local(base.iter().chain(path).cloned().collect()),
        }
    }

    /// Looks for the first segment in what the module's `use …::*` bring in.
    fn by_glob(
        &self,
        member: Member,
        module: &Module,
        segments: &[String],
        chain: usize,
    ) -> Option<Target> {
        let chain = chain.checked_sub(1)?;
        let first = segments.first()?;
        module.globs.iter().find_map(|glob| {
            let Target::Local(path) = self.follow(member, module, glob, chain) else {
                return None;
            };
            let shown = self.module(member, &path)?;
            if shown.children.contains_key(first) || shown.imports.contains_key(first) {
                Some(self.follow(member, shown, segments, chain))
            } else {
                self.by_glob(member, shown, segments, chain)
            }
        })
    }

    /// A name that the root of a crate shows again stands for what it shows.
    fn through_the_root(&self, member: Member, path: Vec<String>) -> Vec<String> {
        let (Some(root), Some((first, rest))) = (self.module(member, &[]), path.split_first())
        else {
            return path;
        };
        let Some(shown) = root.imports.get(first) else {
            return path;
        };
        let whole: Vec<String> = shown.iter().chain(rest).cloned().collect();
        match self.follow(member, root, &whole, LONGEST_CHAIN) {
            Target::Local(path) => path,
            Target::Foreign(..) | Target::Nothing => path,
        }
    }

    fn module(&self, member: Member, path: &[String]) -> Option<&Module> {
        let (file, module) = self.modules.get(&(member, path.to_vec()))?;
        let (_, source) = self.files.get(*file)?;
        source.modules.get(*module)
    }
}

fn foreign(segments: &[String]) -> Target {
    segments
        .split_first()
        .map_or(Target::Nothing, |(name, path)| {
            Target::Foreign(name.clone(), path.to_vec())
        })
}

fn read_folder(root: &Path, folder: &str, files: &mut Vec<(Member, Source)>) -> io::Result<()> {
    let entries = match fs::read_dir(root.join(folder)) {
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{folder}/{name}");
        if entry.file_type()?.is_dir() {
            if name != "target" {
                read_folder(root, &path, files)?;
            }
        } else if name.ends_with(".rs") {
            let text = fs::read_to_string(entry.path())?;
            let (member, module) = belongs(&path);
            let source = Source::read(&path, module, &text).map_err(|why| {
                io::Error::new(io::ErrorKind::InvalidData, format!("{path}: {why}"))
            })?;
            files.push((member, source));
        }
    }
    Ok(())
}

/// The crate of a file and its module path in it.
fn belongs(file: &str) -> (Member, Vec<String>) {
    let sources = [
        ("actors/src/", Member::Core),
        ("sandbox/", Member::Sandbox),
        ("src/", Member::Daemon),
    ];
    for (prefix, member) in sources {
        if let Some(rest) = file.strip_prefix(prefix) {
            let rest = rest.strip_prefix("src/").unwrap_or(rest);
            let rest = rest.strip_suffix(".rs").unwrap_or(rest);
            let rest = rest.strip_suffix("/mod").unwrap_or(rest);
            let path = rest
                .split('/')
                .filter(|name| !["lib", "main"].contains(name));
            return (member, path.map(str::to_owned).collect());
        }
    }
    (Member::Outer, Vec::new())
}
