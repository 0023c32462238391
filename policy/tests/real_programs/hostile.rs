//! Tunnels whose names, ids and keys try to mean something.

use ipsec_policy::{IkePolicy, IkeVersion, IpsecPolicy, Link, Name, PreSharedKey};

use crate::combinations::link;

const NAMES: &[&str] =
    &["# \" } ; % \\", "\\", "ü {} 办公室", "conn %default", " also=x ", "'\"", "include /etc/passwd"];
const IDS: &[&str] = &["any", "include", "a.example", "conn", "secret", "X-0x41.Example", "0x41", "psk"];
const KEYS: &[&str] = &[
    "a#b", "a}b{c", "%any", ";", "\"", "'", "\\", "\\\"", "\"a\"", "'a'", "0x41", "0sQUJD", "#", "a\\n", "{",
    "=", ":", "include", "PSK", "$9$abc", "@a", "0s", "0x", "`$(id)`", "${HOME}", "!", "~", "a,b",
];

/// One tunnel for each name, id and key.
pub(crate) fn links() -> Vec<Link> {
    let longest =
        "!\"#$%&'()*+,-./0123456789:;<=>@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";
    let keys = KEYS.iter().copied().chain([longest]);
    let mut links = Vec::new();
    let mut add = |change: &dyn Fn(&mut Link)| {
        let version = if links.len() % 2 == 0 { IkeVersion::V2 } else { IkeVersion::V1 };
        let ike = IkePolicy { version, dh_group: ipsec_policy::DhGroup::Modp2048, ..IkePolicy::default() };
        let ipsec = IpsecPolicy { pfs: ipsec_policy::PfsChoice::Disabled, ..IpsecPolicy::default() };
        let mut link = link(links.len(), ike, ipsec);
        link.ike.exchange_mode = link.ike.exchange_mode();
        change(&mut link);
        links.push(link);
    };
    for name in NAMES {
        add(&|link| link.name = Name::new(*name).expect("a name"));
    }
    for id in IDS {
        add(&|link| link.there.id = Some(id.parse().expect("an id")));
        add(&|link| link.here.id = Some(id.parse().expect("an id")));
    }
    for key in keys {
        add(&|link| link.psk = PreSharedKey::new(key).expect("a key"));
    }
    for tunnel in ["a.b.c", "-", "_", "2E", "default", "0"] {
        add(&|link| link.tunnel = tunnel.parse().expect("an id"));
    }
    links
}
