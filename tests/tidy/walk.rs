//! Walks the tokens of a file and notes, module by module, what is declared, imported, mentioned.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};

use crate::source::{Mention, Module, is_braces};

/// The walk through one file.
pub struct Walk {
    modules: Vec<Module>,
}

/// Where in the file the walk is.
#[derive(Clone, Copy)]
struct Place {
    module: usize,
    in_test: bool,
}

impl Walk {
    /// Finds the modules of a file whose own module is `path`; that one comes first.
    pub fn through(tokens: TokenStream, path: Vec<String>) -> Vec<Module> {
        let in_test = path.last().is_some_and(|name| name == "tests");
        let mut walk = Self {
            modules: vec![Module {
                path,
                in_test,
                ..Module::default()
            }],
        };
        walk.tokens(tokens, Place { module: 0, in_test });
        walk.modules
    }

    fn tokens(&mut self, tokens: TokenStream, outer: Place) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut rest = tokens.as_slice();
        let mut place = outer;
        let mut before = None;
        while let Some((token, after)) = rest.split_first() {
            let mut taken = 1;
            match token {
                TokenTree::Punct(mark) if mark.as_char() == '#' => {
                    if let Some((group, length)) = attribute(after) {
                        taken += length;
                        place.in_test |= self.attribute(group, place);
                    }
                }
                TokenTree::Group(group) => self.tokens(group.stream(), place),
                TokenTree::Ident(word) if word == "mod" => taken += self.module(after, place),
                TokenTree::Ident(word) if word == "use" && !is_mark(after.first(), '<') => {
                    taken += self.imports(after, place);
                }
                TokenTree::Ident(_) => {
                    let (path, length) = path(rest);
                    let macro_variable =
                        is_mark(before, '$') && path.first().is_none_or(|first| first != "crate");
                    if path.len() > 1 && !macro_variable {
                        self.mention(path, token, place);
                    }
                    taken = length;
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
            let (done, next) = rest.split_at(taken.min(rest.len()));
            if done.iter().any(ends_an_item) {
                place = outer;
            }
            before = done.last();
            rest = next;
        }
    }

    /// Notes what an attribute mentions; true when it keeps the next item for tests.
    fn attribute(&mut self, group: &Group, place: Place) -> bool {
        let inside: Vec<TokenTree> = group.stream().into_iter().collect();
        let (name, _) = path(&inside);
        match name.first().map(String::as_str) {
            Some("allow" | "expect" | "warn" | "deny" | "forbid" | "doc") => false,
            Some("cfg") => has_word(group.stream(), "test") && !has_word(group.stream(), "not"),
            _ => {
                self.tokens(group.stream(), place);
                name.last().is_some_and(|name| name == "test")
            }
        }
    }

    /// `mod name;` or `mod name { … }`, after the word `mod`. Answers how many tokens it took.
    fn module(&mut self, after: &[TokenTree], place: Place) -> usize {
        let [TokenTree::Ident(name), body, ..] = after else {
            return 0;
        };
        let name = name.to_string();
        let in_test = place.in_test || name == "tests";
        let Some(parent) = self.modules.get_mut(place.module) else {
            return 0;
        };
        let mut path = parent.path.clone();
        path.push(name.clone());
        parent.children.insert(name, in_test);
        if let (TokenTree::Group(group), true) = (body, is_braces(body)) {
            self.modules.push(Module {
                path,
                in_test,
                ..Module::default()
            });
            let module = self.modules.len() - 1;
            self.tokens(group.stream(), Place { module, in_test });
        }
        2
    }

    /// `use …;` after the word `use`. Answers how many tokens it took.
    fn imports(&mut self, after: &[TokenTree], place: Place) -> usize {
        let end = after
            .iter()
            .position(|token| is_mark(Some(token), ';'))
            .unwrap_or(after.len());
        let (tree, _) = after.split_at(end);
        self.import_tree(&[], tree, place);
        end + 1
    }

    fn import_tree(&mut self, prefix: &[String], tree: &[TokenTree], place: Place) {
        let Some(first) = tree.first() else { return };
        let (own, taken) = path(tree);
        let mut whole = prefix.to_vec();
        whole.extend(own);
        if whole.len() > 1 && whole.last().is_some_and(|last| last == "self") {
            whole.pop();
        }
        let (_, rest) = tree.split_at(taken);
        match rest {
            [TokenTree::Group(group), ..] => {
                let inside: Vec<TokenTree> = group.stream().into_iter().collect();
                for branch in inside.split(|token| is_mark(Some(token), ',')) {
                    self.import_tree(&whole, branch, place);
                }
            }
            [star, ..] if is_mark(Some(star), '*') => {
                self.mention(whole.clone(), first, place);
                self.with(place, |module| module.globs.push(whole));
            }
            [TokenTree::Ident(word), TokenTree::Ident(alias), ..] if word == "as" => {
                self.import(alias.to_string(), whole, first, place);
            }
            _ => {
                let alias = whole.last().cloned().unwrap_or_default();
                self.import(alias, whole, first, place);
            }
        }
    }

    fn import(&mut self, alias: String, path: Vec<String>, at: &TokenTree, place: Place) {
        self.mention(path.clone(), at, place);
        self.with(place, |module| {
            module.imports.insert(alias, path);
        });
    }

    fn mention(&mut self, segments: Vec<String>, at: &TokenTree, place: Place) {
        let line = at.span().start().line;
        self.with(place, |module| {
            module.mentions.push(Mention {
                segments,
                line,
                in_test: place.in_test,
            });
        });
    }

    fn with(&mut self, place: Place, then: impl FnOnce(&mut Module)) {
        if let Some(module) = self.modules.get_mut(place.module) {
            then(module);
        }
    }
}

/// The attribute after its `#`, and how many tokens it takes.
fn attribute(after: &[TokenTree]) -> Option<(&Group, usize)> {
    match after {
        [TokenTree::Group(group), ..] => Some((group, 1)),
        [mark, TokenTree::Group(group), ..] if is_mark(Some(mark), '!') => Some((group, 2)),
        _ => None,
    }
}

/// The path at the start of `tokens` (a trailing `::` taken but not counted), and its length.
fn path(tokens: &[TokenTree]) -> (Vec<String>, usize) {
    let mut segments = Vec::new();
    let mut taken = 0;
    let mut rest = tokens;
    if let [first, second, ..] = rest
        && is_mark(Some(first), ':')
        && is_mark(Some(second), ':')
    {
        segments.push(String::new());
    }
    loop {
        rest = match rest {
            [TokenTree::Ident(word), after @ ..]
                if segments.is_empty() || ends_in_colons(tokens, taken) =>
            {
                segments.push(name(word));
                taken += 1;
                after
            }
            [one, two, after @ ..]
                if is_mark(Some(one), ':')
                    && is_mark(Some(two), ':')
                    && !ends_in_colons(tokens, taken) =>
            {
                taken += 2;
                after
            }
            _ => return (segments, taken),
        };
    }
}

fn ends_in_colons(tokens: &[TokenTree], taken: usize) -> bool {
    taken
        .checked_sub(1)
        .is_some_and(|last| is_mark(tokens.get(last), ':'))
}

fn name(word: &Ident) -> String {
    let name = word.to_string();
    name.strip_prefix("r#").map_or(name.clone(), str::to_owned)
}

fn ends_an_item(token: &TokenTree) -> bool {
    is_mark(Some(token), ';') || is_braces(token)
}

fn has_word(tokens: TokenStream, word: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(found) => found == word,
        TokenTree::Group(group) => has_word(group.stream(), word),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

fn is_mark(token: Option<&TokenTree>, mark: char) -> bool {
    matches!(token, Some(TokenTree::Punct(found)) if found.as_char() == mark)
}
