//! What IKE SAs of either version have in common: addresses, address translation, Child SAs, lifetimes, liveness and
//! retransmission. What a version says and when is its session's own, in its own folder.

mod child;
mod contacts;
mod effects;
pub(crate) mod identity;
mod ike_core;
mod ike_sa;
mod lifetime;
mod liveness;
mod nat;
mod outgoing;
mod pair;
mod path;
mod reauth;
mod registry;
mod retransmit;
mod session;

pub(crate) use child::{ChildKeys, ChildSa, ChildSpec, ChildState, OutboundStart};
pub(crate) use contacts::Contacts;
pub(crate) use effects::{Ask, Connections, Effects, same_peer};
pub(crate) use ike_core::Core;
pub(crate) use ike_sa::IkeSa;
pub(crate) use lifetime::Lifetime;
pub(crate) use liveness::Liveness;
pub(crate) use nat::Nat;
pub(crate) use outgoing::{Datagrams, Outgoing};
pub(crate) use pair::{Pair, pairs, pairs_of};
pub(crate) use path::Path;
pub(crate) use reauth::Reauth;
pub(crate) use registry::{IkeSaId, Registry};
pub(crate) use retransmit::{Due, Retransmission};
pub(crate) use session::{Session, Step, Want};
