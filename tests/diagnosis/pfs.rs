//! What a check of the PFS group says, in the log of both ends.

use std::fmt::Write;

use ipsec_gateway::Command;
use ipsec_policy::{DhGroup, PfsChoice};

use crate::snapshots::assert_snapshot;
use crate::{SECOND, command, offices};

/// DIAG-2: a check of the PFS group says what the peer has agreed to, or what differs and when it would hurt.
#[test]
fn diag_2_pfs_checks() {
    let group = PfsChoice::Group(DhGroup::Modp2048);
    let mut text = String::new();
    for (name, left, right) in [
        ("the same group", group, group),
        ("no PFS", PfsChoice::Disabled, PfsChoice::Disabled),
        ("another group", group, PfsChoice::Group(DhGroup::Modp1024)),
        ("PFS here, none at the peer", group, PfsChoice::Disabled),
    ] {
        let mut net = offices(
            |tunnel| tunnel.ipsec.pfs = left,
            |tunnel| {
                tunnel.ipsec.pfs = right;
                tunnel.initiate = false;
            },
        );
        assert!(net.connect(SECOND * 5));
        command(&mut net, 0, Command::CheckPfs);
        net.world.run_for(SECOND * 5);
        let log = net.gateway(0).gateway().unwrap().log(Some(&net.tunnel(0))).unwrap();
        let line = log.entries().find(|entry| entry.text.starts_with("PFS check")).unwrap();
        write!(text, "## {name}\n\n{}: {}\n\n", line.severity, line.text).unwrap();
    }
    assert_snapshot("pfs.txt", &text);
}
