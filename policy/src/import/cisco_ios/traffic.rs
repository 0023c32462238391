//! Access lists.

use alloc::format;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr};

use esp_core::net::Cidr;

use super::blocks::Line;
use crate::import::Place;
use crate::import::fault::{Faults, quoted};

type List = Vec<(Place, Cidr, Cidr)>;

/// The pairs of an access list.
pub(super) fn list(lines: &[(Line<'_>, usize)], faults: &mut Faults) -> List {
    let mut list = List::new();
    for (line, before) in lines {
        // A line of a named list may have its number in front.
        let numbered = *before == 0 && line.words.first().is_some_and(|word| word.parse::<u32>().is_ok());
        let before = before.saturating_add(usize::from(numbered));
        let words = line.words.get(before..).unwrap_or_default();
        entry(&mut list, line, words, before, faults);
    }
    list
}

/// The words of a line behind its number or the name of its list.
fn entry(list: &mut List, line: &Line<'_>, words: &[&str], offset: usize, faults: &mut Faults) {
    let (version, rest) = match words {
        ["remark", ..] => return,
        ["permit", version @ ("ip" | "ipv6"), rest @ ..] => (*version, rest),
        ["deny", ..] => {
            return faults.warning(line.place(), "`deny` in the traffic of a tunnel was left out");
        }
        ["permit", protocol, ..] => {
            let message = format!("a tunnel carries all of `ip`, not {} alone", quoted(protocol));
            return faults.error(line.at(offset.saturating_add(1)), message);
        }
        _ => return super::router::unknown(line, faults),
    };
    let at = line.at(offset.saturating_add(2));
    let Some((local, rest)) = place(version, rest, at, faults) else { return };
    let Some((remote, rest)) = place(version, rest, at, faults) else { return };
    if !rest.is_empty() && rest != ["log"] {
        let message = format!("{} narrows the traffic, which a tunnel cannot", quoted(&rest.join(" ")));
        faults.error(line.at(line.words.len().saturating_sub(rest.len())), message);
    }
    list.push((line.place(), local, remote));
}

/// One side of the traffic, and the words behind it.
fn place<'a, 'b>(
    version: &str,
    words: &'a [&'b str],
    at: Place,
    faults: &mut Faults,
) -> Option<(Cidr, &'a [&'b str])> {
    let (text, rest) = match words {
        ["any", rest @ ..] => {
            let all = if version == "ip" {
                IpAddr::V4(Ipv4Addr::UNSPECIFIED)
            } else {
                core::net::Ipv6Addr::UNSPECIFIED.into()
            };
            return Some((Cidr::new(all, 0).ok()?, rest));
        }
        ["host", address, rest @ ..] => match address.parse() {
            Ok(address) => return Some((Cidr::host(address), rest)),
            Err(_) => (*address, rest),
        },
        [prefix, rest @ ..] if prefix.contains('/') => (*prefix, rest),
        [address, wildcard, rest @ ..] => match (address.parse(), wildcard.parse::<Ipv4Addr>()) {
            (Ok(address), Ok(wildcard)) => return Some((masked(address, wildcard, at, faults)?, rest)),
            _ => (*address, rest),
        },
        _ => {
            faults.error(at, "the line ends before both sides of the traffic are given");
            return None;
        }
    };
    match crate::subnets::parse_subnet(text) {
        Ok(subnet) => Some((subnet, rest)),
        Err(_) => {
            let message =
                format!("{} is no address; write `ADDRESS WILDCARD`, `host ADDRESS` or `any`", quoted(text));
            faults.error(at, message);
            None
        }
    }
}

fn masked(address: Ipv4Addr, wildcard: Ipv4Addr, at: Place, faults: &mut Faults) -> Option<Cidr> {
    let bits = u32::from(wildcard);
    let length = bits.leading_zeros();
    if bits.checked_shl(length).unwrap_or_default().leading_ones() != 32_u32.saturating_sub(length) {
        faults.error(at, format!("the wildcard {wildcard} is no subnet; its ones must stand at the end"));
        return None;
    }
    let subnet = Cidr::new(IpAddr::V4(address), u8::try_from(length).unwrap_or(32));
    subnet.map_err(|error| faults.error(at, format!("{error}"))).ok()
}
