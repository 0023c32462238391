//! The operating system's randomness.

use getrandom::SysRng;
use rand_core::{CryptoRng, TryRng, UnwrapErr};

/// The system has no randomness to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the system gives no randomness: {0}")]
pub struct NoRandomness(getrandom::Error);

/// The operating system's generator, as a gateway takes it.
///
/// It draws once, so that a system without randomness is an error at the start. After that the system call has no
/// failure left on Linux, and a gateway that could not draw keys any more would have to stop anyway: a later failure
/// panics rather than going on with weak keys.
pub fn os_rng() -> Result<Box<dyn CryptoRng + Send>, NoRandomness> {
    SysRng.try_fill_bytes(&mut [0; 32]).map_err(NoRandomness)?;
    Ok(Box::new(UnwrapErr(SysRng)))
}

#[cfg(test)]
mod tests;
