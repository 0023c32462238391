use crate::algorithms::{ExchangeMode, IkeVersion};
use crate::capabilities::Capabilities;
use crate::fixtures::{gateway, peer, tunnel, warnings};
use crate::{Inventory, Limits, PreSharedKey, Rules, VpnTunnel};

fn inventory(address: &str) -> Inventory {
    let rules = Rules { limits: Limits::library(), capabilities: Capabilities::everything() };
    let mut inventory = Inventory::new(rules);
    inventory.add_gateway(gateway("g-1", "106.75.234.78")).unwrap();
    inventory.add_peer(peer("p-1", address)).unwrap();
    inventory
}

fn nth(n: u8, key: &str, mode: ExchangeMode) -> VpnTunnel {
    let mut tunnel = tunnel(&format!("t-{n}"), &["10.0.192.0/24"], &[&format!("192.168.{n}.0/24")]);
    tunnel.ike.version = IkeVersion::V1;
    tunnel.ike.exchange_mode = Some(mode);
    tunnel.ike.remote_id = Some(format!("branch{n}.example").parse().unwrap());
    tunnel.psk = PreSharedKey::new(key).unwrap();
    tunnel
}

const ONE: &str = "one-Key+of*tests";
const OTHER: &str = "another-Key+of*tests";

/// F-8, PEER-2: two keys behind any address work in aggressive mode and not in main mode.
#[test]
fn f_8_main_mode_cannot_tell_keys_apart() {
    for (address, mode, warned) in [
        ("0.0.0.0", ExchangeMode::Main, true),
        ("0.0.0.0", ExchangeMode::Aggressive, false),
        ("1.1.1.1", ExchangeMode::Main, false),
    ] {
        let mut inventory = inventory(address);
        inventory.add_tunnel(nth(1, ONE, mode)).unwrap();
        let found = inventory.add_tunnel(nth(2, OTHER, mode)).unwrap();
        assert_eq!(warnings(&found).contains(&"PEER-2"), warned, "{address} {mode}: {found:?}");
        let found = inventory.replace_tunnel(nth(2, ONE, mode)).unwrap();
        assert!(!warnings(&found).contains(&"PEER-2"), "the same key: {found:?}");
    }
}

/// F-8: what counts is the peer as it is now, and the tunnels that are still there.
#[test]
fn f_8_follows_changes() {
    let mut inventory = inventory("1.1.1.1");
    inventory.add_tunnel(nth(1, ONE, ExchangeMode::Main)).unwrap();
    inventory.add_tunnel(nth(2, OTHER, ExchangeMode::Main)).unwrap();
    let found = inventory.replace_peer(peer("p-1", "0.0.0.0")).unwrap();
    assert_eq!(warnings(&found).iter().filter(|rule| **rule == "PEER-2").count(), 2, "{found:?}");
    inventory.remove_tunnel(&"t-1".parse().unwrap()).unwrap();
    let found = inventory.replace_tunnel(nth(2, OTHER, ExchangeMode::Main)).unwrap();
    assert!(!warnings(&found).contains(&"PEER-2"), "{found:?}");
}
