//! What may happen.

use ipsec_io_sim::End;
use proptest::collection::vec;
use proptest::prelude::*;

/// One thing that happens.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// So many seconds pass.
    Wait(u64),
    /// The operator of an end wants the tunnel connected.
    Connect(End),
    /// The operator of an end wants it disconnected.
    Disconnect(End),
    /// The operator of an end rekeys the IKE SA.
    RekeyIke(End),
    /// The operator of an end rekeys the Child SAs.
    RekeyChild(End),
    /// The tunnel of an end is changed.
    Change(End, Change),
    /// The tunnel of an end is deleted.
    Remove(End),
    /// The tunnel of an end is created, where there is none.
    Create(End),
    /// A gateway loses its state, and is back after so many seconds.
    Crash(End, u64),
    /// The link between an end and the Internet is cut.
    Cut(End),
    /// It is joined.
    Join(End),
    /// It loses this part of all packets, in percent; 0 makes it whole.
    Lose(End, u16),
    /// The host of an end sends some packets.
    Traffic(End),
    /// What the model says is compared with what is.
    Check,
}

/// A change of a tunnel, to one of two values.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Change {
    /// The pre-shared key.
    Key(bool),
    /// The encryption of the IPsec policy.
    Encryption(bool),
    /// The name, which is nobody else's business.
    Name(bool),
}

fn end() -> impl Strategy<Value = End> {
    prop_oneof![Just(End::Left), Just(End::Right)]
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        any::<bool>().prop_map(Change::Key),
        any::<bool>().prop_map(Change::Encryption),
        any::<bool>().prop_map(Change::Name),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (0_u64..90).prop_map(Step::Wait),
        2 => end().prop_map(Step::Connect),
        2 => end().prop_map(Step::Disconnect),
        1 => end().prop_map(Step::RekeyIke),
        1 => end().prop_map(Step::RekeyChild),
        4 => (end(), change()).prop_map(|(end, change)| Step::Change(end, change)),
        1 => end().prop_map(Step::Remove),
        2 => end().prop_map(Step::Create),
        2 => (end(), 0_u64..40).prop_map(|(end, outage)| Step::Crash(end, outage)),
        2 => end().prop_map(Step::Cut),
        3 => end().prop_map(Step::Join),
        2 => (end(), 0_u16..50).prop_map(|(end, percent)| Step::Lose(end, percent)),
        2 => end().prop_map(Step::Traffic),
        2 => Just(Step::Check),
    ]
}

/// A seed for what the network does by chance, and what happens.
pub(crate) fn history() -> impl Strategy<Value = (u64, Vec<Step>)> {
    (any::<u64>(), vec(step(), 1..16))
}
