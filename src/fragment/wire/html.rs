//! Pieces of HTML: elements by class, and their text.

use tl::{HTMLTag, Node, Parser, ParserOptions, VDom};

use super::{Unread, unread};

pub(super) fn parse<'a>(what: &'static str, html: &'a str) -> Result<VDom<'a>, Unread> {
    tl::parse(html, ParserOptions::default()).map_err(|_| unread(what, "HTML"))
}

/// Every element of the document for which this holds, in order.
pub(super) fn elements<'d, 'a>(
    dom: &'d VDom<'a>,
    wanted: impl Fn(&HTMLTag<'a>) -> bool,
) -> Vec<&'d HTMLTag<'a>> {
    let tags = dom.nodes().iter().filter_map(Node::as_tag);
    tags.filter(|tag| wanted(tag)).collect()
}

/// Every element inside another, in order.
pub(super) fn inside<'d, 'a>(tag: &'d HTMLTag<'a>, parser: &'d Parser<'a>) -> Vec<&'d HTMLTag<'a>> {
    let nodes = tag.children().all(parser).iter();
    nodes.filter_map(Node::as_tag).collect()
}

pub(super) fn is(tag: &HTMLTag<'_>, name: &str) -> bool {
    tag.name().as_utf8_str().eq_ignore_ascii_case(name)
}

pub(super) fn has_class(tag: &HTMLTag<'_>, class: &str) -> bool {
    let mut classes = tag.attributes().class_iter().into_iter().flatten();
    classes.any(|there| there == class)
}

pub(super) fn attribute(tag: &HTMLTag<'_>, name: &str) -> Option<String> {
    let value = tag.attributes().get(name)??;
    Some(unescaped(&value.as_utf8_str()))
}

/// The text inside an element, without blanks at its ends.
pub(super) fn text(tag: &HTMLTag<'_>, parser: &Parser<'_>) -> String {
    unescaped(&tag.inner_text(parser)).trim().to_owned()
}

fn unescaped(text: &str) -> String {
    htmlize::unescape(text).into_owned()
}

/// The text of a piece of HTML: tags gone, references resolved.
pub(in crate::fragment) fn plain_text(html: &str) -> String {
    let Ok(dom) = tl::parse(html, ParserOptions::default()) else {
        return String::new();
    };
    let parser = dom.parser();
    let parts = dom.children().iter().filter_map(|node| node.get(parser));
    let text: String = parts.map(|node| node.inner_text(parser)).collect();
    unescaped(&text)
}
