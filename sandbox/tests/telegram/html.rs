//! What `parse_mode` makes of a text, entity by entity and mistake by mistake.

use serde_json::{Value, json};

use crate::ground::Ground;

async fn told(ground: &Ground, words: &str) -> (Value, Value) {
    let message = ground.send(words, json!({"parse_mode": "HTML"})).await;
    let message = message.result();
    let entities = message.get("entities").cloned().unwrap_or(json!([]));
    (message["text"].clone(), entities)
}

#[actix_web::test]
async fn tags_become_entities_counted_in_utf_16_units() {
    let ground = Ground::begun().await;
    let plain = |kind: &str, offset: u32, length: u32| json!({"type": kind, "offset": offset, "length": length});
    let cases = [
        (
            "<b>x</b><strong>y</strong>",
            "xy",
            json!([plain("bold", 0, 1), plain("bold", 1, 1)]),
        ),
        (
            "<i>x</i><em>y</em>",
            "xy",
            json!([plain("italic", 0, 1), plain("italic", 1, 1)]),
        ),
        (
            "<u>x</u><ins>y</ins>",
            "xy",
            json!([plain("underline", 0, 1), plain("underline", 1, 1)]),
        ),
        (
            "<s>x</s><del>y</del>",
            "xy",
            json!([plain("strikethrough", 0, 1), plain("strikethrough", 1, 1)]),
        ),
        (
            "<tg-spoiler>x</tg-spoiler>",
            "x",
            json!([plain("spoiler", 0, 1)]),
        ),
        (
            "<span class=\"tg-spoiler\">x</span>",
            "x",
            json!([plain("spoiler", 0, 1)]),
        ),
        ("<code>UQ</code>", "UQ", json!([plain("code", 0, 2)])),
        ("<pre>x</pre>", "x", json!([plain("pre", 0, 1)])),
        (
            "<pre><code class=\"language-rust\">x</code></pre>",
            "x",
            json!([{"type": "pre", "offset": 0, "length": 1, "language": "rust"}]),
        ),
        (
            "<blockquote>x</blockquote>",
            "x",
            json!([plain("blockquote", 0, 1)]),
        ),
        (
            "<blockquote expandable>x</blockquote>",
            "x",
            json!([plain("expandable_blockquote", 0, 1)]),
        ),
        (
            "<a href=\"https://t.me/x?a=1&amp;b=2\">link</a>",
            "link",
            json!([{"type": "text_link", "offset": 0, "length": 4, "url": "https://t.me/x?a=1&b=2"}]),
        ),
        (
            "<a href='tg://user?id=7'>Anya</a>",
            "Anya",
            json!([{"type": "text_mention", "offset": 0, "length": 4,
                "user": {"id": 7, "is_bot": false, "first_name": ""}}]),
        ),
        ("<a href=\"nowhere\">x</a>", "x", json!([])),
        (
            "😀 <b>ж<i>й</i></b>",
            "😀 жй",
            json!([plain("bold", 3, 2), plain("italic", 4, 1)]),
        ),
        (
            "&lt;b&gt; &amp; &quot;&#33;&#x21;&nbsp; &",
            "<b> & \"!!&nbsp; &",
            json!([]),
        ),
        ("  <b> x</b>  ", "x", json!([plain("bold", 0, 1)])),
        ("<B>x</B>", "x", json!([plain("bold", 0, 1)])),
        ("<b></b>x", "x", json!([])),
    ];
    for (source, text, entities) in cases {
        assert_eq!(
            told(&ground, source).await,
            (json!(text), entities),
            "{source}"
        );
    }
}

#[actix_web::test]
async fn every_mistake_is_refused_with_its_place() {
    let ground = Ground::begun().await;
    let cases = [
        (
            "<b>x",
            "Can't find end tag corresponding to start tag \"b\"",
        ),
        (
            "a <b>x</i>",
            "Unmatched end tag at byte offset 6, expected \"</b>\", found \"</i>\"",
        ),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        (
            "ж <div>x</div>",
            "Unsupported start tag \"div\" at byte offset 3",
        ),
        ("1 < 2", "Unsupported start tag \"\" at byte offset 2"),
        ("x <b", "Unclosed start tag at byte offset 2"),
        ("x <a href=\"y\"", "Unclosed start tag at byte offset 2"),
        ("x <b>y</b", "Unclosed end tag at byte offset 6"),
        (
            "<a =\"x\">y</a>",
            "Empty attribute name in the tag \"a\" at byte offset 0",
        ),
        (
            "<a href=x/y>z</a>",
            "Unexpected end of name token at byte offset 8",
        ),
        (
            "<span>x</span>",
            "Tag \"span\" must have class \"tg-spoiler\" at byte offset 0",
        ),
    ];
    for (source, why) in cases {
        let answer = ground.send(source, json!({"parse_mode": "html"})).await;
        let expected = format!("Bad Request: can't parse entities: {why}");
        assert_eq!(answer.refused(400), expected, "{source}");
    }
    assert_eq!(ground.chat().await.len(), 1, "nothing of it was sent");
}

#[actix_web::test]
async fn without_a_mode_a_text_stays_as_it_is_and_entities_may_be_named() {
    let ground = Ground::begun().await;
    let message = ground.send("<b>x</b>", json!({})).await.result();
    assert_eq!(message["text"], json!("<b>x</b>"));
    let entities = json!([{"type": "bold", "offset": 0, "length": 2}]);
    let message = ground
        .send("hello", json!({"entities": entities}))
        .await
        .result();
    assert_eq!(message["entities"], entities);
    for mode in ["Markdown", "MarkdownV2", "RTF"] {
        let answer = ground.send("x", json!({"parse_mode": mode})).await;
        assert!(
            answer.refused(400).contains("unsupported parse_mode"),
            "{mode}"
        );
    }
}
