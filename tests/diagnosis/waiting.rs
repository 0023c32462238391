//! What a tunnel waits for that is not connected, and what it says where nobody answers.

use std::fmt::Write;

use ipsec_gateway::{Command, GatewayConfig, Input};
use ipsec_io_sim::{Network, Office, network};
use ipsec_policy::{ChargeMode, ExchangeMode, Identity, IkeVersion, Subscription, Timestamp, VpnTunnel};

use crate::snapshots::assert_snapshot;
use crate::{SECOND, command, diagnosis, offices, status};

/// DIAG-3: what a tunnel waits for that stays *connecting*, with the addresses and ports that were tried.
#[test]
fn diag_3_what_is_waited_for() {
    let mut text = String::new();
    let mut tell = |name: &str, net: &Network, place: usize| {
        write!(text, "## {name}\n\n{}\n\n", diagnosis(net, place)).unwrap();
    };
    let quiet = |tunnel: &mut VpnTunnel| tunnel.initiate = false;

    let mut net = offices(|_| {}, quiet);
    let link = net.at(1).outer;
    net.world.link_mut(link).set_up(false);
    net.world.run_for(SECOND * 3);
    tell("nothing was heard yet", &net, 0);
    tell("it does not initiate", &net, 1);
    net.world.run_for(SECOND * 60);
    tell("nothing was ever heard", &net, 0);
    command(&mut net, 0, Command::Disconnect);
    net.world.run_for(SECOND);
    tell("the operator has disconnected it", &net, 0);

    let mut net = offices(|_| {}, quiet);
    assert!(net.connect(SECOND * 5));
    let link = net.at(1).outer;
    net.world.run_for(SECOND * 5);
    command(&mut net, 1, Command::Disconnect);
    net.world.run_for(SECOND / 50);
    tell("the peer has deleted the SAs", &net, 0);
    net.world.run_for(SECOND * 5);
    net.world.link_mut(link).set_up(false);
    net.world.run_for(SECOND * 200);
    tell("on hold", &net, 0);

    for (name, version) in [("IKEv2", IkeVersion::V2), ("IKEv1", IkeVersion::V1)] {
        let edit = move |tunnel: &mut VpnTunnel| tunnel.ike.version = version;
        let head = Office::new("head", "106.75.234.78", &[("10.0.192.0/20", "10.0.192.10")]);
        let branch = Office::new("branch", "113.31.115.114", &[("10.23.0.0/16", "10.23.0.10")])
            .behind_nat("172.16.1.2");
        let any = |tunnel: &mut VpnTunnel| {
            edit(tunnel);
            tunnel.ike.remote_id = Some("113.31.115.114".parse::<Identity>().unwrap());
        };
        let mut net = network(
            1,
            &[
                head.clone().tunnel_to_any(&branch, "a-key-of-both", any),
                branch.clone().tunnel_to(&head, "a-key-of-both", edit),
            ],
        );
        let nat = net.at(1).nat.unwrap();
        net.world.act(nat, |nat, _| nat.set_blocked(4500, true));
        net.world.run_for(SECOND * 5);
        tell(&format!("{name}: UDP 4500 is blocked, the first seconds"), &net, 1);
        if version == IkeVersion::V2 {
            tell("any peer", &net, 0);
        }
        net.world.run_for(SECOND * 60);
        tell(&format!("{name}: UDP 4500 is blocked"), &net, 1);
    }
    assert_snapshot("waiting.txt", &text);
}

/// Cuts the link as soon as the left end's tunnel is as `until` wants it.
fn cut_when(
    edit: impl Fn(&mut VpnTunnel) + Copy,
    until: impl Fn(&ipsec_gateway::TunnelStatus) -> bool,
) -> Network {
    let mut net = offices(edit, |tunnel| {
        edit(tunnel);
        tunnel.initiate = false;
    });
    net.world.run_for(SECOND / 1_000);
    let (gateway, tunnel, link) = (net.at(0).gateway, net.tunnel(0), net.at(1).outer);
    let deadline = net.world.now() + SECOND * 5;
    let reached =
        net.world.run_while(deadline, |world| !until(&world.node(gateway).status(&tunnel).unwrap()));
    assert!(reached, "it has come so far");
    net.world.link_mut(link).set_up(false);
    net
}

/// DIAG-1, DIAG-2, DIAG-3: the peer falls silent in the middle: how far it has come, and what may be the cause. The first of
/// each pair while the answer is waited for, the second once the attempt has failed.
#[test]
fn diag_3_the_peer_falls_silent() {
    let mut text = String::new();
    let v2 = |_: &mut VpnTunnel| {};
    let main = |tunnel: &mut VpnTunnel| tunnel.ike.version = IkeVersion::V1;
    let aggressive = |tunnel: &mut VpnTunnel| {
        tunnel.ike.version = IkeVersion::V1;
        tunnel.ike.exchange_mode = Some(ExchangeMode::Aggressive);
    };
    let heard = |times| {
        move |status: &ipsec_gateway::TunnelStatus| {
            status.contact.ways().iter().any(|way| way.received >= times)
        }
    };
    let stands = |status: &ipsec_gateway::TunnelStatus| status.ike.is_some();
    let nets = [
        ("IKEv2: after IKE_SA_INIT", cut_when(v2, heard(1))),
        ("IKEv1 main mode: after the first answer", cut_when(main, heard(1))),
        ("IKEv1 main mode: after the second answer", cut_when(main, heard(2))),
        ("IKEv1 main mode: after phase 1", cut_when(main, stands)),
        ("IKEv1 aggressive mode: after phase 1", cut_when(aggressive, stands)),
    ];
    for (name, mut net) in nets {
        net.world.run_for(SECOND * 3);
        write!(text, "## {name}\n\n{}\n\n", diagnosis(&net, 0)).unwrap();
        net.world.run_for(SECOND * 10 + SECOND / 2);
        write!(text, "{}\n\n", diagnosis(&net, 0)).unwrap();
        assert!(status(&net, 0).ike.is_none() || name.contains("phase 1"));
    }
    assert_snapshot("silence.txt", &text);
}

/// DIAG-3, SUB-1: the gateway's own address is paid for no longer.
#[test]
fn diag_3_the_address_is_paid_for_no_longer() {
    const BEGAN: &str = "2026-01-31T12:00:00Z";
    let paid = |config: &mut GatewayConfig| {
        let began = BEGAN.parse().unwrap();
        config.gateway.external.subscription = Subscription::new(ChargeMode::Hourly, began, 2).ok();
    };
    let mut a = Office::new("left", "106.75.234.78", &[("10.0.192.0/20", "10.0.192.10")]);
    a.adjust = paid;
    let b = Office::new("right", "113.31.115.114", &[("192.168.0.0/16", "192.168.1.10")]);
    let b = b.tunnel_to(&a, "a-key-of-both", |_| {});
    let mut net = network(1, &[a.tunnel_to(&b, "a-key-of-both", |_| {}), b]);
    assert!(net.connect(SECOND * 5));
    let gateway = net.at(0).gateway;
    let moment: Timestamp = BEGAN.parse().unwrap();
    net.world.act(gateway, |node, context| {
        node.with_gateway(context, |gateway, now| gateway.handle_input(now, Input::Calendar(moment)))
    });
    net.world.run_for(SECOND * 7_205);
    assert_snapshot("renewal.txt", &format!("{}\n", diagnosis(&net, 0)));
}
