//! What the code believes of the tables, against what the databases have.

/// A column as `table.column`, in the order of the columns, with whether it may be null.
pub type Column = (String, bool);

/// The columns that `src/storage/schema.rs` names, a table after the other by name.
pub fn believed() -> Vec<Column> {
    let source = include_str!("../../../src/storage/schema.rs");
    let mut tables: Vec<(String, Vec<Column>)> = Vec::new();
    for line in source.lines().map(str::trim) {
        if let Some((name, _)) = line.split_once(" (").filter(|_| line.ends_with(") {")) {
            tables.push((name.to_owned(), Vec::new()));
        } else if let Some((column, kind)) = line.trim_end_matches(',').split_once(" -> ") {
            let (table, columns) = tables.last_mut().expect("a column stands in a table");
            columns.push((format!("{table}.{column}"), kind.starts_with("Nullable<")));
        }
    }
    // A view stores nothing, so that nothing of it can be null.
    tables.retain(|(name, _)| name != "beliefs");
    tables.sort();
    tables
        .into_iter()
        .flat_map(|(_, columns)| columns)
        .collect()
}

#[test]
fn the_schema_file_is_read_whole() {
    let believed = believed();
    assert!(believed.len() > 100, "{believed:?}");
    assert!(believed.contains(&("orders.due".into(), true)));
    assert!(believed.contains(&("books.incarnation".into(), false)));
}
