//! IPsec packets without I/O.
//!
//! This crate holds what a datapath needs and nothing that a clock, a socket, a thread or a file would be needed for:
//! the vocabulary that the other crates speak ([`Instant`](time::Instant), [`Cidr`](net::Cidr),
//! [`SaSuite`](suite::SaSuite), [`TrafficSelector`](selector::TrafficSelector), [`SaCommand`](command::SaCommand)),
//! the ESP transform, the replay window, and a userspace datapath that
//! can be lifted into a TUN device, a kernel-bypass loop or a simulator.
#![cfg_attr(not(test), no_std)]
#![warn(clippy::arithmetic_side_effects)]

extern crate alloc;

pub mod backend;
pub mod command;
pub mod net;
pub mod sa;
pub mod secret;
pub mod selector;
pub mod suite;
pub mod time;
