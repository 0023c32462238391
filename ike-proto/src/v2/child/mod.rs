//! Child SAs: their negotiation, which IKE_AUTH and CREATE_CHILD_SA share, and CREATE_CHILD_SA itself (RFC 7296 §1.3).

mod initiator;
mod narrow;
mod negotiate;
mod responder;
mod wanted;

pub(crate) use initiator::{ChildCollision, ChildRequest};
pub(crate) use negotiate::{AnswerRefusal, ChildAnswer, ChildRefusal, ChildSeed, Offered, answer};
pub(crate) use responder::PATIENCE;
pub(crate) use wanted::{first, missing, replacement, takes_over};
