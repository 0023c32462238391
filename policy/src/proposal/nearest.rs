//! The keyword that was probably meant.

use alloc::vec::Vec;

/// The most that a word is compared by: keywords are short, and what a stranger writes is not.
const LONGEST: usize = 64;

/// The word of `words` that differs least from `given`, if it differs in a third of its letters at most.
pub(crate) fn nearest<'a>(given: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if given.len() > LONGEST {
        return None;
    }
    let lower = given.to_ascii_lowercase();
    let rated = words.into_iter().map(|word| (distance(&lower, word), word));
    let (steps, word) = rated.min_by_key(|(steps, _)| *steps)?;
    (steps <= word.len().div_ceil(3)).then_some(word)
}

/// How many letters must be added, removed or replaced to turn one word into the other.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (index, a) in one.chars().enumerate() {
        let mut before = index.saturating_add(1);
        let mut next = alloc::vec![before];
        for ((b, above_left), above) in other.chars().zip(&row).zip(row.iter().skip(1)) {
            let replaced = above_left.saturating_add(usize::from(a != b));
            before = replaced.min(above.saturating_add(1)).min(before.saturating_add(1));
            next.push(before);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests;
