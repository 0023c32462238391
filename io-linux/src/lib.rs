//! Everything of Linux that a gateway needs: sockets, a TUN device, routes, a clock, randomness, and the event loop
//! that drives an [`ipsec_gateway::Gateway`] with them. On other systems the crate is empty.
#![cfg(target_os = "linux")]

pub mod backend;
pub mod clock;
pub mod event_loop;
pub mod netlink;
mod rate;
pub mod rng;
pub mod routes;
pub mod sockets;
pub mod tun;
mod words;
