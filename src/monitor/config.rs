//! How a gateway is watched.

use std::time::Duration;

/// What is kept of the past, and what it is measured against (MON-1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonitorConfig {
    /// How the past is kept, from the finest to the coarsest. Each step must be a multiple of the one before, and of whole
    /// milliseconds; what is not is left out. The datapath is asked once in each of the finest steps.
    pub resolutions: Vec<Resolution>,
    /// What the gateway may send, in bits per second: what its utilisation is a share of. Absent where it is not bounded,
    /// and then there is no utilisation.
    pub outbound_bandwidth: Option<u64>,
    /// For how long a connected tunnel must carry traffic one way only before that is told (DIAG-5).
    pub one_way_after: Duration,
}

/// One of the steps in which the past is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// The length of a step.
    pub step: Duration,
    /// How many steps are kept.
    pub keep: u32,
}

impl Default for MonitorConfig {
    /// An hour in steps of 10 s, six hours in steps of a minute, a day in steps of five minutes, 31 days in steps of an
    /// hour.
    fn default() -> Self {
        let resolution = |step, keep| Resolution { step: Duration::from_secs(step), keep };
        Self {
            resolutions: vec![
                resolution(10, 360),
                resolution(60, 360),
                resolution(300, 288),
                resolution(3_600, 744),
            ],
            outbound_bandwidth: None,
            one_way_after: Duration::from_secs(30),
        }
    }
}
