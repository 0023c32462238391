//! Medians of the passes of short rounds.

use std::time::{Duration, Instant};

/// Rounds of each measurement. They take turns with those of the others, so that what disturbs one disturbs all.
pub const ROUNDS: usize = 7;
/// The shortest time that a round measures.
const ROUND: Duration = Duration::from_millis(3);
/// The fewest passes of a round, so that one which is interrupted does not stand for it.
const PASSES: usize = 3;

/// The time of what is under test, without what is done around it.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
pub fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// How long each `pass` takes, of as many as a round needs.
///
/// A pass is shorter than what a scheduler gives at once: where the machine does something else too, that is in a few
/// passes, and not in their median.
pub fn round(passes: &mut Vec<Duration>, mut pass: impl FnMut() -> Duration) {
    let (mut total, mut count) = (Duration::ZERO, 0);
    while total < ROUND || count < PASSES {
        let took = pass();
        (total, count) = (total + took, count + 1);
        passes.push(took);
    }
}

/// Nanoseconds of the middle one.
pub fn median(mut passes: Vec<Duration>) -> f64 {
    passes.sort();
    passes[passes.len() / 2].as_nanos() as f64
}
