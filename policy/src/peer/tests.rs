use super::*;

/// PEER-2: the unspecified address of each family means any peer.
#[test]
fn peer_2_any() {
    for (address, any) in [("0.0.0.0", true), ("::", true), ("1.1.1.1", false)] {
        let peer: PeerGateway = toml::from_str(&format!("id = \"p\"\naddress = \"{address}\"")).unwrap();
        assert_eq!(peer.is_any(), any, "{address}");
    }
}
