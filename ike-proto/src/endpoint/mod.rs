//! One endpoint holds all IKE SAs of a gateway.

mod input;
mod output;

pub use input::{Command, ConnectionId, Input};
pub use output::{Output, TimeoutReason, Transmit};
