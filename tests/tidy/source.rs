//! Reads one Rust file as tokens: its modules, the paths it mentions, its words and its comments.
//!
//! Tokens, not a syntax tree: paths inside macros are seen like all others, strings and comments
//! never are, and nothing has to be parsed that the rules do not ask about.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr as _;

use proc_macro2::{Delimiter, LexError, TokenStream, TokenTree};

use crate::walk::Walk;

/// One file of the tree.
#[derive(Debug)]
pub struct Source {
    /// Relative to the root, with forward slashes.
    pub file: String,
    pub lines: usize,
    /// The file's own module first, then those written inside it.
    pub modules: Vec<Module>,
    /// Every identifier, in order.
    pub words: Vec<Word>,
    /// Every number that is written with a fraction or a float suffix.
    pub floats: Vec<Word>,
    pub comments: Vec<Comment>,
}

/// One module and what it says about others.
#[derive(Debug, Default)]
pub struct Module {
    /// From the crate's root; empty for the root itself.
    pub path: Vec<String>,
    /// Compiled for tests only.
    pub in_test: bool,
    /// Names brought into scope by `use`, and the path as it was written.
    pub imports: BTreeMap<String, Vec<String>>,
    /// Paths that end in `::*`.
    pub globs: Vec<Vec<String>>,
    /// Modules declared here, with or without a body; `true` when only tests have them.
    pub children: BTreeMap<String, bool>,
    /// Every path of a `use`, and every path of two segments or more elsewhere.
    pub mentions: Vec<Mention>,
}

/// A path as it was written.
#[derive(Debug, Clone)]
pub struct Mention {
    /// A leading `::` is an empty first segment.
    pub segments: Vec<String>,
    pub line: usize,
    pub in_test: bool,
}

/// An identifier or a number.
#[derive(Debug)]
pub struct Word {
    pub text: String,
    pub line: usize,
}

/// A comment, doc comments included.
#[derive(Debug)]
pub struct Comment {
    pub text: String,
    pub line: usize,
}

impl Source {
    /// Reads `text` as the file `file`, whose own module is `path` of its crate.
    pub fn read(file: &str, path: Vec<String>, text: &str) -> Result<Self, LexError> {
        let tokens = TokenStream::from_str(text)?;
        let mut atoms = Vec::new();
        flatten(tokens.clone(), &mut atoms);
        Ok(Self {
            file: file.to_owned(),
            lines: text.lines().count(),
            modules: Walk::through(tokens, path),
            words: words(&atoms),
            floats: floats(&atoms),
            comments: comments(text, &atoms),
        })
    }
}

/// A token without its inside, or one end of a group.
struct Atom {
    text: String,
    kind: Kind,
    line: usize,
    bytes: std::ops::Range<usize>,
}

#[derive(PartialEq, Eq)]
enum Kind {
    Identifier,
    Literal,
    Other,
}

fn flatten(tokens: TokenStream, into: &mut Vec<Atom>) {
    for token in tokens {
        let span = token.span();
        let (text, kind) = match token {
            TokenTree::Group(group) => {
                for (end, then) in [(group.span_open(), true), (group.span_close(), false)] {
                    into.push(Atom {
                        text: String::new(),
                        kind: Kind::Other,
                        line: end.start().line,
                        bytes: end.byte_range(),
                    });
                    if then {
                        flatten(group.stream(), into);
                    }
                }
                continue;
            }
            TokenTree::Ident(ident) => (ident.to_string(), Kind::Identifier),
            TokenTree::Literal(literal) => (literal.to_string(), Kind::Literal),
            TokenTree::Punct(mark) => (mark.as_char().to_string(), Kind::Other),
        };
        into.push(Atom {
            text,
            kind,
            line: span.start().line,
            bytes: span.byte_range(),
        });
    }
}

fn words(atoms: &[Atom]) -> Vec<Word> {
    atoms
        .iter()
        .filter(|atom| atom.kind == Kind::Identifier)
        .map(word)
        .collect()
}

/// In `pair.0.1` the lexer sees the number `0.1`; what follows a dot is a field.
fn floats(atoms: &[Atom]) -> Vec<Word> {
    let before = std::iter::once(None).chain(atoms.iter().map(Some));
    before
        .zip(atoms)
        .filter(|(before, _)| before.is_none_or(|before| before.text != "."))
        .map(|(_, atom)| atom)
        .filter(|atom| atom.kind == Kind::Literal && is_float(&atom.text))
        .map(word)
        .collect()
}

fn word(atom: &Atom) -> Word {
    Word {
        text: atom.text.clone(),
        line: atom.line,
    }
}

fn is_float(literal: &str) -> bool {
    let number = literal.starts_with(|first: char| first.is_ascii_digit());
    let other_base = ["0x", "0b", "0o"]
        .iter()
        .any(|base| literal.starts_with(base));
    number && !other_base && literal.contains(['.', 'e', 'E', 'f']) && !literal.contains("size")
}

/// What stands between the tokens is white space and comments; a doc comment is a token that
/// starts like a comment.
fn comments(text: &str, atoms: &[Atom]) -> Vec<Comment> {
    let mut found = Vec::new();
    let mut gaps = BTreeSet::new();
    let mut reached = 0;
    for atom in atoms {
        let whole = text.get(atom.bytes.clone()).unwrap_or_default();
        if whole.starts_with("//") || whole.starts_with("/*") {
            gaps.insert((atom.bytes.start, atom.bytes.end));
        }
        if atom.bytes.start > reached {
            gaps.insert((reached, atom.bytes.start));
        }
        reached = reached.max(atom.bytes.end);
    }
    gaps.insert((reached, text.len()));
    for (start, end) in gaps {
        let gap = text.get(start..end).unwrap_or_default();
        if gap.trim().is_empty() {
            continue;
        }
        let first_line = text.get(..start).unwrap_or_default().matches('\n').count() + 1;
        for (offset, line) in gap.split('\n').enumerate() {
            if !line.trim().is_empty() {
                found.push(Comment {
                    text: line.trim().to_owned(),
                    line: first_line + offset,
                });
            }
        }
    }
    found
}

/// True for the group that a `{` opens.
pub fn is_braces(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}
