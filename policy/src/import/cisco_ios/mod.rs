//! Cisco IOS: crypto maps, and what they refer to.
//!
//! | step | file |
//! |---|---|
//! | lines to blocks | `blocks` |
//! | blocks to the objects of a router | `router`, `phase_1_v1`, `phase_1_v2`, `traffic` |
//! | each entry of a crypto map to a connection | `assemble` |
//!
//! Most of a router's configuration has nothing to do with IPsec and is passed over; an IPsec command that is not known
//! is left out with a warning.

mod assemble;
mod blocks;
mod phase_1_v1;
mod phase_1_v2;
mod router;
mod traffic;

use alloc::vec::Vec;

use super::Connection;
use super::fault::Faults;

/// Reads every entry of every crypto map.
pub(super) fn read(text: &str, faults: &mut Faults) -> Vec<Connection> {
    let blocks = blocks::read(text, faults);
    let router = router::Router::read(&blocks, faults);
    router.entries.iter().map(|entry| assemble::connection(&router, entry, faults)).collect()
}
