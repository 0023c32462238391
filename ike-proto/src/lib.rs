//! The IKE key exchange without I/O.
//!
//! [`wire`] is what is on the wire, [`suite`] what can be negotiated, [`crypto`] what the negotiated algorithms
//! compute. [`config`] is what an embedder says, [`endpoint`] is the one object that holds every IKE SA of a gateway,
//! and [`diagnose`] is what it tells. Nothing here reads a clock, opens a socket or draws randomness of its own.
//!
//! A datagram goes one way: [`endpoint::Endpoint::handle_input`], demultiplexing by SPI, the IKE SA it belongs to, the
//! session of its version, the one state that is current, and from there into a sink of effects.
#![cfg_attr(not(test), no_std)]

extern crate alloc;

pub mod config;
pub mod crypto;
pub mod diagnose;
pub mod endpoint;
#[doc(hidden)]
pub mod fuzzing;
mod sa;
pub mod suite;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod v1;
mod v2;
pub mod wire;
