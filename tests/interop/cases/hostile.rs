//! Garbage from the network.

use super::{Setting, connect};
use crate::failure::{Outcome, ensure};
use crate::flood::{self, Flood};
use crate::pair::{CONNECT_WITHIN, Left, Pair};

const DATAGRAMS: u32 = 20_000;

/// Garbage on both ports leaves the tunnel as it was: the same SAs, and traffic that passes.
pub(super) fn garbage_flood(setting: &Setting) -> Outcome {
    setting.pair()?.case(|pair: &mut Pair| {
        let view = connect::up(pair, setting)?;
        pair.exchange()?;
        let mut aim = view;
        if setting.left == Left::StrongSwan {
            // strongSwan 5.9.8 answers forged messages of a live IKE SA, and its peer gives up that SA over the answer.
            aim.ike_spi_i = !aim.ike_spi_i;
        }
        let target = pair.network.left.address;
        flood::send(&pair.network.right.gateway, &Flood { target, count: DATAGRAMS, view: aim })?;
        pair.left.must_run()?;
        let after = pair.wait_connected(CONNECT_WITHIN)?;
        ensure(after.ike() == view.ike() && after.child() == view.child(), || {
            format!("the garbage replaced SAs: {view:x?}, then {after:x?}")
        })?;
        pair.exchange()
    })
}
