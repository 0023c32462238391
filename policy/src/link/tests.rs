use super::*;
use crate::algorithms::{EspEncryption, IpsecProtocol};
use crate::fixtures::{cidr, gateway, peer, scn_2};

fn link(address: &str) -> Link {
    Link::of(&scn_2(), &gateway("g-1", "106.75.234.78"), &peer("p-1", address))
}

/// CONF-2: the mirrored link exchanges addresses, ids and subnets, and nothing else.
#[test]
fn mirrored() {
    let ours = link("1.1.1.1");
    let theirs = ours.mirrored();
    assert_eq!(theirs.here, ours.there);
    assert_eq!(theirs.there, ours.here);
    assert_eq!(theirs.mirrored(), ours);
    assert_eq!(theirs.there.id, Some("106.75.234.78".parse().unwrap()));
    assert_eq!(
        (theirs.here.subnets[0], theirs.there.subnets[0]),
        (cidr("192.168.1.0/24"), cidr("10.0.192.0/24"))
    );
}

/// PEER-2: any peer has no address and no id of its own; it calls, and we do not.
#[test]
fn any_peer() {
    let ours = link("0.0.0.0");
    assert_eq!((ours.there.address, ours.there.id.clone(), ours.initiate), (None, None, false));
    assert!(ours.mirrored().initiate);
}

/// A link goes back into the tunnel that it came from, with the defaults left to be defaults.
#[test]
fn into_tunnel() {
    let tunnel = scn_2();
    let again = link("1.1.1.1").into_tunnel(tunnel.gateway.clone(), tunnel.peer.clone());
    assert_eq!(again.ipsec.encryption, Some(EspEncryption::Aes128));
    assert_eq!(crate::VpnTunnel { ipsec: tunnel.ipsec.clone(), ..again }, tunnel);
}

/// What does not apply is not set, whatever the policies hold.
#[test]
fn normalised() {
    let mut tunnel = scn_2();
    tunnel.ike.version = IkeVersion::V1;
    tunnel.ipsec.protocol = IpsecProtocol::Ah;
    let link = Link::of(&tunnel, &gateway("g-1", "106.75.234.78"), &peer("p-1", "1.1.1.1"));
    assert_eq!(link.ike.exchange_mode, Some(ExchangeMode::Main));
    assert_eq!(link.ipsec.encryption, None);
}

/// CONF-4: pairs are of one family each.
#[test]
fn pairs_of_one_family() {
    let mut link = link("1.1.1.1");
    link.here.subnets = crate::fixtures::cidrs(&["10.0.0.0/24", "2001:db8:1::/64"]);
    link.there.subnets = crate::fixtures::cidrs(&["192.168.0.0/24", "192.168.1.0/24"]);
    assert_eq!(link.pairs().len(), 2);
    assert_eq!(link.unpaired(), [cidr("2001:db8:1::/64")]);
}
