//! IKE_AUTH (RFC 7296 §1.2): each end proves who it is, and the first Child SA is made.

mod initiator;
mod responder;

pub(crate) use initiator::{AuthSent, Initiated};
pub(crate) use responder::{Answered, HalfOpen};
