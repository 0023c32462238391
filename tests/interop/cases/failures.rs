//! Tunnels that must not come up, or not yet.

use std::time::Duration;

use super::{Setting, Side};
use crate::failure::{Outcome, ensure};
use crate::gateway::Gateway;
use crate::pair::{Pair, RECOVER_WITHIN};

/// Long enough for a handshake that works, several times over.
const NO_TUNNEL_FOR: Duration = Duration::from_secs(4);

/// The ends have different pre-shared keys: no SA on either side, nothing passes, and both keep running.
pub(super) fn wrong_key(setting: &Setting) -> Outcome {
    let pair = setting.pair_with(|_, right| right.psk = "Another_key-2026".into())?;
    pair.case(|pair| stays_down(pair, setting.initiator))
}

/// Lets `initiator` try: there must be no SA on either side, nothing may pass, and both must keep running.
pub(super) fn stays_down(pair: &mut Pair, initiator: Side) -> Outcome {
    pair.start()?;
    match initiator {
        // Some programs report the failure here, others only in their state, which is checked below.
        Side::We => drop(pair.left.connect()),
        Side::StrongSwan => drop(pair.right.initiate(NO_TUNNEL_FOR)),
    }
    std::thread::sleep(NO_TUNNEL_FOR);
    let view = pair.left.view()?;
    ensure(view.is_none(), || format!("the left end says it is connected: {view:x?}"))?;
    let sas = pair.right.sas()?;
    ensure(sas.iter().all(|sa| sa.state != "ESTABLISHED"), || format!("strongSwan has an IKE SA: {sas:?}"))?;
    let seen = pair.watch.seen()?;
    ensure(seen.ike > 0 && seen.all_esp() == 0, || format!("there should be IKE and no ESP: {seen:?}"))?;
    pair.must_be_cut()
}

/// The peer is not there. We keep trying, hold inner packets back, and connect once the peer appears.
pub(super) fn missing_peer(setting: &Setting) -> Outcome {
    setting.pair()?.case(|pair| {
        pair.left.start()?;
        // Reported here by some programs; the state is checked below.
        drop(pair.left.connect());
        std::thread::sleep(NO_TUNNEL_FOR);
        pair.left.must_run()?;
        let view = pair.left.view()?;
        ensure(view.is_none(), || format!("the left end says it is connected: {view:x?}"))?;
        let seen = pair.watch.seen()?;
        ensure(seen.ike > 0, || format!("the left end should be trying: {seen:?}"))?;
        pair.must_be_cut()?;
        pair.right.start()?;
        pair.wait_connected(RECOVER_WITHIN)?;
        pair.exchange()
    })
}
