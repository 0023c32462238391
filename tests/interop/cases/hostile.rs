//! Garbage from the network.

use super::{Setting, connect};
use crate::failure::{Outcome, ensure};
use crate::flood::{self, Flood};
use crate::pair::{CONNECT_WITHIN, Pair};

const DATAGRAMS: u32 = 20_000;

/// Garbage on both ports leaves the tunnel as it was: the same SAs, and traffic that passes.
pub(super) fn garbage_flood(setting: &Setting) -> Outcome {
    setting.pair()?.case(|pair: &mut Pair| {
        let view = connect::up(pair, setting)?;
        pair.exchange()?;
        let site = &pair.network.left;
        flood::send(&pair.network.right.gateway, &Flood { target: site.address, count: DATAGRAMS, view })?;
        pair.left.must_run()?;
        let after = pair.wait_connected(CONNECT_WITHIN)?;
        ensure(after.ike() == view.ike() && after.child() == view.child(), || {
            format!("the garbage replaced SAs: {view:x?}, then {after:x?}")
        })?;
        pair.exchange()
    })
}
