//! `ike-scan`, which looks from outside for VPN gateways: it gets a real gateway's answers, and leaves nothing behind.

use std::time::Duration;

use super::{Case, Setting, Side};
use crate::failure::{Context, Failure, Outcome, ensure};
use crate::gateway::Gateway;
use crate::lab::{Lab, Netns};
use crate::ours::Ours;
use crate::pair::Left;
use crate::plan::{self, SUITES};
use crate::suite::Exchange;
use crate::topology::{self, Topology};
use crate::wait;

/// The lifetime of a half-open IKE SA, and what a busy machine adds.
const FORGOTTEN_WITHIN: Duration = Duration::from_secs(40);

/// A scan, and what it has to print of the answer.
struct Scan {
    what: &'static str,
    words: &'static [&'static str],
    expected: &'static [&'static str],
}

/// What the gateway chose, with its attributes in the order in which they were offered.
const CHOSEN: &str = "SA=(Enc=AES Hash=SHA1 Auth=PSK Group=2:modp1024 KeyLength=128 LifeType=Seconds";
/// The transform that the tunnel has, as cipher/bits,hash,method,group.
const RIGHT_TRANSFORM: &str = "--trans=7/128,2,1,2";

const MAIN: [Scan; 4] = [
    Scan {
        what: "the transform of the tunnel",
        words: &[RIGHT_TRANSFORM],
        expected: &[
            "Main Mode Handshake returned",
            CHOSEN,
            "VID=",
            "1 returned handshake; 0 returned notify",
        ],
    },
    Scan {
        what: "one of several transforms",
        words: &["--trans=1,1,1,1", "--trans=5,2,1,2", RIGHT_TRANSFORM],
        expected: &["Main Mode Handshake returned", CHOSEN, "1 returned handshake; 0 returned notify"],
    },
    Scan {
        what: "a transform that nobody has",
        words: &["--trans=1,1,1,1"],
        expected: &["Notify message 14 (NO-PROPOSAL-CHOSEN)", "0 returned handshake; 1 returned notify"],
    },
    Scan {
        what: "certificates",
        words: &["--trans=7/128,2,3,2"],
        expected: &["Notify message 14 (NO-PROPOSAL-CHOSEN)", "0 returned handshake; 1 returned notify"],
    },
];

const AGGRESSIVE: [Scan; 2] = [
    Scan {
        what: "the identity, group and transform of the tunnel",
        words: &["--aggressive", "--id=right.interop.example", "--idtype=2", "--dhgroup=2", RIGHT_TRANSFORM],
        expected: &[
            "Aggressive Mode Handshake returned",
            CHOSEN,
            "KeyExchange(128 bytes)",
            "Nonce(32 bytes)",
            "ID(Type=ID_FQDN, Value=left.interop.example)",
            "Hash(20 bytes)",
            "VID=",
            "1 returned handshake; 0 returned notify",
        ],
    },
    Scan {
        what: "a transform that nobody has",
        words: &[
            "--aggressive",
            "--id=right.interop.example",
            "--idtype=2",
            "--dhgroup=2",
            "--trans=5,1,1,2",
        ],
        expected: &["Notify message 14 (NO-PROPOSAL-CHOSEN)", "0 returned handshake; 1 returned notify"],
    },
];

/// One case for each mode.
pub(super) fn cases() -> Vec<Case> {
    let case = |exchange: Exchange| {
        let suite = SUITES[0].with(exchange);
        let setting =
            Setting { left: Left::Ours, suite, topology: Topology::Direct, initiator: Side::StrongSwan };
        Case::new(format!("ike-scan::{}", exchange.name()), setting, is_answered)
    };
    [Exchange::V1Main, Exchange::V1Aggressive].map(case).into()
}

fn is_answered(setting: &Setting) -> Outcome {
    let mut lab = Lab::new()?;
    let network = topology::build(&mut lab, setting.topology)?;
    let (mut plan, _) = plan::plans(&network, setting.suite, false);
    plan.local_id = "left.interop.example".into();
    plan.remote_id = "right.interop.example".into();
    let mut ours = Ours::new(&lab, &network.left.gateway, "left", &[plan])?;
    ours.start()?;
    let result = scan_all(&mut ours, setting, &network.right.gateway);
    result.map_err(|error| Failure::new(format!("{error}\n\n{}", ours.report())))
}

fn scan_all(ours: &mut Ours, setting: &Setting, from: &Netns) -> Outcome {
    let before = (ours.views()?, ours.counts()?);
    let scans: &[Scan] = if setting.suite.exchange == Exchange::V1Main { &MAIN } else { &AGGRESSIVE };
    for scan in scans {
        let mut words = vec!["ike-scan", "--sport=0", "--retry=1", "--timeout=2000"];
        words.extend_from_slice(scan.words);
        words.push("192.0.2.1");
        let said = from.run(&words)?;
        let missing: Vec<_> = scan.expected.iter().filter(|words| !said.contains(**words)).collect();
        ensure(missing.is_empty(), || format!("asked for {}: {missing:?} is not in:\n{said}", scan.what))?;
    }
    let mut left = before.1;
    wait::until(FORGOTTEN_WITHIN, || {
        left = ours.counts()?;
        Ok(left == before.1)
    })
    .context(|| format!("IKE SAs and half-open ones should be {:?} again, they are {left:?}", before.1))?;
    let after = ours.views()?;
    ensure(after == before.0, || format!("tunnels changed: {:?}, then {after:?}", before.0))?;
    ours.must_run()
}
