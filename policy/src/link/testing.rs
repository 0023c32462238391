//! Links of every kind, for property tests.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::collections::BTreeSet;

use esp_core::net::Cidr;
use proptest::prelude::*;
use proptest::sample::select;

use super::{Link, LinkEnd};
use crate::algorithms::{
    DhGroup, EspAuthentication, EspEncryption, ExchangeMode, IkeAuthentication, IkeEncryption, IkeVersion,
    IpsecProtocol, PfsChoice,
};
use crate::identity::Identity;
use crate::ike_policy::IkePolicy;
use crate::ikev1::gaps;
use crate::ipsec_policy::IpsecPolicy;
use crate::names::Name;
use crate::psk::PreSharedKey;

fn any_of<T: Copy + core::fmt::Debug + 'static>(all: &'static [T]) -> BoxedStrategy<T> {
    select(all).boxed()
}

fn address(v6: bool) -> BoxedStrategy<IpAddr> {
    any::<(u32, u128)>()
        .prop_map(move |(four, six)| match v6 {
            true => Ipv6Addr::from(six | (1 << 125)).into(),
            false => Ipv4Addr::from(four.max(1)).into(),
        })
        .boxed()
}

pub(crate) fn id() -> BoxedStrategy<Identity> {
    let name = "[A-Za-z0-9]([A-Za-z0-9-]{0,8}[A-Za-z0-9])?(\\.[A-Za-z]([A-Za-z0-9-]{0,8}[A-Za-z0-9])?){0,3}";
    let named = name.prop_filter_map("a domain name", |text| text.parse::<Identity>().ok());
    prop_oneof![named, any::<bool>().prop_flat_map(address).prop_map(Identity::Ip)].boxed()
}

/// 1 to `most` subnets, those of IPv4 first.
fn subnets(families: &'static [bool], most: usize) -> BoxedStrategy<Vec<Cidr>> {
    let one = (any_of(families), any::<u128>(), 0_u8..=32).prop_map(|(v6, bits, length)| match v6 {
        true => {
            let length = length.saturating_mul(4);
            let mask = u128::MAX.checked_shl(128 - u32::from(length)).unwrap_or(0);
            Cidr::new(Ipv6Addr::from(bits & mask).into(), length).unwrap()
        }
        false => {
            let mask = u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0);
            Cidr::new(Ipv4Addr::from((u32::try_from(bits >> 96).unwrap()) & mask).into(), length).unwrap()
        }
    });
    proptest::collection::vec(one, 1..=most)
        .prop_map(|all| {
            let mut seen = BTreeSet::new();
            let mut unique: Vec<Cidr> = all.into_iter().filter(|subnet| seen.insert(*subnet)).collect();
            unique.sort_by_key(|subnet| !subnet.is_ipv4());
            unique
        })
        .boxed()
}

/// Keys with every character that PSK-1 allows, and those that look like something else.
pub(crate) fn psk() -> BoxedStrategy<PreSharedKey> {
    let odd = select(vec![
        "0x41",
        "0sQUJD",
        "0S",
        "\"",
        "\\",
        "a\"#;}%{'\\",
        "#",
        "'",
        "\"a\"",
        "$9$x",
        "0",
        "6",
        "key",
    ]);
    let text = prop_oneof![4 => "[!-~&&[^?]]{1,128}", 1 => odd.prop_map(str::to_owned)];
    text.prop_map(|text| PreSharedKey::new(&text).unwrap()).boxed()
}

fn ike(version: IkeVersion) -> BoxedStrategy<IkePolicy> {
    let mode = any_of(ExchangeMode::ALL);
    let algorithms = (any_of(IkeEncryption::ALL), any_of(IkeAuthentication::ALL), any_of(DhGroup::ALL));
    (algorithms, mode, 3_600_u32..=86_400)
        .prop_map(move |((encryption, authentication, dh_group), mode, lifetime_secs)| IkePolicy {
            version,
            encryption,
            authentication,
            dh_group,
            exchange_mode: (version == IkeVersion::V1).then_some(mode),
            local_id: None,
            remote_id: None,
            lifetime_secs,
        })
        .boxed()
}

fn ipsec() -> BoxedStrategy<IpsecPolicy> {
    let pfs = proptest::option::of(any_of(DhGroup::ALL));
    let algorithms = (any_of(EspEncryption::ALL), any_of(EspAuthentication::ALL));
    (any_of(IpsecProtocol::ALL), algorithms, pfs, 3_600_u32..=86_400)
        .prop_map(|(protocol, (encryption, authentication), pfs, lifetime_secs)| IpsecPolicy {
            protocol,
            encryption: (protocol == IpsecProtocol::Esp).then_some(encryption),
            authentication: (protocol == IpsecProtocol::Ah || !encryption.is_aead())
                .then_some(authentication),
            pfs: pfs.map_or(PfsChoice::Disabled, PfsChoice::Group),
            lifetime_secs,
            mode: crate::algorithms::IpsecMode::Tunnel,
        })
        .boxed()
}

/// What a link is made of besides its policies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    /// The families of subnets: `true` for IPv6.
    pub(crate) families: &'static [bool],
    /// Whether the ends have addresses of IPv6.
    pub(crate) v6: bool,
    /// The most subnets of a side.
    pub(crate) most: usize,
}

/// Links of `kind`, with hostile names, keys and ids among them.
pub(crate) fn links(kind: Kind) -> BoxedStrategy<Link> {
    let names = ("[A-Za-z0-9._-]{1,40}", "\\PC{0,40}");
    let ends = (address(kind.v6), proptest::option::weighted(0.9, address(kind.v6)), any::<bool>());
    let ids = (proptest::option::of(id()), proptest::option::of(id()));
    let sides = (subnets(kind.families, kind.most), subnets(kind.families, kind.most));
    let policies = any_of(IkeVersion::ALL)
        .prop_flat_map(|version| (ike(version), ipsec()))
        .prop_filter("algorithms of the version", |(ike, ipsec)| gaps(ike, ipsec).is_empty());
    (names, ends, ids, sides, policies, psk(), any::<bool>())
        .prop_filter_map(
            "a tunnel",
            |(
                (tunnel, name),
                (here, there, nat),
                (here_id, there_id),
                (local, remote),
                (ike, ipsec),
                psk,
                initiate,
            )| {
                let id = |id: Option<Identity>, address: Option<IpAddr>| id.or(address.map(Identity::Ip));
                let here = (!nat || here_id.is_none()).then_some(here);
                let link = Link {
                    tunnel: tunnel.parse().ok()?,
                    name: Name::new(name).ok()?,
                    here: LinkEnd { address: here, id: id(here_id, here), subnets: local },
                    there: LinkEnd { address: there, id: id(there_id, there), subnets: remote },
                    initiate: initiate && there.is_some(),
                    psk,
                    ike,
                    ipsec,
                };
                let same = link.here.id == link.there.id;
                (link.here.id.is_some() && link.there.id.is_some() && !same && link.unpaired().is_empty())
                    .then_some(link)
            },
        )
        .boxed()
}
