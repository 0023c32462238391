//! A list as comma-separated values (RFC 4180).

use alloc::string::String;

use super::{Cell, Listing};

impl Listing {
    /// The table with its header as CSV, lines ending in CR LF.
    ///
    /// Spreadsheet programs run a cell that begins like a formula, also one that came in a name somebody chose; such a text
    /// gets an apostrophe in front, which they show as plain text.
    pub fn to_csv(&self) -> String {
        let mut text = String::new();
        record(&mut text, self.columns.iter().copied().map(String::from));
        for row in &self.rows {
            record(&mut text, row.iter().map(harmless));
        }
        text
    }
}

fn record(text: &mut String, fields: impl Iterator<Item = String>) {
    for (index, field) in fields.enumerate() {
        if index > 0 {
            text.push(',');
        }
        if field.contains(['"', ',', '\r', '\n']) {
            text.push('"');
            text.push_str(&field.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(&field);
        }
    }
    text.push_str("\r\n");
}

fn harmless(cell: &Cell) -> String {
    let text = alloc::string::ToString::to_string(cell);
    let formula = matches!(cell, Cell::Text(text) if text.starts_with(['=', '+', '-', '@', '\t', '\r']));
    if formula { alloc::format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests;
