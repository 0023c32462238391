//! Values that several languages write alike.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use esp_core::net::Cidr;

use super::fault::{Faults, quoted};
use super::{Place, ReadAddress, ReadId, limits};
use crate::identity::Identity;
use crate::proposal::{Proposal, Spelling};
use crate::subnets::parse_subnet;

/// A time in seconds: `86400`, `86400s`, `1440m`, `24h`, `1d`.
pub(super) fn seconds(place: Place, key: &str, text: &str, faults: &mut Faults) -> Option<u64> {
    let (number, unit) = match text.char_indices().find(|(_, c)| !c.is_ascii_digit()) {
        Some((at, _)) => text.split_at(at),
        None => (text, "s"),
    };
    let factor = match unit {
        "s" => Some(1),
        "m" => Some(60),
        "h" => Some(3_600),
        "d" => Some(86_400),
        _ => None,
    };
    let value =
        number.parse::<u64>().ok().zip(factor).and_then(|(number, factor)| number.checked_mul(factor));
    if value.is_none() {
        let message =
            format!("{key} cannot be {}; write seconds such as 86400, or 1440m, 24h, 1d", quoted(text));
        faults.error(place, message);
    }
    value
}

/// Yes or no, in all their spellings.
pub(super) fn yes_no(place: Place, key: &str, text: &str, faults: &mut Faults) -> Option<bool> {
    match text {
        "yes" | "true" | "1" | "on" => Some(true),
        "no" | "false" | "0" | "off" => Some(false),
        _ => {
            faults.not_allowed(place, key, text, &["yes", "no"]);
            None
        }
    }
}

/// A list of subnets, separated by commas or blanks. An address alone is one host.
pub(super) fn subnets(place: Place, text: &str, faults: &mut Faults) -> Vec<Cidr> {
    let mut subnets = Vec::new();
    for part in text.split([',', ' ', '\t']).filter(|part| !part.is_empty()) {
        if subnets.len() >= limits::SUBNETS {
            faults.error(place, format!("there are more than {} subnets", limits::SUBNETS));
            break;
        }
        let read = match part.parse::<core::net::IpAddr>() {
            Ok(address) => Ok(Cidr::host(address)),
            Err(_) => parse_subnet(part),
        };
        match read {
            Ok(subnet) if subnets.contains(&subnet) => {
                faults.warning(place, format!("{subnet} stands in the list twice"));
            }
            Ok(subnet) => subnets.push(subnet),
            Err(_) if part.len() > limits::QUOTED => {
                faults.error(place, format!("{} is no subnet such as 10.0.0.0/16", quoted(part)));
            }
            Err(error) => faults.error(place, error.to_string()),
        }
    }
    subnets
}

/// A list of proposals, separated by commas, with strongSwan's `!` at the end. `of_phase` is [`Proposal::of_phase_1`] or
/// [`Proposal::of_phase_2`].
pub(super) fn proposals(
    place: Place,
    spelling: Spelling,
    of_phase: fn(Proposal) -> Proposal,
    text: &str,
    faults: &mut Faults,
) -> Vec<Proposal> {
    let text = text.trim().trim_end_matches('!');
    let mut proposals = Vec::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty() && *part != "default") {
        if proposals.len() >= limits::PROPOSALS {
            faults.error(place, format!("there are more than {} proposals", limits::PROPOSALS));
            break;
        }
        match spelling.read(part) {
            Ok(proposal) => proposals.push(of_phase(proposal)),
            Err(error) => faults.error(place, error.to_string()),
        }
    }
    proposals
}

/// Where an end is: an address, a name, or one of the words for anywhere.
pub(super) fn address(text: &str) -> ReadAddress {
    match text.parse::<core::net::IpAddr>() {
        Ok(address) if address.is_unspecified() => ReadAddress::Any,
        Ok(address) => ReadAddress::Is(address),
        Err(_) if text.is_empty() || text.starts_with('%') => ReadAddress::Any,
        Err(_) => ReadAddress::Named(short(text)),
    }
}

/// What an end calls itself. A domain name may have an `@` in front.
pub(super) fn id(text: &str) -> ReadId {
    if matches!(text, "" | "*" | "0.0.0.0" | "::") || text.starts_with("%any") {
        return ReadId::Any;
    }
    match text.strip_prefix('@').unwrap_or(text).parse::<Identity>() {
        Ok(id) => ReadId::Is(id),
        Err(_) => ReadId::Other(short(text)),
    }
}

/// A text of a stranger, bounded and without control characters.
pub(super) fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(256).collect()
}
