//! What is counted of one tunnel or gateway.

use std::time::Duration;

use esp_core::drop_reason::DropReason;
use esp_core::time::Instant;

use super::config::Resolution;
use super::counters::Counters;
use super::one_way::{OneWay, OneWayWatch, Verdict, tally};
use super::series::{History, Point, Series};
use super::step_end;
use super::traffic::Traffic;

/// Counters and the past of one tunnel or gateway.
#[derive(Debug)]
pub(crate) struct Meter {
    counters: Counters,
    series: Series,
    connected: bool,
    latest: Option<Point>,
    watch: OneWayWatch,
    /// What was dropped in the open step.
    dropped: Vec<(DropReason, u64)>,
    one_way: Option<OneWay>,
}

impl Meter {
    pub(crate) fn new(now: Instant, resolutions: &[Resolution]) -> Self {
        Self {
            counters: Counters::new(now),
            series: Series::new(now, resolutions),
            connected: false,
            latest: None,
            watch: OneWayWatch::default(),
            dropped: Vec::new(),
            one_way: None,
        }
    }

    /// What was counted.
    pub(crate) fn counters(&self) -> &Counters {
        &self.counters
    }

    /// The last step of time that has ended.
    pub(crate) fn latest(&self) -> Option<Point> {
        self.latest
    }

    /// The past.
    pub(crate) fn history(&self, from: Instant, until: Instant) -> History {
        self.series.history(from, until)
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.connected
    }

    /// Whether nothing was ever looked at.
    pub(crate) fn is_unused(&self) -> bool {
        self.latest.is_none() && self.counters.traffic == Traffic::default()
    }

    /// When the step of time ends that is open at `now`.
    pub(crate) fn next_step(&self, now: Instant) -> Option<Instant> {
        step_end(now, self.series.finest()?)
    }

    /// Which way is silent, where that was told.
    pub(crate) fn one_way(&self) -> Option<&OneWay> {
        self.one_way.as_ref()
    }

    /// Keeps what was told of a silent way, or forgets it.
    pub(crate) fn set_one_way(&mut self, one_way: Option<OneWay>) {
        self.one_way = one_way;
    }

    pub(super) fn set_connected(&mut self, now: Instant, connected: bool) {
        if self.connected != connected {
            self.connected = connected;
            self.series.set_connected(now, connected);
        }
    }

    pub(super) fn count(&mut self, traffic: &Traffic) {
        self.counters.traffic.add(traffic);
        self.series.add(traffic);
    }

    pub(super) fn count_drops(&mut self, drops: &[(DropReason, u64)]) {
        self.counters.count_drops(drops);
        tally(&mut self.dropped, drops);
    }

    /// Ends the steps of time that were over at `now`; the first of them is what was counted until now.
    pub(super) fn close_until(&mut self, now: Instant) -> Option<Point> {
        let ended = self.series.close_until(now);
        self.latest = ended.or(self.latest);
        ended
    }

    pub(super) fn look_for_one_way(
        &mut self,
        point: &Point,
        of_gateway: &[(DropReason, u64)],
        after: Duration,
    ) -> Verdict {
        let own = std::mem::take(&mut self.dropped);
        self.watch.step(point, &own, of_gateway, after)
    }

    /// Goes on from what another node has counted.
    pub(crate) fn restore(&mut self, counters: Counters) {
        self.counters = counters;
    }

    /// Sets the counters to zero. The past stays.
    pub(crate) fn reset(&mut self, now: Instant) {
        self.counters = Counters::new(now);
    }
}
