//! Two endpoints on a virtual clock, for the tests of this crate and of its users.
#![expect(clippy::missing_panics_doc, reason = "a test that cannot go on ends here")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "only tests come here")]

mod config;
mod datapath;
#[cfg(test)]
mod insider;
mod network;
mod pair;
mod rng;

pub use config::{cidr, connection, ike_proposal, selectors};
pub use datapath::Datapath;
#[cfg(test)]
pub(crate) use insider::{INSIDER_SPI, Insider, Raw, Reply};
pub use network::{Datagram, Fate, NatBox};
pub use pair::{CONNECTION, Pair, Peer, Side};
pub use rng::SeededRng;
