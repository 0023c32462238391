//! What is counted, kept and told of the traffic (MON-1, MON-2, DIAG-5).

use esp_core::command::{SaCommand, SaEvent};
use esp_core::sa::ReqId;
use esp_core::time::Instant;
use ipsec_policy::{
    AlarmRule, AlarmTemplate, AlarmTemplateId, Finding, Metric, Refusal, TunnelId, VpnGateway,
};

use super::Gateway;
use crate::log::{Line, Severity};
use crate::monitor::{Alarm, AlarmChange, AlarmTarget, Counters, History, Notice, OneWay, Point};
use crate::output::{GatewayEvent, Output};

/// What is known of the traffic. A tunnel is named by its id, the gateway as a whole by `None`.
impl Gateway {
    /// What was counted since the beginning, or since an operator set it to zero. As of the last time that the datapath was
    /// asked. `None` where there is no such tunnel.
    pub fn counters(&self, tunnel: Option<&TunnelId>) -> Option<&Counters> {
        Some(self.monitor.meter(self.owner(tunnel)?)?.counters())
    }

    /// The last of the finest steps of time that has ended: bandwidths and packet rates as they are now. `None` where there
    /// is no such tunnel, or no step has ended since it began.
    pub fn latest(&self, tunnel: Option<&TunnelId>) -> Option<Point> {
        self.monitor.meter(self.owner(tunnel)?)?.latest()
    }

    /// What happened from `from` until `until`, in the finest steps that are kept of it. `None` where there is no such
    /// tunnel.
    pub fn history(&self, tunnel: Option<&TunnelId>, from: Instant, until: Instant) -> Option<History> {
        Some(self.monitor.meter(self.owner(tunnel)?)?.history(from, until))
    }

    /// Whether a tunnel is connected, or the gateway with all of its tunnels. `None` where there is no such tunnel.
    pub fn is_healthy(&self, tunnel: Option<&TunnelId>) -> Option<bool> {
        Some(self.monitor.meter(self.owner(tunnel)?)?.is_connected())
    }

    /// The gateway as it is configured.
    pub fn configured(&self) -> &VpnGateway {
        &self.config.gateway
    }

    /// What the gateway may send, in bits per second, as configured.
    pub fn outbound_bandwidth(&self) -> Option<u64> {
        self.monitor.outbound_bandwidth()
    }

    /// The alarms that are raised.
    pub fn alarms_raised(&self) -> impl Iterator<Item = (&AlarmTarget, &AlarmTemplateId, &AlarmRule)> {
        self.monitor.alarms().raised()
    }

    /// Adds an alarm template, which gateways and tunnels may then name (MON-2).
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn add_alarm(&mut self, template: AlarmTemplate) -> Result<Vec<Finding>, Refusal> {
        let unknown = self.unknown_figures(&template);
        let mut warnings = self.inventory.add_alarm(template)?;
        warnings.extend(unknown);
        Ok(warnings)
    }

    /// Changes an alarm template, for everything that it watches. Alarms of rules that stay as they were go on.
    ///
    /// # Errors
    ///
    /// What is wrong with it; there is none with its id.
    pub fn replace_alarm(&mut self, now: Instant, template: AlarmTemplate) -> Result<Vec<Finding>, Refusal> {
        let unknown = self.unknown_figures(&template);
        let mut warnings = self.inventory.replace_alarm(template)?;
        warnings.extend(unknown);
        let ids: Vec<_> = self.tunnels.keys().cloned().collect();
        ids.iter().for_each(|id| self.attach_alarms(now, id));
        self.attach_gateway_alarms(now);
        Ok(warnings)
    }

    /// Removes an alarm template that watches nothing.
    ///
    /// # Errors
    ///
    /// It watches something; there is none with this id.
    pub fn remove_alarm(&mut self, id: &AlarmTemplateId) -> Result<AlarmTemplate, Refusal> {
        self.inventory.remove_alarm(id)
    }

    /// A utilisation that nobody can know raises no alarm, and whoever asks for it should be told.
    fn unknown_figures(&self, template: &AlarmTemplate) -> Option<Finding> {
        let watched = template.rules.iter().any(|rule| rule.metric == Metric::Utilisation);
        (watched && self.outbound_bandwidth().is_none()).then(|| {
            Finding::warning(
                "MON-2",
                format!("alarm[{}].rule", template.id),
                "the gateway's outbound bandwidth is not known, so its utilisation is not either",
                "Set the outbound bandwidth of the gateway, or watch bandwidth-out",
            )
        })
    }

    fn owner(&self, tunnel: Option<&TunnelId>) -> Option<Option<ReqId>> {
        match tunnel {
            None => Some(None),
            Some(id) => self.tunnels.get(id).map(|runtime| Some(runtime.reqid())),
        }
    }
}

/// What follows from what happens.
impl Gateway {
    /// A tunnel was added.
    pub(super) fn watch_added(&mut self, now: Instant, id: &TunnelId) {
        let Some(owner) = self.tunnels.get(id).map(|runtime| runtime.reqid()) else { return };
        if self.tunnels.len() == 1 {
            self.attach_gateway_alarms(now);
        }
        let notices = self.monitor.add(now, owner, id);
        self.tell(now, notices);
        self.attach_alarms(now, id);
        // What ended while there was no tunnel has not been noticed.
        self.check_subscription(now);
    }

    /// A tunnel's alarm template may be another.
    pub(super) fn attach_alarms(&mut self, now: Instant, id: &TunnelId) {
        let template = self.inventory.tunnel(id).and_then(|tunnel| tunnel.alarm_template.as_ref());
        let template = template.and_then(|template| self.inventory.alarm(template));
        let notices = self.monitor.attach(now, &AlarmTarget::Tunnel(id.clone()), template);
        self.tell(now, notices);
    }

    /// The gateway's alarm template may be another.
    pub(super) fn attach_gateway_alarms(&mut self, now: Instant) {
        let id = &self.config.gateway.id;
        let template = self.config.gateway.alarm_template.as_ref();
        let template = template.and_then(|template| self.inventory.alarm(template));
        let notices = self.monitor.attach(now, &AlarmTarget::Gateway(id.clone()), template);
        self.tell(now, notices);
    }

    /// A tunnel with these Security Associations was removed.
    pub(super) fn watch_removed(&mut self, now: Instant, owner: ReqId) {
        let notices = self.monitor.remove(now, owner);
        self.tell(now, notices);
    }

    /// A tunnel's state changed.
    pub(super) fn watch_state(&mut self, now: Instant, id: &TunnelId) {
        let Some(runtime) = self.tunnels.get(id) else { return };
        let connected = runtime.state() == crate::ConnectionState::Connected;
        let notices = self.monitor.set_connected(now, runtime.reqid(), connected);
        self.tell(now, notices);
    }

    /// The datapath reports.
    pub(super) fn watch_event(&mut self, now: Instant, event: &SaEvent) {
        let notices = self.monitor.on_event(event);
        self.tell(now, notices);
    }

    /// What is due by time.
    pub(super) fn watch_time(&mut self, now: Instant) {
        let (ask, notices) = self.monitor.handle_timeout(now);
        self.tell(now, notices);
        if ask {
            self.outputs.push_back(Output::Sa(SaCommand::QueryTraffic));
        }
    }

    /// Sets the counters of a tunnel to zero, or with `None` those of the gateway. The past stays.
    pub(super) fn reset_counters(&mut self, now: Instant, tunnel: Option<&TunnelId>) {
        let owner = self.owner(tunnel);
        if let Some(meter) = owner.and_then(|owner| self.monitor.meter_mut(owner)) {
            meter.reset(now);
            let text = "the counters were set to zero";
            self.write(now, tunnel, Line::new(Severity::Info, "counters-reset", text));
        }
    }

    /// Goes on from what another node has counted.
    pub(super) fn restore_counters(&mut self, tunnel: Option<&TunnelId>, counters: Counters) {
        let owner = self.owner(tunnel);
        if let Some(meter) = owner.and_then(|owner| self.monitor.meter_mut(owner)) {
            meter.restore(counters);
        }
    }

    fn tell(&mut self, now: Instant, notices: Vec<Notice>) {
        for notice in notices {
            match notice {
                Notice::Alarm(alarm) => self.tell_alarm(now, alarm),
                Notice::OneWay(id, one_way) => self.tell_one_way(now, id, one_way),
                Notice::OneWayOver(id) => {
                    self.keep_one_way(&id, None);
                    if self.is_healthy(Some(&id)) == Some(true) {
                        let text = "traffic goes both ways again";
                        self.write(now, Some(&id), Line::new(Severity::Info, "one-way-over", text));
                    }
                    self.outputs.push_back(Output::Event(GatewayEvent::OneWay { tunnel: id, one_way: None }));
                }
            }
        }
    }

    fn tell_alarm(&mut self, now: Instant, alarm: Alarm) {
        let severity = match alarm.change {
            AlarmChange::Raised => Severity::Warning,
            AlarmChange::Cleared | AlarmChange::Withdrawn => Severity::Info,
        };
        let id = match &alarm.target {
            AlarmTarget::Gateway(_) => None,
            AlarmTarget::Tunnel(id) => Some(id.clone()),
        };
        let line = Line::new(severity, "alarm", alarm.to_string());
        let line = line.with("template", &alarm.template).with("rule", alarm.rule);
        self.write(now, id.as_ref(), line.with("change", alarm.change).with("value", alarm.value));
        self.outputs.push_back(Output::Event(GatewayEvent::Alarm(alarm)));
    }

    fn tell_one_way(&mut self, now: Instant, id: TunnelId, one_way: OneWay) {
        let Some(runtime) = self.tunnels.get(&id) else { return };
        let encapsulated = runtime.children().iter().any(|child| child.encapsulated);
        let one_way = one_way.explain(&runtime.tunnel, encapsulated);
        self.keep_one_way(&id, Some(one_way.clone()));
        let line = Line::new(Severity::Warning, "one-way", one_way.explanation.to_string());
        self.write(now, Some(&id), line.with("packets", one_way.packets));
        self.outputs
            .push_back(Output::Event(GatewayEvent::OneWay { tunnel: id, one_way: Some(Box::new(one_way)) }));
    }

    fn keep_one_way(&mut self, id: &TunnelId, one_way: Option<OneWay>) {
        let owner = self.owner(Some(id));
        if let Some(meter) = owner.and_then(|owner| self.monitor.meter_mut(owner)) {
            meter.set_one_way(one_way);
        }
    }
}
