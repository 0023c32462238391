//! What a case with many tunnels asks of the program at the far end.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::failure::Outcome;
use crate::suite::{Exchange, Suite};

/// A tunnel as the far end has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Held {
    /// Both SPIs of its IKE SA, where the program tells them.
    pub(crate) ike: Option<(u64, u64)>,
    pub(crate) child_in: u32,
    pub(crate) child_out: u32,
    pub(crate) bytes_in: u64,
    pub(crate) bytes_out: u64,
    /// The algorithms of each phase, in the program's own words.
    pub(crate) phase1: String,
    pub(crate) phase2: String,
}

/// One of the two ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Ours,
    Theirs,
}

/// How a Child SA came about, which decides whether it has a key exchange of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Made {
    First,
    ByRekey,
}

impl Made {
    /// Whether a Child SA of `suite` that came about so has keys of a group of its own.
    pub(crate) fn has_pfs(self, suite: &Suite) -> bool {
        suite.esp.pfs.is_some() && (self == Self::ByRekey || suite.exchange.first_child_has_pfs())
    }
}

/// A program with a tunnel for each plan it was made with. Tunnels have the names of their plans.
pub(crate) trait Peer {
    /// What people call it.
    fn name(&self) -> &'static str;
    /// Starts it with its tunnels, none of which it opens by itself.
    fn start(&mut self) -> Outcome;
    /// Opens a tunnel and waits up to `most` for it.
    fn open(&mut self, tunnel: &str, most: Duration) -> Outcome;
    /// Starts a rekey of a tunnel's Child SA.
    fn rekey_child_of(&mut self, tunnel: &str) -> Outcome;
    /// The tunnels that stand, each once and with nothing old beside it that `exchange` does not leave there.
    fn held(&mut self, exchange: Exchange) -> Outcome<BTreeMap<String, Held>>;
    /// What [`Held`] should tell of the algorithms of a tunnel of `suite`.
    fn shows(&self, suite: &Suite, made: Made) -> (String, String);
    /// Fails if the process has ended.
    fn must_run(&mut self) -> Outcome;
    /// Its name and the end of its log, for a failure message.
    fn report(&mut self) -> String;
}
