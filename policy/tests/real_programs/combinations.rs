//! Every combination of the values that a tenant may choose.

use ipsec_policy::export::export;
use ipsec_policy::{
    DhGroup, Dialect, EspAuthentication, EspEncryption, ExchangeMode, IkeAuthentication, IkeEncryption,
    IkePolicy, IkeVersion, IpsecPolicy, IpsecProtocol, Limits, Link, LinkEnd, Name, PfsChoice, PreSharedKey,
};

const EXCHANGES: [(IkeVersion, Option<ExchangeMode>); 3] = [
    (IkeVersion::V1, Some(ExchangeMode::Main)),
    (IkeVersion::V1, Some(ExchangeMode::Aggressive)),
    (IkeVersion::V2, None),
];

/// Every policy of phase 1 that the product has: both versions and both modes, 4 ciphers, 3 hashes, 5 groups.
pub(crate) fn phase_1() -> Vec<IkePolicy> {
    let product = Limits::product();
    let mut policies = Vec::new();
    for (version, exchange_mode) in EXCHANGES {
        for encryption in &product.ike_encryption {
            for authentication in &product.ike_authentication {
                for dh_group in &product.dh_groups {
                    policies.push(IkePolicy {
                        version,
                        exchange_mode,
                        encryption: *encryption,
                        authentication: *authentication,
                        dh_group: *dh_group,
                        // Both ends of what IKE-8 allows, in turn.
                        lifetime_secs: if policies.len() % 2 == 0 { 86_400 } else { 3_600 },
                        ..IkePolicy::default()
                    });
                }
            }
        }
    }
    policies
}

/// Every policy of phase 2 that the product has: ESP with 4 ciphers and AH, 2 hashes, 5 groups of PFS and none.
pub(crate) fn phase_2() -> Vec<IpsecPolicy> {
    let product = Limits::product();
    let ciphers = product.esp_encryption.iter().copied().map(Some).chain([None]);
    let mut policies = Vec::new();
    for encryption in ciphers {
        for authentication in &product.esp_authentication {
            let groups = product.pfs_groups.iter().copied().map(PfsChoice::Group);
            for pfs in groups.chain([PfsChoice::Disabled]) {
                policies.push(IpsecPolicy {
                    protocol: if encryption.is_some() { IpsecProtocol::Esp } else { IpsecProtocol::Ah },
                    encryption,
                    authentication: Some(*authentication),
                    pfs,
                    lifetime_secs: if policies.len() % 2 == 0 { 86_400 } else { 3_600 },
                    ..IpsecPolicy::default()
                });
            }
        }
    }
    policies
}

/// What the library has beyond the product: in each exchange every cipher with every authentication, and every group, of
/// both phases. Exports refuse what IKEv1 has no number for; the rest must be taken.
pub(crate) fn beyond() -> Vec<Link> {
    let mut policies = Vec::new();
    for (version, exchange_mode) in EXCHANGES {
        let ike = IkePolicy { version, exchange_mode, dh_group: DhGroup::Modp2048, ..IkePolicy::default() };
        let ipsec = IpsecPolicy { pfs: PfsChoice::Disabled, ..IpsecPolicy::default() };
        for encryption in IkeEncryption::ALL.iter().copied() {
            for authentication in IkeAuthentication::ALL.iter().copied() {
                policies.push((IkePolicy { encryption, authentication, ..ike.clone() }, ipsec.clone()));
            }
        }
        for encryption in EspEncryption::ALL.iter().copied() {
            let all = if encryption.is_aead() { &[][..] } else { EspAuthentication::ALL };
            for authentication in all.iter().copied().map(Some).chain([None]) {
                let ipsec = IpsecPolicy { encryption: Some(encryption), authentication, ..ipsec.clone() };
                policies.push((ike.clone(), ipsec));
            }
        }
        for dh_group in DhGroup::ALL.iter().copied() {
            policies.push((IkePolicy { dh_group, ..ike.clone() }, ipsec.clone()));
            policies.push((ike.clone(), IpsecPolicy { pfs: PfsChoice::Group(dh_group), ..ipsec.clone() }));
        }
    }
    let links = policies.into_iter().enumerate().map(|(index, (ike, ipsec))| link(index, ike, ipsec));
    links.filter(|link| !unknown_to_v1(link)).collect()
}

fn unknown_to_v1(link: &Link) -> bool {
    export(link, Dialect::Swanctl).is_err_and(|refusal| refusal.to_string().contains("IKEv1 has no number"))
}

/// A tunnel for every phase 1 with every phase 2, each with a peer and subnets of its own.
pub(crate) fn links() -> Vec<Link> {
    let (first, second) = (phase_1(), phase_2());
    let both = first.iter().flat_map(|ike| second.iter().map(move |ipsec| (ike, ipsec)));
    both.enumerate().map(|(index, (ike, ipsec))| link(index, ike.clone(), ipsec.clone())).collect()
}

/// Tunnel number `index` with these policies. Some have several subnets, some IPv6.
pub(crate) fn link(index: usize, ike: IkePolicy, ipsec: IpsecPolicy) -> Link {
    let v6 = index % 7 == 3;
    let (high, low) = (index / 250, index % 250 + 1);
    let address = |net: u8| match v6 {
        true => format!("2001:db8:{net}::{index:x}"),
        false => format!("192.{net}.{high}.{low}"),
    };
    let subnets = |net: u8| {
        let count = if index % 11 == 5 { 3 } else { 1 };
        let one = |n: usize| match v6 {
            true => format!("2001:db8:{net}:{:x}::/64", index * 4 + n),
            false => format!("10.{}.{low}.0/{}", usize::from(net) + n, 24),
        };
        (0..count).map(|n| one(n).parse().expect("a subnet")).collect()
    };
    let end = |net: u8| {
        let address: std::net::IpAddr = address(net).parse().expect("an address");
        LinkEnd {
            address: Some(address),
            id: Some(address.to_string().parse().expect("an id")),
            subnets: subnets(net),
        }
    };
    Link {
        tunnel: format!("t-{index}").parse().expect("an id"),
        name: Name::default(),
        here: end(10),
        there: end(200),
        // Nobody is called: the programs are to read, not to connect.
        initiate: false,
        psk: PreSharedKey::new("a-Key+of*tests").expect("a key"),
        ike,
        ipsec,
    }
}
