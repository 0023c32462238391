//! Every diagnosis that the simulator can bring about, as text (DIAG-1 to DIAG-3).
//!
//! The texts stand in `tests/snapshots`, to be read as prose. Who changes one on purpose renews them with
//! `UPDATE_SNAPSHOTS=1 cargo test --test diagnosis` and reads the difference.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;
use std::{env, fs};

use ipsec_gateway::{Command, ConnectionState, PfsCheck};
use ipsec_io_sim::{Network, Office, network};
use ipsec_policy::{
    DhGroup, EspAuthentication, EspEncryption, ExchangeMode, Identity, IkeAuthentication, IkeEncryption,
    IkeVersion, IpsecProtocol, PfsChoice, VpnTunnel,
};

const SECOND: Duration = Duration::from_secs(1);

/// What is configured otherwise at the right end, and the words that name it.
struct Mismatch {
    name: &'static str,
    words: &'static [&'static str],
    edit: fn(&mut VpnTunnel),
}

/// The words of each field. A text that names one field has none of another.
const FIELDS: [&[&str]; 9] =
    [VERSION, MODE, ENCRYPTION, AUTHENTICATION, GROUP, IDENTITY, KEY, SUBNETS, PROTOCOL];
const VERSION: &[&str] = &["IKE version"];
const MODE: &[&str] = &["exchange mode"];
const ENCRYPTION: &[&str] = &["encryption"];
const AUTHENTICATION: &[&str] = &["authentication"];
const GROUP: &[&str] = &["Diffie-Hellman group", "PFS group"];
const IDENTITY: &[&str] = &["identity", "remote id"];
const KEY: &[&str] = &["pre-shared key"];
const SUBNETS: &[&str] = &["subnets"];
const PROTOCOL: &[&str] = &["protocol"];

const MISMATCHES: [Mismatch; 12] = [
    Mismatch {
        name: "version",
        words: VERSION,
        edit: |tunnel| {
            let other = tunnel.ike.version == IkeVersion::V1;
            tunnel.ike.version = if other { IkeVersion::V2 } else { IkeVersion::V1 };
            tunnel.ike.exchange_mode = None;
        },
    },
    Mismatch {
        name: "exchange mode",
        words: MODE,
        edit: |tunnel| {
            let aggressive = tunnel.ike.exchange_mode == Some(ExchangeMode::Aggressive);
            let other = if aggressive { ExchangeMode::Main } else { ExchangeMode::Aggressive };
            tunnel.ike.exchange_mode = Some(other);
        },
    },
    Mismatch {
        name: "IKE encryption",
        words: ENCRYPTION,
        edit: |t| t.ike.encryption = IkeEncryption::Aes256,
    },
    Mismatch {
        name: "IKE authentication",
        words: AUTHENTICATION,
        edit: |tunnel| tunnel.ike.authentication = IkeAuthentication::Md5,
    },
    Mismatch { name: "IKE group", words: GROUP, edit: |t| t.ike.dh_group = DhGroup::Modp2048 },
    Mismatch {
        name: "identity",
        words: IDENTITY,
        edit: |tunnel| tunnel.ike.local_id = Some("office.example.com".parse::<Identity>().unwrap()),
    },
    Mismatch { name: "pre-shared key", words: KEY, edit: |t| t.psk = "another-key".parse().unwrap() },
    Mismatch {
        name: "subnets",
        words: SUBNETS,
        edit: |tunnel| tunnel.remote_subnets = vec!["10.0.128.0/20".parse().unwrap()],
    },
    Mismatch { name: "protocol", words: PROTOCOL, edit: |tunnel| tunnel.ipsec.protocol = IpsecProtocol::Ah },
    Mismatch {
        name: "IPsec encryption",
        words: ENCRYPTION,
        edit: |tunnel| tunnel.ipsec.encryption = Some(EspEncryption::Aes256),
    },
    Mismatch {
        name: "IPsec authentication",
        words: AUTHENTICATION,
        edit: |tunnel| tunnel.ipsec.authentication = Some(EspAuthentication::Md5),
    },
    Mismatch {
        name: "PFS group",
        words: GROUP,
        edit: |tunnel| tunnel.ipsec.pfs = PfsChoice::Group(DhGroup::Modp2048),
    },
];

/// A version and exchange mode.
type Base = (&'static str, fn(&mut VpnTunnel));

const BASES: [Base; 3] = [
    ("IKEv2", |_| {}),
    ("IKEv1 main mode", |tunnel| tunnel.ike.version = IkeVersion::V1),
    ("IKEv1 aggressive mode", |tunnel| {
        tunnel.ike.version = IkeVersion::V1;
        tunnel.ike.exchange_mode = Some(ExchangeMode::Aggressive);
    }),
];

fn offices(left: impl Fn(&mut VpnTunnel), right: impl Fn(&mut VpnTunnel)) -> Network {
    let a = Office::new("left", "106.75.234.78", &[("10.0.192.0/20", "10.0.192.10")]);
    let b = Office::new("right", "113.31.115.114", &[("192.168.0.0/16", "192.168.1.10")]);
    let offices =
        [a.clone().tunnel_to(&b, "a-key-of-both", left), b.clone().tunnel_to(&a, "a-key-of-both", right)];
    network(1, &offices)
}

fn diagnosis(net: &Network, place: usize) -> String {
    let status = net.gateway(place).status(&net.tunnel(place)).unwrap();
    if let PfsCheck::Refused(failure) = status.pfs {
        return failure.explanation.to_string();
    }
    status.diagnosis.map_or_else(|| "connected".to_owned(), |diagnosis| diagnosis.to_string())
}

fn command(net: &mut Network, place: usize, command: fn(ipsec_policy::TunnelId) -> Command) {
    let (gateway, tunnel) = (net.at(place).gateway, net.tunnel(place));
    net.world.act(gateway, |node, context| node.command(context, command(tunnel)));
}

/// What both ends say about a mismatch, once each has tried.
fn both(base: fn(&mut VpnTunnel), mismatch: &Mismatch) -> [String; 2] {
    let mut net = offices(base, |tunnel| {
        base(tunnel);
        (mismatch.edit)(tunnel);
    });
    net.world.run_for(SECOND * 150);
    for place in [0, 1] {
        let status = net.gateway(place).status(&net.tunnel(place)).unwrap();
        if status.state == ConnectionState::Connected {
            command(&mut net, place, Command::CheckPfs);
            net.world.run_for(SECOND * 5);
        }
    }
    [0, 1].map(|place| diagnosis(&net, place))
}

/// Compares with the file, or renews it.
fn assert_snapshot(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(name);
    if env::var_os("UPDATE_SNAPSHOTS").is_some() {
        return fs::write(&path, text).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    let differs = kept.lines().zip(text.lines()).find(|(kept, now)| kept != now);
    assert!(
        kept == text,
        "{} differs, first in {differs:?}; see the top of this file for how to renew it",
        path.display()
    );
}

/// DIAG-1, DIAG-2: for each thing that is configured otherwise at the other end, both ends name it and nothing else.
#[test]
fn diag_1_diag_2_each_mismatch_is_named() {
    let (mut text, mut wrong) = (String::new(), String::new());
    for (base_name, base) in BASES {
        for mismatch in &MISMATCHES {
            if base_name == "IKEv2" && mismatch.name == "exchange mode" {
                continue;
            }
            let [left, right] = both(base, mismatch);
            write!(text, "## {base_name}: {}\n\nleft: {left}\n\nright: {right}\n\n", mismatch.name).unwrap();
            for (end, said) in [("left", &left), ("right", &right)] {
                let names = |words: &[&str]| words.iter().any(|word| said.contains(word));
                // Where the protocol does not tell the one from the other, the text says so.
                let either = said.contains("it does not say which");
                let excused = |words: &[&str]| either && (words == IDENTITY || words == KEY);
                let others: Vec<_> = FIELDS
                    .iter()
                    .filter(|words| **words != mismatch.words && names(words) && !excused(words))
                    .collect();
                if !names(mismatch.words) || !others.is_empty() {
                    let what = mismatch.name;
                    writeln!(wrong, "{base_name}: {what}: {end}: names {others:?}: {said}").unwrap();
                }
            }
        }
    }
    assert_snapshot("mismatches.txt", &text);
    assert!(wrong.is_empty(), "{wrong}");
}

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
