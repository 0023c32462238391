//! A section of `connections`.

use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::child;
use super::tree::Section;
use crate::algorithms::{ExchangeMode, IkeVersion};
use crate::identity::Identity;
use crate::import::fault::Faults;
use crate::import::{Connection, ReadAddress, ReadAuth, ReadEnd, ReadId, Setting, values};
use crate::proposal::{Proposal, Spelling};

/// Keys that are read, and keys that change nothing that a tunnel has.
const KNOWN: &[&str] = &[
    "version",
    "aggressive",
    "local_addrs",
    "remote_addrs",
    "proposals",
    "rekey_time",
    "over_time",
    "reauth_time",
    "keyingtries",
    "dpd_delay",
    "dpd_timeout",
    "local_port",
    "remote_port",
    "encap",
    "mobike",
    "fragmentation",
    "unique",
    "rand_time",
    "childless",
    "pull",
    "send_cert",
    "send_certreq",
    "dscp",
    "if_id_in",
    "if_id_out",
];
const KNOWN_OF_END: &[&str] = &["auth", "id", "round"];

/// Reads a connection: one for each of its children, since a child has proposals and times of its own.
pub(super) fn read(section: &Section, faults: &mut Faults) -> Vec<Connection> {
    for entry in section.entries.iter().filter(|entry| !KNOWN.contains(&entry.key.as_str())) {
        faults.unknown(entry.place, &entry.key, KNOWN);
    }
    let versions =
        get(section, "version", vec![IkeVersion::V2, IkeVersion::V1], |entry| match entry.value.as_str() {
            "1" => Some(vec![IkeVersion::V1]),
            "2" => Some(vec![IkeVersion::V2]),
            "0" => Some(vec![IkeVersion::V2, IkeVersion::V1]),
            other => {
                faults.not_allowed(entry.value_place, "version", other, &["0", "1", "2"]);
                None
            }
        });
    let mode = get(section, "aggressive", ExchangeMode::Main, |entry| {
        let aggressive = values::yes_no(entry.value_place, "aggressive", &entry.value, faults)?;
        Some(if aggressive { ExchangeMode::Aggressive } else { ExchangeMode::Main })
    });
    let ike = get(section, "proposals", Vec::new(), |entry| {
        let (place, of_phase) = (entry.value_place, Proposal::of_phase_1);
        Some(values::proposals(place, Spelling::StrongSwan, of_phase, &entry.value, faults))
    });
    let ike_lifetime = ike_lifetime(section, faults);
    let (here, local) = end(section, "local", "local_addrs", faults);
    let (there, remote) = end(section, "remote", "remote_addrs", faults);
    let auth = [local, remote].into_iter().find(|auth| auth.value != ReadAuth::Psk);
    let whole = Connection {
        name: name(&section.name),
        place: section.place,
        versions,
        mode,
        auth: auth.unwrap_or(Setting::default_of(ReadAuth::Psk)),
        ike,
        protocol: Setting::default_of(crate::algorithms::IpsecProtocol::Esp),
        ipsec: Setting::default_of(Vec::new()),
        ike_lifetime,
        ipsec_lifetime: Setting::default_of(3_960),
        transport: Setting::default_of(false),
        here,
        there,
        children: Vec::new(),
        initiate: Setting::default_of(false),
        psk: None,
    };
    let children = section.sections.iter().filter(|inner| inner.name == "children");
    let children: Vec<&Section> = children.flat_map(|children| &children.sections).collect();
    if children.is_empty() {
        return vec![whole];
    }
    children.into_iter().map(|child| child::read(child, whole.clone(), faults)).collect()
}

/// A setting of a section, or its default.
pub(super) fn get<T>(
    section: &Section,
    key: &str,
    default: T,
    read: impl FnOnce(&super::tree::Entry) -> Option<T>,
) -> Setting<T> {
    match section.get(key) {
        Some(entry) => match read(entry) {
            Some(value) => Setting::at(entry.value_place, value),
            None => Setting::at(entry.value_place, default),
        },
        None => Setting::default_of(default),
    }
}

/// The name of the connection, with its dots back.
fn name(section: &str) -> String {
    values::short(&section.replace('~', "."))
}

/// An IKE SA ends when it was not rekeyed in time: a tenth later, if nothing else is said.
fn ike_lifetime(section: &Section, faults: &mut Faults) -> Setting<u64> {
    let mut time = |key: &str, default| {
        get(section, key, default, |entry| values::seconds(entry.value_place, key, &entry.value, faults))
    };
    let reauth = time("reauth_time", 0);
    let rekey_default = if reauth.value > 0 { reauth.value } else { 14_400 };
    let rekey = time("rekey_time", rekey_default);
    let base = if rekey.value > 0 { rekey.value } else { reauth.value };
    let over = time("over_time", base / 10);
    Setting { value: base.saturating_add(over.value), place: rekey.place.or(reauth.place).or(over.place) }
}

/// One end: where it is, what it calls itself, how it proves that.
fn end(section: &Section, side: &str, addresses: &str, faults: &mut Faults) -> (ReadEnd, Setting<ReadAuth>) {
    let address = get(section, addresses, ReadAddress::Any, |entry| {
        let mut all = entry.value.split(',').map(str::trim);
        let first = values::address(all.next().unwrap_or_default());
        if all.next().is_some() {
            faults.warning(entry.value_place, "of several addresses the first alone was read");
        }
        Some(first)
    });
    let own = match &address.value {
        ReadAddress::Is(address) => ReadId::Is(Identity::Ip(*address)),
        ReadAddress::Any => ReadId::Any,
        ReadAddress::Named(name) => values::id(name),
    };
    let mut auth = Setting::default_of(ReadAuth::Psk);
    let mut id = Setting::default_of(own.clone());
    let mut rounds = section.called(side).filter(|inner| inner.name != "local_addrs");
    match rounds.next() {
        Some(round) => {
            for entry in round.entries.iter().filter(|entry| !KNOWN_OF_END.contains(&entry.key.as_str())) {
                faults.unknown(entry.place, &entry.key, KNOWN_OF_END);
            }
            id = get(round, "id", own, |entry| Some(values::id(&entry.value)));
            // Where nothing is said, strongSwan proves itself with a public key.
            let default = ReadAuth::Other("public keys".to_string());
            auth = get(round, "auth", default, |entry| {
                let word = entry.value.as_str();
                Some(if word == "psk" { ReadAuth::Psk } else { ReadAuth::Other(values::short(word)) })
            });
        }
        None => {
            let message = alloc::format!("there is no section `{side}` that says `auth = psk`");
            faults.warning(section.place, message);
            auth.value = ReadAuth::Other("public keys".to_string());
        }
    }
    if let Some(second) = rounds.next() {
        faults.warning(second.place, "a second round of authentication was left out");
    }
    (ReadEnd { address, id }, auth)
}
