use core::time::Duration;

use esp_core::time::Instant;
use proptest::prelude::*;

use super::NodeClock;

#[test]
fn a_fast_clock_gains() {
    let clock = NodeClock { offset: Duration::from_secs(5), drift_ppm: 100_000 };
    assert_eq!(clock.local(Instant::from_secs(10)), Instant::from_secs(16));
    assert_eq!(clock.world(Instant::from_secs(16)), Instant::from_secs(10));
}

proptest! {
    /// A node that asks to be woken at a time of its own is never woken before it: it would ask again for the same
    /// time for ever.
    #[test]
    fn a_wakeup_is_never_early(offset in 0_u64..1 << 40, drift in -900_000_i32..900_000, local in 0_u64..1 << 50) {
        let clock = NodeClock { offset: Duration::from_micros(offset), drift_ppm: drift };
        let local = Instant::from_micros(local);
        prop_assert!(clock.local(clock.world(local)) >= local);
    }
}
