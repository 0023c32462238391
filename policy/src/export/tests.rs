use super::*;
use crate::algorithms::{
    DhGroup, EspEncryption, ExchangeMode, IkeEncryption, IkeVersion, IpsecProtocol, PfsChoice,
};
use crate::fixtures::{cidr, cidrs, gateway, peer, tunnel};
use crate::ike_policy::IkePolicy;
use crate::psk::PreSharedKey;

/// SCN-1: IKEv1, two remote subnets.
fn scn_1() -> Link {
    let mut tunnel = tunnel("t-1", &["10.0.192.0/20"], &["10.23.0.0/16", "10.25.0.0/16"]);
    tunnel.ike.version = IkeVersion::V1;
    Link::of(&tunnel, &gateway("g-1", "106.75.234.78"), &peer("p-1", "113.31.115.114"))
}

/// SCN-2: IKEv2 with a Cisco firewall.
fn scn_2() -> Link {
    Link::of(&crate::fixtures::scn_2(), &gateway("g-1", "106.75.234.78"), &peer("p-1", "1.1.1.1"))
}

fn text(link: &Link, dialect: Dialect, file: &str) -> String {
    export(link, dialect).unwrap().file(file).unwrap().text.expose().to_string()
}

/// The lines that are no comments.
fn bare(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.starts_with(['#', '!']) && !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

/// CONF-1, CONF-4: the keywords, and a conn for each pair in IKEv1.
#[test]
fn conf_1_ipsec_conf() {
    let conn = |name: &str, remote: &str| {
        format!(
            "conn {name}
    keyingtries=3
    authby=psk
    auto=start
    type=tunnel
    pfs=yes
    keyexchange=ikev1
    ike=aes128-sha1-modp1024!
    esp=aes128-sha1-modp1024!
    ikelifetime=86400
    lifetime=86400
    left=106.75.234.78
    leftid=106.75.234.78
    leftsubnet=10.0.192.0/20
    leftnexthop=%defaultroute
    right=113.31.115.114
    rightid=113.31.115.114
    rightsubnet={remote}
    rightnexthop=%defaultroute
    dpdaction=hold
    dpddelay=8s
    dpdtimeout=13s"
        )
    };
    let expected = conn("ipsvpn_t-1", "10.23.0.0/16") + "\n" + &conn("ipsvpn_t-1+2", "10.25.0.0/16");
    assert_eq!(bare(&text(&scn_1(), Dialect::StrongSwan, "ipsec.conf")), expected);
    assert_eq!(
        bare(&text(&scn_1(), Dialect::StrongSwan, "ipsec.secrets")),
        "106.75.234.78 113.31.115.114 : PSK \"a-Key+of*tests\""
    );
}

/// CONF-1: aggressive mode, AH, no PFS, and both subnets in one conn with IKEv2.
#[test]
fn conf_1_variants() {
    let mut link = scn_1();
    link.ike.exchange_mode = Some(ExchangeMode::Aggressive);
    link.ipsec = crate::IpsecPolicy { protocol: IpsecProtocol::Ah, pfs: PfsChoice::Disabled, ..link.ipsec };
    let written = text(&link, Dialect::StrongSwan, "ipsec.conf");
    for line in ["    aggressive=yes\n", "    ah=sha1!\n", "    pfs=no\n"] {
        assert!(written.contains(line), "{line}{written}");
    }
    link.ike.version = IkeVersion::V2;
    let written = text(&link, Dialect::StrongSwan, "ipsec.conf");
    assert!(!written.contains("aggressive") && written.contains("rightsubnet=10.23.0.0/16,10.25.0.0/16\n"));
}

/// CONF-2: the mirrored text has left and right exchanged, and says what else the host needs.
#[test]
fn conf_2_mirrored() {
    let written = text(&scn_1().mirrored(), Dialect::StrongSwan, "ipsec.conf");
    for part in [
        "left=113.31.115.114\n",
        "leftsubnet=10.25.0.0/16\n",
        "right=106.75.234.78\n",
        "rightsubnet=10.0.192.0/20\n",
        "net.ipv4.ip_forward=1",
        "rp_filter=0",
        "IP protocol 50 (ESP)",
        "a route to 10.0.192.0/20",
    ] {
        assert!(written.contains(part), "{part}\n{written}");
    }
}

/// PEER-2: any peer is waited for. PEER-3: behind NAT the id stands for the address.
#[test]
fn peer_2_and_peer_3() {
    let mut tunnel = crate::fixtures::scn_2();
    tunnel.ike.remote_id = Some("branch.example".parse().unwrap());
    let ours = Link::of(&tunnel, &gateway("g-1", "106.75.234.78"), &peer("p-1", "0.0.0.0"));
    let written = text(&ours, Dialect::StrongSwan, "ipsec.conf");
    assert!(written.contains("right=%any\n    rightid=@branch.example\n") && written.contains("auto=add\n"));
    let theirs = text(&ours.mirrored(), Dialect::StrongSwan, "ipsec.conf");
    assert!(
        theirs.contains("left=%defaultroute\n    leftid=@branch.example\n")
            && theirs.contains("auto=start\n")
    );
    let behind = text(&scn_2().mirrored().behind_nat(), Dialect::Swanctl, "swanctl.conf");
    assert!(!behind.contains("local_addrs") && behind.contains("id = 1.1.1.1\n"));
    let mut v1 = ours.clone();
    v1.ike.version = IkeVersion::V1;
    v1.ike.exchange_mode = Some(ExchangeMode::Main);
    assert!(
        text(&v1, Dialect::Libreswan, "ipsec.secrets").contains("106.75.234.78 @branch.example %any : PSK")
    );
}

/// CONF-2: every dialect writes SCN-2 for the peer, with its own words for the proposal, both ends and the key.
#[test]
fn conf_2_every_dialect() {
    let theirs = scn_2().mirrored();
    for (dialect, parts) in [
        (
            Dialect::Libreswan,
            &["ikev2=insist", "ike=aes128-sha1;modp1024", "authby=secret", "phase2=esp"][..],
        ),
        (Dialect::Swanctl, &["version = 2", "proposals = aes128-sha1-modp1024", "rekey_time = 77760s"]),
        (Dialect::CiscoIos, &[" encryption aes-cbc-128", "esp-aes esp-sha-hmac", " set pfs group2"]),
        (
            Dialect::CiscoAsa,
            &["crypto ikev2 policy 10", "protocol esp integrity sha-1", "tunnel-group 106.75.234.78"],
        ),
        (
            Dialect::Junos,
            &["dh-group group2", "version v2-only", "local-ip 192.168.1.0/24 remote-ip 10.0.192.0/24"],
        ),
        (
            Dialect::Huawei,
            &[" undo version 1", " dh group2", " pfs dh-group2", " integrity-algorithm hmac-sha1-96"],
        ),
        (Dialect::H3c, &["ikev2 profile ipsvpn_t-1", " pfs dh-group2", " remote-address 106.75.234.78"]),
    ] {
        let export = export(&theirs, dialect).unwrap();
        let all: String = export.files.iter().map(|file| file.text.expose()).collect();
        let ends = ["106.75.234.78", "192.168.1.0", "10.0.192.0", "a-Key+of*tests"];
        for part in parts.iter().chain(&ends) {
            assert!(all.contains(part), "{dialect}: {part}\n{all}");
        }
    }
    let mut v1 = theirs.clone();
    v1.ike.version = IkeVersion::V1;
    v1.ike.exchange_mode = Some(ExchangeMode::Aggressive);
    for (dialect, part) in [
        (Dialect::Libreswan, "    aggressive=yes"),
        (Dialect::Swanctl, "    aggressive = yes"),
        (Dialect::CiscoIos, " initiate mode aggressive"),
        (Dialect::CiscoAsa, "set ikev1 phase1-mode aggressive group2"),
        (Dialect::Junos, "mode aggressive"),
        (Dialect::Huawei, " exchange-mode aggressive"),
        (Dialect::H3c, " exchange-mode aggressive"),
    ] {
        let export = export(&v1, dialect).unwrap();
        assert!(export.files[0].text.expose().contains(part), "{dialect}: {}", export.files[0].text.expose());
    }
}

/// The messages of a refusal.
fn refused(link: &Link, dialect: Dialect) -> String {
    export(link, dialect).unwrap_err().to_string()
}

fn warned(link: &Link, dialect: Dialect) -> String {
    export(link, dialect).unwrap().warnings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// CONF-2: what a dialect cannot say is a finding, never silent.
#[test]
fn conf_2_what_cannot_be_said() {
    let with = |change: fn(&mut Link)| {
        let mut link = scn_2().mirrored();
        change(&mut link);
        link
    };
    let ah = with(|link| link.ipsec.protocol = IpsecProtocol::Ah);
    assert!(refused(&ah, Dialect::CiscoAsa).contains("has no AH"));
    let group_1 = with(|link| link.ike.dh_group = DhGroup::Modp768);
    assert!(refused(&group_1, Dialect::Libreswan).contains("libreswan has no Diffie-Hellman group modp768"));
    assert!(warned(&scn_2(), Dialect::Libreswan).contains("has no group 2"));
    let group_24 = with(|link| link.ipsec.pfs = PfsChoice::Group(DhGroup::Modp2048Subgroup256));
    assert!(warned(&group_24, Dialect::Libreswan).contains("ipsec.pfs: libreswan as distributions build it"));
    let group_14 = with(|link| {
        link.ike.dh_group = DhGroup::Modp2048;
        link.ipsec.pfs = PfsChoice::Disabled;
    });
    assert_eq!(warned(&group_14, Dialect::Libreswan), "");
    let many = with(|link| link.here.subnets = cidrs(&["10.1.0.0/16", "10.2.0.0/16"]));
    assert!(warned(&many, Dialect::Libreswan).contains("a Child SA for each pair"));
    assert!(warned(&many, Dialect::Junos).contains("a Child SA for each pair"));
    let mixed = with(|link| link.here.subnets.push(cidr("2001:db8::/32")));
    assert!(refused(&mixed, Dialect::CiscoIos).contains("one family"));
    assert!(refused(&mixed, Dialect::Huawei).contains("IPv4 alone"));
    assert!(refused(&mixed, Dialect::Libreswan).contains("2001:db8::/32 has no subnet of its family"));
    let other_id = with(|link| {
        link.ike.version = IkeVersion::V1;
        link.here.id = Some("9.9.9.9".parse().unwrap());
    });
    assert!(refused(&other_id, Dialect::CiscoIos).contains("not as 9.9.9.9"));
    let named = with(|link| {
        link.ike.version = IkeVersion::V1;
        link.here.id = Some("branch.example".parse().unwrap());
    });
    assert!(warned(&named, Dialect::CiscoIos).contains("renames the router to branch.example"));
    let any = with(|link| link.there.address = None);
    for dialect in Dialect::ALL.iter().filter(|dialect| dialect.is_device()) {
        assert!(refused(&any, *dialect).contains("needs the address of the other end"), "{dialect}");
        assert!(warned(&scn_2(), *dialect).contains("probes a silent peer"), "{dialect}");
    }
    let sha256 = with(|link| {
        link.ike.version = IkeVersion::V1;
        link.ike.authentication = crate::IkeAuthentication::Sha2_256;
    });
    assert!(
        refused(&sha256, Dialect::CiscoAsa)
            .contains("has no authentication algorithm sha256; it has md5, sha")
    );
}

/// CONF-2: AES-GCM of phase 2 in the words of each device that has it, and a refusal that says what to change from each
/// that has not. In phase 1 it needs a word for the function that derives keys, or for the cipher, and some have none.
#[test]
fn conf_2_aead() {
    let mut esp = scn_2();
    esp.ipsec.encryption = Some(EspEncryption::Aes256Gcm16);
    esp.ipsec.authentication = None;
    for (dialect, line) in [
        (Dialect::CiscoIos, " esp-gcm 256\n"),
        (Dialect::CiscoAsa, " protocol esp encryption aes-gcm-256\n protocol esp integrity null\n"),
        (Dialect::Junos, " encryption-algorithm aes-256-gcm\n"),
        (Dialect::H3c, " esp encryption-algorithm gcm-256\n"),
    ] {
        let written = export(&esp, dialect).unwrap();
        let text = written.files[0].text.expose();
        assert!(text.contains(line), "{text}");
        assert!(!text.contains("esp authentication-algorithm") && !text.contains("hmac"), "{text}");
    }
    let ike = Link { ike: IkePolicy { encryption: IkeEncryption::Aes256Gcm16, ..scn_2().ike }, ..scn_2() };
    let written = text(&ike, Dialect::CiscoAsa, "cisco-asa.txt");
    assert!(written.contains(" encryption aes-gcm-256\n prf sha\n group 2\n integrity null\n"), "{written}");
    let mut old = esp.clone();
    old.ike.version = IkeVersion::V1;
    for (link, dialect, told) in [
        (&esp, Dialect::Huawei, "a Huawei ipsec proposal has no encryption algorithm aes256gcm16; it has"),
        (&old, Dialect::H3c, "an H3C ipsec transform set for IKEv1 has no encryption algorithm aes256gcm16"),
        (&ike, Dialect::H3c, "an H3C ikev2 proposal has no encryption algorithm aes256gcm16; it has"),
        (&ike, Dialect::Huawei, "a Huawei ike proposal for IKEv2 has no encryption algorithm aes256gcm16"),
        (&ike, Dialect::Junos, "Choose AES-CBC for phase 1 at both ends"),
    ] {
        let refusal = export(link, dialect).unwrap_err().to_string();
        assert!(refusal.contains(told), "{dialect}: {refusal}");
    }
}

/// a hostile name stays in its comment, in every dialect.
#[test]
fn x_23_hostile_names() {
    let plain = scn_2();
    for name in ["# \" } ; % \\", "!", "ü {}", "conn x", " also=%default ", "?", "\\"] {
        let link = Link { name: crate::Name::new(name).unwrap(), ..plain.clone() };
        for dialect in Dialect::ALL {
            let (hostile, plain) = (export(&link, *dialect).unwrap(), export(&plain, *dialect).unwrap());
            for (hostile, plain) in hostile.files.iter().zip(&plain.files) {
                let (hostile, plain) = (hostile.text.expose(), plain.text.expose());
                assert_eq!(bare(hostile), bare(plain), "{dialect}");
                assert!(!dialect.is_device() || hostile.is_ascii() && !hostile.contains('?'), "{hostile}");
            }
        }
    }
}

/// hostile keys are quoted, encoded or refused, as each language needs it.
#[test]
fn x_23_hostile_keys() {
    let with = |key: &str| Link { psk: PreSharedKey::new(key).unwrap(), ..scn_2() };
    let secrets = |key: &str| bare(&text(&with(key), Dialect::StrongSwan, "ipsec.secrets"));
    assert!(secrets("a#b}c%d;e\\f'").ends_with(": PSK \"a#b}c%d;e\\f'\""));
    assert!(secrets("a\"b").ends_with(": PSK 0sYSJi"));
    assert!(secrets("\"").ends_with(": PSK 0sIg=="));
    let swanctl = |key: &str| text(&with(key), Dialect::Swanctl, "swanctl.conf");
    assert!(swanctl("a\"b\\c").contains("secret = \"a\\\"b\\\\c\"\n"));
    assert!(swanctl("0x41").contains("secret = 0sMHg0MQ==\n"));
    let junos = |key: &str| text(&with(key), Dialect::Junos, "junos.txt");
    assert!(junos("$9$a").contains("pre-shared-key hexadecimal 24392461\n"));
    assert!(junos("abc").contains("pre-shared-key ascii-text \"abc\"\n"));
    assert!(refused(&with("a\"b"), Dialect::Huawei).contains("quotation mark"));
    assert!(refused(&with("a\"b"), Dialect::H3c).contains("quotation mark"));
    assert!(refused(&with("8"), Dialect::CiscoAsa).contains("kind of the key"));
    assert!(text(&with("6"), Dialect::CiscoIos, "cisco-ios.txt").contains("pre-shared-key 0 6\n"));
}

/// ids that do not fit a device's names get a checksum; dots do not separate sections of swanctl.conf.
#[test]
fn x_23_long_and_dotted_ids() {
    let long = Link { tunnel: "a-tunnel.with-a-long-id".parse().unwrap(), ..scn_2() };
    let other = Link { tunnel: "a-tunnel.with-a-long-ie".parse().unwrap(), ..scn_2() };
    let name = |link: &Link| {
        text(link, Dialect::Huawei, "huawei.txt")
            .lines()
            .find_map(|line| line.strip_prefix("acl name ").map(ToString::to_string))
    };
    let (one, two) = (name(&long).unwrap(), name(&other).unwrap());
    assert!(
        one.starts_with("ipsvpn_") && one.ends_with(" advance") && one.len() == 15 + " advance".len(),
        "{one}"
    );
    assert_ne!(one, two);
    assert!(text(&long, Dialect::Swanctl, "swanctl.conf").contains("  ipsvpn_a-tunnel~with-a-long-id {\n"));
}

/// PSK-2: an export is not printed by accident.
#[test]
fn psk_2_debug_is_redacted() {
    let printed = format!("{:?}", export(&scn_1(), Dialect::StrongSwan).unwrap());
    assert!(!printed.contains("a-Key") && printed.contains("[text with a pre-shared key]"), "{printed}");
}

/// RFC 4648 §10.
#[test]
fn base64_vectors() {
    for (octets, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")] {
        assert_eq!(secrets::base64(octets.as_bytes()).as_str(), text);
    }
}
