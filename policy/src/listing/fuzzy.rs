//! The search of a list: forgiving, and better matches first.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::Cell;

/// How well a row matches all of `words`; `None` where it lacks one.
pub(super) fn score(words: &[&str], row: &[Cell]) -> Option<u32> {
    if words.is_empty() {
        return Some(0);
    }
    let texts: Vec<String> = row.iter().map(|cell| cell.to_string().to_lowercase()).collect();
    words.iter().try_fold(0_u32, |sum, word| {
        let word = word.to_lowercase();
        let best = texts.iter().filter_map(|text| word_score(&word, text)).max()?;
        Some(sum.saturating_add(best))
    })
}

/// A text that begins with the word is better than one that holds it, and that is better than one that holds its letters in
/// order, the better the closer they stand.
fn word_score(word: &str, text: &str) -> Option<u32> {
    if text.starts_with(word) {
        return Some(1_000);
    }
    if text.contains(word) {
        return Some(900);
    }
    let mut gaps = 0_u32;
    let mut letters = text.chars().skip_while(|letter| !word.starts_with(*letter));
    for wanted in word.chars() {
        let gap = letters.position(|letter| letter == wanted)?;
        gaps = gaps.saturating_add(u32::try_from(gap).unwrap_or(u32::MAX));
    }
    // Letters scattered over a long text are chance, not a match.
    let most = u32::try_from(word.chars().count()).unwrap_or(u32::MAX).saturating_mul(2);
    (gaps <= most).then(|| 800_u32.saturating_sub(gaps))
}

#[cfg(test)]
mod tests;
