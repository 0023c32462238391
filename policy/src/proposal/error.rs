//! Why a text is no proposal, or a proposal no text.

use alloc::string::String;

/// What is wrong with a proposal, with what would be allowed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProposalError {
    /// A word that names no algorithm.
    #[error("`{given}` is no {what} of {spelling}; allowed are {allowed}{}", meant(*.nearest))]
    Unknown {
        /// The word.
        given: String,
        /// What was expected in its place.
        what: &'static str,
        /// The language.
        spelling: &'static str,
        /// What is allowed, separated by commas.
        allowed: String,
        /// The word that was probably meant.
        nearest: Option<&'static str>,
    },
    /// The language has no word for an algorithm.
    #[error("{spelling} has no {what} {name}; it has {allowed}")]
    NoWord {
        /// What the algorithm is.
        what: &'static str,
        /// Its name in the product's spelling.
        name: &'static str,
        /// The language.
        spelling: &'static str,
        /// What there is instead, separated by commas.
        allowed: String,
    },
    /// There is no word at all.
    #[error("the proposal is empty; write one such as `{example}`")]
    Empty {
        /// How one looks in this spelling.
        example: String,
    },
    /// More words than any proposal has.
    #[error("the proposal has more than {limit} words")]
    TooLong {
        /// The most words that are read.
        limit: usize,
    },
}

fn meant(nearest: Option<&'static str>) -> String {
    nearest.map(|word| alloc::format!("; did you mean `{word}`?")).unwrap_or_default()
}
