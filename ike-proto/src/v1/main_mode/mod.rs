//! Main mode (RFC 2409 §5.4).

mod hashes;
mod initiator;
mod responder;

pub(crate) use hashes::HashSeed;
pub(crate) use initiator::{IdSent, KeSent, SaSent};
pub(crate) use responder::{KeAnswered, SaAnswered, respond};
