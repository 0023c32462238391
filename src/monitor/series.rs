//! The past of one tunnel or gateway, in rings of bounded memory (MON-1).

use std::collections::VecDeque;
use std::time::Duration;

use esp_core::time::Instant;

use crate::monitor::config::Resolution;
use crate::monitor::traffic::{Traffic, per_second};

/// What happened in one step of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Step {
    traffic: Traffic,
    /// For how many milliseconds the tunnel was connected.
    connected: u32,
}

impl Step {
    fn add(&mut self, other: &Self) {
        self.traffic.add(&other.traffic);
        self.connected = self.connected.saturating_add(other.connected);
    }
}

/// Steps in a row in which the same happened: mostly nothing.
#[derive(Clone, Copy, Debug)]
struct Run {
    traffic: Traffic,
    connected: u32,
    times: u32,
}

impl Run {
    fn step(&self) -> Step {
        Step { traffic: self.traffic, connected: self.connected }
    }
}

/// The past in steps of one length. At most `keep` steps, and as many runs in memory as there were different ones.
#[derive(Clone, Debug)]
struct Ring {
    /// Microseconds.
    step: u64,
    keep: u32,
    runs: VecDeque<Run>,
    held: u32,
    /// The step that is not over.
    open: Step,
}

impl Ring {
    fn new(step: u64, keep: u32) -> Self {
        Self { step, keep, runs: VecDeque::new(), held: 0, open: Step::default() }
    }

    /// Adds a step that has ended. The oldest goes where there are as many as are kept.
    fn close(&mut self, step: Step) {
        match self.runs.back_mut() {
            Some(run) if run.step() == step => run.times = run.times.saturating_add(1),
            _ => self.runs.push_back(Run { traffic: step.traffic, connected: step.connected, times: 1 }),
        }
        if self.held < self.keep {
            self.held = self.held.saturating_add(1);
        } else if let Some(oldest) = self.runs.front_mut() {
            oldest.times = oldest.times.saturating_sub(1);
            if oldest.times == 0 {
                self.runs.pop_front();
            }
        }
    }
}

/// What happened in one step of time, or in what has passed of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// From when.
    pub from: Instant,
    /// Until when.
    pub until: Instant,
    /// What passed.
    pub traffic: Traffic,
    /// For how long the tunnel was connected; of a gateway, all of its tunnels.
    pub connected: Duration,
}

impl Point {
    /// How long it is.
    pub fn span(&self) -> Duration {
        self.until.saturating_duration_since(self.from)
    }

    /// Bits per second from the peer.
    pub fn bandwidth_in(&self) -> u64 {
        per_second(self.traffic.bytes_in.saturating_mul(8), self.span())
    }

    /// Bits per second to the peer.
    pub fn bandwidth_out(&self) -> u64 {
        per_second(self.traffic.bytes_out.saturating_mul(8), self.span())
    }

    /// Packets per second from the peer.
    pub fn packet_rate_in(&self) -> u64 {
        per_second(self.traffic.packets_in, self.span())
    }

    /// Packets per second to the peer.
    pub fn packet_rate_out(&self) -> u64 {
        per_second(self.traffic.packets_out, self.span())
    }

    /// Percent of `bandwidth`, in bits per second, that was sent.
    pub fn utilisation(&self, bandwidth: u64) -> u64 {
        let percent = u128::from(self.bandwidth_out()).saturating_mul(100);
        u64::try_from(percent.checked_div(u128::from(bandwidth)).unwrap_or(0)).unwrap_or(u64::MAX)
    }

    /// 1 where it was connected throughout, 0 where it was not.
    pub fn health(&self) -> u64 {
        // What is kept is whole milliseconds.
        u64::from(self.connected.as_millis() >= self.span().as_millis())
    }
}

/// What happened over a span of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// The length of the steps that the points are of; zero where nothing is known.
    pub step: Duration,
    /// The steps, oldest first, without a gap. The last one may not be over.
    pub points: Vec<Point>,
}

impl History {
    /// What passed over the whole span.
    pub fn total(&self) -> Traffic {
        self.points.iter().fold(Traffic::default(), |mut sum, point| {
            sum.add(&point.traffic);
            sum
        })
    }
}

/// The past of one tunnel or gateway in several resolutions.
///
/// Time is cut into the finest steps. What is [added](Series::add) belongs to the open one until [`Series::close_until`]
/// ends it; ended steps go into the finest ring, and sums of them into the coarser ones.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    rings: Vec<Ring>,
    /// When it began: there is nothing before.
    begun: Instant,
    /// Microseconds: where the finest open step begins.
    closed: u64,
    open: Traffic,
    connected: bool,
    /// When `connected` was noted last.
    noted: Instant,
    /// Microseconds connected in the open step until then.
    connected_for: u64,
}

/// A series is not asked to fill a longer hole than this many of its coarsest steps.
const LONGEST_HOLE: u64 = 10_000;

impl Series {
    pub(crate) fn new(now: Instant, resolutions: &[Resolution]) -> Self {
        let mut rings: Vec<Ring> = Vec::new();
        for resolution in resolutions {
            let step = micros(resolution.step);
            let fits = match rings.last() {
                Some(finer) => step > finer.step && step.checked_rem(finer.step) == Some(0),
                None => step > 0 && step.checked_rem(1_000) == Some(0),
            };
            if fits && resolution.keep > 0 {
                rings.push(Ring::new(step, resolution.keep));
            }
        }
        let closed = rings.first().map_or(now.as_micros(), |ring| floor(now.as_micros(), ring.step));
        let open = Traffic::default();
        Self { rings, begun: now, closed, open, connected: false, noted: now, connected_for: 0 }
    }

    /// The length of the finest steps.
    pub(crate) fn finest(&self) -> Option<Duration> {
        self.rings.first().map(|ring| Duration::from_micros(ring.step))
    }

    /// What passed belongs to the open step.
    pub(crate) fn add(&mut self, traffic: &Traffic) {
        self.open.add(traffic);
    }

    /// From now on it is connected or not.
    pub(crate) fn set_connected(&mut self, now: Instant, connected: bool) {
        self.note(now);
        self.connected = connected;
    }

    /// Ends every step that is over at `now`. What was added is of the first of them. The result is that one, where there
    /// is one.
    pub(crate) fn close_until(&mut self, now: Instant) -> Option<Point> {
        let (finest, coarsest) = (self.rings.first()?.step, self.rings.last()?.step);
        let end = floor(now.as_micros(), finest);
        if end <= self.closed {
            return None;
        }
        if end.saturating_sub(self.closed) / coarsest > LONGEST_HOLE {
            self.forget(end);
            return None;
        }
        let mut ended = None;
        while self.closed < end {
            let boundary = Instant::from_micros(self.closed.saturating_add(finest));
            self.note(boundary);
            // A change of health that came before the step was ended may have counted time of the next one already.
            let connected = self.connected_for.min(finest);
            self.connected_for = self.connected_for.saturating_sub(connected);
            let connected = u32::try_from(connected / 1_000).unwrap_or(u32::MAX);
            let step = Step { traffic: std::mem::take(&mut self.open), connected };
            ended = ended.or(Some(self.point(self.closed, boundary.as_micros(), &step)));
            self.closed = boundary.as_micros();
            self.push(step);
        }
        ended
    }

    /// What happened in a span, in the finest steps that reach back to its beginning.
    pub(crate) fn history(&self, from: Instant, until: Instant) -> History {
        let reaches = |ring: &&Ring| self.start_of(ring) <= from.max(self.begun).as_micros();
        let Some(ring) = self.rings.iter().find(reaches).or(self.rings.last()) else {
            return History::default();
        };
        let mut at = self.start_of(ring);
        let mut points = Vec::new();
        for run in &ring.runs {
            for _ in 0..run.times {
                let next = at.saturating_add(ring.step);
                points.push(self.point(at, next, &run.step()));
                at = next;
            }
        }
        if at < self.closed {
            points.push(self.point(at, self.closed, &ring.open));
        }
        points.retain(|point| point.until > from && point.from < until);
        History { step: Duration::from_micros(ring.step), points }
    }

    /// Where the oldest step of a ring begins, in microseconds.
    fn start_of(&self, ring: &Ring) -> u64 {
        floor(self.closed, ring.step).saturating_sub(u64::from(ring.held).saturating_mul(ring.step))
    }

    fn point(&self, from: u64, until: u64, step: &Step) -> Point {
        Point {
            from: Instant::from_micros(from).max(self.begun),
            until: Instant::from_micros(until),
            traffic: step.traffic,
            connected: Duration::from_millis(u64::from(step.connected)),
        }
    }

    /// Puts an ended finest step into every ring; `closed` is its end.
    fn push(&mut self, step: Step) {
        for (index, ring) in self.rings.iter_mut().enumerate() {
            if index == 0 {
                ring.close(step);
                continue;
            }
            ring.open.add(&step);
            if self.closed.checked_rem(ring.step) == Some(0) {
                let whole = std::mem::take(&mut ring.open);
                ring.close(whole);
            }
        }
    }

    /// Counts the connected time until `now`.
    fn note(&mut self, now: Instant) {
        if self.connected {
            let passed = micros(now.saturating_duration_since(self.noted));
            self.connected_for = self.connected_for.saturating_add(passed);
        }
        self.noted = self.noted.max(now);
    }

    /// Begins anew where the clock went so far ahead that nothing of the past would be kept anyway.
    fn forget(&mut self, end: u64) {
        for ring in &mut self.rings {
            *ring = Ring::new(ring.step, ring.keep);
        }
        self.begun = Instant::from_micros(end);
        (self.noted, self.closed, self.connected_for) = (self.begun, end, 0);
        self.open = Traffic::default();
    }
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

/// The multiple of `step` at or before `at`.
fn floor(at: u64, step: u64) -> u64 {
    at.saturating_sub(at.checked_rem(step).unwrap_or(0))
}

#[cfg(test)]
mod tests;
