//! `ipsec.conf` and `ipsec.secrets` as people write them.

use super::*;

const OFFICE: &str = "\
config setup
    uniqueids=never

conn %default
    keyexchange=ikev2
    authby=secret
    ike=aes256-sha256-modp2048

conn base
    left=1.1.1.1
    leftsubnet=192.168.1.0/24
    esp=aes256-sha256-modp2048

# The cloud.
conn cloud # as its console calls it
    also=base
    right=106.75.234.78
    rightsubnet=10.0.192.0/24, 10.0.193.0/24
    ikelifetime=24h
    keylife=60m
    auto=start
";

/// CONF-3: `%default`, `also=`, comments, times in hours.
#[test]
fn defaults_and_also() {
    let secrets = "# keys\n1.1.1.1 106.75.234.78 : PSK \"right\"\n: PSK 'other'\n: RSA host.pem\n";
    let import = read(Dialect::StrongSwan, OFFICE, Some(secrets)).unwrap();
    assert_eq!(import.connections.len(), 1);
    assert_eq!(import.warnings.len(), 1, "{:?}", import.warnings);
    assert_eq!(import.warnings[0].to_string(), "line 4, column 1: the key is not a PSK and was left out");
    let link = import.connections[0].link().unwrap();
    assert_eq!(link.tunnel.as_str(), "cloud");
    assert_eq!(link.psk.expose(), b"right");
    assert_eq!((link.ike.lifetime_secs, link.ipsec.lifetime_secs), (86_400, 3_600));
    assert_eq!(link.there.subnets, [cidr("10.0.192.0/24"), cidr("10.0.193.0/24")]);
    assert_eq!(link.here.id, Some("1.1.1.1".parse().unwrap()));
    assert!(link.initiate);
}

/// A conn that others include is a template unless it has a right end itself.
#[test]
fn templates_and_conns() {
    let text = "conn a\n left=1.1.1.1\n right=2.2.2.2\n leftsubnet=10.0.0.0/24\nconn b\n also=a\n rightsubnet=10.1.0.0/24\n";
    let import = read(Dialect::StrongSwan, text, None).unwrap();
    assert_eq!(import.connections.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["a"]);
    assert_eq!(import.connections[0].children.len(), 2);
}

fn faults(text: &str) -> Vec<String> {
    read(Dialect::StrongSwan, text, None).unwrap_err().faults.iter().map(ToString::to_string).collect()
}

/// CONF-3: what cannot be read is an error with line, column and the allowed values; all at once.
#[test]
fn errors_with_place() {
    let text = "\
conn a
    keyexchange=ikev3
    ike=aes128-sha1-mopd1024
    leftsubnet=192.168.1.5/24
    lifetime=soon
    type=tunel
  nonsense
conn
";
    assert_eq!(
        faults(text)[..1],
        [
            "line 2, column 17: keyexchange cannot be `ikev3`; write one of ike, ikev1, ikev2; did you mean `ikev1`?",
        ]
    );
    let found = faults(text);
    assert!(found[1].starts_with(
        "line 3, column 9: `mopd1024` is no algorithm of strongSwan; allowed are 3des, aes128, aes192, aes256, "
    ));
    assert!(found[1].ends_with(", curve25519, x25519; did you mean `modp1024`?"));
    assert!(
        found[2].starts_with(
            "line 4, column 16: `192.168.1.5/24` has host bits set; the network is 192.168.1.0/24"
        )
    );
    assert!(found[3].starts_with("line 5, column 14: lifetime cannot be `soon`; write seconds"));
    assert!(found[4].starts_with("line 6, column 10: type cannot be `tunel`"));
    assert!(found[5].starts_with("line 7, column 3: `nonsense` is no setting"));
    assert!(found[6].starts_with("line 8, column 1: the conn has no name"));
    assert_eq!(found.len(), 7, "{found:?}");
}

/// CONF-3: includes are refused.
#[test]
fn includes_are_refused() {
    let text = "include /etc/ipsec.d/*.conf\nconn a\n left=1.1.1.1\n";
    assert_eq!(
        faults(text),
        ["line 1, column 1: `include` is not followed; put the included text in its place"]
    );
    let error = read(Dialect::StrongSwan, "conn a\n left=1.1.1.1\n", Some("include x\n")).unwrap_err();
    assert!(error.to_string().contains("include"));
    let missing = faults("conn a\n also=bse\nconn base\n left=1.1.1.1\n");
    assert_eq!(
        missing,
        ["line 2, column 7: also cannot be `bse`; write one of a, base; did you mean `base`?"]
    );
}

/// CONF-3: unknown keys are warnings that name the nearest.
#[test]
fn unknown_keys_are_warnings() {
    let text = "conn a\n left=1.1.1.1\n right=2.2.2.2\n ikelifetme=1h\n dpddelay=8s\n";
    let import = read(Dialect::StrongSwan, text, None).unwrap();
    let warnings: Vec<String> = import.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        ["line 4, column 2: `ikelifetme` is not known here and was left out; did you mean `ikelifetime`?"]
    );
}

/// CONF-3: what a tunnel cannot be is told when it is asked to become one.
#[test]
fn what_no_tunnel_can_be() {
    let text = "\
conn a
    left=1.1.1.1
    leftid=admin@example.org
    leftsubnet=10.0.0.0/24
    right=vpn.example.org
    rightsubnet=10.1.0.0/24
    type=transport
    ike=aes128-aes256-sha1-ecp384
    esp=aes128-sha1,aes256-sha256
";
    let connection = &read(Dialect::StrongSwan, text, None).unwrap().connections[0];
    let faults: Vec<String> = connection.link().unwrap_err().faults.iter().map(ToString::to_string).collect();
    for (start, part) in [
        ("line 1, ", "no pre-shared key for these ends"),
        ("line 1, ", "a tunnel has a pre-shared key, not public keys"),
        ("line 3, column 12", "`admin@example.org` is neither an address nor a domain name"),
        ("line 5, column 11", "`vpn.example.org` is looked up"),
        ("line 7, column 10", "not in transport mode"),
        ("line 8, column 9", "leaves a choice"),
        ("line 9, column 9", "phase 2 has 2 proposals"),
    ] {
        let hit = faults.iter().any(|fault| fault.starts_with(start) && fault.contains(part));
        assert!(hit, "{start} {part}: {faults:#?}");
    }
}

/// CONF-4: conns that leave a pair out are no tunnel.
#[test]
fn missing_pairs() {
    let conn = |name: &str, left: &str, right: &str| {
        format!(
            "conn {name}\n left=1.1.1.1\n right=2.2.2.2\n authby=psk\n keyexchange=ikev1\n ike=aes128-sha1-modp1024!\n \
             esp=aes128-sha1!\n leftsubnet={left}\n rightsubnet={right}\n"
        )
    };
    let secrets = Some(": PSK \"k\"\n");
    let two = conn("a", "10.0.0.0/24", "10.2.0.0/24") + &conn("b", "10.1.0.0/24", "10.3.0.0/24");
    let import = read(Dialect::StrongSwan, &two, secrets).unwrap();
    let error = import.connections[0].link().unwrap_err().to_string();
    assert!(error.contains("no conn carries 10.0.0.0/24 === 10.3.0.0/24"), "{error}");
    let four = two + &conn("c", "10.0.0.0/24", "10.3.0.0/24") + &conn("d", "10.1.0.0/24", "10.2.0.0/24");
    let link = read(Dialect::StrongSwan, &four, secrets).unwrap().connections[0].link().unwrap();
    assert_eq!((link.here.subnets.len(), link.there.subnets.len()), (2, 2));
    assert_eq!(link.ike.version, IkeVersion::V1);
    assert_eq!(link.ike.exchange_mode, Some(ExchangeMode::Main));
}

/// libreswan's own keywords, and its PFS with the group of phase 1.
#[test]
fn libreswan_keywords() {
    let text = "\
conn cloud
    authby=secret
    ikev2=insist
    ike=aes256-sha2;modp2048
    phase2alg=aes256-sha2
    left=1.1.1.1
    leftid=@office
    leftsubnets={192.168.1.0/24, 192.168.2.0/24}
    right=2.2.2.2
    rightsubnet=10.0.0.0/16
    auto=ondemand
";
    let import = read(Dialect::Libreswan, text, Some("@office 2.2.2.2 : PSK '\"'\n")).unwrap();
    let link = import.connections[0].link().unwrap();
    assert_eq!(link.ipsec.pfs.to_string(), "14");
    assert_eq!((link.ike.lifetime_secs, link.ipsec.lifetime_secs), (28_800, 28_800));
    assert_eq!(link.here.subnets.len(), 2);
    assert_eq!(link.psk.expose(), b"\"");
}

/// The key of the ends that are meant, out of many.
#[test]
fn the_right_key() {
    let conn = "conn a\n left=1.1.1.1\n right=2.2.2.2\n authby=psk\n";
    let key = |secrets: &str| {
        let import = read(Dialect::StrongSwan, conn, Some(secrets)).unwrap();
        import.connections[0].psk.as_ref().map(|psk| psk.value.expose().to_vec())
    };
    assert_eq!(key("3.3.3.3 2.2.2.2 : PSK \"wrong\"\n").as_deref(), None);
    assert_eq!(
        key(": PSK \"any\"\n2.2.2.2 : PSK \"one\"\n1.1.1.1 2.2.2.2 : PSK \"both\"\n").as_deref(),
        Some(&b"both"[..])
    );
    assert_eq!(key(": PSK \"any\"\n2.2.2.2 : PSK \"one\"\n").as_deref(), Some(&b"one"[..]));
    assert_eq!(key("3.3.3.3 : PSK \"wrong\"\n : PSK 0x616263\n").as_deref(), Some(&b"abc"[..]));
    assert_eq!(key("%any 2.2.2.2 : PSK 0sYWJjZA==\n").as_deref(), Some(&b"abcd"[..]));
}
