//! IKE_SA_INIT (RFC 7296 §1.2).

mod initiator;
mod responder;

pub(crate) use initiator::{InitSent, NONCE_LEN, difference as ike_difference};
pub(crate) use responder::{Answer, respond};
