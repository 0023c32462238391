use proptest::prelude::*;

use super::*;
use crate::monitor::MonitorConfig;

fn at(seconds: u64) -> Instant {
    Instant::from_secs(seconds)
}

fn series(begun: Instant) -> Series {
    Series::new(begun, &MonitorConfig::default().resolutions)
}

fn bytes_out(bytes: u64) -> Traffic {
    Traffic { bytes_out: bytes, packets_out: bytes / 1_000, ..Traffic::default() }
}

impl Series {
    /// Runs in memory, over all rings.
    fn runs(&self) -> usize {
        self.rings.iter().map(|ring| ring.runs.len()).sum()
    }
}

/// MON-1: what was added belongs to the step that it was added in; bandwidth is bits per second over that step.
#[test]
fn mon_1_bandwidth_is_of_the_step() {
    let mut series = series(at(0));
    assert_eq!(series.close_until(at(9)), None);
    series.add(&bytes_out(1_250_000));
    let point = series.close_until(at(10)).unwrap();
    assert_eq!((point.from, point.until), (at(0), at(10)));
    assert_eq!((point.bandwidth_out(), point.packet_rate_out()), (1_000_000, 125));
    assert_eq!((point.bandwidth_in(), point.packet_rate_in()), (0, 0));
    assert_eq!((point.utilisation(10_000_000), point.utilisation(0)), (10, 0));
    assert_eq!(series.close_until(at(20)).unwrap().bandwidth_out(), 0);
}

/// MON-1: health is 1 over a step in which the tunnel was connected all the time, and else 0, with the time it was.
#[test]
fn mon_1_health() {
    let mut series = series(Instant::from_micros(3_000_500));
    series.set_connected(Instant::from_micros(3_000_500), true);
    let first = series.close_until(at(10)).unwrap();
    assert_eq!((first.from, first.health()), (Instant::from_micros(3_000_500), 1));
    series.set_connected(at(12), false);
    series.set_connected(at(17), true);
    let second = series.close_until(at(20)).unwrap();
    assert_eq!((second.connected, second.health()), (Duration::from_secs(5), 0));
    // A change that comes before the step is closed counts for the step that it is in.
    series.set_connected(at(32), false);
    assert_eq!(series.close_until(at(30)).unwrap().health(), 1);
    assert_eq!(series.close_until(at(40)).unwrap().connected, Duration::from_secs(2));
}

/// MON-1: an hour, six hours, twelve hours, a day and a month are answered in the finest steps that reach back so far.
#[test]
fn mon_1_any_span() {
    let mut series = series(at(0));
    series.set_connected(at(0), true);
    let end = 40 * 86_400;
    for step in 1..=end / 10 {
        series.add(&bytes_out(1_000 * (step % 7)));
        series.close_until(at(step * 10));
    }
    let hour = 3_600;
    for (span, step) in [
        (hour, 10),
        (6 * hour, 60),
        (12 * hour, 300),
        (24 * hour, 300),
        (31 * 24 * hour, hour),
        (2 * hour, 60),
    ] {
        let history = series.history(at(end - span), at(end));
        assert_eq!(history.step, Duration::from_secs(step), "{span} s");
        assert_eq!(history.points.len() as u64, span / step);
        assert_eq!(history.points.first().unwrap().from, at(end - span));
        assert_eq!(history.points.last().unwrap().until, at(end));
        assert!(history.points.windows(2).all(|pair| pair[0].until == pair[1].from));
        assert!(history.points.iter().all(|point| point.health() == 1));
        let expected: u64 = ((end - span) / 10 + 1..=end / 10).map(|step| 1_000 * (step % 7)).sum();
        assert_eq!(history.total().bytes_out, expected, "{span} s");
    }
    // An hour of three days ago, in the steps that are left of it.
    let ago = end - 72 * hour;
    let history = series.history(at(ago), at(ago + hour));
    assert_eq!((history.step, history.points.len()), (Duration::from_secs(hour), 1));
    let all = series.history(at(0), at(end));
    assert_eq!(all.points.len(), 744, "what is older is gone");
}

/// MON-1: memory is bounded, whatever passes; a tunnel over which nothing passes costs next to nothing.
#[test]
fn mon_1_bounded_memory() {
    let (mut busy, mut idle) = (series(at(0)), series(at(0)));
    for step in 1..=40 * 8_640 {
        busy.add(&bytes_out(step));
        busy.close_until(at(step * 10));
        idle.close_until(at(step * 10));
    }
    assert_eq!(busy.runs(), 360 + 360 + 288 + 744);
    assert_eq!(idle.runs(), 4);
    assert_eq!(size_of::<Run>(), 40);
}

/// A clock that jumps, or an embedder that sleeps, leaves steps in which nothing passed; a jump beyond all that is kept
/// leaves nothing.
#[test]
fn a_hole_is_filled() {
    let mut series = series(at(5));
    series.add(&bytes_out(1_000));
    assert_eq!(series.close_until(at(7_205)).unwrap().traffic.bytes_out, 1_000);
    let history = series.history(at(0), at(7_200));
    assert_eq!((history.points.len(), history.total().bytes_out), (120, 1_000));
    series.close_until(at(4_000_000_000));
    assert!(series.history(at(0), at(u64::MAX / 1_000_000)).points.is_empty());
    series.add(&bytes_out(9));
    assert_eq!(series.close_until(at(4_000_000_010)).unwrap().traffic.bytes_out, 9);
}

/// Steps that are no multiples of each other cannot be summed up, and are left out.
#[test]
fn resolutions_that_do_not_fit_are_left_out() {
    let resolution = |millis, keep| Resolution { step: Duration::from_millis(millis), keep };
    let odd = [resolution(0, 5), resolution(1_000, 5), resolution(1_500, 5), resolution(2_000, 0)];
    let series = Series::new(at(0), &odd);
    assert_eq!(series.rings.len(), 1);
    let mut none = Series::new(at(0), &[]);
    assert_eq!(none.close_until(at(1_000)), None);
    assert_eq!(none.history(at(0), at(1_000)), History::default());
}

proptest! {
    /// MON-1: the finest steps add up to what was added, and so do the coarser ones, whenever steps are closed.
    #[test]
    fn mon_1_resolutions_agree(begun in 0_u64..5_000, adds in proptest::collection::vec((1_u64..90, 0_u64..5_000), 1..40)) {
        let mut series = series(at(begun));
        let (mut now, mut sum) = (begun, 0);
        for (wait, bytes) in adds {
            now += wait;
            series.add(&bytes_out(bytes));
            sum += bytes;
            if series.close_until(at(now)).is_none() {
                sum -= bytes;
                series.open = Traffic::default();
            }
        }
        for ring in &series.rings {
            let closed: u64 = ring.runs.iter().map(|run| run.traffic.bytes_out * u64::from(run.times)).sum();
            prop_assert_eq!(closed + ring.open.traffic.bytes_out, sum);
        }
    }
}
