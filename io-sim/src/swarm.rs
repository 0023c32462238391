//! Runs that differ by their seed alone, and what is left of one that fails.

mod chaos;
mod hours;
mod rekeys;

use core::fmt;
use core::str::FromStr;
use std::fs;
use std::io;
use std::path::Path;

use crate::key_log::KeyLog;
use crate::plan::End;
use crate::topology::TwoGateways;
use crate::world::CaptureId;

/// What a run does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scenario {
    /// 30 % loss, duplication and reordering in every direction: the tunnel connects and stays connected through three
    /// rekeys.
    Rekeys,
    /// Hours on a healthy path, with the shortest lifetimes: no packet is lost in any rekey.
    Hours,
    /// Everything goes wrong, and operators do things meanwhile; then it heals, and all must be well.
    Chaos,
}

impl Scenario {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Rekeys, Self::Hours, Self::Chaos];
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Rekeys => "rekeys",
            Self::Hours => "hours",
            Self::Chaos => "chaos",
        })
    }
}

/// The text names no scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownScenario(String);

impl fmt::Display for UnknownScenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no scenario; there are", self.0)?;
        Scenario::ALL.iter().try_for_each(|scenario| write!(f, " {scenario}"))
    }
}

impl FromStr for Scenario {
    type Err = UnknownScenario;

    fn from_str(text: &str) -> Result<Self, UnknownScenario> {
        let found = Self::ALL.into_iter().find(|scenario| scenario.to_string() == text);
        found.ok_or_else(|| UnknownScenario(text.to_owned()))
    }
}

/// What became of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What was run.
    pub scenario: Scenario,
    /// With which seed.
    pub seed: u64,
    /// The digest of its trace.
    pub digest: u64,
    /// What was wrong, in words; nothing where the run was good.
    pub failures: Vec<String>,
}

impl Outcome {
    /// Whether nothing was wrong.
    pub fn is_good(&self) -> bool {
        self.failures.is_empty()
    }

    /// The command that runs this very run again, from the root of the repository.
    pub fn replay_command(&self) -> String {
        let Self { scenario, seed, .. } = self;
        format!(
            "SIM_SCENARIO={scenario} SIM_SEED={seed} cargo test --release -p ipsec-io-sim --test seeds -- --nocapture"
        )
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}, seed {}, trace {:016x}", self.scenario, self.seed, self.digest)?;
        self.failures.iter().try_for_each(|failure| writeln!(f, "  {failure}"))?;
        if self.is_good() { Ok(()) } else { write!(f, "run it again with:\n  {}", self.replay_command()) }
    }
}

/// Runs a scenario with a seed.
pub fn run(scenario: Scenario, seed: u64) -> Outcome {
    Run::new(scenario, seed, false).finish()
}

/// Runs a scenario with a seed again, and writes what is needed to find out what went wrong: `NAME.pcap` with what was
/// sent on the outer links, `NAME.esp_sa` with its keys, and `NAME.trace` in words.
pub fn record(scenario: Scenario, seed: u64, directory: &Path) -> io::Result<Outcome> {
    let run = Run::new(scenario, seed, true);
    fs::create_dir_all(directory)?;
    let file = |suffix: &str| directory.join(format!("{scenario}-{seed}.{suffix}"));
    let world = &run.net.world;
    if let Some(capture) = run.capture {
        fs::write(file("pcap"), world.pcap(capture).as_bytes())?;
    }
    let mut keys = KeyLog::default();
    for end in End::BOTH {
        keys.merge(world.node(run.net.site(end).gateway).key_log());
    }
    fs::write(file("esp_sa"), keys.text())?;
    fs::write(file("trace"), world.trace().join("\n"))?;
    Ok(run.finish())
}

/// A run in the making: the scenarios write down what is wrong as they go.
#[derive(Debug)]
struct Run {
    scenario: Scenario,
    net: TwoGateways,
    capture: Option<CaptureId>,
    failures: Vec<String>,
}

impl Run {
    fn new(scenario: Scenario, seed: u64, recorded: bool) -> Self {
        let mut net = match scenario {
            Scenario::Rekeys => rekeys::build(seed),
            Scenario::Hours => hours::build(seed),
            Scenario::Chaos => chaos::build(seed),
        };
        let capture = recorded.then(|| {
            net.world.enable_trace();
            net.world.capture([net.left.outer, net.right.outer])
        });
        let mut run = Self { scenario, net, capture, failures: Vec::new() };
        match scenario {
            Scenario::Rekeys => rekeys::drive(&mut run),
            Scenario::Hours => hours::drive(&mut run),
            Scenario::Chaos => chaos::drive(&mut run),
        }
        run
    }

    fn fail(&mut self, what: impl fmt::Display) {
        self.failures.push(format!("{} {what}", self.net.world.now()));
    }

    /// Adds what is wrong with every run: what the oracle saw, and gateways that spin.
    fn finish(mut self) -> Outcome {
        let world = &self.net.world;
        self.failures.extend(world.oracle().violations().iter().map(ToString::to_string));
        for end in End::BOTH {
            let spins = world.node(self.net.site(end).gateway).counters().spins;
            if spins > 0 {
                self.failures.push(format!("the {end} gateway asked {spins} times to be woken in the past"));
            }
        }
        let (seed, digest) = (world.seed(), world.trace_digest());
        Outcome { scenario: self.scenario, seed, digest, failures: self.failures }
    }

    /// Pings both ways over a path that is healthy by now.
    fn require_clean_pings(&mut self) {
        for end in End::BOTH {
            let report = self.net.ping(end, 20, core::time::Duration::from_millis(100));
            if !report.is_clean() {
                self.fail(format_args!("pings from the {end} on a healthy path: {report:?}"));
            }
        }
    }
}

#[cfg(test)]
mod tests;
