//! IPsec packets without I/O.
//!
//! This crate holds what a datapath needs and nothing that a clock, a socket, a thread or a file would be needed for:
//! the vocabulary that the other crates speak ([`Instant`](time::Instant), [`Cidr`](net::Cidr),
//! [`SaSuite`](suite::SaSuite), [`TrafficSelector`](selector::TrafficSelector), [`SaCommand`](command::SaCommand)),
//! the ESP and AH transforms, the replay window, and a userspace datapath that can be lifted into a TUN device, a
//! kernel-bypass loop or a simulator.
#![cfg_attr(not(test), no_std)]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

extern crate alloc;

pub mod ah;
pub mod backend;
pub mod command;
pub mod crypt;
pub mod drop_reason;
pub mod esp;
#[doc(hidden)]
pub mod fuzzing;
pub mod net;
pub mod packet_buf;
pub mod replay;
pub mod sa;
pub mod secret;
pub mod selector;
pub mod soft;
pub mod suite;
pub mod time;

#[cfg(test)]
mod testing;
