//! Tests of usage and limits.

use super::*;
use crate::sa::Direction;
use crate::testing::*;
use std::vec::Vec;

const NOW: Instant = Instant::from_secs(5);

fn key() -> SaKey {
    params(Direction::Outbound, 0x1000, SUITE).key()
}

fn drain(events: &EventQueue) -> Vec<SaEvent> {
    core::iter::from_fn(|| events.pop()).collect()
}

#[test]
fn usage_is_counted() {
    let (counters, events) = (SaCounters::new(VolumeLimits::default(), None), EventQueue::new(8));
    assert_eq!(counters.usage(), SaUsage::default());
    counters.charge(NOW, 100, key(), &events).unwrap();
    counters.charge(NOW, 50, key(), &events).unwrap();
    assert_eq!(counters.usage(), SaUsage { bytes: 150, packets: 2, last_used: Some(NOW) });
    assert_eq!(drain(&events), []);
}

#[test]
fn limits_of_octets() {
    let limits = VolumeLimits { soft_bytes: Some(100), hard_bytes: Some(200), ..VolumeLimits::default() };
    let (counters, events) = (SaCounters::new(limits, None), EventQueue::new(8));
    let (key, limit) = (key(), Limit::Bytes);
    counters.charge(NOW, 100, key, &events).unwrap();
    assert_eq!(drain(&events), []);
    counters.charge(NOW, 50, key, &events).unwrap();
    assert_eq!(drain(&events), [SaEvent::SoftLimit { key, limit }]);
    counters.charge(NOW, 50, key, &events).unwrap();
    assert_eq!(drain(&events), [], "reported once");
    assert_eq!(counters.charge(NOW, 1, key, &events), Err(DropReason::VolumeExhausted));
    assert_eq!(counters.admit(NOW, key, &events), Err(DropReason::VolumeExhausted));
    assert_eq!(drain(&events), [SaEvent::HardLimit { key, limit }]);
    assert_eq!(counters.usage().bytes, 200);
    assert_eq!(counters.usage().packets, 3);
}

#[test]
fn limits_of_packets() {
    let limits = VolumeLimits { soft_packets: Some(1), hard_packets: Some(2), ..VolumeLimits::default() };
    let (counters, events) = (SaCounters::new(limits, None), EventQueue::new(8));
    let (key, limit) = (key(), Limit::Packets);
    counters.charge(NOW, 0, key, &events).unwrap();
    counters.charge(NOW, 0, key, &events).unwrap();
    assert_eq!(counters.charge(NOW, 0, key, &events), Err(DropReason::VolumeExhausted));
    assert_eq!(drain(&events), [SaEvent::SoftLimit { key, limit }, SaEvent::HardLimit { key, limit }]);
}

/// nothing passes at or after the end of the lifetime.
#[test]
fn the_lifetime_ends() {
    let (counters, events) = (SaCounters::new(VolumeLimits::default(), Some(NOW)), EventQueue::new(8));
    let key = key();
    let before = Instant::from_micros(NOW.as_micros() - 1);
    assert_eq!(counters.admit(before, key, &events), Ok(()));
    assert_eq!(counters.admit(NOW, key, &events), Err(DropReason::Expired));
    assert_eq!(counters.admit(Instant::FAR_FUTURE, key, &events), Err(DropReason::Expired));
    assert_eq!(drain(&events), [SaEvent::HardLimit { key, limit: Limit::Time }]);
}

/// What finds the queue full is not lost: the next packet reports it.
#[test]
fn a_full_queue_delays_a_report() {
    let (counters, full, events) =
        (SaCounters::new(VolumeLimits::default(), None), EventQueue::new(0), EventQueue::new(1));
    counters.report_first_use(key(), &full);
    assert!(!counters.is_used());
    counters.report_first_use(key(), &events);
    counters.report_first_use(key(), &events);
    assert!(counters.is_used());
    assert_eq!(drain(&events), [SaEvent::FirstUse { key: key() }]);
}
