use esp_core::sa::ReqId;
use ipsec_policy::{
    DhGroup, EspEncryption, IkeAuthentication, IkeEncryption, PfsChoice, PreSharedKey, Vpc, VpnGateway,
};

use super::*;
use crate::config::TunnelOptions;

fn config() -> GatewayConfig {
    let vpc = Vpc { id: "vpc".parse().unwrap(), cidrs: vec!["10.1.0.0/16".parse().unwrap()] };
    let (subnet, external) =
        ("10.1.0.0/24".parse().unwrap(), "192.0.2.1".parse::<std::net::IpAddr>().unwrap().into());
    GatewayConfig::new(VpnGateway::new("gw".parse().unwrap(), vpc, subnet, external))
}

fn tunnel_and_peer() -> (VpnTunnel, PeerGateway) {
    let tunnel = VpnTunnel::new(
        "t".parse().unwrap(),
        "gw".parse().unwrap(),
        "peer".parse().unwrap(),
        vec!["10.1.0.0/24".parse().unwrap()],
        vec!["10.2.0.0/24".parse().unwrap()],
        PreSharedKey::new("a-key").unwrap(),
    );
    (tunnel, PeerGateway::new("peer".parse().unwrap(), "192.0.2.2".parse().unwrap()))
}

fn proposals(change: impl FnOnce(&mut VpnTunnel)) -> (String, String) {
    let (mut tunnel, peer) = tunnel_and_peer();
    change(&mut tunnel);
    let connection = super::connection(&tunnel, &peer, ReqId(1), &config()).unwrap();
    let ([ike], [child]) = (connection.ike_proposals.as_slice(), connection.child.proposals.as_slice())
    else {
        panic!("one proposal for each phase");
    };
    (ike.to_string(), child.to_string())
}

/// IKE-2, IKE-3: the function that derives keys is that of the authentication, and beside a cipher that authenticates by
/// itself it is all that the authentication stands for.
#[test]
fn every_choice_of_phase_1() {
    for encryption in IkeEncryption::ALL.iter().copied() {
        for authentication in IkeAuthentication::ALL.iter().copied() {
            let (ike, _) =
                proposals(|t| (t.ike.encryption, t.ike.authentication) = (encryption, authentication));
            let hash = authentication.integrity();
            let hash = if encryption.is_aead() { format!("prf{hash}") } else { hash.to_string() };
            assert_eq!(ike, format!("{encryption}-{hash}-modp1024"));
        }
    }
}

/// IKE-5, SEC-2, SEC-3, SEC-4: every group is the one of the same name, and a cipher that authenticates by itself stands
/// alone.
#[test]
fn every_group_and_cipher_of_phase_2() {
    for group in DhGroup::ALL.iter().copied() {
        let (ike, child) = proposals(|t| {
            t.ike.dh_group = group;
            t.ipsec.pfs = PfsChoice::Group(group);
        });
        assert_eq!(
            (ike, child),
            (format!("aes128-sha1-{}", group.name()), format!("aes128-sha1-{}", group.name()))
        );
    }
    for encryption in EspEncryption::ALL.iter().copied() {
        let (_, child) = proposals(|t| t.ipsec.encryption = Some(encryption));
        let hash = if encryption.is_aead() { "" } else { "-sha1" };
        assert_eq!(child, format!("{encryption}{hash}-modp1024"));
    }
}

/// Options of a tunnel reach the protocol, those of another do not, and without any the gateway's hold.
#[test]
fn options_of_a_tunnel() {
    let own = TunnelOptions { auth_lifetime: Some(Duration::from_secs(60)), ..TunnelOptions::default() };
    let of = |tunnel: &str| {
        let mut config = config();
        config.default_options.mobike.enabled = true;
        config.options.insert(tunnel.parse().unwrap(), own.clone());
        let (tunnel, peer) = tunnel_and_peer();
        let connection = super::connection(&tunnel, &peer, ReqId(1), &config).unwrap();
        (connection.auth_lifetime, connection.mobike.enabled)
    };
    assert_eq!(of("t"), (own.auth_lifetime, false));
    assert_eq!(of("other"), (None, true));
}
