use esp_core::sa::ReqId;
use ipsec_policy::{
    DhGroup, EspEncryption, IkeAuthentication, IkeEncryption, PfsChoice, PreSharedKey, Vpc, VpnGateway,
};

use super::*;

fn proposals(change: impl FnOnce(&mut VpnTunnel)) -> (String, String) {
    let vpc = Vpc { id: "vpc".parse().unwrap(), cidrs: vec!["10.1.0.0/16".parse().unwrap()] };
    let (subnet, external) =
        ("10.1.0.0/24".parse().unwrap(), "192.0.2.1".parse::<std::net::IpAddr>().unwrap().into());
    let config = GatewayConfig::new(VpnGateway::new("gw".parse().unwrap(), vpc, subnet, external));
    let peer = PeerGateway::new("peer".parse().unwrap(), "192.0.2.2".parse().unwrap());
    let mut tunnel = VpnTunnel::new(
        "t".parse().unwrap(),
        "gw".parse().unwrap(),
        "peer".parse().unwrap(),
        vec![subnet],
        vec!["10.2.0.0/24".parse().unwrap()],
        PreSharedKey::new("a-key").unwrap(),
    );
    change(&mut tunnel);
    let connection = super::connection(&tunnel, &peer, ReqId(1), &config).unwrap();
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
