//! The early check of the PFS group (SEC-4).

use ipsec_gateway::{Command, ConnectionState, PfsCheck};
use ipsec_io_sim::plan::End;
use ipsec_io_sim::topology::TwoGatewaysOptions;
use ipsec_policy::{DhGroup, PfsChoice};

use crate::common::{SECOND, assert_pings, connected, operate, state, status};

/// DIAG-2: the groups differ, and nobody would know for hours, since the first Child SA of IKEv2 has none of its own. The
/// check names both groups; the tunnel goes on.
#[test]
fn diag_2_a_pfs_group_that_differs_shows_at_once() {
    let mut options = TwoGatewaysOptions::scn4();
    options.right.ipsec.pfs = PfsChoice::Group(DhGroup::Modp2048);
    options.right.initiate = false;
    let mut net = connected(&options);
    assert!(matches!(status(&net, End::Left).pfs, PfsCheck::NotChecked));
    operate(&mut net, End::Left, Command::CheckPfs);
    assert!(matches!(status(&net, End::Left).pfs, PfsCheck::Running { .. }));
    net.world.run_for(SECOND);
    let PfsCheck::Refused(failure) = status(&net, End::Left).pfs else { panic!("it differs") };
    let text = failure.explanation.to_string();
    assert!(text.contains("modp1024") && !text.contains("encryption"), "{text}");
    assert_eq!(state(&net, End::Left), ConnectionState::Connected);
    assert_pings(&mut net);
}

/// SEC-4: where the groups agree the check says with which, with every kind of answer to it; without a tunnel it says so.
#[test]
fn sec_4_a_pfs_group_that_agrees() {
    for (pfs, expected) in [(PfsChoice::default(), "Some(Modp1024)"), (PfsChoice::Disabled, "None")] {
        let mut options = TwoGatewaysOptions::scn4();
        (options.left.ipsec.pfs, options.right.ipsec.pfs) = (pfs, pfs);
        let mut net = connected(&options);
        operate(&mut net, End::Left, Command::CheckPfs);
        net.world.run_for(SECOND * 5);
        let PfsCheck::Agreed { group, .. } = status(&net, End::Left).pfs else { panic!("it agrees") };
        assert_eq!(format!("{group:?}"), expected);
        assert_pings(&mut net);
        operate(&mut net, End::Left, Command::Disconnect);
        operate(&mut net, End::Left, Command::CheckPfs);
        assert!(matches!(status(&net, End::Left).pfs, PfsCheck::NotChecked));
    }
}
