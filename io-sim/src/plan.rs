//! What goes wrong in a swarm run, and when: made from the seed alone, before the run begins.

use core::fmt;
use core::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_core::Rng;

use crate::chance::{Chance, Purpose, below, stream};
use crate::link::{Faults, Side};

/// Which of the two ends of a two-gateway world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// The first.
    Left,
    /// The second.
    Right,
}

impl End {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::Left, Self::Right];
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Left => "left",
            Self::Right => "right",
        })
    }
}

/// One thing that goes wrong, or that an operator does meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// One direction of the end's link to the Internet gets these faults.
    SetFaults(End, Side, Faults),
    /// The end's link to the Internet is cut or joined.
    SetUp(End, bool),
    /// The NAT box in front of the end, where there is one, forgets its mappings.
    Rebind(End),
    /// The NAT box in front of the end, where there is one, blocks UDP 4500 or lets it pass again.
    Block4500(End, bool),
    /// The end's gateway loses its state and starts again after a while.
    Crash(End, Duration),
    /// The end's datapath refuses this many of the Security Associations that it is to add.
    RefuseSas(End, Chance),
    /// The end's datapath takes this long for a command.
    SlowDatapath(End, Duration),
    /// The operator of the end rekeys the IKE SA.
    RekeyIke(End),
    /// The operator of the end rekeys the Child SA.
    RekeyChild(End),
    /// The operator of the end disconnects, and connects again after a while.
    Reconnect(End, Duration),
}

/// How bad it may get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanBounds {
    /// How long things go wrong.
    pub duration: Duration,
    /// The longest time between one action and the next.
    pub longest_calm: Duration,
    /// The most loss in one direction of one link, in percent.
    pub loss: u16,
    /// The most duplication, corruption and reordering, each, in percent.
    pub other: u16,
    /// The longest time that a gateway is down.
    pub longest_outage: Duration,
}

impl Default for PlanBounds {
    fn default() -> Self {
        Self {
            duration: Duration::from_secs(600),
            longest_calm: Duration::from_secs(30),
            loss: 50,
            other: 20,
            longest_outage: Duration::from_secs(60),
        }
    }
}

/// Actions with their times since the start of the plan, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultPlan {
    steps: Vec<(Duration, Action)>,
}

impl FaultPlan {
    /// The plan of a seed.
    pub fn new(seed: u64, bounds: &PlanBounds) -> Self {
        let mut rng = stream(seed, Purpose::Plan);
        let mut steps = Vec::new();
        let mut at = Duration::ZERO;
        loop {
            at += up_to(&mut rng, bounds.longest_calm);
            if at >= bounds.duration {
                return Self { steps };
            }
            steps.push((at, action(&mut rng, bounds)));
        }
    }

    /// The actions with their times, in order.
    pub fn steps(&self) -> &[(Duration, Action)] {
        &self.steps
    }
}

fn action(rng: &mut ChaCha8Rng, bounds: &PlanBounds) -> Action {
    let end = if coin(rng) { End::Left } else { End::Right };
    match below(rng, 16) {
        0..=5 => Action::SetFaults(end, if coin(rng) { Side::A } else { Side::B }, faults(rng, bounds)),
        6 => Action::SetUp(end, false),
        7 | 8 => Action::SetUp(end, true),
        9 => Action::Rebind(end),
        10 => Action::Block4500(end, below(rng, 3) == 0),
        11 => Action::Crash(end, up_to(rng, bounds.longest_outage)),
        12 => {
            let refused = if coin(rng) { Chance::percent(0) } else { chance(rng, 60) };
            Action::RefuseSas(end, refused)
        }
        13 => Action::SlowDatapath(end, up_to(rng, Duration::from_millis(500))),
        14 => {
            if coin(rng) {
                Action::RekeyIke(end)
            } else {
                Action::RekeyChild(end)
            }
        }
        _ => Action::Reconnect(end, up_to(rng, bounds.longest_outage)),
    }
}

fn faults(rng: &mut ChaCha8Rng, bounds: &PlanBounds) -> Faults {
    Faults {
        loss: chance(rng, bounds.loss),
        duplication: chance(rng, bounds.other),
        corruption: chance(rng, bounds.other),
        reordering: chance(rng, bounds.other),
        reorder_by: up_to(rng, Duration::from_secs(2)),
        jitter: up_to(rng, Duration::from_millis(100)),
    }
}

fn chance(rng: &mut ChaCha8Rng, most: u16) -> Chance {
    let percent = below(rng, u64::from(most).saturating_add(1));
    Chance::percent(u16::try_from(percent).unwrap_or(most))
}

fn coin(rng: &mut impl Rng) -> bool {
    below(rng, 2) == 1
}

fn up_to(rng: &mut ChaCha8Rng, longest: Duration) -> Duration {
    let micros = u64::try_from(longest.as_micros()).unwrap_or(u64::MAX);
    Duration::from_micros(below(rng, micros.saturating_add(1)))
}

#[cfg(test)]
mod tests;
