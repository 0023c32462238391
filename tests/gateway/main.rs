//! The gateway as a whole, in the simulator: what a tenant configured is kept true.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

mod at_once;
mod common;
mod configuration;
mod dead_peer;
mod life;
mod peers;
mod pfs;
mod retry;
mod routes;
