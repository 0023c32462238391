//! Rekeys, by either end, under traffic in both directions: not one ping may be lost.

use std::time::Duration;

use super::{Setting, Side, connect};
use crate::failure::{Context, Outcome, ensure};
use crate::gateway::{Gateway, TunnelView};
use crate::pair::Pair;
use crate::wait;

/// Four seconds of pings: some before the rekey, most after, across the moment the old SA goes.
const PINGS_ACROSS: u32 = 80;
const BEFORE: Duration = Duration::from_millis(700);
const REKEY_WITHIN: Duration = Duration::from_secs(3);

/// Which SA is replaced.
#[derive(Debug, Clone, Copy)]
enum Rekeyed {
    Child,
    Ike,
}

/// `rekeyer` replaces the Child SA (RFC 7296 §2.8), with a key exchange of its own (PFS).
pub(super) fn child(setting: &Setting, rekeyer: Side) -> Outcome {
    setting.pair()?.case(|pair| {
        let before = connect::up(pair, setting)?;
        pair.exchange()?;
        let after = across(pair, rekeyer, Rekeyed::Child, |now| now.child() != before.child())?;
        ensure(after.child_in != before.child_in && after.child_out != before.child_out, || {
            format!("both SPIs should be new: {before:x?}, then {after:x?}")
        })?;
        ensure(after.ike() == before.ike(), || "the IKE SA should have stayed".into())?;
        let sas = pair.right.sas()?;
        let groups: Vec<_> = sas
            .iter()
            .flat_map(|sa| sa.current(setting.suite.exchange))
            .map(|c| &c.algorithms.group)
            .collect();
        let group = setting.suite.esp.pfs.map_or("", |group| group.shown);
        ensure(groups == [group], || {
            format!("the new Child SA should have PFS with {group}, it has {groups:?}")
        })?;
        pair.exchange()
    })
}

/// `rekeyer` replaces the IKE SA, which hands its Child SA over (RFC 7296 §2.18).
pub(super) fn ike(setting: &Setting, rekeyer: Side) -> Outcome {
    setting.pair()?.case(|pair| {
        let before = connect::up(pair, setting)?;
        pair.exchange()?;
        let after = across(pair, rekeyer, Rekeyed::Ike, |now| now.ike() != before.ike())?;
        ensure(after.ike_spi_i != before.ike_spi_i && after.ike_spi_r != before.ike_spi_r, || {
            format!("both SPIs should be new: {before:x?}, then {after:x?}")
        })?;
        ensure(after.child() == before.child(), || "the Child SA should have stayed".into())?;
        pair.exchange()?;
        // The new IKE SA has working keys only if it can do something.
        let moved = after;
        let last = across(pair, rekeyer, Rekeyed::Child, |now| now.child() != moved.child())?;
        ensure(last.ike() == moved.ike(), || "the IKE SA should have stayed".into())?;
        pair.exchange()
    })
}

/// Rekeys while pings run, and waits until only the new SAs are left.
fn across(
    pair: &mut Pair,
    rekeyer: Side,
    what: Rekeyed,
    is_new: impl Fn(&TunnelView) -> bool,
) -> Outcome<TunnelView> {
    let traffic = pair.start_traffic(PINGS_ACROSS)?;
    std::thread::sleep(BEFORE);
    let end: &mut dyn Gateway = match rekeyer {
        Side::We => pair.left.as_mut(),
        Side::StrongSwan => &mut pair.right,
    };
    match what {
        Rekeyed::Child => end.rekey_child()?,
        Rekeyed::Ike => end.rekey_ike()?,
    }
    wait::until(REKEY_WITHIN, || {
        let (left, right) = (pair.left.view()?, pair.right.view()?);
        Ok(left.as_ref().is_some_and(&is_new) && right.as_ref().is_some_and(&is_new))
    })
    .context(|| "both ends should show the new SAs".into())?;
    pair.finish_traffic(traffic)?;
    pair.wait_settled()
}
