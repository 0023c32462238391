//! Addresses, ids and subnets.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use esp_core::net::Cidr;

use super::difference::{Differences, Field};
use super::either;
use crate::dialect::Dialect;
use crate::identity::Identity;
use crate::import::{Connection, Place, ReadAddress, ReadId, Setting};
use crate::link::Link;
use crate::pair_index::SubnetPair;
use crate::text::list;

pub(super) fn addresses(ours: &Link, theirs: &Connection, found: &mut Differences) {
    address(Field::RemoteAddress, ours.there.address, &theirs.here.address, found);
    address(Field::LocalAddress, ours.here.address, &theirs.there.address, found);
}

fn address(field: Field, ours: Option<IpAddr>, theirs: &Setting<ReadAddress>, found: &mut Differences) {
    let Some(ours) = ours else { return };
    match &theirs.value {
        ReadAddress::Any => {}
        ReadAddress::Is(address) if *address == ours => {}
        ReadAddress::Is(address)
            if field == Field::RemoteAddress && is_private(*address) && !is_private(ours) =>
        {
            let change =
                format!("Nothing, if the peer is behind NAT and is seen as {ours}; it must start then");
            found.harmless(field, ours, address, theirs.place, change);
        }
        ReadAddress::Is(address) => found.fatal(field, ours, address, theirs.place, either(address, ours)),
        ReadAddress::Named(name) => {
            let change = format!("Make sure that {name} is {ours} for the peer");
            found.doubtful(field, ours, name, theirs.place, change);
        }
    }
}

/// Whether an address is of a private network (RFC 1918, RFC 4193, and the carriers' RFC 6598).
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [first, second, ..] = v4.octets();
            v4.is_private() || (first == 100 && (64..128).contains(&second))
        }
        IpAddr::V6(v6) => v6.segments().first().is_some_and(|first| first & 0xfe00 == 0xfc00),
    }
}

pub(super) fn ids(ours: &Link, theirs: &Connection, found: &mut Differences) {
    // An id that nothing but the address gives differs with the address, which was told already.
    let follows =
        |id: &Setting<ReadId>, field: Field, found: &Differences| id.place.is_none() && found.has(field);
    if !follows(&theirs.here.id, Field::RemoteAddress, found) {
        id(Field::RemoteId, ours.there.id.as_ref(), &theirs.here.id, found);
    }
    if !follows(&theirs.there.id, Field::LocalAddress, found) && theirs.there.id.value != ReadId::Any {
        id(Field::LocalId, ours.here.id.as_ref(), &theirs.there.id, found);
    }
}

fn id(field: Field, ours: Option<&Identity>, theirs: &Setting<ReadId>, found: &mut Differences) {
    let Some(ours) = ours else { return };
    match &theirs.value {
        ReadId::Is(id) if id == ours => {}
        ReadId::Any => {
            let change = format!("Set {ours} as the peer's own id");
            found.doubtful(field, ours, "whatever address the peer has", theirs.place, change);
        }
        other => found.fatal(field, ours, other, theirs.place, either(other, ours)),
    }
}

pub(super) fn subnets(ours: &Link, dialect: Dialect, theirs: &Connection, found: &mut Differences) {
    let place = |side: fn(&crate::import::ReadChild) -> &Setting<Vec<Cidr>>| {
        theirs.children.first().and_then(|child| side(child).place)
    };
    let (local, remote) = (theirs.remote_subnets(), theirs.local_subnets());
    let same_local = side(Field::LocalSubnets, &ours.here.subnets, &local, place(|c| &c.remote), found);
    let same_remote = side(Field::RemoteSubnets, &ours.there.subnets, &remote, place(|c| &c.local), found);
    if same_local && same_remote {
        pairs(ours, dialect, theirs, found);
    }
}

/// Whether the two ends have the same subnets on one side.
fn side(field: Field, ours: &[Cidr], theirs: &[Cidr], place: Option<Place>, found: &mut Differences) -> bool {
    let (here, there): (BTreeSet<_>, BTreeSet<_>) = (ours.iter().collect(), theirs.iter().collect());
    if here == there {
        return true;
    }
    let only = |one: &BTreeSet<&Cidr>, other: &BTreeSet<&Cidr>| list(one.difference(other));
    let (missing, more) = (only(&here, &there), only(&there, &here));
    let mut change: Vec<String> = Vec::new();
    if !missing.is_empty() {
        change.push(format!("add {missing} on the peer, or remove it here"));
    }
    if !more.is_empty() {
        change.push(format!("add {more} here, or remove it on the peer"));
    }
    let mut change = change.join("; ");
    if let Some(first) = change.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let named = |subnets: &[Cidr]| if subnets.is_empty() { "none".to_string() } else { list(subnets) };
    found.fatal(field, named(ours), named(theirs), place, change);
    false
}

/// Both ends have the same subnets; the peer must also carry each pair of them.
fn pairs(ours: &Link, dialect: Dialect, theirs: &Connection, found: &mut Differences) {
    // In IKEv1 strongSwan takes the first subnet of a list and is silent about the others.
    let first_alone = ours.is_v1() && matches!(dialect, Dialect::StrongSwan | Dialect::Swanctl);
    let taken = if first_alone { 1 } else { usize::MAX };
    let mut carried = BTreeSet::new();
    for child in &theirs.children {
        for remote in child.local.value.iter().take(taken) {
            let with = |local: &Cidr| SubnetPair { local: *local, remote: *remote };
            carried.extend(child.remote.value.iter().take(taken).map(with));
        }
    }
    let missing: Vec<SubnetPair> = ours.pairs().into_iter().filter(|pair| !carried.contains(pair)).collect();
    if missing.is_empty() {
        return;
    }
    let place = theirs.children.first().and_then(|child| child.local.place);
    let change = match first_alone {
        true => {
            "Write a conn or child for each pair on the peer: in IKEv1 it takes the first subnet of a list alone"
        }
        false => "Add these pairs on the peer",
    };
    found.fatal(Field::Pairs, list(&missing), "not carried", place, change);
}
