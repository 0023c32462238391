//! The keywords of a conn.

use alloc::collections::BTreeSet;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use super::ends;
use super::resolve::Conn;
use crate::algorithms::{ExchangeMode, IkeVersion, IpsecProtocol};
use crate::dialect::Dialect;
use crate::import::fault::Faults;
use crate::import::{Connection, Place, ReadAuth, Setting, values};
use crate::proposal::{Proposal, Spelling};

/// Keywords that change nothing that a tunnel has, or that are right whatever they say.
const HARMLESS: &[&str] = &[
    "keyingtries",
    "dpdaction",
    "dpddelay",
    "dpdtimeout",
    "leftnexthop",
    "rightnexthop",
    "rekey",
    "reauth",
    "margintime",
    "rekeymargin",
    "rekeyfuzz",
    "marginbytes",
    "marginpackets",
    "lifebytes",
    "lifepackets",
    "forceencaps",
    "encapsulation",
    "mobike",
    "fragmentation",
    "compress",
    "closeaction",
    "leftfirewall",
    "rightfirewall",
    "lefthostaccess",
    "righthostaccess",
    "leftupdown",
    "rightupdown",
    "installpolicy",
    "nat-keepalive",
    "nat_traversal",
    "inactivity",
    "leftikeport",
    "rightikeport",
    "narrowing",
    "metric",
    "mtu",
    "ikepad",
    "initial-contact",
    "replay-window",
    "sareftrack",
    "leftsourceip",
    "rightsourceip",
    "priority",
    "retransmit-timeout",
    "retransmit-interval",
    "connaddrfamily",
    "hostaddrfamily",
    "clientaddrfamily",
    "dscp",
    "salifebytes",
    "failureshunt",
    "negotiationshunt",
    "leftsendcert",
    "rightsendcert",
    "sha2-truncbug",
];

/// Keywords that are read.
const READ: &[&str] = &[
    "keyexchange",
    "ikev2",
    "aggressive",
    "aggrmode",
    "authby",
    "leftauth",
    "rightauth",
    "ike",
    "esp",
    "ah",
    "phase2",
    "phase2alg",
    "pfs",
    "ikelifetime",
    "lifetime",
    "keylife",
    "salifetime",
    "type",
    "auto",
    "left",
    "leftid",
    "leftsubnet",
    "leftsubnets",
    "right",
    "rightid",
    "rightsubnet",
    "rightsubnets",
    "also",
];

/// Reads entries of one conn, each noted so that the rest can be told.
pub(super) struct Reader<'a> {
    pub(super) dialect: Dialect,
    conn: &'a Conn<'a>,
    used: BTreeSet<&'a str>,
}

impl<'a> Reader<'a> {
    /// The first of `keys` that is set, with its value and the place of that.
    pub(super) fn get(&mut self, keys: &[&'static str]) -> Option<(&'static str, &'a str, Place)> {
        let mut found = None;
        for key in keys {
            if let Some((name, entry)) = self.conn.entries.get_key_value(*key) {
                self.used.insert(name);
                found = found.or(Some((*key, entry.value.as_str(), entry.value_place)));
            }
        }
        found
    }

    /// Where the conn begins.
    pub(super) fn place(&self) -> Option<Place> {
        Some(self.conn.place)
    }

    fn set<T>(
        &mut self,
        keys: &[&'static str],
        default: T,
        read: impl FnOnce(Place, &'static str, &str) -> Option<T>,
    ) -> Setting<T> {
        match self.get(keys) {
            Some((key, text, place)) => match read(place, key, text) {
                Some(value) => Setting::at(place, value),
                None => Setting::at(place, default),
            },
            None => Setting::default_of(default),
        }
    }
}

/// Reads a conn; none if it is not to be loaded.
pub(super) fn read(dialect: Dialect, conn: &Conn<'_>, faults: &mut Faults) -> Option<Connection> {
    let mut reader = Reader { dialect, conn, used: BTreeSet::new() };
    let (versions, mode) = exchange(&mut reader, faults);
    let auth = authentication(&mut reader);
    let libreswan = dialect == Dialect::Libreswan;
    let spelling = if libreswan { Spelling::Libreswan } else { Spelling::StrongSwan };
    let ike = reader.set(&["ike"], Vec::new(), |place, _, text| {
        Some(values::proposals(place, spelling, Proposal::of_phase_1, text, faults))
    });
    let (protocol, ipsec) = phase_2(&mut reader, spelling, &ike, faults);
    // The programs' own defaults: three hours and one for strongSwan, eight for libreswan.
    let (ike_default, ipsec_default) = if libreswan { (28_800, 28_800) } else { (10_800, 3_600) };
    let ike_lifetime = reader
        .set(&["ikelifetime"], ike_default, |place, key, text| values::seconds(place, key, text, faults));
    let keys = &["lifetime", "keylife", "salifetime"];
    let ipsec_lifetime =
        reader.set(keys, ipsec_default, |place, key, text| values::seconds(place, key, text, faults));
    let transport = transport(&mut reader, faults);
    let initiate = initiate(&mut reader, faults);
    let (here, local) = ends::read(&mut reader, "left", ends::LEFT, faults);
    let (there, remote) = ends::read(&mut reader, "right", ends::RIGHT, faults);
    unknown(&reader, faults);
    Some(Connection {
        name: conn.name.to_string(),
        place: conn.place,
        versions,
        mode,
        auth,
        ike,
        protocol,
        ipsec,
        ike_lifetime,
        ipsec_lifetime,
        transport,
        here,
        there,
        children: ends::children(local, remote),
        initiate,
        psk: None,
    })
}

fn exchange(
    reader: &mut Reader<'_>,
    faults: &mut Faults,
) -> (Setting<Vec<IkeVersion>>, Setting<ExchangeMode>) {
    const BOTH: [IkeVersion; 2] = [IkeVersion::V2, IkeVersion::V1];
    let default = match reader.dialect {
        Dialect::Libreswan => vec![IkeVersion::V2],
        _ => BOTH.to_vec(),
    };
    let versions = reader.set(&["ikev2", "keyexchange"], default, |place, key, text| match (key, text) {
        ("keyexchange", "ikev1") | ("ikev2", "no" | "never") => Some(vec![IkeVersion::V1]),
        ("keyexchange", "ikev2") | ("ikev2", "yes" | "insist" | "propose") => Some(vec![IkeVersion::V2]),
        ("keyexchange", "ike") => Some(BOTH.to_vec()),
        ("ikev2", "permit") => Some(vec![IkeVersion::V1, IkeVersion::V2]),
        ("ikev2", _) => {
            faults.not_allowed(place, key, text, &["no", "insist"]);
            None
        }
        _ => {
            faults.not_allowed(place, key, text, &["ike", "ikev1", "ikev2"]);
            None
        }
    });
    let mode = reader.set(&["aggressive", "aggrmode"], ExchangeMode::Main, |place, key, text| {
        let aggressive = values::yes_no(place, key, text, faults)?;
        Some(if aggressive { ExchangeMode::Aggressive } else { ExchangeMode::Main })
    });
    (versions, mode)
}

fn authentication(reader: &mut Reader<'_>) -> Setting<ReadAuth> {
    let read = |_, _: &'static str, text: &str| match text {
        "psk" | "secret" => Some(ReadAuth::Psk),
        other => Some(ReadAuth::Other(values::short(other))),
    };
    // strongSwan and libreswan prove themselves with public keys where nothing is said.
    let default = ReadAuth::Other("public keys".to_string());
    let whole = reader.set(&["authby"], default, read);
    let left = reader.set(&["leftauth"], whole.value.clone(), read);
    let right = reader.set(&["rightauth"], whole.value.clone(), read);
    [left, right].into_iter().find(|side| side.value != ReadAuth::Psk).map_or(
        Setting { value: ReadAuth::Psk, place: whole.place },
        |other| {
            if other.place.is_some() { other } else { Setting { place: whole.place, ..other } }
        },
    )
}

fn phase_2(
    reader: &mut Reader<'_>,
    spelling: Spelling,
    ike: &Setting<Vec<Proposal>>,
    faults: &mut Faults,
) -> (Setting<IpsecProtocol>, Setting<Vec<Proposal>>) {
    let explicit = reader.get(&["phase2"]);
    let found = reader.get(&["ah", "esp", "phase2alg"]);
    let protocol = match (explicit, found) {
        (Some((key, text, place)), _) => match text.parse() {
            Ok(protocol) => Setting::at(place, protocol),
            Err(_) => {
                faults.not_allowed(place, key, text, &["esp", "ah"]);
                Setting::at(place, IpsecProtocol::Esp)
            }
        },
        (None, Some(("ah", _, place))) => Setting::at(place, IpsecProtocol::Ah),
        (None, Some((_, _, place))) => Setting::at(place, IpsecProtocol::Esp),
        (None, None) => Setting::default_of(IpsecProtocol::Esp),
    };
    let mut proposals = match found {
        Some((_, text, place)) => {
            Setting::at(place, values::proposals(place, spelling, Proposal::of_phase_2, text, faults))
        }
        None => Setting::default_of(Vec::new()),
    };
    let pfs = reader.get(&["pfs"]);
    let pfs = pfs.and_then(|(key, text, place)| Some((values::yes_no(place, key, text, faults)?, place)));
    let has_group = proposals.value.iter().any(|proposal| !proposal.groups.is_empty());
    match pfs {
        Some((false, place)) if has_group && spelling == Spelling::StrongSwan => {
            faults
                .warning(place, "strongSwan ignores pfs: the group in the proposal of phase 2 turns PFS on");
        }
        Some((true, place)) if !has_group && spelling == Spelling::StrongSwan && found.is_some() => {
            faults.warning(
                place,
                "strongSwan ignores pfs: without a group in the proposal of phase 2 there is no PFS",
            );
        }
        Some((false, _)) if spelling == Spelling::Libreswan => {
            proposals.value.iter_mut().for_each(|proposal| proposal.groups.clear());
        }
        _ => {}
    }
    // libreswan does PFS where nothing forbids it, and takes the group of phase 1 where none is named.
    let wants_pfs = pfs.is_none_or(|(wanted, _)| wanted);
    if spelling == Spelling::Libreswan && wants_pfs && !has_group {
        let groups = ike.value.first().map(|proposal| proposal.groups.clone()).unwrap_or_default();
        proposals.value.iter_mut().for_each(|proposal| proposal.groups.clone_from(&groups));
    }
    (protocol, proposals)
}

fn transport(reader: &mut Reader<'_>, faults: &mut Faults) -> Setting<bool> {
    reader.set(&["type"], false, |place, key, text| match text {
        "tunnel" => Some(false),
        "transport" => Some(true),
        _ => {
            faults.not_allowed(place, key, text, &["tunnel", "transport"]);
            None
        }
    })
}

fn initiate(reader: &mut Reader<'_>, faults: &mut Faults) -> Setting<bool> {
    reader.set(&["auto"], false, |place, key, text| match text {
        "start" | "up" | "route" | "ondemand" | "trap" => Some(true),
        "add" | "ignore" | "keep" => Some(false),
        _ => {
            faults.not_allowed(place, key, text, &["start", "add", "route", "ignore"]);
            None
        }
    })
}

/// Warns of what was not read, unless it is known to change nothing.
fn unknown(reader: &Reader<'_>, faults: &mut Faults) {
    let known: Vec<&str> = READ.iter().chain(HARMLESS).copied().collect();
    for (key, entry) in &reader.conn.entries {
        if !reader.used.contains(key) && !HARMLESS.contains(key) && !key.starts_with("x-") {
            faults.unknown(entry.place, key, &known);
        }
    }
}
