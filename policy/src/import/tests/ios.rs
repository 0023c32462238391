//! Cisco IOS as its operators have it.

use super::*;

/// A text without profiles, as most have it.
pub(crate) const CLASSIC: &str = "\
version 15.7
hostname branch
!
crypto isakmp policy 1
 encr aes
 authentication pre-share
 group 2
crypto isakmp key a-Key+of*tests address 106.75.234.78
crypto isakmp keepalive 10
!
crypto ipsec transform-set CLOUD esp-aes esp-sha-hmac
 mode tunnel
!
crypto map OUTSIDE 10 ipsec-isakmp
 description to the cloud
 set peer 106.75.234.78
 set transform-set CLOUD
 set pfs group2
 match address 101
!
interface GigabitEthernet0/0
 ip address 1.1.1.1 255.255.255.0
 crypto map OUTSIDE
!
ip route 0.0.0.0 0.0.0.0 1.1.1.254
access-list 101 remark to the cloud
access-list 101 permit ip 192.168.1.0 0.0.0.255 10.0.192.0 0.0.0.255
";

/// CONF-3: defaults of IOS, a numbered access list, the address of the interface.
#[test]
fn classic() {
    let import = read(Dialect::CiscoIos, CLASSIC, None).unwrap();
    assert_eq!(import.warnings, []);
    let link = import.connections[0].link().unwrap();
    assert_eq!(link.here.address, Some("1.1.1.1".parse().unwrap()));
    assert_eq!(link.here.id, Some("1.1.1.1".parse().unwrap()));
    assert_eq!(link.there.id, Some("106.75.234.78".parse().unwrap()));
    assert_eq!((link.ike.version, link.ike.lifetime_secs), (IkeVersion::V1, 86_400));
    assert_eq!(link.ipsec.lifetime_secs, 3_600);
    assert_eq!(link.here.subnets, [cidr("192.168.1.0/24")]);
    assert_eq!(link.tunnel.as_str(), "OUTSIDE");
}

fn fault(text: &str) -> String {
    read(Dialect::CiscoIos, text, None).unwrap_err().faults[0].to_string()
}

/// CONF-3: errors with line and column, and the names or words there are.
#[test]
fn errors_with_place() {
    assert_eq!(
        fault(&CLASSIC.replace("set transform-set CLOUD", "set transform-set CLOUDS")),
        "line 17, column 20: there is no transform set `CLOUDS`; the text has CLOUD"
    );
    assert_eq!(
        fault(&CLASSIC.replace("group2", "group3")),
        "line 18, column 10: `3` is no Diffie-Hellman group of a Cisco IOS isakmp policy; allowed are 1, 2, 5, 14, \
         15, 16, 19, 20, 21, 24; did you mean `1`?"
    );
    assert!(
        fault(&CLASSIC.replace("0.0.0.255 10", "0.0.255.0 10")).contains("is no subnet; its ones must stand")
    );
    assert!(fault(&CLASSIC.replace("permit ip", "permit tcp")).contains("all of `ip`, not `tcp` alone"));
    assert!(
        fault(&CLASSIC.replace("esp-sha-hmac", "esp-sah-hmac")).ends_with("did you mean `esp-sha-hmac`?")
    );
}

/// A key that the router encrypted is not taken for a key.
#[test]
fn encrypted_keys() {
    let text = CLASSIC.replace("key a-Key+of*tests", "key 6 AbCdEfGh");
    let import = read(Dialect::CiscoIos, &text, None).unwrap();
    assert!(import.connections[0].psk.is_none());
    assert!(import.warnings[0].message.contains("encrypted by the router"));
}
