//! Reads `swanctl --list-sas --raw`.
//!
//! Its text is a tree of `name {…}` sections, `name [… …]` lists and `key=value` words, one `list-sas event {…}` for
//! each IKE SA.

use std::collections::BTreeMap;

use crate::failure::{Context, Outcome};
use crate::suite::Exchange;

/// One IKE SA with its Child SAs.
#[derive(Debug, Clone)]
pub(crate) struct IkeSa {
    /// Of which connection.
    pub(crate) name: String,
    pub(crate) state: String,
    pub(crate) spi_i: u64,
    pub(crate) spi_r: u64,
    pub(crate) algorithms: Algorithms,
    pub(crate) children: Vec<ChildSa>,
}

impl IkeSa {
    /// Whether it counts: with `exchange`, one that has been replaced may not.
    pub(crate) fn is_current(&self, exchange: Exchange) -> bool {
        !(exchange.keeps_replaced() && self.state == "REKEYING")
    }

    /// Its Child SAs that count: with `exchange`, those that have been replaced may not.
    pub(crate) fn current(&self, exchange: Exchange) -> Vec<&ChildSa> {
        let counts = |child: &&ChildSa| !(exchange.keeps_replaced() && child.state == "REKEYED");
        self.children.iter().filter(counts).collect()
    }
}

/// One Child SA.
#[derive(Debug, Clone)]
pub(crate) struct ChildSa {
    pub(crate) state: String,
    pub(crate) spi_in: u32,
    pub(crate) spi_out: u32,
    pub(crate) bytes_in: u64,
    pub(crate) packets_in: u64,
    pub(crate) bytes_out: u64,
    pub(crate) packets_out: u64,
    pub(crate) encap: bool,
    /// The group is that of its own key exchange; empty for the Child SA of IKE_AUTH, which has none.
    pub(crate) algorithms: Algorithms,
}

/// The algorithms of an SA; empty where it has none of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Algorithms {
    pub(crate) encryption: String,
    /// Bits; only for algorithms that have a choice.
    pub(crate) key_size: String,
    pub(crate) integrity: String,
    pub(crate) prf: String,
    pub(crate) group: String,
}

/// A section of the tree. Lists are left out: nothing here needs them.
#[derive(Debug, Default)]
struct Section {
    values: BTreeMap<String, String>,
    sections: Vec<(String, Section)>,
}

/// Every IKE SA in the text.
pub(crate) fn parse(text: &str) -> Outcome<Vec<IkeSa>> {
    let spaced = text.replace('{', " { ").replace('}', " } ").replace('[', " [ ").replace(']', " ] ");
    let mut words = spaced.split_whitespace();
    let root = section(&mut words);
    let mut found = Vec::new();
    for (name, event) in &root.sections {
        if name != "event" {
            continue;
        }
        for (name, sa) in &event.sections {
            found.push(ike_sa(name, sa)?);
        }
    }
    Ok(found)
}

fn section<'a>(words: &mut impl Iterator<Item = &'a str>) -> Section {
    let mut this = Section::default();
    let mut last = "";
    while let Some(word) = words.next() {
        match word {
            "}" => break,
            "{" => this.sections.push((last.to_owned(), section(words))),
            "[" => while words.next().is_some_and(|word| word != "]") {},
            _ => {
                if let Some((key, value)) = word.split_once('=') {
                    this.values.insert(key.to_owned(), value.to_owned());
                }
                last = word;
            }
        }
    }
    this
}

fn ike_sa(connection: &str, sa: &Section) -> Outcome<IkeSa> {
    let mut children = Vec::new();
    for (name, group) in &sa.sections {
        if name == "child-sas" {
            for (_, child) in &group.sections {
                children.push(child_sa(child)?);
            }
        }
    }
    Ok(IkeSa {
        name: connection.to_owned(),
        state: sa.text("state"),
        spi_i: sa.hex("initiator-spi")?,
        spi_r: sa.hex("responder-spi")?,
        algorithms: sa.algorithms(),
        children,
    })
}

fn child_sa(child: &Section) -> Outcome<ChildSa> {
    let spi =
        |key| -> Outcome<u32> { u32::try_from(child.hex(key)?).context(|| format!("{key} of a Child SA")) };
    Ok(ChildSa {
        state: child.text("state"),
        spi_in: spi("spi-in")?,
        spi_out: spi("spi-out")?,
        bytes_in: child.number("bytes-in"),
        packets_in: child.number("packets-in"),
        bytes_out: child.number("bytes-out"),
        packets_out: child.number("packets-out"),
        encap: child.text("encap") == "yes",
        algorithms: child.algorithms(),
    })
}

impl Section {
    fn algorithms(&self) -> Algorithms {
        Algorithms {
            encryption: self.text("encr-alg"),
            key_size: self.text("encr-keysize"),
            integrity: self.text("integ-alg"),
            prf: self.text("prf-alg"),
            group: self.text("dh-group"),
        }
    }

    fn text(&self, key: &str) -> String {
        self.values.get(key).cloned().unwrap_or_default()
    }

    /// A counter; strongSwan leaves out those of an SA that carried nothing.
    fn number(&self, key: &str) -> u64 {
        self.text(key).parse().unwrap_or(0)
    }

    /// An SPI; strongSwan leaves it out of SAs that have none yet.
    fn hex(&self, key: &str) -> Outcome<u64> {
        let text = self.text(key);
        if text.is_empty() {
            return Ok(0);
        }
        u64::from_str_radix(&text, 16).context(|| format!("strongSwan's {key}={text}"))
    }
}
