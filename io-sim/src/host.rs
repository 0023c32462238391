//! Hosts: they answer echo requests and send series of them.

use core::time::Duration;
use std::collections::BTreeMap;
use std::net::IpAddr;

use esp_core::time::Instant;

use crate::node::{Context, Node, Port};
use crate::packet::{Echo, HEADER_V4, HEADER_V6, build_echo, parse_echo, parse_ip, parse_too_big};

/// What every echo request of a [`Host`] starts with. It is long enough that cipher text never holds it by chance: where
/// the oracle finds it on an outer link, a packet was not encrypted.
pub const MARKER: &[u8; 16] = b"\xf0inner\xf1in\xf2clear\xf3";

/// Octets before the payload of an echo message.
const ECHO_HEADER: usize = 8;

/// Names a series of a host: its ICMP identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeriesId(pub u16);

/// A series of echo requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PingSeries {
    /// To whom.
    pub destination: IpAddr,
    /// How many.
    pub count: u16,
    /// How long between one and the next.
    pub interval: Duration,
    /// Octets of payload, at least those of [`MARKER`].
    pub payload_len: usize,
}

impl PingSeries {
    /// `count` requests of 56 octets, `interval` apart.
    pub fn new(destination: IpAddr, count: u16, interval: Duration) -> Self {
        Self { destination, count, interval, payload_len: 56 }
    }
}

/// What became of a series.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PingReport {
    /// Requests sent so far.
    pub sent: u64,
    /// Requests that were answered.
    pub received: u64,
    /// Answers to requests that had been answered before.
    pub duplicates: u64,
    /// The longest time from a request to its answer.
    pub slowest: Duration,
    /// The most requests in a row that were not answered, those at the end included.
    pub longest_gap: u64,
}

impl PingReport {
    /// Requests without an answer, those under way included.
    pub fn missing(&self) -> u64 {
        self.sent.saturating_sub(self.received)
    }

    /// Whether every request was answered exactly once.
    pub fn is_clean(&self) -> bool {
        self.sent > 0 && self.missing() == 0 && self.duplicates == 0
    }
}

#[derive(Debug)]
struct Series {
    plan: PingSeries,
    next: Option<Instant>,
    sent: BTreeMap<u16, Sent>,
}

#[derive(Debug)]
struct Sent {
    at: Instant,
    answers: u64,
    after: Duration,
}

/// A host with one address behind one link, [`Host::PORT`].
#[derive(Debug)]
pub struct Host {
    name: String,
    address: IpAddr,
    series: BTreeMap<SeriesId, Series>,
    requests: u64,
    strays: u64,
    silent: bool,
    /// The longest packets that pass, by destination, as far as it was told.
    path_mtus: BTreeMap<IpAddr, usize>,
}

impl Host {
    /// The host's only port.
    pub const PORT: Port = Port(0);

    /// A host that answers and sends nothing by itself.
    pub fn new(name: impl Into<String>, address: IpAddr) -> Self {
        Self {
            name: name.into(),
            address,
            series: BTreeMap::new(),
            requests: 0,
            strays: 0,
            silent: false,
            path_mtus: BTreeMap::new(),
        }
    }

    /// Its address.
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// Echo requests that it received and answered.
    pub fn requests(&self) -> u64 {
        self.requests
    }

    /// The longest packet that passes to a destination, if it was told; it sends none that is longer.
    pub fn path_mtu(&self, destination: IpAddr) -> Option<usize> {
        self.path_mtus.get(&destination).copied()
    }

    /// Packets that were not for it, or nothing that it knows.
    pub fn strays(&self) -> u64 {
        self.strays
    }

    /// Answers no request from now on, or answers again.
    pub fn set_silent(&mut self, silent: bool) {
        self.silent = silent;
    }

    /// Starts a series; the first request is sent at once.
    pub fn start_pings(&mut self, context: &mut Context, plan: PingSeries) -> SeriesId {
        let next_id = self.series.last_key_value().map_or(1, |(id, _)| id.0.wrapping_add(1));
        let id = SeriesId(next_id);
        self.series.insert(id, Series { plan, next: Some(context.now()), sent: BTreeMap::new() });
        self.handle_wakeup(context);
        id
    }

    /// Ends a series early. What it has sent may still be answered.
    pub fn stop_pings(&mut self, id: SeriesId) {
        if let Some(series) = self.series.get_mut(&id) {
            series.next = None;
        }
    }

    /// What became of a series so far; nothing was sent in one that does not exist.
    pub fn report(&self, id: SeriesId) -> PingReport {
        let Some(series) = self.series.get(&id) else {
            return PingReport::default();
        };
        let mut report = PingReport::default();
        let mut gap = 0;
        for sent in series.sent.values() {
            report.sent += 1;
            report.received += sent.answers.min(1);
            report.duplicates += sent.answers.saturating_sub(1);
            report.slowest = report.slowest.max(sent.after);
            gap = if sent.answers == 0 { gap + 1 } else { 0 };
            report.longest_gap = report.longest_gap.max(gap);
        }
        report
    }

    /// Whether a series has sent all it was to send.
    pub fn is_finished(&self, id: SeriesId) -> bool {
        self.series.get(&id).is_none_or(|series| series.next.is_none())
    }

    fn answered(&mut self, now: Instant, echo: &Echo<'_>) {
        let series = self.series.get_mut(&SeriesId(echo.identifier));
        match series.and_then(|series| series.sent.get_mut(&echo.sequence)) {
            Some(sent) => {
                if sent.answers == 0 {
                    sent.after = now.saturating_duration_since(sent.at);
                }
                sent.answers += 1;
            }
            None => self.strays += 1,
        }
    }
}

fn payload(length: usize) -> Vec<u8> {
    let filler = (0_u8..=255).cycle();
    MARKER.iter().copied().chain(filler).take(length.max(MARKER.len())).collect()
}

impl Node for Host {
    fn name(&self) -> &str {
        &self.name
    }

    fn handle_packet(&mut self, context: &mut Context, _port: Port, packet: &[u8]) {
        let ip = parse_ip(packet).filter(|ip| ip.destination == self.address);
        if let Some((destination, mtu)) = ip.as_ref().and_then(parse_too_big) {
            self.path_mtus.insert(destination, mtu);
            return;
        }
        let Some((ip, echo)) = ip.and_then(|ip| Some((ip, parse_echo(&ip)?))) else {
            self.strays += 1;
            return;
        };
        if echo.reply {
            self.answered(context.now(), &echo);
            return;
        }
        if self.silent {
            return;
        }
        self.requests += 1;
        if let Some(reply) = build_echo(self.address, ip.source, &Echo { reply: true, ..echo }) {
            context.send(Self::PORT, reply);
        }
    }

    fn handle_wakeup(&mut self, context: &mut Context) {
        let now = context.now();
        for (id, series) in &mut self.series {
            let Some(at) = series.next.filter(|at| *at <= now) else { continue };
            let sequence = u16::try_from(series.sent.len()).unwrap_or(u16::MAX);
            if sequence < series.plan.count {
                let destination = series.plan.destination;
                let around = if destination.is_ipv4() { HEADER_V4 } else { HEADER_V6 } + ECHO_HEADER;
                let fits =
                    self.path_mtus.get(&destination).map_or(usize::MAX, |mtu| mtu.saturating_sub(around));
                let payload = payload(series.plan.payload_len.min(fits));
                let echo = Echo { reply: false, identifier: id.0, sequence, payload: &payload };
                if let Some(packet) = build_echo(self.address, series.plan.destination, &echo) {
                    context.send(Self::PORT, packet);
                }
                series.sent.insert(sequence, Sent { at: now, answers: 0, after: Duration::ZERO });
            }
            let more = sequence.saturating_add(1) < series.plan.count;
            series.next = more.then_some(at + series.plan.interval);
        }
    }

    fn next_wakeup(&self) -> Option<Instant> {
        self.series.values().filter_map(|series| series.next).min()
    }
}

#[cfg(test)]
mod tests;
