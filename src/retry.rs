//! When a failed attempt is made again (CONN-3).

use std::time::Duration;

use esp_core::time::Instant;
use ipsec_policy::{GatewayId, TunnelId};

/// How often and when a failed attempt is made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryConfig {
    /// Retries of a failed attempt before the tunnel's state says *failed*.
    pub retries: u32,
    /// The pause before each of them.
    pub pause: Duration,
    /// From then on an attempt is made this often, until one succeeds. When one is due, the one before it is over,
    /// however far it has come.
    pub interval: Duration,
}

impl Default for RetryConfig {
    /// The product's: three retries, then every 12 s.
    fn default() -> Self {
        Self { retries: 3, pause: Duration::from_secs(1), interval: Duration::from_secs(12) }
    }
}

/// The failures of one tunnel since it was last connected.
///
/// Once the retries are used up, attempts begin at fixed points of the gateway's clock: at multiples of the interval,
/// moved by what belongs to this tunnel alone. So they are exactly one interval apart, however long each takes, and
/// tunnels that lost their peers at one moment do not call them at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retry {
    failures: u32,
    /// What is this tunnel's own: where in the interval its points lie.
    phase: u64,
}

/// What follows from a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NextAttempt {
    /// When the next attempt is due.
    pub(crate) at: Instant,
    /// Whether the retries are used up, so that the state says *failed*.
    pub(crate) exhausted: bool,
}

impl Retry {
    /// The retries of a tunnel, which has not failed yet.
    pub(crate) fn new(gateway: &GatewayId, tunnel: &TunnelId) -> Self {
        Self { failures: 0, phase: digest(&[gateway.as_str(), tunnel.as_str()]) }
    }

    /// Starts to count anew.
    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }

    /// How many attempts have failed since the last success.
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    /// When an attempt that was due at `due` is over, whatever has become of it by then; `longest` is how long one may
    /// take while there are retries.
    pub(crate) fn deadline(&self, due: Instant, longest: Duration, config: &RetryConfig) -> Instant {
        if self.failures > config.retries { self.point_after(due, config) } else { due + longest }
    }

    /// Counts the failure of an attempt that was due at `due`, and says when to try again.
    pub(crate) fn failed(&mut self, now: Instant, due: Instant, config: &RetryConfig) -> NextAttempt {
        let was_exhausted = self.failures > config.retries;
        self.failures = self.failures.saturating_add(1);
        if self.failures <= config.retries {
            return NextAttempt { at: now + config.pause, exhausted: false };
        }
        let after = if was_exhausted { due.max(now.saturating_sub(TICK)) } else { now + config.pause };
        NextAttempt { at: self.point_after(after, config), exhausted: true }
    }

    /// The first of this tunnel's points after `time`.
    fn point_after(&self, time: Instant, config: &RetryConfig) -> Instant {
        let interval = u64::try_from(config.interval.as_micros()).unwrap_or(u64::MAX).max(1);
        let phase = self.phase.checked_rem(interval).unwrap_or_default();
        let past = time.as_micros().saturating_add(interval).saturating_sub(phase);
        let intervals = past.checked_div(interval).unwrap_or_default();
        Instant::from_micros(intervals.saturating_mul(interval).saturating_add(phase))
    }
}

/// The resolution of the clock.
const TICK: Duration = Duration::from_micros(1);

/// A number that texts have by themselves: FNV-1a, its bits mixed so that similar texts have numbers far apart.
fn digest(texts: &[&str]) -> u64 {
    let octets = texts.iter().flat_map(|text| text.bytes().chain([0]));
    let fnv = octets.fold(0xcbf2_9ce4_8422_2325, |hash: u64, octet| {
        (hash ^ u64::from(octet)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mixed = (fnv ^ (fnv >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    mixed ^ (mixed >> 33)
}

#[cfg(test)]
mod tests;
