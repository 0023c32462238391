//! Proposals to and from the Security Association payload of IKEv1 (RFC 2409 §5, Appendix A; RFC 2407 §4.4, §4.5).
//!
//! IKEv1 offers whole suites, one for each transform, where IKEv2 offers a list for each kind of algorithm. So a proposal of
//! ours becomes every combination of its algorithms, and the choice goes by our order: the first cipher that fits, then the
//! first hash, then the first group.

mod algorithms;
mod lifetime;
mod offers;
mod phase_1;
mod phase_2;

pub use lifetime::{
    DEFAULT_LIFETIME, Lifetime, decode_child_lifetime, decode_ike_lifetime, encode_child_lifetime,
    encode_ike_lifetime,
};
pub use phase_1::{ChosenIke, accepts_ike, check_ike_answer, offer_ike, select_ike};
pub use phase_2::{
    ChildTerms, ChosenChild, GroupError, answer_child, check_child_answer, offer_child, offered_group,
    select_child,
};

#[cfg(test)]
mod tests;
