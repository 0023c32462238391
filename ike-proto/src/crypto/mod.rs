//! Primitives and constructions of the negotiated algorithms. Everything here is a function of its arguments; what is
//! random comes from the caller.
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

pub mod dh;
mod ecp;
pub(crate) mod encryption;
mod hash;
pub(crate) mod mac;
mod modp;
mod modp_primes;
pub mod nat_detection;
pub mod prf;
pub mod psk_auth;
pub mod v1_keys;
pub mod v1_protect;
pub mod v2_keys;
pub mod v2_protect;

#[cfg(test)]
mod vectors;
