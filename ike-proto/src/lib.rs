//! The IKE key exchange without I/O.
//!
//! [`wire`] is what is on the wire, [`suite`] what can be negotiated, [`crypto`] what the negotiated algorithms compute.
//! Nothing here reads a clock, opens a socket or draws randomness of its own.
#![cfg_attr(not(test), no_std)]

extern crate alloc;

pub mod crypto;
#[doc(hidden)]
pub mod fuzzing;
pub mod suite;
pub mod wire;
