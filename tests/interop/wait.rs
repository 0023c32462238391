//! Waiting with a limit.

use std::time::{Duration, Instant};

use crate::failure::{Failure, Outcome};

const PAUSE: Duration = Duration::from_millis(50);

/// Asks `ready` until it says yes. Passes its error on, and fails after `most`.
pub(crate) fn until(most: Duration, mut ready: impl FnMut() -> Outcome<bool>) -> Outcome {
    let end = Instant::now() + most;
    loop {
        if ready()? {
            return Ok(());
        }
        if Instant::now() >= end {
            return Err(Failure::new(format!("not within {:.1} s", most.as_secs_f32())));
        }
        std::thread::sleep(PAUSE);
    }
}
