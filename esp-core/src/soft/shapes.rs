//! Finding what selects a packet among many selectors, in a time that hardly depends on how many there are.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cmp::Reverse;
use core::fmt::Debug;
use core::net::IpAddr;

use crate::command::PolicyId;
use crate::net::IpView;
use crate::selector::{AddressRange, TrafficSelector};
use crate::soft::spd::Policy;

/// What puts one entry before another: the lower number, the longer prefixes, the lower id.
pub(super) type Rank = (u32, Reverse<u32>, PolicyId);

/// One pair of selectors of a policy.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    rank: Rank,
    local: TrafficSelector,
    remote: TrafficSelector,
    policy: Arc<Policy>,
}

impl Entry {
    pub(super) fn new(
        priority: u32,
        local: TrafficSelector,
        remote: TrafficSelector,
        policy: Arc<Policy>,
    ) -> Self {
        let length = fixed_bits(&local.addresses).saturating_add(fixed_bits(&remote.addresses));
        Self { rank: (priority, Reverse(length), policy.id), local, remote, policy }
    }

    fn selects(&self, packet: &IpView) -> bool {
        self.local.matches(packet.protocol, packet.source, packet.source_port)
            && self.remote.matches(packet.protocol, packet.destination, packet.destination_port)
    }
}

/// An address of one family as a number.
pub(super) trait Bits: Copy + Ord + Debug {
    /// The number; `None` for an address of the other family.
    fn of(address: IpAddr) -> Option<Self>;

    /// The number with all but its first `length` bits cleared.
    fn prefix(self, length: u32) -> Self;
}

impl Bits for u32 {
    fn of(address: IpAddr) -> Option<Self> {
        match address {
            IpAddr::V4(address) => Some(address.to_bits()),
            IpAddr::V6(_) => None,
        }
    }

    fn prefix(self, length: u32) -> Self {
        self & !Self::MAX.checked_shr(length).unwrap_or(0)
    }
}

impl Bits for u128 {
    fn of(address: IpAddr) -> Option<Self> {
        match address {
            IpAddr::V4(_) => None,
            IpAddr::V6(address) => Some(address.to_bits()),
        }
    }

    fn prefix(self, length: u32) -> Self {
        self & !Self::MAX.checked_shr(length).unwrap_or(0)
    }
}

/// Entries of one family, ordered by the lengths of their two prefixes.
///
/// There are as many shapes as there are different pairs of lengths among the policies, which in practice are a few
/// however many policies there are. A look-up asks each of them once, in a map from the two prefixes to the entries
/// that have them. A range that is no network stands under the longest prefix that all of it has in common.
#[derive(Clone, Debug)]
pub(super) struct Shapes<A>(Vec<Shape<A>>);

/// All entries whose prefixes have the same two lengths.
#[derive(Clone, Debug)]
struct Shape<A> {
    local_len: u32,
    remote_len: u32,
    /// Entries with the same two prefixes, in the order in which they are asked. Shared with older snapshots, so that a
    /// change copies one shape and not all.
    entries: Arc<BTreeMap<(A, A), Vec<Entry>>>,
}

impl<A> Default for Shapes<A> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<A: Bits> Shapes<A> {
    /// Adds an entry, if both of its selectors are of this family.
    pub(super) fn insert(&mut self, entry: &Entry) {
        let Some(((local_len, remote_len), key)) = place(&entry.local, &entry.remote) else { return };
        let found =
            self.0.iter().position(|shape| (shape.local_len, shape.remote_len) == (local_len, remote_len));
        let at = found.unwrap_or_else(|| {
            self.0.push(Shape { local_len, remote_len, entries: Arc::default() });
            self.0.len().saturating_sub(1)
        });
        let Some(shape) = self.0.get_mut(at) else { return };
        let list = Arc::make_mut(&mut shape.entries).entry(key).or_default();
        let place = list.partition_point(|other| other.rank <= entry.rank);
        list.insert(place, entry.clone());
    }

    /// Removes the entries of a policy that have the prefixes of this pair.
    pub(super) fn remove(&mut self, local: &TrafficSelector, remote: &TrafficSelector, id: PolicyId) {
        let Some(((local_len, remote_len), key)) = place::<A>(local, remote) else { return };
        self.0.retain_mut(|shape| {
            if (shape.local_len, shape.remote_len) != (local_len, remote_len) {
                return true;
            }
            let entries = Arc::make_mut(&mut shape.entries);
            if let Some(list) = entries.get_mut(&key) {
                list.retain(|entry| entry.policy.id != id);
                if list.is_empty() {
                    entries.remove(&key);
                }
            }
            !entries.is_empty()
        });
    }

    /// The policy of the first entry that selects a packet which we send.
    pub(super) fn lookup(&self, packet: &IpView) -> Option<&Policy> {
        let (source, destination) = (A::of(packet.source)?, A::of(packet.destination)?);
        let mut best: Option<&Entry> = None;
        for shape in &self.0 {
            let key = (source.prefix(shape.local_len), destination.prefix(shape.remote_len));
            let list = shape.entries.get(&key).map_or(&[][..], Vec::as_slice);
            if let Some(entry) = list.iter().find(|entry| entry.selects(packet))
                && best.is_none_or(|other| entry.rank < other.rank)
            {
                best = Some(entry);
            }
        }
        best.map(|entry| &*entry.policy)
    }
}

#[cfg(test)]
impl<A> Shapes<A> {
    /// How many questions a look-up asks.
    pub(super) fn shapes(&self) -> usize {
        self.0.len()
    }
}

/// The lengths of the two prefixes, and the prefixes. `None` where one is of another family.
fn place<A: Bits>(local: &TrafficSelector, remote: &TrafficSelector) -> Option<((u32, u32), (A, A))> {
    let lengths = (fixed_bits(&local.addresses), fixed_bits(&remote.addresses));
    let local = A::of(local.addresses.first())?.prefix(lengths.0);
    let remote = A::of(remote.addresses.first())?.prefix(lengths.1);
    Some((lengths, (local, remote)))
}

/// How many leading bits all addresses of the range have in common; for a network its prefix length.
pub(super) fn fixed_bits(range: &AddressRange) -> u32 {
    match (range.first(), range.last()) {
        (IpAddr::V4(first), IpAddr::V4(last)) => (first.to_bits() ^ last.to_bits()).leading_zeros(),
        (IpAddr::V6(first), IpAddr::V6(last)) => (first.to_bits() ^ last.to_bits()).leading_zeros(),
        _ => 0,
    }
}
