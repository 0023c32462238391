//! `left…` and `right…`.

use alloc::vec::Vec;

use esp_core::net::Cidr;

use super::conn::Reader;
use crate::dialect::Dialect;
use crate::identity::Identity;
use crate::import::fault::{Faults, quoted};
use crate::import::{ReadAddress, ReadChild, ReadEnd, ReadId, Setting, values};

/// The keywords of one end: address, id, subnets.
pub(super) type Keys = [&'static str; 4];

pub(super) const LEFT: Keys = ["left", "leftid", "leftsubnet", "leftsubnets"];
pub(super) const RIGHT: Keys = ["right", "rightid", "rightsubnet", "rightsubnets"];

/// Reads one end and its subnets. Without subnets the end itself is the traffic.
pub(super) fn read(
    reader: &mut Reader<'_>,
    side: &str,
    [address, id, subnet, subnets]: Keys,
    faults: &mut Faults,
) -> (ReadEnd, Setting<Vec<Cidr>>) {
    let address = match reader.get(&[address]) {
        Some((_, text, place)) => Setting::at(place, values::address(text)),
        None => Setting::default_of(ReadAddress::Any),
    };
    let id = match reader.get(&[id]) {
        Some((_, text, place)) => Setting::at(place, values::id(text)),
        None => Setting::default_of(own_id(&address.value)),
    };
    let found = reader.get(&[subnets, subnet]);
    let subnets = match found {
        Some((key, text, place)) => {
            let braced = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
            let text = match (braced, reader.dialect) {
                (Some(inner), Dialect::Libreswan) => inner,
                _ => text,
            };
            if text.contains('%') || text.contains('[') {
                let message = alloc::format!("{key} {} is more than subnets", quoted(text));
                faults.error(place, message);
                return (ReadEnd { address, id }, Setting::at(place, Vec::new()));
            }
            Setting::at(place, values::subnets(place, text, faults))
        }
        None => Setting::default_of(match &address.value {
            ReadAddress::Is(address) => alloc::vec![Cidr::host(*address)],
            ReadAddress::Any | ReadAddress::Named(_) => {
                let place = address.place.or_else(|| reader.place());
                let message = alloc::format!("nothing says which subnet is behind the {side} end");
                faults.warning(place.unwrap_or_default(), message);
                Vec::new()
            }
        }),
    };
    (ReadEnd { address, id }, subnets)
}

/// An end without an id calls itself by its address.
fn own_id(address: &ReadAddress) -> ReadId {
    match address {
        ReadAddress::Is(address) => ReadId::Is(Identity::Ip(*address)),
        ReadAddress::Any => ReadId::Any,
        ReadAddress::Named(name) => values::id(name),
    }
}

/// The traffic of a conn: nothing, if an end has no subnet.
pub(super) fn children(local: Setting<Vec<Cidr>>, remote: Setting<Vec<Cidr>>) -> Vec<ReadChild> {
    if local.value.is_empty() && remote.value.is_empty() {
        return Vec::new();
    }
    alloc::vec![ReadChild { local, remote }]
}
