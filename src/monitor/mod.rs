//! What passes through a gateway, how it is kept, and what it is watched for (MON-1, MON-2, DIAG-5).
//!
//! The datapath owns the counters. It is asked once in each of the finest steps of time, for all of its Security
//! Associations at once, and hands the last counters over when one is removed; only growth is counted, so nothing is
//! counted twice and nothing is lost with a rekey.

mod accounts;
mod alarms;
mod config;
mod counters;
mod meter;
mod one_way;
mod series;
mod traffic;

use std::collections::BTreeMap;
use std::time::Duration;

use esp_core::command::{SaCommand, SaEvent};
use esp_core::drop_reason::DropReason;
use esp_core::sa::{Direction, ReqId, SaTraffic, TrafficReport};
use esp_core::time::Instant;
use ipsec_policy::{AlarmTemplate, GatewayId, Metric, TunnelId};

pub use alarms::{Alarm, AlarmChange, AlarmTarget};
pub use config::{MonitorConfig, Resolution};
pub use counters::Counters;
pub use one_way::{OneWay, SilentWay};
pub use series::{History, Point};
pub use traffic::Traffic;

use accounts::{Accounts, Delta, grown};
use alarms::AlarmBoard;
use meter::Meter;
use one_way::Verdict;

/// What the monitor has to tell.
#[derive(Debug)]
pub(crate) enum Notice {
    /// An alarm changed.
    Alarm(Alarm),
    /// A connected tunnel carries traffic one way only. The sentences lack what only the tunnel knows.
    OneWay(TunnelId, OneWay),
    /// It does so no longer.
    OneWayOver(TunnelId),
}

/// Everything that is counted and watched of a gateway.
#[derive(Debug)]
pub(crate) struct Monitor {
    config: MonitorConfig,
    gateway_id: GatewayId,
    accounts: Accounts,
    gateway: Meter,
    tunnels: BTreeMap<ReqId, (TunnelId, Meter)>,
    alarms: AlarmBoard,
    /// The datapath's drops when it was asked last.
    drops: Vec<(DropReason, u64)>,
    /// When the datapath is asked next; not while there is no tunnel.
    next: Option<Instant>,
    /// When it was asked, while it has not answered.
    asked: Option<Instant>,
}

impl Monitor {
    pub(crate) fn new(config: MonitorConfig, gateway_id: GatewayId) -> Self {
        Self {
            gateway: Meter::new(Instant::ZERO, &config.resolutions),
            config,
            gateway_id,
            accounts: Accounts::default(),
            tunnels: BTreeMap::new(),
            alarms: AlarmBoard::default(),
            drops: Vec::new(),
            next: None,
            asked: None,
        }
    }

    /// A tunnel is there from now on.
    pub(crate) fn add(&mut self, now: Instant, owner: ReqId, id: &TunnelId) -> Vec<Notice> {
        if self.next.is_none() {
            if self.gateway.is_unused() {
                self.gateway = Meter::new(now, &self.config.resolutions);
            }
            self.next = self.gateway.next_step(now);
        }
        self.tunnels.insert(owner, (id.clone(), Meter::new(now, &self.config.resolutions)));
        self.health_changed(now, Some(owner))
    }

    /// A tunnel is gone. What its Security Associations report yet counts for the gateway.
    pub(crate) fn remove(&mut self, now: Instant, owner: ReqId) -> Vec<Notice> {
        let Some((id, _)) = self.tunnels.remove(&owner) else { return Vec::new() };
        if self.tunnels.is_empty() {
            self.next = None;
        }
        let mut notices = self.attach(now, &AlarmTarget::Tunnel(id), None);
        notices.extend(self.health_changed(now, None));
        notices
    }

    /// A tunnel is connected from now on, or not.
    pub(crate) fn set_connected(&mut self, now: Instant, owner: ReqId, connected: bool) -> Vec<Notice> {
        let Some((_, meter)) = self.tunnels.get_mut(&owner) else { return Vec::new() };
        meter.set_connected(now, connected);
        self.health_changed(now, Some(owner))
    }

    /// From now on `target` is watched by `template`, or by none.
    pub(crate) fn attach(
        &mut self,
        now: Instant,
        target: &AlarmTarget,
        template: Option<&AlarmTemplate>,
    ) -> Vec<Notice> {
        let mut alarms = self.alarms.attach(now, target, template);
        if let Some(health) = self.health(target) {
            alarms
                .extend(self.alarms.feed(now, now, target, |metric| {
                    (metric == Metric::Health).then_some(u64::from(health))
                }));
        }
        alarms.into_iter().map(Notice::Alarm).collect()
    }

    /// Follows what is done to the datapath.
    pub(crate) fn on_command(&mut self, command: &SaCommand) {
        self.accounts.on_command(command);
    }

    /// Takes what the datapath reports. Anything but its own is left alone.
    pub(crate) fn on_event(&mut self, event: &SaEvent) -> Vec<Notice> {
        match event {
            SaEvent::Traffic(report) => self.on_report(report),
            SaEvent::Removed { key, last } => {
                if let Some(delta) = self.accounts.removed(key, last.as_ref()) {
                    self.count(&delta);
                }
                Vec::new()
            }
            SaEvent::Refused { key, .. } => {
                self.accounts.refused(key);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// What is due. Whether the datapath is to be asked.
    pub(crate) fn handle_timeout(&mut self, now: Instant) -> (bool, Vec<Notice>) {
        let mut notices: Vec<_> = self.alarms.handle_timeout(now).into_iter().map(Notice::Alarm).collect();
        if self.next.is_none_or(|at| now < at) {
            return (false, notices);
        }
        // A datapath that has not answered until now has nothing to say about the step that ends.
        if let Some(asked) = self.asked.replace(now) {
            notices.extend(self.close(asked, &[]));
        }
        self.next = self.gateway.next_step(now);
        (true, notices)
    }

    /// When something is due.
    pub(crate) fn next_timeout(&self) -> Option<Instant> {
        self.next.into_iter().chain(self.alarms.next_timeout()).min()
    }

    /// The meter of a tunnel, or with `None` of the gateway.
    pub(crate) fn meter(&self, owner: Option<ReqId>) -> Option<&Meter> {
        match owner {
            None => Some(&self.gateway),
            Some(owner) => self.tunnels.get(&owner).map(|(_, meter)| meter),
        }
    }

    /// The same, to change what was counted.
    pub(crate) fn meter_mut(&mut self, owner: Option<ReqId>) -> Option<&mut Meter> {
        match owner {
            None => Some(&mut self.gateway),
            Some(owner) => self.tunnels.get_mut(&owner).map(|(_, meter)| meter),
        }
    }

    /// The Security Associations that stand, as the datapath reported them last.
    pub(crate) fn associations(&self) -> impl Iterator<Item = (ReqId, Direction, SaTraffic)> {
        self.accounts.standing()
    }

    /// What is raised.
    pub(crate) fn alarms(&self) -> &AlarmBoard {
        &self.alarms
    }

    /// What the gateway may send, in bits per second.
    pub(crate) fn outbound_bandwidth(&self) -> Option<u64> {
        self.config.outbound_bandwidth
    }

    fn on_report(&mut self, report: &TrafficReport) -> Vec<Notice> {
        for sa in &report.sas {
            if let Some(delta) = self.accounts.report(sa) {
                self.count(&delta);
            }
        }
        let drops = grown(&self.drops, &report.drops);
        self.drops.clone_from(&report.drops);
        self.gateway.count_drops(&drops);
        let asked = self.asked.take();
        asked.map(|asked| self.close(asked, &drops)).unwrap_or_default()
    }

    fn count(&mut self, delta: &Delta) {
        self.gateway.count(&delta.traffic);
        if let Some((_, meter)) = self.tunnels.get_mut(&delta.owner) {
            meter.count(&delta.traffic);
            meter.count_drops(&delta.drops);
        }
    }

    /// Ends the steps that were over at `now`, and looks at what they were like.
    fn close(&mut self, now: Instant, drops: &[(DropReason, u64)]) -> Vec<Notice> {
        let mut notices = Vec::new();
        let bandwidth = self.config.outbound_bandwidth;
        if let Some(point) = self.gateway.close_until(now) {
            let target = AlarmTarget::Gateway(self.gateway_id.clone());
            let alarms =
                self.alarms.feed(now, point.from, &target, |metric| figure(&point, metric, bandwidth));
            notices.extend(alarms.into_iter().map(Notice::Alarm));
        }
        for (id, meter) in self.tunnels.values_mut() {
            let Some(point) = meter.close_until(now) else { continue };
            let target = AlarmTarget::Tunnel(id.clone());
            let alarms =
                self.alarms.feed(now, point.from, &target, |metric| figure(&point, metric, bandwidth));
            notices.extend(alarms.into_iter().map(Notice::Alarm));
            match meter.look_for_one_way(&point, drops, self.config.one_way_after) {
                Verdict::Same => {}
                Verdict::Silent(one_way) => notices.push(Notice::OneWay(id.clone(), one_way)),
                Verdict::Over => notices.push(Notice::OneWayOver(id.clone())),
            }
        }
        notices
    }

    /// Tells the alarms what health has become: of one tunnel, and of the gateway.
    fn health_changed(&mut self, now: Instant, owner: Option<ReqId>) -> Vec<Notice> {
        let all = self.tunnels.values().all(|(_, meter)| meter.is_connected());
        self.gateway.set_connected(now, all);
        let mut targets = vec![AlarmTarget::Gateway(self.gateway_id.clone())];
        let tunnel = owner.and_then(|owner| self.tunnels.get(&owner));
        targets.extend(tunnel.map(|(id, _)| AlarmTarget::Tunnel(id.clone())));
        let mut alarms = Vec::new();
        for target in &targets {
            let Some(health) = self.health(target) else { continue };
            alarms
                .extend(self.alarms.feed(now, now, target, |metric| {
                    (metric == Metric::Health).then_some(u64::from(health))
                }));
        }
        alarms.into_iter().map(Notice::Alarm).collect()
    }

    fn health(&self, target: &AlarmTarget) -> Option<bool> {
        match target {
            AlarmTarget::Gateway(_) => Some(self.gateway.is_connected()),
            AlarmTarget::Tunnel(id) => {
                let (_, meter) = self.tunnels.values().find(|(other, _)| other == id)?;
                Some(meter.is_connected())
            }
        }
    }
}

/// The figure of a step of time, except health, which is known better.
fn figure(point: &Point, metric: Metric, bandwidth: Option<u64>) -> Option<u64> {
    match metric {
        Metric::BandwidthIn => Some(point.bandwidth_in()),
        Metric::BandwidthOut => Some(point.bandwidth_out()),
        Metric::PacketsIn => Some(point.packet_rate_in()),
        Metric::PacketsOut => Some(point.packet_rate_out()),
        Metric::Utilisation => bandwidth.map(|bandwidth| point.utilisation(bandwidth)),
        Metric::Health => None,
    }
}

/// The instant after `now` at which the finest step of time ends.
fn step_end(now: Instant, step: Duration) -> Option<Instant> {
    let step = u64::try_from(step.as_micros()).ok()?;
    let passed = now.as_micros().checked_rem(step)?;
    Some(Instant::from_micros(now.as_micros().saturating_sub(passed).saturating_add(step)))
}

#[cfg(test)]
mod tests;
