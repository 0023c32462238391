use super::*;
use crate::algorithms::PfsChoice;
use crate::export::export;
use crate::fixtures::{cidr, gateway, peer, tunnel};
use crate::psk::PreSharedKey;
use crate::{DhGroup, EspEncryption, ExchangeMode, IkeAuthentication, IkeEncryption};

/// SCN-1's peer: another cloud, which runs strongSwan.
const CLOUD: &str = include_str!("tests/scn-1.ipsec.conf");
/// SCN-2's peer, with IKEv2.
const FIREWALL: &str = include_str!("tests/scn-2.ios.txt");
/// The same firewall with IKEv1, as it was before.
const OLD_FIREWALL: &str = include_str!("tests/scn-2-ikev1.ios.txt");
/// SCN-3's peer: a strongSwan behind NAT.
const OFFICE: &str = include_str!("tests/scn-3.swanctl.conf");
/// SCN-4's peer: the other gateway of ours, as its own download has it.
const OTHER_VPC: &str = include_str!("tests/scn-4.ipsec.conf");

const SECRETS: &str = "106.75.234.78 113.31.115.114 : PSK \"a-Key+of*tests\"\n";

fn scn(number: u8) -> Link {
    let gateway = gateway("g-1", "106.75.234.78");
    let (mut tunnel, address) = match number {
        1 => (tunnel("t-1", &["10.0.192.0/20"], &["10.23.0.0/16", "10.25.0.0/16"]), "113.31.115.114"),
        2 => (tunnel("t-2", &["10.0.192.0/24"], &["192.168.1.0/24"]), "1.1.1.1"),
        3 => (tunnel("t-3", &["10.0.192.0/20"], &["10.23.0.0/16"]), "113.31.113.78"),
        _ => (tunnel("t-4", &["10.0.192.0/20"], &["192.168.0.0/16"]), "106.75.234.74"),
    };
    if number == 1 {
        tunnel.ike.version = IkeVersion::V1;
    }
    if number == 3 {
        tunnel.ike.dh_group = DhGroup::Modp1536;
        tunnel.ipsec.pfs = PfsChoice::Group(DhGroup::Modp1536);
    }
    Link::of(&tunnel, &gateway, &peer("p-1", address))
}

/// The fields that differ, those that may first left out.
fn fields(comparison: &Comparison) -> Vec<&'static str> {
    comparison.differences.iter().filter(|d| d.weight != Weight::Harmless).map(|d| d.field.name()).collect()
}

fn told(comparison: &Comparison) -> Vec<&'static str> {
    comparison.differences.iter().filter(|d| d.weight == Weight::Harmless).map(|d| d.field.name()).collect()
}

/// A scenario: our side, the peer's language, its text and its secrets.
type Scenario = (Link, Dialect, &'static str, Option<&'static str>);

fn scenarios() -> [Scenario; 5] {
    let mut old = scn(2);
    old.ike.version = IkeVersion::V1;
    old.ike.exchange_mode = Some(ExchangeMode::Main);
    [
        (scn(1), Dialect::StrongSwan, CLOUD, Some(SECRETS)),
        (scn(2), Dialect::CiscoIos, FIREWALL, None),
        (old, Dialect::CiscoIos, OLD_FIREWALL, None),
        (scn(3), Dialect::Swanctl, OFFICE, None),
        (scn(4), Dialect::StrongSwan, OTHER_VPC, None),
    ]
}

/// DIAG-4: SCN-1 to SCN-4 as their operators have them fit; what may differ is told.
#[test]
fn diag_4_scenarios_fit() {
    let told_of: Vec<Vec<&str>> = scenarios()
        .iter()
        .map(|(ours, dialect, text, secrets)| {
            let comparison =
                compare(ours, *dialect, text, *secrets).unwrap_or_else(|error| panic!("{error}"));
            assert!(comparison.fits(), "{:#?}", comparison.differences);
            assert_eq!(comparison.warnings, []);
            told(&comparison)
        })
        .collect();
    assert_eq!(
        told_of,
        [
            vec!["ike.lifetime_secs", "ipsec.lifetime_secs"],
            vec![],
            vec!["ipsec.lifetime_secs"],
            vec!["peer.address", "ike.lifetime_secs", "ipsec.lifetime_secs"],
            vec!["psk"],
        ]
    );
}

/// A change of the peer's text, and the one field that it makes differ.
type Planted = (&'static str, &'static str, &'static str);

fn check(scenario: usize, planted: &[Planted]) {
    let (ours, dialect, text, secrets) = scenarios()[scenario].clone();
    let fitting = told(&compare(&ours, dialect, text, secrets).unwrap());
    for (from, to, field) in planted {
        assert!(text.contains(from), "{from} is not in the text");
        let text = text.replace(from, to);
        let comparison =
            compare(&ours, dialect, &text, secrets).unwrap_or_else(|error| panic!("{to}: {error}"));
        assert_eq!(fields(&comparison), [*field], "{from} → {to}: {:#?}", comparison.differences);
        assert_eq!(told(&comparison), fitting, "{from} → {to}");
        let difference = &comparison.differences[0];
        assert!(!difference.change.is_empty() && difference.here != difference.there, "{difference}");
    }
}

/// DIAG-4: each planted difference of the strongSwan peer of SCN-1 is found and named, and no other.
#[test]
fn diag_4_planted_in_scn_1() {
    check(
        0,
        &[
            ("keyexchange=ikev1", "keyexchange=ikev2", "ike.version"),
            ("keyexchange=ikev1", "keyexchange=ikev1\n    aggressive=yes", "ike.exchange_mode"),
            ("authby=secret", "authby=rsasig", "ike.method"),
            ("ike=aes128-", "ike=aes256-", "ike.encryption"),
            ("ike=aes128-", "ike=3des-", "ike.encryption"),
            ("ike=aes128-sha1-", "ike=aes128-sha256-", "ike.authentication"),
            ("ike=aes128-sha1-modp1024!", "ike=aes128-sha1-modp2048!", "ike.dh_group"),
            ("    ike=aes128-sha1-modp1024!\n", "", "ike"),
            ("esp=aes128-", "esp=aes192-", "ipsec.encryption"),
            ("esp=aes128-sha1-", "esp=aes128-md5-", "ipsec.authentication"),
            ("esp=aes128-sha1-modp1024!", "esp=aes128-sha1-modp1536!", "ipsec.pfs"),
            ("esp=aes128-sha1-modp1024!", "esp=aes128-sha1!", "ipsec.pfs"),
            ("esp=aes128-sha1-modp1024!", "ah=sha1-modp1024!", "ipsec.protocol"),
            ("type=tunnel", "type=transport", "ipsec.mode"),
            ("left=113.31.115.114", "left=113.31.115.115", "peer.address"),
            ("right=106.75.234.78", "right=106.75.234.79", "gateway.external"),
            ("leftid=113.31.115.114", "leftid=@cloud", "ike.remote_id"),
            ("rightid=106.75.234.78", "rightid=10.0.192.1", "ike.local_id"),
            ("rightsubnet=10.0.192.0/20", "rightsubnet=10.0.192.0/24", "local_subnets"),
            ("leftsubnet=10.25.0.0/16", "leftsubnet=10.26.0.0/16", "remote_subnets"),
            ("leftsubnet=10.25.0.0/16", "leftsubnet=10.23.0.0/16", "remote_subnets"),
        ],
    );
}

/// DIAG-4: the same for the Cisco of SCN-2, with IKEv2 and with IKEv1.
#[test]
fn diag_4_planted_in_scn_2() {
    check(
        1,
        &[
            ("encryption aes-cbc-128", "encryption aes-cbc-256", "ike.encryption"),
            ("encryption aes-cbc-128", "encryption aes-gcm-128", "ike.encryption"),
            ("integrity sha1", "integrity sha256", "ike.authentication"),
            ("integrity sha1", "integrity sha1\n prf sha512", "ike.authentication"),
            ("group 2", "group 14", "ike.dh_group"),
            ("esp-aes esp-sha-hmac", "esp-aes 256 esp-sha-hmac", "ipsec.encryption"),
            ("esp-aes esp-sha-hmac", "esp-aes esp-md5-hmac", "ipsec.authentication"),
            ("esp-aes esp-sha-hmac", "ah-sha-hmac", "ipsec.protocol"),
            ("set pfs group2", "set pfs group5", "ipsec.pfs"),
            (" set pfs group2\n", "", "ipsec.pfs"),
            ("mode tunnel", "mode transport", "ipsec.mode"),
            ("pre-shared-key a-Key+of*tests", "pre-shared-key another", "psk"),
            ("address 106.75.234.78\n", "address 106.75.234.70\n", "psk"),
            ("set peer 106.75.234.78", "set peer 106.75.234.79", "gateway.external"),
            ("ip address 1.1.1.1", "ip address 1.1.1.2", "peer.address"),
            ("remote address 106.75.234.78", "remote address 10.0.192.4", "ike.local_id"),
            ("remote address 106.75.234.78 255.255.255.255", "remote fqdn cloud", "ike.local_id"),
            ("identity local address 1.1.1.1", "identity local fqdn fw.example", "ike.remote_id"),
            ("10.0.192.0 0.0.0.255", "10.0.192.0 0.0.15.255", "local_subnets"),
            ("permit ip 192.168.1.0", "permit ip 192.168.2.0", "remote_subnets"),
            ("authentication remote pre-share", "authentication remote rsa-sig", "ike.method"),
        ],
    );
    check(
        2,
        &[
            ("encr aes", "encr 3des", "ike.encryption"),
            (" encr aes\n", "", "ike.encryption"),
            ("hash sha", "hash md5", "ike.authentication"),
            (" group 2", " group 5", "ike.dh_group"),
            ("authentication pre-share", "authentication rsa-sig", "ike.method"),
        ],
    );
}

/// DIAG-4: the same for the strongSwan behind NAT of SCN-3.
#[test]
fn diag_4_planted_in_scn_3() {
    check(
        3,
        &[
            ("version = 2", "version = 1", "ike.version"),
            (
                "        proposals = aes128-sha1-modp1536",
                "        proposals = aes192-sha1-modp1536",
                "ike.encryption",
            ),
            (
                "        proposals = aes128-sha1-modp1536",
                "        proposals = aes128-sha512-modp1536",
                "ike.authentication",
            ),
            (
                "        proposals = aes128-sha1-modp1536",
                "        proposals = aes128-sha1-modp1024",
                "ike.dh_group",
            ),
            (
                "esp_proposals = aes128-sha1-modp1536",
                "esp_proposals = aes256gcm16-modp1536",
                "ipsec.encryption",
            ),
            (
                "esp_proposals = aes128-sha1-modp1536",
                "esp_proposals = aes128-sha256-modp1536",
                "ipsec.authentication",
            ),
            ("esp_proposals = aes128-sha1-modp1536", "esp_proposals = aes128-sha1", "ipsec.pfs"),
            ("esp_proposals = aes128-sha1-modp1536", "ah_proposals = sha1-modp1536", "ipsec.protocol"),
            ("remote_ts = 10.0.192.0/20", "remote_ts = 10.0.192.0/20,10.0.208.0/20", "local_subnets"),
            ("local_ts = 10.23.0.0/16", "local_ts = 10.23.0.0/24", "remote_subnets"),
            ("mode = tunnel", "mode = transport", "ipsec.mode"),
            ("remote_addrs = 106.75.234.78", "remote_addrs = 106.75.234.77", "gateway.external"),
            ("            id = 113.31.113.78\n", "", "ike.remote_id"),
            ("            id = 106.75.234.78\n", "            id = vpn.example\n", "ike.local_id"),
            ("a-Key+of*tests", "a-key+of*tests", "psk"),
            ("auth = psk\n            id = 113", "auth = pubkey\n            id = 113", "ike.method"),
        ],
    );
}

/// DIAG-4: lifetimes may differ and are only told, with the peer's value and its place.
#[test]
fn diag_4_lifetimes() {
    let text = OTHER_VPC.replace("ikelifetime=86400", "ikelifetime=8h").replace("\n    lifetime=86400", "");
    let comparison = compare(&scn(4), Dialect::StrongSwan, &text, None).unwrap();
    assert!(comparison.fits());
    assert_eq!(told(&comparison), ["psk", "ike.lifetime_secs", "ipsec.lifetime_secs"]);
    assert_eq!(comparison.differences[1].there, "28800 s");
    assert_eq!(comparison.differences[2].there, "3600 s, the program's default");
    assert!(comparison.differences[2].place.is_none());
}

/// DIAG-4: here, there, change, in words.
#[test]
fn diag_4_in_words() {
    let text = CLOUD.replace("ike=aes128-", "ike=aes256-");
    let comparison = compare(&scn(1), Dialect::StrongSwan, &text, Some(SECRETS)).unwrap();
    assert_eq!(
        comparison.differences[0].to_string(),
        "ike.encryption: here aes128, there aes256 (line 8, column 9). Set aes256 here, or aes128 on the peer"
    );
    assert_eq!(comparison.connection, "tenant-vpc");
    let secrets = SECRETS.replace("a-Key", "b-Key");
    let comparison = compare(&scn(1), Dialect::StrongSwan, CLOUD, Some(&secrets)).unwrap();
    assert_eq!(fields(&comparison), ["psk"]);
    assert!(!format!("{comparison:?}").contains("-Key"));
}

/// DIAG-4: a peer that takes anyone fits; one that says too little is doubtful, not wrong.
#[test]
fn diag_4_weak_texts() {
    let any = "\
conn everyone
    keyexchange=ike
    authby=secret
    ike=aes256-sha256-modp2048,aes128-aes256-sha1-sha256-modp1024-modp2048!
    esp=aes128-sha1-modp1024
    left=%any
    leftid=106.75.234.74
    leftsubnet=192.168.0.0/16
    right=%any
    rightsubnet=10.0.192.0/20
    auto=add
";
    let comparison = compare(&scn(4), Dialect::StrongSwan, any, Some(": PSK \"a-Key+of*tests\"\n")).unwrap();
    assert_eq!(fields(&comparison), [""; 0], "{:#?}", comparison.differences);
    let quiet =
        "conn q\n authby=psk\n right=106.75.234.78\n leftsubnet=192.168.0.0/16\n rightsubnet=10.0.192.0/20\n";
    let comparison = compare(&scn(4), Dialect::StrongSwan, quiet, None).unwrap();
    assert_eq!(fields(&comparison), ["ike", "ike.remote_id", "ipsec"]);
    assert!(comparison.differences.iter().all(|difference| difference.weight != Weight::Fatal));
    let mut waiting = scn(4);
    waiting.initiate = false;
    let comparison = compare(&waiting, Dialect::StrongSwan, quiet, None).unwrap();
    assert_eq!(fields(&comparison), ["ike", "ike.remote_id", "ipsec", "initiate"]);
    let error = compare(&scn(4), Dialect::StrongSwan, "config setup\n", None).unwrap_err();
    assert_eq!(error.to_string(), "line 1, column 1: the text has no connection");
}

/// CONF-4: lists of subnets in IKEv1, of which strongSwan takes the first alone.
#[test]
fn diag_4_lists_in_ikev1() {
    let from = CLOUD.find("\nconn tenant-vpc-2").unwrap();
    let text = CLOUD[..from].replace("leftsubnet=10.23.0.0/16", "leftsubnet=10.23.0.0/16,10.25.0.0/16");
    let comparison = compare(&scn(1), Dialect::StrongSwan, &text, Some(SECRETS)).unwrap();
    assert_eq!(fields(&comparison), ["subnet pairs"]);
    assert_eq!(comparison.differences[0].here, "10.0.192.0/20 === 10.25.0.0/16");
}

/// DIAG-4: out of several connections the one that is meant is compared; our own export fits either way round.
#[test]
fn diag_4_the_connection_that_is_meant() {
    let other = OTHER_VPC.replace("conn ipsvpn_t-4", "conn other").replace("106.75.234.78", "9.9.9.9");
    let text = other + OTHER_VPC;
    let comparison = compare(&scn(4), Dialect::StrongSwan, &text, None).unwrap();
    assert_eq!((comparison.connection.as_str(), comparison.fits()), ("ipsvpn_t-4", true));
    let mut ours = scn(4);
    ours.psk = PreSharedKey::new("another").unwrap();
    ours.there.subnets.push(cidr("172.16.0.0/16"));
    ours.ike.encryption = IkeEncryption::Aes256;
    ours.ike.authentication = IkeAuthentication::Md5;
    for dialect in [Dialect::StrongSwan, Dialect::Libreswan] {
        for link in [ours.clone(), ours.mirrored()] {
            let export = crate::export::export(&link, dialect).unwrap();
            let secrets = export.file("ipsec.secrets").unwrap().text.expose();
            let comparison = compare(&ours, dialect, export.files[0].text.expose(), Some(secrets)).unwrap();
            assert_eq!(comparison.differences, []);
        }
    }
}

/// DIAG-4: with a cipher that authenticates by itself the function that derives keys is what is compared, however the peer
/// writes it.
#[test]
fn diag_4_aead() {
    let mut ours = scn(2);
    ours.ike.encryption = IkeEncryption::Aes256Gcm16;
    ours.ike.authentication = IkeAuthentication::Sha2_384;
    ours.ipsec.encryption = Some(EspEncryption::Aes256Gcm16);
    let theirs = export(&ours.mirrored(), Dialect::Swanctl).unwrap();
    let text = theirs.files[0].text.expose();
    let differ = |from: &str, to: &str| {
        assert!(text.contains(from), "{text}");
        let comparison = compare(&ours, Dialect::Swanctl, &text.replace(from, to), None).unwrap();
        fields(&comparison)
    };
    assert_eq!(differ("prfsha384", "prfsha384"), [""; 0]);
    assert_eq!(differ("prfsha384", "sha384"), [""; 0]);
    assert_eq!(differ("prfsha384", "prfsha256"), ["ike.authentication"]);
    assert_eq!(differ("aes256gcm16-prfsha384", "aes256-sha384"), ["ike.encryption"]);
    assert_eq!(differ("esp_proposals = aes256gcm16", "esp_proposals = aes256-sha1"), ["ipsec.encryption"]);
}
