//! What must be reachable.

use ipsec_io_sim::End;

use crate::history::{Change, Step};

/// What is known of one end.
#[derive(Clone, Copy, Debug)]
struct Side {
    /// Whether the tunnel exists.
    exists: bool,
    /// Whether the operator has disconnected it.
    stopped: bool,
    key: bool,
    encryption: bool,
    cut: bool,
    lossy: bool,
}

/// The two ends, and nothing of what stands between them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Model {
    left: Side,
    right: Side,
}

impl Model {
    /// Two gateways with the same tunnel.
    pub(crate) fn new() -> Self {
        let side =
            Side { exists: true, stopped: false, key: false, encryption: false, cut: false, lossy: false };
        Self { left: side, right: side }
    }

    fn side(&mut self, end: End) -> &mut Side {
        match end {
            End::Left => &mut self.left,
            End::Right => &mut self.right,
        }
    }

    /// Whether an end has a tunnel.
    pub(crate) fn exists(&mut self, end: End) -> bool {
        self.side(end).exists
    }

    /// Follows what happens.
    pub(crate) fn step(&mut self, step: Step) {
        match step {
            Step::Connect(end) => self.side(end).stopped = false,
            Step::Disconnect(end) => {
                let side = self.side(end);
                side.stopped = side.exists;
            }
            Step::Change(end, Change::Key(value)) => self.side(end).key = value,
            Step::Change(end, Change::Encryption(value)) => self.side(end).encryption = value,
            // What the operator wants is not written down: a gateway that starts connects its tunnels.
            Step::Crash(end, _) => self.side(end).stopped = false,
            Step::Remove(end) => self.side(end).exists = false,
            Step::Create(end) => {
                let side = self.side(end);
                side.stopped &= side.exists;
                side.exists = true;
            }
            Step::Cut(end) => self.side(end).cut = true,
            Step::Join(end) => self.side(end).cut = false,
            Step::Lose(end, percent) => self.side(end).lossy = percent > 0,
            Step::Change(_, Change::Name(_))
            | Step::Wait(_)
            | Step::RekeyIke(_)
            | Step::RekeyChild(_)
            | Step::Traffic(_)
            | Step::Check => {}
        }
    }

    /// Makes the network whole.
    pub(crate) fn heal(&mut self) {
        for side in [&mut self.left, &mut self.right] {
            (side.cut, side.lossy) = (false, false);
        }
    }

    /// Whether the hosts reach each other once everything has settled: `None` where chance decides.
    pub(crate) fn reachable(&self) -> Option<bool> {
        let Self { left, right, .. } = self;
        let configured = left.exists && right.exists;
        let agree = left.key == right.key && left.encryption == right.encryption;
        if left.cut || right.cut || !configured || !agree {
            return Some(false);
        }
        if left.stopped && right.stopped {
            return Some(false);
        }
        if left.lossy || right.lossy { None } else { Some(true) }
    }
}
