//! Lists of gateways, peers and tunnels as people look at them (GW-6): searched, sorted, with the columns they want, and as a
//! spreadsheet.
//!
//! ```
//! use ipsec_policy::{Inventory, listing::{self, Query}};
//!
//! let query = Query { search: "offce".into(), ..Query::default() };
//! let list = listing::gateways(&Inventory::default(), &query)?;
//! assert_eq!(list.to_csv().lines().next(), Some("name,id,vpc,subnet,external-ip,tunnels,created,expires,charge,state"));
//! # Ok::<(), ipsec_policy::UnknownValue>(())
//! ```

mod columns;
mod csv;
mod fuzzy;
#[cfg(feature = "xlsx")]
mod xlsx;

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

pub use columns::{gateways, peers, tunnels};
#[cfg(feature = "xlsx")]
pub use xlsx::XlsxError;

use crate::text::{UnknownValue, list};
use crate::timestamp::Timestamp;

/// What is wanted of a list. The default is everything, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Words that a row must hold, each of them somewhere; case does not matter, and letters may be missing. The best matches
    /// come first.
    pub search: String,
    /// By which column the rows are sorted, instead.
    pub sort: Option<Sort>,
    /// Which columns, in which order; empty for all.
    pub columns: Vec<String>,
}

/// An order of rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sort {
    /// The column.
    pub column: String,
    /// Whether the largest comes first.
    pub descending: bool,
}

/// One value of a list. Values of one column are of one kind or empty, and empty ones come first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// A number.
    Number(u64),
    /// A moment.
    Moment(Timestamp),
    /// A text.
    Text(String),
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// What it lists.
    pub title: &'static str,
    /// The names of its columns.
    pub columns: Vec<&'static str>,
    /// Its rows, each with a cell for every column.
    pub rows: Vec<Vec<Cell>>,
}

impl Cell {
    fn text(value: impl ToString) -> Self {
        let text = value.to_string();
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }

    fn moment(value: Option<Timestamp>) -> Self {
        value.map_or(Self::Empty, Self::Moment)
    }

    fn count(value: usize) -> Self {
        Self::Number(u64::try_from(value).unwrap_or(u64::MAX))
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => Ok(()),
            Self::Number(number) => number.fmt(f),
            Self::Moment(moment) => moment.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl Listing {
    /// The table that `query` wants of all `rows`.
    fn new(
        title: &'static str,
        columns: &[&'static str],
        rows: impl Iterator<Item = Vec<Cell>>,
        query: &Query,
    ) -> Result<Self, UnknownValue> {
        let place = |name: &str| {
            columns.iter().position(|column| *column == name).ok_or_else(|| UnknownValue {
                what: "column",
                given: name.into(),
                allowed: list(columns),
            })
        };
        let wanted = match query.columns.as_slice() {
            [] => (0..columns.len()).collect(),
            names => names.iter().map(|name| place(name)).collect::<Result<Vec<_>, _>>()?,
        };
        let words: Vec<_> = query.search.split_whitespace().collect();
        let mut found: Vec<_> = rows.filter_map(|row| Some((fuzzy::score(&words, &row)?, row))).collect();
        match &query.sort {
            Some(sort) => {
                let by = place(&sort.column)?;
                found.sort_by(|(_, a), (_, b)| {
                    let order = a.get(by).cmp(&b.get(by));
                    if sort.descending { order.reverse() } else { order }
                });
            }
            None => found.sort_by(|(a, _), (b, _)| b.cmp(a)),
        }
        let pick = |row: &[Cell]| wanted.iter().filter_map(|place| row.get(*place).cloned()).collect();
        Ok(Self {
            title,
            columns: wanted.iter().filter_map(|place| columns.get(*place).copied()).collect(),
            rows: found.iter().map(|(_, row)| pick(row)).collect(),
        })
    }
}

#[cfg(test)]
mod tests;
