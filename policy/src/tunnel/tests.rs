use super::*;
use crate::fixtures::{cidrs, gateway, peer, scn_2};

/// TUN-1: a tunnel with its key is read back as written, and one without its key is refused (IKE-9).
#[test]
fn tun_1_round_trips_with_its_key() {
    let mut tunnel = scn_2();
    tunnel.ike.local_id = Some("vpn.example".parse().unwrap());
    tunnel.alarm_template = Some("nightly".parse().unwrap());
    let text = toml::to_string(&ExposedTunnel::new(&tunnel)).unwrap();
    assert_eq!(toml::from_str::<VpnTunnel>(&text).unwrap(), tunnel);
    let json = serde_json::to_string(&ExposedTunnel::new(&tunnel)).unwrap();
    assert_eq!(serde_json::from_str::<VpnTunnel>(&json).unwrap(), tunnel);
    let without = toml::to_string(&tunnel).unwrap();
    assert!(toml::from_str::<VpnTunnel>(&without).unwrap_err().message().contains("missing field `psk`"));
}

/// PSK-2: neither `Debug` nor the plain serialisation shows the key.
#[test]
fn psk_2_the_key_stays_hidden() {
    let tunnel = scn_2();
    let shown =
        format!("{tunnel:?} {:?} {}", ExposedTunnel::new(&tunnel), serde_json::to_string(&tunnel).unwrap());
    assert!(!shown.contains("a-Key+of*tests"), "{shown}");
}

/// IKE-6, IKE-7: the addresses are the default identities; any peer has none.
#[test]
fn ike_6_ike_7_default_identities() {
    let (mut tunnel, gateway) = (scn_2(), gateway("g-1", "106.75.234.78"));
    assert_eq!(tunnel.local_identity(&gateway).to_string(), "106.75.234.78");
    assert_eq!(tunnel.remote_identity(&peer("p-1", "1.1.1.1")).unwrap().to_string(), "1.1.1.1");
    assert_eq!(tunnel.remote_identity(&peer("p-1", "0.0.0.0")), None);
    tunnel.ike.local_id = Some("here.example".parse().unwrap());
    tunnel.ike.remote_id = Some("there.example".parse().unwrap());
    assert_eq!(tunnel.local_identity(&gateway).to_string(), "here.example");
    assert_eq!(tunnel.remote_identity(&peer("p-1", "::")).unwrap().to_string(), "there.example");
}

/// PEER-2: a tunnel to any peer waits.
#[test]
fn peer_2_any_peer_is_never_called() {
    let mut tunnel = scn_2();
    assert!(tunnel.initiates(&peer("p-1", "1.1.1.1")) && !tunnel.initiates(&peer("p-1", "0.0.0.0")));
    tunnel.initiate = false;
    assert!(!tunnel.initiates(&peer("p-1", "1.1.1.1")));
}

/// TUN-6: subnets and policies reconnect; name, remark and alarm template do not.
#[test]
fn tun_6_what_reconnects() {
    let old = scn_2();
    let changed = |change: fn(&mut VpnTunnel)| {
        let mut new = old.clone();
        change(&mut new);
        old.must_reconnect(&new)
    };
    assert!(!changed(|t| t.name = Name::new("new").unwrap()));
    assert!(!changed(|t| t.remark = Remark::new("new").unwrap()));
    assert!(!changed(|t| t.alarm_template = Some("new".parse().unwrap())));
    assert!(changed(|t| t.local_subnets = cidrs(&["10.0.193.0/24"])));
    assert!(changed(|t| t.remote_subnets = cidrs(&["192.168.2.0/24"])));
    assert!(changed(|t| t.ike.lifetime_secs = 3_600));
    assert!(changed(|t| t.ipsec.pfs = crate::PfsChoice::Disabled));
    assert!(changed(|t| t.psk = PreSharedKey::new("other").unwrap()));
}

#[test]
fn pairs_and_selectors() {
    let mut tunnel = scn_2();
    tunnel.remote_subnets = cidrs(&["192.168.1.0/24", "192.168.2.0/24"]);
    let pairs: Vec<_> = tunnel.pairs().map(|pair| pair.to_string()).collect();
    assert_eq!(pairs, ["10.0.192.0/24 === 192.168.1.0/24", "10.0.192.0/24 === 192.168.2.0/24"]);
    assert_eq!(tunnel.selectors().to_string(), "10.0.192.0/24 === 192.168.1.0/24, 192.168.2.0/24");
}
