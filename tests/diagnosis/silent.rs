//! What a connected tunnel says over which traffic goes one way only, or not at all.

use std::fmt::Write;

use ipsec_io_sim::{Chance, Faults, Network, Office, Side, network};
use ipsec_policy::{IpsecProtocol, VpnTunnel};

use crate::snapshots::assert_snapshot;
use crate::{SECOND, offices, status};

/// Pings from left to right for a minute, and what both ends say of it.
fn tell(text: &mut String, name: &str, net: &mut Network) {
    let (from, to) = (net.host(0, 0), net.host(1, 0));
    net.start_pings(from, to, 600);
    net.world.run_for(SECOND * 55);
    write!(text, "## {name}\n\n").unwrap();
    for (place, end) in [(0, "left"), (1, "right")] {
        let status = status(net, place);
        let said =
            status.one_way.map_or_else(|| "nothing".to_owned(), |one_way| one_way.explanation.to_string());
        write!(text, "{end}: {said}\n\n").unwrap();
    }
}

fn connected(edit: fn(&mut VpnTunnel)) -> Network {
    let mut net = offices(edit, |tunnel| {
        edit(tunnel);
        tunnel.initiate = false;
    });
    assert!(net.connect(SECOND * 5));
    net
}

fn lose(net: &mut Network, place: usize, from: Side) {
    let link = net.at(place).outer;
    net.world.link_mut(link).set_faults(from, Faults { loss: Chance::ALWAYS, ..Faults::NONE });
}

/// DIAG-3, DIAG-5: protocol 50 or 51 is blocked on the path, in both directions or one; the far host does not answer; the
/// same behind a NAT, and after traffic had passed both ways.
#[test]
fn diag_5_each_silence_and_its_likely_cause() {
    let mut text = String::new();
    let mut net = connected(|_| {});
    net.world.act(net.internet, |router, _| router.set_blocked(50, true));
    tell(&mut text, "a firewall blocks ESP", &mut net);

    let mut net = connected(|tunnel| {
        tunnel.ipsec.protocol = IpsecProtocol::Ah;
        tunnel.ipsec.encryption = None;
    });
    net.world.act(net.internet, |router, _| router.set_blocked(51, true));
    tell(&mut text, "a firewall blocks AH", &mut net);

    let mut net = connected(|_| {});
    lose(&mut net, 0, Side::A);
    tell(&mut text, "the path loses all that the left end sends", &mut net);

    let mut net = connected(|_| {});
    let host = net.host(1, 0);
    net.world.act(host, |host, _| host.set_silent(true));
    tell(&mut text, "the right host does not answer", &mut net);

    let mut net = connected(|_| {});
    let (from, to) = (net.host(0, 0), net.host(1, 0));
    assert_eq!(net.ping(from, to, 10).received, 10);
    net.world.run_for(SECOND * 10);
    net.world.act(net.internet, |router, _| router.set_blocked(50, true));
    tell(&mut text, "a firewall blocks ESP after traffic had passed", &mut net);

    let head = Office::new("head", "106.75.234.78", &[("10.0.192.0/20", "10.0.192.10")]);
    let branch =
        Office::new("branch", "113.31.115.114", &[("10.23.0.0/16", "10.23.0.10")]).behind_nat("172.16.1.2");
    let quiet = head.clone().tunnel_to(&branch, "a-key-of-both", |tunnel| tunnel.initiate = false);
    let mut net = network(1, &[quiet, branch.tunnel_to(&head, "a-key-of-both", |_| {})]);
    assert!(net.connect(SECOND * 5));
    let host = net.host(1, 0);
    net.world.act(host, |host, _| host.set_silent(true));
    tell(&mut text, "ESP in UDP, and the right host does not answer", &mut net);
    assert_snapshot("one_way.txt", &text);
}
