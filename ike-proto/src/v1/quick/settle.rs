//! Several IPsec SAs of one pair of subnets: one serves, the others make room (CONN-6).

use core::time::Duration;

use esp_core::sa::Spi;

use crate::diagnose::{Event, Role};
use crate::sa::{ChildSa, ChildState, Core, Effects, Pair};

/// When the end that made the new SA deletes the old one: the new one carries by then at both ends.
const SOON: Duration = Duration::from_secs(5);
/// When the other end does, if that one never did.
const LATE: Duration = Duration::from_secs(60);

/// Decides between all IPsec SAs of a pair which one stays, and has the others deleted. Returns the SPI of one that made
/// room just now for `newest`, if that is the one that stays.
pub(crate) fn settle(core: &mut Core, fx: &Effects<'_>, pair: &Pair, newest: Spi) -> Option<Spi> {
    let serving = || core.children.iter().filter(|child| child.serves() && pair.is_of(&child.selectors));
    let winner = serving().reduce(|best, child| if beats(child, best) { child } else { best })?;
    let (stays, made_by_us, begun_at) = (winner.inbound.spi, winner.role == Role::Initiator, winner.begun_at);
    let mut displaced = None;
    for child in &mut core.children {
        if !child.serves() || !pair.is_of(&child.selectors) || child.inbound.spi == stays {
            continue;
        }
        // One that was there before is for the end that made the new one to delete; of two that were made at once, each
        // end deletes the one that it began.
        let ours = if begun_at >= child.made_at { made_by_us } else { child.role == Role::Initiator };
        child.state = ChildState::Replaced;
        child.lifetime.rekey_at = None;
        child.lifetime.expires_at = child.lifetime.expires_at.min(fx.now + if ours { SOON } else { LATE });
        displaced = Some(child.inbound.spi);
    }
    displaced.filter(|_| stays == newest)
}

/// The same for every pair, after IPsec SAs have come from another ISAKMP SA.
pub(crate) fn settle_all(core: &mut Core, fx: &mut Effects<'_>) {
    let spis: alloc::vec::Vec<Spi> = core.children.iter().map(|child| child.inbound.spi).collect();
    for spi in spis {
        if let Some(pair) = core.child(spi).and_then(|child| Pair::of(&child.selectors)) {
            settle(core, fx, &pair, spi);
        }
    }
}

/// Lets the newest IPsec SA of a pair serve again if none does: the one that had taken its place is gone.
pub(crate) fn revive(core: &mut Core, fx: &mut Effects<'_>, pair: Option<&Pair>) {
    let Some(pair) = pair else { return };
    let now = fx.now;
    let of_pair = |child: &&mut ChildSa| pair.is_of(&child.selectors);
    if core.children.iter_mut().filter(of_pair).any(|child| child.serves()) {
        return;
    }
    let replaced =
        core.children.iter_mut().filter(of_pair).filter(|child| child.state == ChildState::Replaced);
    if let Some(child) = replaced.max_by_key(|child| child.made_at) {
        child.state = ChildState::Active;
        child.lifetime = child.planned;
        let info = child.info(now);
        if let Some(connection) = core.connection {
            fx.event(Event::ChildEstablished { connection, child: info });
        }
    }
}

/// Whether `a` stays rather than `b`: the one that was begun when the other stood already, and of two that were made at
/// once the one with the highest SPI, which both ends see.
fn beats(a: &ChildSa, b: &ChildSa) -> bool {
    if a.begun_at >= b.made_at {
        return true;
    }
    if b.begun_at >= a.made_at {
        return false;
    }
    rank(a) > rank(b)
}

fn rank(child: &ChildSa) -> (Spi, Spi) {
    let (a, b) = (child.inbound.spi, child.outbound.spi);
    (a.max(b), a.min(b))
}
