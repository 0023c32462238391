//! IKEv1 (RFC 2409): what is said when, in both roles. One file is one role of one exchange.

mod aggressive;
mod answer;
mod contents;
mod dpd;
mod draft;
mod established;
mod fragment;
mod informational;
mod isakmp;
mod limits;
mod main_mode;
mod orphaned;
mod phase1;
mod quick;
mod replay;
mod session;
mod trace;
mod traits;
mod twins;

pub(crate) use aggressive::respond as respond_aggressive;
pub(crate) use answer::Answer;
#[cfg(test)]
pub(crate) use draft::Draft;
pub(crate) use fragment::{Collected, Fragments, split};
pub(crate) use limits::TOLD_OF_UNKNOWN_SPI;
pub(crate) use main_mode::respond as respond_main;
pub(crate) use session::Session;
pub(crate) use trace::{message, payload_name, payload_names};
pub(crate) use twins::is_ambiguous;

#[cfg(test)]
mod tests;
