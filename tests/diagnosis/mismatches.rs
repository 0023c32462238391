//! What is configured otherwise at one end.

use std::fmt::Write;

use ipsec_gateway::{Command, ConnectionState};
use ipsec_policy::{
    DhGroup, EspAuthentication, EspEncryption, ExchangeMode, Identity, IkeAuthentication, IkeEncryption,
    IkeVersion, IpsecProtocol, PfsChoice, VpnTunnel,
};

use crate::snapshots::assert_snapshot;
use crate::{SECOND, command, diagnosis, offices, status};

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

/// What both ends say about a mismatch, once each has tried.
fn both(base: fn(&mut VpnTunnel), mismatch: &Mismatch) -> [String; 2] {
    let mut net = offices(base, |tunnel| {
        base(tunnel);
        (mismatch.edit)(tunnel);
    });
    net.world.run_for(SECOND * 150);
    for place in [0, 1] {
        if status(&net, place).state == ConnectionState::Connected {
            command(&mut net, place, Command::CheckPfs);
            net.world.run_for(SECOND * 5);
        }
    }
    [0, 1].map(|place| diagnosis(&net, place))
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
