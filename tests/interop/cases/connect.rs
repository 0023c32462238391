//! The tunnel comes up with the configured algorithms and carries traffic; it can be closed and opened again.

use super::{Setting, Side};
use crate::failure::{Context, Outcome, ensure};
use crate::gateway::{Gateway, TunnelView};
use crate::pair::{CONNECT_WITHIN, Pair};
use crate::plan;
use crate::topology::Topology;
use crate::wait;

/// Either end initiates, in any topology.
pub(super) fn connects(setting: &Setting) -> Outcome {
    setting.pair()?.case(|pair| {
        up(pair, setting)?;
        pair.exchange()?;
        pair.exchange_sizes()?;
        pair.watch.must_be_protected()
    })
}

/// Starts both ends, opens the tunnel and checks what it was built from.
pub(super) fn up(pair: &mut Pair, setting: &Setting) -> Outcome<TunnelView> {
    pair.start()?;
    match setting.initiator {
        Side::We => pair.left.connect()?,
        Side::StrongSwan => pair.right.connect()?,
    }
    let view = pair.wait_connected(CONNECT_WITHIN)?;
    ensure(view.encap, || {
        "strongSwan's userspace ESP is always in UDP, but the left end says it is not".into()
    })?;
    let sas = pair.right.sas()?;
    ensure(sas.len() == 1, || format!("strongSwan should have one IKE SA, it has {}", sas.len()))?;
    let groups: Vec<_> = sas.iter().map(|sa| sa.algorithms.group.as_str()).collect();
    let group = setting.suite.ike.group.shown;
    ensure(groups == [group], || format!("the IKE SA should use {group}, it uses {groups:?}"))?;
    if setting.topology != Topology::Direct {
        let seen = pair.watch.seen()?;
        ensure(seen.translated > 0, || format!("no packet came from the NAT's ports: {seen:?}"))?;
    }
    Ok(view)
}

/// Our end closes the tunnel, which takes strongSwan's SAs with it, and opens a new one.
pub(super) fn reconnects(setting: &Setting) -> Outcome {
    setting.pair()?.case(|pair| {
        let before = up(pair, setting)?;
        pair.exchange()?;
        pair.left.disconnect()?;
        let right = &mut pair.right;
        wait::until(CONNECT_WITHIN, || Ok(right.sas()?.is_empty()))
            .context(|| "strongSwan should have been told to delete its SAs".into())?;
        let view = pair.left.view()?;
        ensure(view.is_none(), || format!("the left end still says it is connected: {view:x?}"))?;
        pair.must_be_cut()?;
        pair.left.connect()?;
        let after = pair.wait_connected(CONNECT_WITHIN)?;
        ensure(before.ike() != after.ike(), || "the IKE SA should be a new one".into())?;
        pair.exchange()
    })
}

/// strongSwan sends everything that is longer than a few hundred octets in fragments, in its and Cisco's own way in IKEv1,
/// from its first protected message to its rekeys.
pub(super) fn fragments(setting: &Setting) -> Outcome {
    let (suite, initiator) = (setting.suite, setting.initiator);
    let pair = Pair::new(setting.left, setting.topology, |network| {
        let (left, mut right) = plan::plans(network, suite, initiator == Side::We);
        right.options.their_daemon = "fragment_size = 256".into();
        (left, right)
    })?;
    pair.case(|pair| {
        let before = up(pair, setting)?;
        pair.exchange()?;
        pair.right.rekey_child()?;
        let left = &mut pair.left;
        wait::until(CONNECT_WITHIN, || {
            Ok(left.view()?.is_some_and(|view| view.child() != before.child() && view.sends))
        })
        .context(|| "strongSwan's rekey should have passed".into())?;
        pair.exchange()?;
        let split = pair.right.log_lines("splitting IKE message");
        ensure(split >= 2, || format!("strongSwan split {split} messages, which should be at least 2"))
    })
}
