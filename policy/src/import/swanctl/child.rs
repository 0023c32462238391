//! A section of `children`.

use alloc::vec::Vec;

use esp_core::net::Cidr;

use super::conn::get;
use super::tree::Section;
use crate::algorithms::IpsecProtocol;
use crate::import::fault::Faults;
use crate::import::{Connection, Place, ReadAddress, ReadChild, Setting, values};
use crate::proposal::{Proposal, Spelling};

const KNOWN: &[&str] = &[
    "local_ts",
    "remote_ts",
    "esp_proposals",
    "ah_proposals",
    "life_time",
    "rekey_time",
    "rand_time",
    "mode",
    "start_action",
    "dpd_action",
    "close_action",
    "updown",
    "hostaccess",
    "policies",
    "life_bytes",
    "rekey_bytes",
    "rand_bytes",
    "life_packets",
    "rekey_packets",
    "rand_packets",
    "replay_window",
    "ipcomp",
    "inactivity",
    "reqid",
    "priority",
    "mark_in",
    "mark_out",
    "set_mark_in",
    "set_mark_out",
    "if_id_in",
    "if_id_out",
    "copy_df",
    "copy_ecn",
    "copy_dscp",
    "hw_offload",
    "sha256_96",
    "tfc_padding",
    "interface",
];

/// Reads a child into a connection of its own.
pub(super) fn read(section: &Section, whole: Connection, faults: &mut Faults) -> Connection {
    for entry in section.entries.iter().filter(|entry| !KNOWN.contains(&entry.key.as_str())) {
        faults.unknown(entry.place, &entry.key, KNOWN);
    }
    let protocol = match (section.get("ah_proposals"), section.get("esp_proposals")) {
        (Some(ah), None) => Setting::at(ah.value_place, IpsecProtocol::Ah),
        (Some(ah), Some(_)) => {
            faults.error(ah.place, "a child of a tunnel has esp_proposals or ah_proposals, not both");
            Setting::at(ah.value_place, IpsecProtocol::Ah)
        }
        (None, Some(esp)) => Setting::at(esp.value_place, IpsecProtocol::Esp),
        (None, None) => Setting::default_of(IpsecProtocol::Esp),
    };
    let key = if protocol.value == IpsecProtocol::Ah { "ah_proposals" } else { "esp_proposals" };
    let ipsec = get(section, key, Vec::new(), |entry| {
        let (place, of_phase) = (entry.value_place, Proposal::of_phase_2);
        Some(values::proposals(place, Spelling::StrongSwan, of_phase, &entry.value, faults))
    });
    let transport = get(section, "mode", false, |entry| match entry.value.as_str() {
        "tunnel" => Some(false),
        "transport" | "transport_proxy" | "beet" => Some(true),
        other => {
            faults.not_allowed(entry.value_place, "mode", other, &["tunnel", "transport"]);
            None
        }
    });
    let initiate = get(section, "start_action", false, |entry| match entry.value.as_str() {
        "none" => Some(false),
        "start" | "trap" | "start|trap" | "trap|start" => Some(true),
        other => {
            faults.not_allowed(entry.value_place, "start_action", other, &["none", "start", "trap"]);
            None
        }
    });
    let local = subnets(section, "local_ts", &whole.here.address.value, faults);
    let remote = subnets(section, "remote_ts", &whole.there.address.value, faults);
    let children = alloc::vec![ReadChild { local, remote }];
    Connection {
        protocol,
        ipsec,
        ipsec_lifetime: lifetime(section, faults),
        transport,
        initiate,
        children,
        ..whole
    }
}

/// A child lives as long as it says, or a tenth longer than it waits before it is replaced.
fn lifetime(section: &Section, faults: &mut Faults) -> Setting<u64> {
    let mut time = |key: &str, default| {
        get(section, key, default, |entry| values::seconds(entry.value_place, key, &entry.value, faults))
    };
    let rekey = time("rekey_time", 3_600);
    let life = time("life_time", rekey.value.saturating_add(rekey.value / 10));
    if life.place.is_some() { life } else { Setting { value: life.value, place: rekey.place } }
}

/// The subnets of one side; the end itself where nothing is said (`dynamic`).
fn subnets(section: &Section, key: &str, address: &ReadAddress, faults: &mut Faults) -> Setting<Vec<Cidr>> {
    let itself = |place: Option<Place>, faults: &mut Faults| match address {
        ReadAddress::Is(address) => Setting { value: alloc::vec![Cidr::host(*address)], place },
        ReadAddress::Any | ReadAddress::Named(_) => {
            let message = alloc::format!("{key} is the end itself, whose address is not known");
            faults.warning(place.unwrap_or(section.place), message);
            Setting { value: Vec::new(), place }
        }
    };
    match section.get(key) {
        None => itself(None, faults),
        Some(entry) if entry.value.as_str() == "dynamic" => itself(Some(entry.value_place), faults),
        Some(entry) => {
            Setting::at(entry.value_place, values::subnets(entry.value_place, &entry.value, faults))
        }
    }
}
