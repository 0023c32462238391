//! The rules of both phases, and of what is paid for.

use ipsec_policy::{
    ChargeMode, DhGroup, EspAuthentication, EspEncryption, ExchangeMode, Identity, IkeAuthentication,
    IkeEncryption, IkeVersion, IpsecMode, IpsecProtocol, PfsChoice, Subscription, VpnTunnel,
};

use crate::bed::Verdict::{Accepted, Refused};
use crate::bed::{Case, Told, any_peer, at, gateway, nth, with_tunnel};

pub(crate) fn phase_1() -> Vec<Case> {
    let identity = |text: &'static str| -> Box<dyn Fn() -> Told> {
        Box::new(move || Told::error("IKE-6", text.parse::<Identity>()))
    };
    vec![
        ("IKE-1", "both versions", Accepted, with_tunnel(|t| t.ike.version = IkeVersion::V1)),
        ("IKE-1", "a third version", Refused, Box::new(|| Told::error("IKE-1", "v3".parse::<IkeVersion>()))),
        ("IKE-2", "sha2-256", Accepted, with_tunnel(|t| t.ike.authentication = IkeAuthentication::Sha2_256)),
        ("IKE-2", "md5 is weak", Refused, with_tunnel(|t| t.ike.authentication = IkeAuthentication::Md5)),
        (
            "IKE-2",
            "sha2-384 is not the product's",
            Refused,
            with_tunnel(|t| t.ike.authentication = IkeAuthentication::Sha2_384),
        ),
        (
            "IKE-3",
            "AES-GCM is not the product's",
            Refused,
            with_tunnel(|t| t.ike.encryption = IkeEncryption::Aes128Gcm16),
        ),
        ("IKE-3", "aes256", Accepted, with_tunnel(|t| t.ike.encryption = IkeEncryption::Aes256)),
        ("IKE-3", "3des is weak", Refused, with_tunnel(|t| t.ike.encryption = IkeEncryption::TripleDes)),
        (
            "IKE-4",
            "main mode",
            Accepted,
            with_tunnel(|t| {
                (t.ike.version, t.ike.exchange_mode) = (IkeVersion::V1, Some(ExchangeMode::Main))
            }),
        ),
        (
            "IKE-4",
            "aggressive mode is weak",
            Refused,
            with_tunnel(|t| {
                (t.ike.version, t.ike.exchange_mode) = (IkeVersion::V1, Some(ExchangeMode::Aggressive))
            }),
        ),
        (
            "IKE-4",
            "a mode in IKEv2",
            Refused,
            with_tunnel(|t| t.ike.exchange_mode = Some(ExchangeMode::Main)),
        ),
        (
            "IKE-5",
            "group 19 is not the product's",
            Refused,
            with_tunnel(|t| t.ike.dh_group = DhGroup::Ecp256),
        ),
        ("IKE-5", "group 14", Accepted, with_tunnel(|t| t.ike.dh_group = DhGroup::Modp2048)),
        (
            "IKE-5",
            "group 24 is weak",
            Refused,
            with_tunnel(|t| t.ike.dh_group = DhGroup::Modp2048Subgroup256),
        ),
        (
            "IKE-5",
            "a group that does not exist",
            Refused,
            Box::new(|| Told::error("IKE-5", DhGroup::from_number(3))),
        ),
        (
            "IKE-6",
            "a domain name",
            Accepted,
            with_tunnel(|t| t.ike.local_id = Some("vpn.example".parse().unwrap())),
        ),
        (
            "IKE-6",
            "both ends have the same",
            Refused,
            with_tunnel(|t| t.ike.local_id = Some("1.1.1.1".parse().unwrap())),
        ),
        ("IKE-6", "what is neither address nor name", Refused, identity("not a name!")),
        ("IKE-7", "a remote id for any peer", Accepted, with_tunnel(any_peer(IkeVersion::V2))),
        (
            "IKE-7",
            "any peer without a remote id",
            Refused,
            with_tunnel(|t| t.peer = "p-any".parse().unwrap()),
        ),
        (
            "IKE-8",
            "an hour and a day",
            Accepted,
            with_tunnel(|t| (t.ike.lifetime_secs, t.ipsec.lifetime_secs) = (3_600, 3_600)),
        ),
        ("IKE-8", "less than an hour", Refused, with_tunnel(|t| t.ike.lifetime_secs = 3_599)),
        ("IKE-8", "more than a day", Refused, with_tunnel(|t| t.ike.lifetime_secs = 86_401)),
        ("IKE-9", "a tunnel with a key", Accepted, with_tunnel(|_| ())),
        (
            "IKE-9",
            "a tunnel without a key",
            Refused,
            Box::new(|| {
                let without = toml::to_string(&nth(1)).unwrap();
                Told::error(
                    "IKE-9",
                    toml::from_str::<VpnTunnel>(&without).map_err(|error| error.message().to_string()),
                )
            }),
        ),
    ]
}

pub(crate) fn phase_2() -> Vec<Case> {
    vec![
        ("SEC-1", "AH alone", Accepted, with_tunnel(|t| t.ipsec.protocol = IpsecProtocol::Ah)),
        (
            "SEC-1",
            "AH with an encryption",
            Refused,
            with_tunnel(|t| {
                (t.ipsec.protocol, t.ipsec.encryption) = (IpsecProtocol::Ah, Some(EspEncryption::Aes128));
            }),
        ),
        (
            "SEC-1",
            "AH with a peer that names itself by another address than its own",
            Refused,
            with_tunnel(|t| {
                (t.ipsec.protocol, t.ike.remote_id) =
                    (IpsecProtocol::Ah, Some("10.23.228.173".parse().unwrap()));
            }),
        ),
        ("SEC-2", "sha1", Accepted, with_tunnel(|t| t.ipsec.authentication = Some(EspAuthentication::Sha1))),
        (
            "SEC-2",
            "md5 is weak",
            Refused,
            with_tunnel(|t| t.ipsec.authentication = Some(EspAuthentication::Md5)),
        ),
        (
            "SEC-2",
            "sha2-256 is not the product's",
            Refused,
            with_tunnel(|t| t.ipsec.authentication = Some(EspAuthentication::Sha2_256)),
        ),
        (
            "SEC-3",
            "AES-GCM is not the product's",
            Refused,
            with_tunnel(|t| t.ipsec.encryption = Some(EspEncryption::Aes256Gcm16)),
        ),
        ("SEC-3", "aes192", Accepted, with_tunnel(|t| t.ipsec.encryption = Some(EspEncryption::Aes192))),
        (
            "SEC-3",
            "3des is weak",
            Refused,
            with_tunnel(|t| t.ipsec.encryption = Some(EspEncryption::TripleDes)),
        ),
        (
            "SEC-4",
            "group 31 is not the product's",
            Refused,
            with_tunnel(|t| t.ipsec.pfs = PfsChoice::Group(DhGroup::Curve25519)),
        ),
        ("SEC-4", "no PFS", Accepted, with_tunnel(|t| t.ipsec.pfs = PfsChoice::Disabled)),
        (
            "SEC-4",
            "group 1 is weak",
            Refused,
            with_tunnel(|t| t.ipsec.pfs = PfsChoice::Group(DhGroup::Modp768)),
        ),
        ("SEC-5", "an hour", Accepted, with_tunnel(|t| t.ipsec.lifetime_secs = 3_600)),
        ("SEC-5", "nothing", Refused, with_tunnel(|t| t.ipsec.lifetime_secs = 0)),
        ("SEC-5", "longer than phase 1", Refused, with_tunnel(|t| t.ike.lifetime_secs = 43_200)),
        ("SEC-6", "tunnel mode", Accepted, Box::new(|| Told::error("SEC-6", "tunnel".parse::<IpsecMode>()))),
        (
            "SEC-6",
            "transport mode",
            Refused,
            Box::new(|| Told::error("SEC-6", "transport".parse::<IpsecMode>())),
        ),
    ]
}

pub(crate) fn subscriptions() -> Vec<Case> {
    let buy = |mode, term| -> Box<dyn Fn() -> Told> {
        Box::new(move || {
            let bought = Subscription::new(mode, at("2026-01-31T08:00:00Z"), term);
            bought.map_or_else(|finding| Told::of(&[finding]), |_| Told::default())
        })
    };
    vec![
        ("SUB-1", "24 hours", Accepted, buy(ChargeMode::Hourly, 24)),
        ("SUB-1", "11 months", Accepted, buy(ChargeMode::Monthly, 11)),
        ("SUB-1", "5 years", Accepted, buy(ChargeMode::Yearly, 5)),
        ("SUB-1", "25 hours", Refused, buy(ChargeMode::Hourly, 25)),
        ("SUB-1", "12 months", Refused, buy(ChargeMode::Monthly, 12)),
        ("SUB-1", "6 years", Refused, buy(ChargeMode::Yearly, 6)),
        (
            "SUB-1",
            "renewing a gateway leaves its address as it is",
            Accepted,
            Box::new(|| {
                let mut gateway = gateway("g-1", "106.75.234.78");
                let month = Subscription::new(ChargeMode::Monthly, at("2026-01-31T08:00:00Z"), 1).unwrap();
                (gateway.subscription, gateway.external.subscription) = (Some(month), Some(month));
                gateway.subscription = Some(month.renewed(at("2026-02-01T00:00:00Z"), 1).unwrap());
                let after = at("2026-03-01T00:00:00Z");
                let renewed =
                    gateway.subscription.is_some_and(|subscription| !subscription.is_expired(after));
                Told::unless("SUB-1", renewed && !gateway.external.is_bound(after))
            }),
        ),
    ]
}
