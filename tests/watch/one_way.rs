//! DIAG-5: a connected tunnel over which traffic goes one way only.

use ipsec_gateway::SilentWay;
use ipsec_io_sim::plan::End;
use ipsec_io_sim::{Chance, Faults, Side};

use crate::{SECOND, at, connected, gateway, lines, node, tunnel};

/// DIAG-5: the far host does not answer. The near gateway says that nothing is received and what to check, the far one that
/// nothing is sent; both once, in the log and in the status, and both say when it is over.
#[test]
fn diag_5_the_far_host_does_not_answer() {
    let mut net = connected(|_| {});
    net.world.run_until(at(10));
    // The link between the far gateway and its host loses what comes from the host.
    net.world.link_mut(net.right.inner).set_faults(Side::A, Faults { loss: Chance::ALWAYS, ..Faults::NONE });
    net.start_pings(End::Left, 450, SECOND / 10);
    net.world.run_until(at(39));
    assert!(node(&net, End::Left).status(tunnel(&net, End::Left)).unwrap().one_way.is_none());
    net.world.run_until(at(41));
    let silent = |end, word| {
        let status = node(&net, end).status(tunnel(&net, end)).unwrap();
        let one_way = status.one_way.unwrap();
        assert_eq!((one_way.since, one_way.packets), (at(10), 300), "{end}");
        let told = lines(&net, end, "one way");
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].0, 40);
        assert!(told[0].1.contains(word), "{told:?}");
        one_way.silent
    };
    assert_eq!(
        silent(End::Left, "heck that the hosts in 192.168.0.0/16 have a route to 10.0.192.0/20"),
        SilentWay::In
    );
    assert_eq!(
        silent(End::Right, "heck that the hosts in 192.168.0.0/16 have a route to 10.0.192.0/20"),
        SilentWay::Out
    );
    net.world.link_mut(net.right.inner).set_faults(Side::A, Faults::NONE);
    net.world.run_until(at(51));
    for end in [End::Left, End::Right] {
        assert!(node(&net, end).status(tunnel(&net, end)).unwrap().one_way.is_none());
        assert_eq!(
            lines(&net, end, "both ways"),
            [(50, "traffic goes both ways again".to_string())],
            "{end}"
        );
    }
    assert!(gateway(&net, End::Left).is_healthy(None).unwrap());
}

/// DIAG-5: the path loses all that we send. We say that nothing comes back and which protocol a firewall must let pass; the
/// other end has nothing to say.
#[test]
fn diag_5_a_path_that_loses_one_way() {
    let mut net = connected(|_| {});
    net.world.run_until(at(10));
    net.world.link_mut(net.left.outer).set_faults(Side::A, Faults { loss: Chance::ALWAYS, ..Faults::NONE });
    net.start_pings(End::Left, 450, SECOND / 10);
    net.world.run_until(at(45));
    let told = lines(&net, End::Left, "one way");
    assert!(told[0].1.contains("not one packet of the peer's has arrived"), "{told:?}");
    assert!(told[0].1.contains("ESP (IP protocol 50)"), "{told:?}");
    assert!(lines(&net, End::Right, "one way").is_empty());
}
