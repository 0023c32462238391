use super::*;
use crate::algorithms::{
    DhGroup, EspAuthentication, EspEncryption, ExchangeMode, IkeAuthentication, IkeEncryption, IkeVersion,
    IpsecProtocol, PfsChoice,
};
use crate::finding::Finding;
use crate::fixtures::{cidr, cidrs, errors, gateway as some_gateway, peer as some_peer, scn_2, warnings};
use crate::names::Name;
use crate::tunnel::VpnTunnel;

/// A tunnel without a weak choice.
fn strong() -> VpnTunnel {
    let mut tunnel = scn_2();
    tunnel.ike.dh_group = DhGroup::Modp2048;
    tunnel.ipsec.pfs = PfsChoice::Group(DhGroup::Modp2048);
    tunnel
}

fn findings_at(change: impl Fn(&mut VpnTunnel), peer: &str, rules: &Rules) -> Vec<Finding> {
    let mut changed = strong();
    change(&mut changed);
    let (gateway, peer) = (some_gateway("g-1", "106.75.234.78"), some_peer("p-1", peer));
    tunnel(&changed, Some(&gateway), Some(&peer), rules)
}

fn findings(change: impl Fn(&mut VpnTunnel)) -> Vec<Finding> {
    findings_at(change, "1.1.1.1", &Rules::default())
}

fn everything() -> Rules {
    Rules { capabilities: Capabilities::everything(), ..Rules::default() }
}

/// TUN-1: a tunnel without a fault has no finding.
#[test]
fn tun_1_accepted() {
    assert_eq!(findings(|_| ()), []);
}

/// GW-1: VPC, subnet, data centre, address and route of a gateway.
#[test]
fn gw_1_gateway_by_itself() {
    assert_eq!(gateway(&some_gateway("g-1", "106.75.234.78"), &Limits::product()), []);
    let mut wrong = some_gateway("g-1", "224.0.0.1");
    wrong.subnet = cidr("172.16.0.0/24");
    wrong.external.default_route = false;
    wrong.external.data_centre = Name::new("north").unwrap();
    let found = gateway(&wrong, &Limits::product());
    let paths: Vec<_> = found.iter().map(|finding| finding.path.as_str()).collect();
    assert_eq!(errors(&found), ["GW-1"; 4]);
    assert_eq!(
        paths,
        [
            "gateway[g-1].subnet",
            "gateway[g-1].external.address",
            "gateway[g-1].external.data_centre",
            "gateway[g-1].external.default_route"
        ]
    );
    wrong.vpc.cidrs.clear();
    assert!(gateway(&wrong, &Limits::product())[0].message.contains("no address space"));
}

/// PEER-1, PEER-2: one host, or any.
#[test]
fn peer_1_address() {
    for address in ["1.1.1.1", "2001:db8::1", "0.0.0.0", "::"] {
        assert_eq!(peer(&some_peer("p-1", address)), []);
    }
    for address in ["224.0.0.5", "255.255.255.255", "ff02::1"] {
        assert_eq!(errors(&peer(&some_peer("p-1", address))), ["PEER-1"]);
    }
}

/// TUN-1: both ends exist, differ, and share a family.
#[test]
fn tun_1_ends() {
    let (gateway, peer) = (some_gateway("g-1", "106.75.234.78"), some_peer("p-1", "1.1.1.1"));
    assert_eq!(errors(&tunnel(&strong(), None, None, &Rules::default())), ["TUN-1", "TUN-1"]);
    assert_eq!(errors(&tunnel(&strong(), Some(&gateway), None, &Rules::default())), ["TUN-1"]);
    assert_eq!(errors(&tunnel(&strong(), None, Some(&peer), &Rules::default())), ["TUN-1"]);
    for address in ["106.75.234.78", "2001:db8::1"] {
        assert_eq!(errors(&findings_at(|_| (), address, &Rules::default())), ["TUN-1"], "{address}");
    }
}

/// PEER-2, IKE-7: any peer needs a remote id.
#[test]
fn peer_2_ike_7_any_peer_needs_an_id() {
    assert_eq!(errors(&findings_at(|_| (), "0.0.0.0", &Rules::default())), ["IKE-7"]);
    let named = |t: &mut VpnTunnel| t.ike.remote_id = Some("branch.example".parse().unwrap());
    assert_eq!(findings_at(named, "0.0.0.0", &Rules::default()), []);
    assert_eq!(findings_at(named, "::", &Rules::default()), []);
}

/// TUN-2: 1 to 20 subnets on each side, the local ones of the VPC.
#[test]
fn tun_2_counts_and_vpc() {
    let many = |count: u8| (0..count).map(|n| cidr(&format!("10.1.{n}.0/24"))).collect::<Vec<_>>();
    assert_eq!(findings(|t| t.local_subnets = many(20)), []);
    assert_eq!(errors(&findings(|t| t.local_subnets = many(21))), ["TUN-2"]);
    assert_eq!(errors(&findings(|t| t.remote_subnets = many(21))), ["TUN-2"]);
    assert_eq!(errors(&findings(|t| t.local_subnets.clear())), ["TUN-2"]);
    assert_eq!(errors(&findings(|t| t.remote_subnets.clear())), ["TUN-2"]);
    assert_eq!(errors(&findings(|t| t.local_subnets = cidrs(&["172.16.0.0/24"]))), ["TUN-2"]);
    assert_eq!(findings(|t| t.local_subnets = cidrs(&["2001:db8:1:2::/64"])), []);
}

/// TUN-3: overlaps across and on one side, with both prefixes and which contains which.
#[test]
fn tun_3_overlaps() {
    let across = findings(|t| t.remote_subnets = cidrs(&["10.0.0.0/16"]));
    assert_eq!(errors(&across), ["TUN-3"]);
    assert!(across[0].message.ends_with("10.0.0.0/16 contains 10.0.192.0/24"), "{}", across[0]);
    let same_side = findings(|t| t.remote_subnets = cidrs(&["192.168.1.0/24", "192.168.0.0/16"]));
    assert_eq!(errors(&same_side), ["TUN-3"]);
    assert!(same_side[0].message.ends_with("192.168.0.0/16 contains 192.168.1.0/24"), "{}", same_side[0]);
    assert_eq!(findings(|t| t.remote_subnets = cidrs(&["192.168.1.0/24", "192.168.2.0/24"])), []);
    let equal = findings(|t| t.remote_subnets = t.local_subnets.clone());
    assert!(equal[0].message.ends_with("they are equal"), "{}", equal[0]);
}

/// TUN-5: a duplicate is named with its entry.
#[test]
fn tun_5_duplicates() {
    let found = findings(|t| t.remote_subnets = cidrs(&["192.168.1.0/24", "192.168.1.0/24"]));
    assert_eq!(errors(&found), ["TUN-5"]);
    assert_eq!(found[0].path, "tunnel[t-1].remote_subnets[2]");
}

/// IKE-1, SEC-1: what this build cannot run is refused, and no longer when it can.
#[test]
fn ike_1_sec_1_capabilities() {
    let mut only_v2 = Rules::default();
    only_v2.capabilities.ike_versions.remove(&IkeVersion::V1);
    let found = findings_at(|t| t.ike.version = IkeVersion::V1, "1.1.1.1", &only_v2);
    assert_eq!(errors(&found), ["IKE-1"]);
    assert_eq!(found[0].message, "this build carries IKEv2 with ESP, AH; it cannot run IKEv1");
    let mut only_esp = Rules::default();
    only_esp.capabilities.protocols.remove(&IpsecProtocol::Ah);
    let found = findings_at(|t| t.ipsec.protocol = IpsecProtocol::Ah, "1.1.1.1", &only_esp);
    assert_eq!(errors(&found), ["SEC-1"]);
    assert_eq!(found[0].message, "this build carries IKEv1, IKEv2 with ESP; it cannot run AH");
    assert_eq!(findings_at(|t| t.ike.version = IkeVersion::V1, "1.1.1.1", &everything()), []);
    assert_eq!(findings_at(|t| t.ipsec.protocol = IpsecProtocol::Ah, "1.1.1.1", &everything()), []);
}

/// IKE-4: a mode with IKEv2 is an error, aggressive mode a warning.
#[test]
fn ike_4_modes() {
    assert_eq!(errors(&findings(|t| t.ike.exchange_mode = Some(ExchangeMode::Main))), ["IKE-4"]);
    let v1 = |mode| {
        let change = move |t: &mut VpnTunnel| {
            t.ike.version = IkeVersion::V1;
            t.ike.exchange_mode = Some(mode);
        };
        findings_at(change, "1.1.1.1", &everything())
    };
    assert_eq!(v1(ExchangeMode::Main), []);
    assert_eq!(warnings(&v1(ExchangeMode::Aggressive)), ["IKE-4"]);
}

/// IKE-6: the two ends do not share an id.
#[test]
fn ike_6_same_id() {
    let ids = |local: &'static str, remote: &'static str| {
        findings(move |t| {
            t.ike.local_id = Some(local.parse().unwrap());
            t.ike.remote_id = Some(remote.parse().unwrap());
        })
    };
    assert_eq!(errors(&ids("a.example", "a.example")), ["IKE-6"]);
    assert_eq!(ids("a.example", "b.example"), []);
    assert_eq!(errors(&findings(|t| t.ike.remote_id = Some("106.75.234.78".parse().unwrap()))), ["IKE-6"]);
    assert_eq!(errors(&findings(|t| t.ike.local_id = Some("1.1.1.1".parse().unwrap()))), ["IKE-6"]);
}

/// IKE-8, SEC-5: lifetimes at and beyond their bounds.
#[test]
fn ike_8_sec_5_lifetimes() {
    for secs in [3_600, 86_400] {
        assert_eq!(findings(|t| (t.ike.lifetime_secs, t.ipsec.lifetime_secs) = (secs, secs)), []);
    }
    for (secs, fix) in [(0, "3600"), (3_599, "3600"), (86_401, "86400"), (u32::MAX, "86400")] {
        let found = findings(|t| (t.ike.lifetime_secs, t.ipsec.lifetime_secs) = (secs, secs));
        assert_eq!(errors(&found), ["IKE-8", "SEC-5"]);
        assert!(found[0].fix.contains(fix), "{}", found[0]);
    }
}

/// IKE-2, IKE-3, IKE-5, SEC-2, SEC-3, SEC-4: weak choices pass with a warning each, the rest without.
#[test]
fn weak_choices_warn() {
    let weak = findings(|t| {
        t.ike.authentication = IkeAuthentication::Md5;
        t.ike.encryption = IkeEncryption::TripleDes;
        t.ike.dh_group = DhGroup::Modp2048Subgroup256;
        t.ipsec.authentication = Some(EspAuthentication::Md5);
        t.ipsec.encryption = Some(EspEncryption::TripleDes);
        t.ipsec.pfs = PfsChoice::Group(DhGroup::Modp768);
    });
    assert_eq!(errors(&weak), [""; 0]);
    assert_eq!(warnings(&weak), ["IKE-2", "IKE-3", "IKE-5", "SEC-2", "SEC-3", "SEC-4"]);
    assert!(weak[1].to_string().contains("blocks of 64 bits"), "{}", weak[1]);
    assert!(weak[1].fix.contains("aes128, aes192, aes256"), "{}", weak[1]);
    assert_eq!(findings(|t| t.ipsec.pfs = PfsChoice::Disabled), []);
}

/// SEC-2: sha2-256 is refused under the product's limits and accepted under the library's.
#[test]
fn sec_2_limits_decide() {
    let sha2 = |t: &mut VpnTunnel| t.ipsec.authentication = Some(EspAuthentication::Sha2_256);
    let found = findings(sha2);
    assert_eq!(errors(&found), ["SEC-2"]);
    assert_eq!(found[0].fix, "Choose one of md5, sha1");
    let rules = Rules { limits: Limits::library(), ..Rules::default() };
    assert_eq!(findings_at(sha2, "1.1.1.1", &rules), []);
}

/// IKE-2, IKE-3, IKE-5, SEC-3, SEC-4: narrower limits refuse what they leave out.
#[test]
fn narrower_limits_refuse() {
    let mut rules = Rules::default();
    rules.limits.ike_authentication.remove(&IkeAuthentication::Sha1);
    rules.limits.ike_encryption.remove(&IkeEncryption::Aes128);
    rules.limits.dh_groups.remove(&DhGroup::Modp2048);
    rules.limits.esp_encryption.remove(&EspEncryption::Aes128);
    rules.limits.pfs_groups.remove(&DhGroup::Modp2048);
    let found = findings_at(|_| (), "1.1.1.1", &rules);
    assert_eq!(errors(&found), ["IKE-2", "IKE-3", "IKE-5", "SEC-3", "SEC-4"]);
}

/// IKE-2, IKE-3, IKE-5, SEC-2, SEC-3, SEC-4: what the library has beyond the product is refused with the product's values,
/// and has no finding where an embedder allows it.
#[test]
fn beyond_the_product() {
    let modern = |t: &mut VpnTunnel| {
        t.ike.encryption = IkeEncryption::Aes256Gcm16;
        t.ike.authentication = IkeAuthentication::Sha2_384;
        t.ike.dh_group = DhGroup::Ecp384;
        t.ipsec.encryption = Some(EspEncryption::Aes256Ctr);
        t.ipsec.authentication = Some(EspAuthentication::Sha2_512);
        t.ipsec.pfs = PfsChoice::Group(DhGroup::Curve25519);
    };
    let found = findings(modern);
    assert_eq!(errors(&found), ["IKE-2", "IKE-3", "IKE-5", "SEC-2", "SEC-3", "SEC-4"]);
    assert_eq!(found[1].message, "IKE encryption algorithm aes256gcm16 is not allowed here");
    assert_eq!(found[1].fix, "Choose one of 3des, aes128, aes192, aes256");
    assert_eq!(found[5].fix, "Choose one of 1, 2, 5, 14, 24");
    let rules = Rules { limits: Limits::library(), ..Rules::default() };
    assert_eq!(findings_at(modern, "1.1.1.1", &rules), []);
}

/// IKE-2, IKE-3, SEC-2, SEC-3: IKEv1 has numbers for AES-GCM in phase 2 and for none of these.
#[test]
fn what_ikev1_cannot_negotiate() {
    let rules = Rules { limits: Limits::library(), ..everything() };
    let v1 = |encryption: IkeEncryption, authentication: IkeAuthentication, esp: EspEncryption| {
        let change = move |t: &mut VpnTunnel| {
            t.ike.version = IkeVersion::V1;
            (t.ike.encryption, t.ike.authentication) = (encryption, authentication);
            t.ipsec.encryption = Some(esp);
            t.ipsec.authentication = (!esp.is_aead()).then_some(EspAuthentication::AesCmac);
        };
        findings_at(change, "1.1.1.1", &rules)
    };
    let (sha512, cmac) = (IkeAuthentication::Sha2_512, IkeAuthentication::AesCmac);
    assert_eq!(v1(IkeEncryption::Aes256, sha512, EspEncryption::Aes256Gcm16), []);
    let found = v1(IkeEncryption::Aes128Gcm16, cmac, EspEncryption::ChaCha20Poly1305);
    assert_eq!(errors(&found), ["IKE-3", "IKE-2", "SEC-3"]);
    assert_eq!(
        found[0].to_string(),
        "error IKE-3 at tunnel[t-1].ike.encryption: IKEv1 has no number for aes128gcm16, so that no peer can be offered \
         it. Set the version to v2, or choose one of 3des, aes128, aes192, aes256"
    );
    assert_eq!(errors(&v1(IkeEncryption::Aes128, sha512, EspEncryption::Aes128Ctr)), ["SEC-2"]);
}

/// SEC-2: an authentication beside a cipher that authenticates by itself is an error.
#[test]
fn sec_2_authentication_beside_aead() {
    let rules = Rules { limits: Limits::library(), ..Rules::default() };
    let change = |t: &mut VpnTunnel| {
        t.ipsec.encryption = Some(EspEncryption::Aes128Gcm16);
        t.ipsec.authentication = Some(EspAuthentication::Sha1);
    };
    assert_eq!(errors(&findings_at(change, "1.1.1.1", &rules)), ["SEC-2"]);
}

/// SEC-1: an encryption with AH is an error.
#[test]
fn sec_1_ah_with_encryption() {
    let change = |t: &mut VpnTunnel| {
        t.ipsec.protocol = IpsecProtocol::Ah;
        t.ipsec.encryption = Some(EspEncryption::Aes256);
    };
    assert_eq!(errors(&findings_at(change, "1.1.1.1", &everything())), ["SEC-1"]);
}

/// All faults come at once.
#[test]
fn all_at_once() {
    let found = findings(|t| {
        t.local_subnets.clear();
        t.ike.lifetime_secs = 1;
        t.ipsec.lifetime_secs = 1;
    });
    assert_eq!(errors(&found), ["TUN-2", "IKE-8", "SEC-5"]);
}
