//! From lines to commands with the commands below them.

use alloc::vec::Vec;

use crate::import::fault::Faults;
use crate::import::{Place, limits};

/// One command, in words.
#[derive(Clone, Debug)]
pub(super) struct Line<'a> {
    text: &'a str,
    number: usize,
    pub(super) words: Vec<&'a str>,
}

impl Line<'_> {
    /// Where the word `index` stands.
    pub(super) fn at(&self, index: usize) -> Place {
        let word = self.words.get(index).or(self.words.first()).copied().unwrap_or_default();
        Place::of(self.number, self.text, word)
    }

    /// Where the line begins.
    pub(super) fn place(&self) -> Place {
        self.at(0)
    }
}

/// A command of the first level with those below it.
#[derive(Clone, Debug)]
pub(super) struct Block<'a> {
    pub(super) head: Line<'a>,
    pub(super) lines: Vec<Line<'a>>,
}

/// Commands that begin a block, also where the text has lost its indentation.
const BEGINNINGS: &[&str] =
    &["crypto", "interface", "ip", "ipv6", "access-list", "hostname", "router", "line", "end", "exit", "vrf"];

/// The blocks of a text. `!` separates and comments.
pub(super) fn read<'a>(text: &'a str, faults: &mut Faults) -> Vec<Block<'a>> {
    let mut blocks: Vec<Block<'a>> = Vec::new();
    for (index, text) in text.lines().enumerate() {
        let number = index.saturating_add(1);
        let words: Vec<&str> = text.split_ascii_whitespace().collect();
        let Some(first) = words.first() else { continue };
        if first.starts_with('!') {
            continue;
        }
        let line = Line { text, number, words: words.clone() };
        if index > limits::ITEMS {
            faults.error(line.place(), "the text has more lines than are read");
            break;
        }
        let indented = text.starts_with([' ', '\t']);
        let in_interface = blocks.last().is_some_and(|block| block.head.words.first() == Some(&"interface"));
        // Below an interface stand `ip address` and `crypto map NAME`.
        let below_interface = in_interface
            && matches!(words.as_slice(), ["ip" | "ipv6", "address" | "nat", ..] | ["crypto", "map", _]);
        let begins = !indented && BEGINNINGS.contains(first) && !below_interface;
        match blocks.last_mut() {
            Some(block) if !begins && (indented || below_interface || is_below(block)) => {
                block.lines.push(line)
            }
            _ => blocks.push(Block { head: line, lines: Vec::new() }),
        }
    }
    blocks
}

/// Whether a line without indentation may still belong to this block.
fn is_below(block: &Block<'_>) -> bool {
    matches!(
        block.head.words.as_slice(),
        ["crypto", ..] | ["ip", "access-list", ..] | ["ipv6", "access-list", ..]
    )
}
