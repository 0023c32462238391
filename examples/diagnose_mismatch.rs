//! What goes wrong between two ends, and what each of them makes of it.
//!
//! Two gateways of the simulator agree on everything but one thing at a time. For each, the diagnosis of both ends is shown:
//! what happened, why, and what to change. Then traffic that goes one way only.
#![allow(clippy::print_stdout, reason = "it tells a story")]

use std::error::Error;
use std::time::Duration;

use ipsec_io_sim::plan::End;
use ipsec_io_sim::topology::{TwoGateways, TwoGatewaysOptions, two_gateways};
use ipsec_io_sim::{Chance, Faults, Side};
use ipsec_policy::{DhGroup, EspEncryption, IkeAuthentication, IkeEncryption, IkeVersion, VpnTunnel};

type Outcome = Result<(), Box<dyn Error>>;

/// A thing to get wrong: what it is called, how the right end's tunnel differs, and a word that the diagnosis must name.
struct Mistake {
    name: &'static str,
    make: fn(&mut VpnTunnel),
    names: &'static str,
}

const MISTAKES: &[Mistake] = &[
    Mistake { name: "another pre-shared key", make: |t| t.psk = value("another-key"), names: "key" },
    Mistake {
        name: "aes256 in phase 1 at the right end",
        make: |t| t.ike.encryption = IkeEncryption::Aes256,
        names: "aes256",
    },
    Mistake {
        name: "sha2-256 in phase 1 at the right end",
        make: |t| t.ike.authentication = IkeAuthentication::Sha2_256,
        names: "sha256",
    },
    Mistake {
        name: "group 14 in phase 1 at the right end",
        make: |t| t.ike.dh_group = DhGroup::Modp2048,
        names: "modp2048",
    },
    Mistake { name: "IKEv1 at the right end", make: |t| t.ike.version = IkeVersion::V1, names: "version" },
    Mistake {
        name: "another identity expected at the right end",
        make: |t| t.ike.remote_id = Some(value("office.example")),
        names: "office.example",
    },
    Mistake {
        name: "aes256 in phase 2 at the right end",
        make: |t| t.ipsec.encryption = Some(EspEncryption::Aes256),
        names: "aes256",
    },
    Mistake {
        name: "another remote subnet at the right end",
        make: |t| t.remote_subnets = vec![value("10.0.0.0/24")],
        names: "10.0.0.0/24",
    },
];

fn main() -> Outcome {
    for mistake in MISTAKES {
        println!("── {} ──", mistake.name);
        let mut options = TwoGatewaysOptions::scn4();
        options.right.initiate = false;
        let mut net = two_gateways(1, &options);
        net.world.act(net.right.gateway, |node, _| {
            node.setup_mut().tunnels.iter_mut().for_each(|(tunnel, _)| (mistake.make)(tunnel));
        });
        net.world.run_for(Duration::from_secs(30));
        let told = [End::Left, End::Right].map(|end| tell(&net, end)).concat();
        if !told.contains(mistake.names) {
            return Err(format!("neither end names {}", mistake.names).into());
        }
    }
    one_way()
}

/// Prints what is known of the last failure at one end, and returns it.
fn tell(net: &TwoGateways, end: End) -> String {
    let site = net.site(end);
    let status = net.world.node(site.gateway).status(&site.tunnel);
    let failure = status.as_ref().and_then(|status| status.last_failure.as_ref());
    let text = failure.map_or("it has nothing to say".to_string(), |failure| failure.explanation.to_string());
    let state = status.map_or(String::new(), |status| status.state.to_string());
    println!("  {end} ({state}): {text}\n");
    text
}

/// A connected tunnel of which the far host has no route back.
fn one_way() -> Outcome {
    println!("── a host at the right end that does not answer ──");
    let mut net = two_gateways(1, &TwoGatewaysOptions::scn4());
    if !net.connect(Duration::from_secs(10)) {
        return Err("not connected within 10 s".into());
    }
    net.world.link_mut(net.right.inner).set_faults(Side::A, Faults { loss: Chance::ALWAYS, ..Faults::NONE });
    net.start_pings(End::Left, 600, Duration::from_millis(100));
    net.world.run_for(Duration::from_secs(60));
    for end in [End::Left, End::Right] {
        let site = net.site(end);
        let status = net.world.node(site.gateway).status(&site.tunnel).ok_or("the gateway does not run")?;
        let one_way = status.one_way.ok_or("the tunnel says nothing of it")?;
        println!("  {end} ({}): {}\n", status.state, one_way.explanation);
    }
    Ok(())
}

/// A value that is written in this file.
fn value<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    #[expect(clippy::expect_used, reason = "the texts stand in this file")]
    text.parse().expect("a valid text")
}
