//! An entry of a crypto map with everything it refers to.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::phase_1_v1::{Profile1, StaticKey};
use super::phase_1_v2::Profile2;
use super::router::{Entry, Router};
use super::traffic;
use crate::algorithms::{ExchangeMode, IkeVersion, IpsecProtocol};
use crate::identity::Identity;
use crate::import::fault::{Faults, quoted};
use crate::import::{Connection, ReadAddress, ReadAuth, ReadChild, ReadEnd, ReadId, Setting, values};
use crate::proposal::Proposal;
use crate::psk::PreSharedKey;

/// Seconds that an IPsec SA lives where nothing is said.
const IPSEC_LIFETIME: u64 = 3_600;

/// What phase 1 says.
struct Phase1 {
    version: IkeVersion,
    mode: Setting<ExchangeMode>,
    auth: Setting<ReadAuth>,
    ike: Setting<Vec<Proposal>>,
    lifetime: Setting<u64>,
    local: Option<Setting<IpAddr>>,
    here: Option<Setting<ReadId>>,
    there: Option<Setting<ReadId>>,
    psk: Option<Setting<PreSharedKey>>,
}

/// The connection of an entry. What it refers to and the text does not have is a fault.
pub(super) fn connection(router: &Router<'_>, entry: &Entry<'_>, faults: &mut Faults) -> Connection {
    let phase_1 = match &entry.profile_v2 {
        Some(profile) => match find(&router.profiles_v2, profile, "ikev2 profile", faults) {
            Some(profile) => version_2(router, entry, profile, faults),
            None => version_1(router, entry, None, faults),
        },
        None => {
            let profile = entry.profile_v1.as_ref();
            let profile = profile.and_then(|name| find(&router.profiles_v1, name, "isakmp profile", faults));
            version_1(router, entry, profile, faults)
        }
    };
    let interface = router.addresses.get(entry.map).map(|(place, address)| Setting::at(*place, *address));
    let address = |found: Option<Setting<IpAddr>>| match found {
        Some(address) => Setting { value: ReadAddress::Is(address.value), place: address.place },
        None => Setting::default_of(ReadAddress::Any),
    };
    let here = address(interface.or(phase_1.local));
    let there = address(entry.peer.clone());
    let named = |id: Option<Setting<ReadId>>, address: &Setting<ReadAddress>| {
        id.unwrap_or(Setting::default_of(match &address.value {
            ReadAddress::Is(address) => ReadId::Is(Identity::Ip(*address)),
            ReadAddress::Any | ReadAddress::Named(_) => ReadId::Any,
        }))
    };
    let (protocol, ipsec, transport) = phase_2(router, entry, faults);
    Connection {
        name: values::short(entry.map),
        place: entry.place,
        versions: Setting {
            value: vec![phase_1.version],
            place: entry.profile_v2.as_ref().and_then(|p| p.place),
        },
        mode: phase_1.mode,
        auth: phase_1.auth,
        ike: phase_1.ike,
        protocol,
        ipsec,
        ike_lifetime: phase_1.lifetime,
        ipsec_lifetime: entry
            .lifetime
            .clone()
            .or(router.lifetime.clone())
            .unwrap_or(Setting::default_of(IPSEC_LIFETIME)),
        transport,
        here: ReadEnd { id: named(phase_1.here, &here), address: here },
        there: ReadEnd { id: named(phase_1.there, &there), address: there },
        children: children(router, entry, faults),
        // A router starts as soon as there is traffic.
        initiate: Setting::default_of(true),
        psk: phase_1.psk,
    }
}

/// What a name refers to, or a fault that lists the names there are.
fn find<'r, T>(
    objects: &'r BTreeMap<&str, T>,
    name: &Setting<&str>,
    what: &str,
    faults: &mut Faults,
) -> Option<&'r T> {
    let found = objects.get(name.value);
    if found.is_none() {
        let names: Vec<&str> = objects.keys().copied().take(20).collect();
        let names = if names.is_empty() { "none".to_string() } else { names.join(", ") };
        let message = format!("there is no {what} {}; the text has {names}", quoted(name.value));
        faults.error(name.place.unwrap_or_default(), message);
    }
    found
}

fn version_1(
    router: &Router<'_>,
    entry: &Entry<'_>,
    profile: Option<&Profile1<'_>>,
    faults: &mut Faults,
) -> Phase1 {
    let has_keys = router.policies.iter().any(|policy| policy.pre_share);
    let usable = router.policies.iter().filter(|policy| policy.pre_share || !has_keys);
    let mut policies: Vec<_> = usable.collect();
    policies.sort_by_key(|policy| policy.number);
    let peer = entry.peer.as_ref().map(|peer| peer.value);
    let aggressive = profile.and_then(|profile| profile.aggressive);
    let by_peer = peer.is_some_and(|peer| router.aggressive_peers.contains(&peer));
    let mode = match aggressive {
        Some(place) => Setting::at(place, ExchangeMode::Aggressive),
        None if by_peer => Setting::default_of(ExchangeMode::Aggressive),
        None => Setting::default_of(ExchangeMode::Main),
    };
    let auth = match policies.first() {
        Some(policy) if !has_keys => Setting::at(policy.place, ReadAuth::Other("rsa-sig".to_string())),
        _ => Setting::default_of(ReadAuth::Psk),
    };
    let ike = Setting {
        value: policies.iter().map(|policy| policy.proposal.clone()).collect(),
        place: policies.first().map(|policy| policy.place),
    };
    let keyring = profile.and_then(|profile| profile.keyring.as_ref());
    let keyring = keyring.and_then(|name| find(&router.keyrings_v1, name, "keyring", faults));
    let there = profile.and_then(|profile| profile.remote.clone());
    let there_id = there.as_ref().map_or(ReadId::Any, |there| there.value.clone());
    let keys = keyring.map_or(router.keys.as_slice(), |keyring| keyring.keys.as_slice());
    let rated = keys.iter().filter_map(|key: &StaticKey<'_>| Some((key.rate(peer, &there_id)?, key)));
    let best = rated.rev().max_by_key(|(rating, _)| *rating);
    let host = profile.map_or(router.identity_is_host.then_some(entry.place), |profile| profile.self_is_host);
    Phase1 {
        version: IkeVersion::V1,
        mode,
        auth,
        ike,
        lifetime: policies.first().map_or(Setting::default_of(86_400), |policy| policy.lifetime.clone()),
        local: keyring.and_then(|keyring| keyring.local.clone()),
        here: host.map(|place| Setting::at(place, host_name(router))),
        there,
        psk: best.map(|(_, key)| key.psk.clone()),
    }
}

/// The router's own name, which is its id where it does not use its address.
fn host_name(router: &Router<'_>) -> ReadId {
    match (router.host, router.domain) {
        (Some(host), Some(domain)) => values::id(&format!("{host}.{domain}")),
        (Some(host), None) => values::id(host),
        (None, _) => ReadId::Any,
    }
}

fn version_2(router: &Router<'_>, entry: &Entry<'_>, profile: &Profile2<'_>, faults: &mut Faults) -> Phase1 {
    let mut ike = Setting::default_of(Vec::new());
    for name in router.policies_v2.iter().flat_map(|policy| &policy.proposals) {
        if let Some(proposal) = find(&router.proposals_v2, name, "ikev2 proposal", faults) {
            ike.place = ike.place.or(proposal.place);
            ike.value.push(proposal.value.clone());
        }
    }
    let peer = entry.peer.as_ref().map(|peer| peer.value);
    let keyring = profile.keyring.as_ref();
    let keyring = keyring.and_then(|name| find(&router.keyrings_v2, name, "ikev2 keyring", faults));
    Phase1 {
        version: IkeVersion::V2,
        mode: Setting::default_of(ExchangeMode::Main),
        auth: profile.auth.clone(),
        ike,
        lifetime: profile.lifetime.clone(),
        local: router.policies_v2.iter().find_map(|policy| policy.local.clone()),
        here: profile.local.clone(),
        there: profile.remote.clone(),
        psk: keyring.and_then(|keyring| keyring.key(peer)),
    }
}

/// The transform set with the group of PFS.
fn phase_2(
    router: &Router<'_>,
    entry: &Entry<'_>,
    faults: &mut Faults,
) -> (Setting<IpsecProtocol>, Setting<Vec<Proposal>>, Setting<bool>) {
    let set = entry.transform_set.as_ref();
    let Some(set) = set.and_then(|name| find(&router.transform_sets, name, "transform set", faults)) else {
        if set.is_none() {
            faults.error(entry.place, "the entry has no `set transform-set`");
        }
        let esp = Setting::default_of(IpsecProtocol::Esp);
        return (esp, Setting::default_of(Vec::new()), Setting::default_of(false));
    };
    let mut proposal = set.proposal.clone();
    proposal.groups = entry.pfs.iter().map(|pfs| pfs.value).collect();
    let protocol = if set.is_ah { IpsecProtocol::Ah } else { IpsecProtocol::Esp };
    let at = |value| Setting::at(set.place, value);
    (Setting::at(set.place, protocol), Setting::at(set.place, vec![proposal]), at(set.transport))
}

fn children(router: &Router<'_>, entry: &Entry<'_>, faults: &mut Faults) -> Vec<ReadChild> {
    let list = entry.access_list.as_ref();
    let Some(list) = list.and_then(|name| find(&router.access_lists, name, "access list", faults)) else {
        if list.is_none() {
            faults.error(entry.place, "the entry has no `match address`");
        }
        return Vec::new();
    };
    let child = |(place, local, remote)| ReadChild {
        local: Setting::at(place, vec![local]),
        remote: Setting::at(place, vec![remote]),
    };
    traffic::list(list, faults).into_iter().map(child).collect()
}
