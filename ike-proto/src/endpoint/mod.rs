//! One endpoint holds all IKE SAs of a gateway.

mod candidates;
mod commands;
mod cookie;
mod demux;
mod demux_v1;
#[expect(clippy::module_inception, reason = "the file is named after the one type in it")]
mod endpoint;
mod half_open;
mod input;
mod isakmp;
mod output;
mod rate;

pub(crate) use candidates::{Candidate, candidates};
pub use endpoint::Endpoint;
pub use input::{Command, ConnectionId, Input};
pub use output::{Output, TimeoutReason, Transmit};
pub(crate) use rate::RateLimit;

#[cfg(test)]
mod tests;
