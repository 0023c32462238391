//! What can be negotiated: algorithms, proposals of them, their form on the wire, the choice between them, and what
//! two lists of proposals differ in.
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

mod dh_group;
pub mod difference;
mod hash;
mod ike_suite;
mod prf;
mod proposal;
pub mod select;
pub mod v1_codec;
pub mod v2_codec;

pub use dh_group::DhGroup;
pub use hash::Hash;
pub use ike_suite::IkeSuite;
pub use prf::Prf;
pub use proposal::{ChildProposal, IkeProposal};
