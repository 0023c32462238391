//! An end crashes and comes back without what it knew: the tunnel must too, without anybody's help.

use std::time::Duration;

use super::{Setting, Side, connect};
use crate::failure::{Context, Outcome, ensure};
use crate::gateway::{Gateway, TunnelView};
use crate::pair::{Pair, RECOVER_WITHIN};
use crate::wait;

/// strongSwan crashes. If it is the one that initiates it says INITIAL_CONTACT; else we must notice that it is gone.
pub(super) fn peer_restarts(setting: &Setting) -> Outcome {
    setting.pair()?.case(|pair| {
        let before = connect::up(pair, setting)?;
        pair.exchange()?;
        pair.right.crash();
        pair.right.start()?;
        if setting.initiator == Side::StrongSwan {
            pair.right.connect()?;
        }
        comes_back(pair, &before)
    })
}

/// The same with our end.
pub(super) fn we_restart(setting: &Setting) -> Outcome {
    setting.pair()?.case(|pair| {
        let before = connect::up(pair, setting)?;
        pair.exchange()?;
        pair.left.crash();
        pair.left.start()?;
        if setting.initiator == Side::We {
            pair.left.connect()?;
        }
        comes_back(pair, &before)
    })
}

fn comes_back(pair: &mut Pair, before: &TunnelView) -> Outcome {
    let traffic = pair.keep_sending(RECOVER_WITHIN)?;
    let after = pair.wait_connected(RECOVER_WITHIN).context(|| "the tunnel should have come back".into())?;
    drop(traffic);
    // What was under way arrives, and is not counted with what follows.
    std::thread::sleep(Duration::from_millis(200));
    ensure(after.ike() != before.ike(), || "the IKE SA should be a new one".into())?;
    pair.wait_settled()?;
    pair.exchange()
}

/// strongSwan crashes and stays away: dead peer detection finds it out, and nothing leaves in clear (CONN-5).
pub(super) fn peer_vanishes(setting: &Setting) -> Outcome {
    setting.pair()?.case(|pair| {
        connect::up(pair, setting)?;
        pair.exchange()?;
        pair.right.crash();
        let left = &mut pair.left;
        wait::until(RECOVER_WITHIN, || Ok(left.view()?.is_none()))
            .context(|| "we should have found out that strongSwan is gone".into())?;
        pair.must_be_cut()?;
        pair.right.start()
    })
}

/// The same the other way round.
pub(super) fn we_vanish(setting: &Setting) -> Outcome {
    setting.pair()?.case(|pair| {
        connect::up(pair, setting)?;
        pair.exchange()?;
        pair.left.crash();
        let right = &mut pair.right;
        wait::until(RECOVER_WITHIN, || Ok(right.view()?.is_none()))
            .context(|| "strongSwan should have found out that we are gone".into())?;
        pair.left.start()
    })
}
