//! Two endpoints on a virtual clock, for the tests of this crate and of its users.
#![expect(clippy::missing_panics_doc, reason = "a test that cannot go on ends here")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "only tests come here")]
#![allow(clippy::indexing_slicing, reason = "as above")]

mod config;
mod datapath;
#[cfg_attr(not(test), allow(dead_code, reason = "tests of this crate do more with it than fuzz targets"))]
mod insider;
mod network;
mod pair;
mod rng;

pub use config::{cidr, connection, ike_proposal, selectors};
pub use datapath::Datapath;
#[cfg(test)]
pub(crate) use insider::{INSIDER_SPI, Reply};
pub(crate) use insider::{Insider, Raw};
pub use network::{Datagram, Fate, NatBox};
pub use pair::{CONNECTION, Pair, Peer, Side};
pub use rng::SeededRng;
