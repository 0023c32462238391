//! The rule of subnet pairs across the tunnels of a VPC (TUN-4).

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::finding::Finding;
use crate::ids::TunnelId;
use crate::pair_index::{PairIndex, SubnetPair};
use crate::tunnel::VpnTunnel;

/// Checks the pairs of `tunnel` against those of the other tunnels of its VPC. Each pair of another tunnel that is
/// equal is an error of its own; overlaps yield one warning for each other tunnel, with the first pair as the example.
pub(crate) fn pairs(tunnel: &VpnTunnel, index: &PairIndex) -> Vec<Finding> {
    let path = format!("tunnel[{}]", tunnel.id);
    let mut findings = Vec::new();
    let mut overlaps = BTreeMap::new();
    for pair in tunnel.pairs() {
        for (other, holder) in index.overlapping(pair).filter(|(_, holder)| **holder != tunnel.id) {
            if other == pair {
                let message = format!("the pair {pair} stands in tunnel {holder} of the same VPC already");
                let fix = format!("Remove the pair here or from tunnel {holder}");
                findings.push(Finding::error("TUN-4", path.clone(), message, fix));
            } else {
                overlaps.entry(holder).or_insert((pair, other));
            }
        }
    }
    for (holder, (pair, other)) in overlaps {
        let winner = winner(&tunnel.id, pair, holder, other);
        let message = format!(
            "the pair {pair} overlaps {other} of tunnel {holder}; tunnel {winner} would win for the packets of both"
        );
        let fix = "Choose subnets that do not overlap, or make sure that this is what you want";
        findings.push(Finding::warning("TUN-4", path.clone(), message, fix));
    }
    findings
}

/// Which of two tunnels carries the packets of two overlapping pairs. Where the pairs do not decide, the lower id does.
fn winner<'a>(a: &'a TunnelId, pair_a: SubnetPair, b: &'a TunnelId, pair_b: SubnetPair) -> &'a TunnelId {
    match pair_a.precedence(&pair_b) {
        Ordering::Greater => a,
        Ordering::Less => b,
        Ordering::Equal => a.min(b),
    }
}
