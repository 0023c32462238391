//! Where randomness comes from: independent streams of one seed, and how likely something is.

use core::fmt;

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

/// A probability in thousandths.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Chance(u16);

impl Chance {
    /// Never happens.
    pub const NEVER: Self = Self(0);
    /// Happens every time.
    pub const ALWAYS: Self = Self(1000);

    /// `value` times in a hundred, every time at most.
    pub const fn percent(value: u16) -> Self {
        Self::per_mille(value.saturating_mul(10))
    }

    /// `value` times in a thousand, every time at most.
    pub const fn per_mille(value: u16) -> Self {
        if value > 1000 { Self::ALWAYS } else { Self(value) }
    }

    /// Draws once. One number is taken from `rng` whatever the probability is, so that changing one fault does not
    /// shift the draws of the others.
    pub fn happens(self, rng: &mut impl Rng) -> bool {
        rng.next_u32() % 1000 < u32::from(self.0)
    }
}

impl fmt::Debug for Chance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}%", self.0 / 10, self.0 % 10)
    }
}

/// What a stream of random numbers is for. Streams do not touch each other: a gateway that draws one more number does
/// not change which packets a link loses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The faults of one direction of a link: twice the link's number, plus one for the second direction.
    Link(u32),
    /// What a gateway draws: its number among the gateways, and how often it was restarted.
    Gateway {
        /// The gateway's number.
        number: u16,
        /// How often it was restarted.
        restarts: u32,
    },
    /// Which commands the datapath of the gateway with this number refuses.
    Datapath(u16),
    /// The plan of a swarm run.
    Plan,
    /// Where the boxes of a swarm run stand and what their clocks show.
    Topology,
}

/// The stream of random numbers of the world with this seed for this purpose.
pub fn stream(seed: u64, purpose: Purpose) -> ChaCha8Rng {
    let number = match purpose {
        Purpose::Link(link) => u64::from(link),
        Purpose::Gateway { number, restarts } => (1 << 48) | (u64::from(number) << 32) | u64::from(restarts),
        Purpose::Datapath(number) => (2 << 48) | u64::from(number),
        Purpose::Plan => 3 << 48,
        Purpose::Topology => 4 << 48,
    };
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(number);
    rng
}

/// A number below `bound`, 0 where `bound` is 0. The bias of the remainder is of no matter here.
pub fn below(rng: &mut impl Rng, bound: u64) -> u64 {
    rng.next_u64().checked_rem(bound).unwrap_or(0)
}
