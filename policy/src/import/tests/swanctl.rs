//! `swanctl.conf` as people write it.

use super::*;

const CLOUD: &str = "\
# references
defaults {
    version = 2
    proposals = aes128-sha1-modp1024
}
connections {
    cloud : defaults {
        remote_addrs = 106.75.234.78
        local {
            auth = psk
            id = office.example
        }
        remote { auth = psk
            id = 106.75.234.78 }
        children {
            net {
                local_ts = 192.168.1.0/24
                remote_ts = 10.0.192.0/24
                esp_proposals = aes128-sha1-modp1024
                start_action = trap
            }
        }
    }
}
secrets {
    ike-cloud {
        id = 106.75.234.78
        secret = \"a\\\"b\\\\c\"
    }
    private-x { file = key.pem }
}
";

/// CONF-3: references, nested sections, escapes, the defaults of the times.
#[test]
fn sections() {
    let import = read(Dialect::Swanctl, CLOUD, None).unwrap();
    let warnings: Vec<String> = import.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(warnings[0].contains("`defaults` is not known"), "{warnings:?}");
    let link = import.connections[0].link().unwrap();
    assert_eq!(link.psk.expose(), b"a\"b\\c");
    assert_eq!((link.ike.lifetime_secs, link.ipsec.lifetime_secs), (15_840, 3_960));
    assert_eq!((link.here.address, link.here.id), (None, Some("office.example".parse().unwrap())));
    assert!(link.initiate);
}

fn fault(text: &str) -> String {
    read(Dialect::Swanctl, text, None).unwrap_err().faults[0].to_string()
}

/// CONF-3: errors with line and column.
#[test]
fn errors_with_place() {
    assert_eq!(
        fault("connections {\n  a {\n    version = 3\n  }\n}\n"),
        "line 3, column 15: version cannot be `3`; write one of 0, 1, 2; did you mean `0`?"
    );
    assert_eq!(
        fault("include conf.d/*.conf\n"),
        "line 1, column 1: `include` is not followed; put the included text in its place"
    );
    assert_eq!(fault("connections {\n  a {\n"), "line 1, column 1: the section `connections` has no `}`");
    assert_eq!(fault("}\n"), "line 1, column 1: the `}` closes nothing");
    assert_eq!(fault("a\nb = 1\n"), "line 1, column 1: `a` is followed neither by `=` nor by `{`");
    assert_eq!(fault("a { b = \"c\n }"), "line 1, column 9: the quotation mark has no other one at the end");
    assert_eq!(
        fault("a : nowhere {\n}\n"),
        "line 1, column 1: there is no section `nowhere`; write its full name"
    );
}

/// A child without subnets carries the ends themselves; both protocols at once are no tunnel.
#[test]
fn children() {
    let text = "connections { a { local_addrs = 1.1.1.1\n remote_addrs = 2.2.2.2\n children { c { } } } }";
    let connection = &read(Dialect::Swanctl, text, None).unwrap().connections[0];
    assert_eq!(connection.local_subnets(), [cidr("1.1.1.1/32")]);
    let text = "connections { a { children { c { esp_proposals = aes128-sha1\n ah_proposals = sha1\n } } } }";
    assert!(fault(text).contains("not both"));
}

/// PEER-2: a text that starts a tunnel to any peer is read as one that waits, since there is nobody to call.
#[test]
fn peer_2_any_peer_is_waited_for() {
    for (remote, initiates) in [("%any", false), ("2.2.2.2", true)] {
        let text = format!(
            "connections {{ a {{ proposals = aes128-sha1-modp1024\n local_addrs = 1.1.1.1\n \
             remote_addrs = {remote}\n local {{ auth = psk }}\n remote {{ auth = psk\n id = b }}\n children {{ c {{ local_ts = 10.0.0.0/8\n \
             remote_ts = 11.0.0.0/8\n esp_proposals = aes128-sha1\n start_action = start\n }} }} }} }}\n \
             secrets {{ ike-a {{ secret = \"abc\"\n }} }}"
        );
        let connection = &read(Dialect::Swanctl, &text, None).unwrap().connections[0];
        assert!(connection.initiate.value);
        assert_eq!(connection.link().unwrap().initiate, initiates, "{remote}");
    }
}
