//! What is paid for, and what follows when it no longer is (SUB-1).

use esp_core::time::Instant;
use ike_proto::endpoint;
use ipsec_policy::{Finding, Refusal, Timestamp, TunnelId, VpnGateway};

use super::Gateway;
use crate::connection;
use crate::log::{Line, Severity};
use crate::output::{GatewayEvent, Output};

impl Gateway {
    /// Renews the external address for `term` of its subscription's hours, months or years: from its end on, or from now on
    /// if it has ended. Tunnels that stopped with it come back. The gateway itself is not renewed.
    ///
    /// # Errors
    ///
    /// The term is none of the charge mode's; there is no subscription; nobody has told what the calendar says.
    pub fn renew_external_ip(&mut self, now: Instant, term: u32) -> Result<Timestamp, Refusal> {
        let moment = self.moment(now)?;
        let mut gateway = self.config.gateway.clone();
        let subscription = gateway.external.subscription.ok_or_else(|| unlimited("external address"))?;
        let renewed = subscription.renewed(moment, term)?;
        gateway.external.subscription = Some(renewed);
        self.update_gateway(now, gateway)?;
        renewed.expires().ok_or_else(|| unlimited("external address").into())
    }

    /// Renews the gateway, and not the external address bound to it.
    ///
    /// # Errors
    ///
    /// As of [`Gateway::renew_external_ip`].
    pub fn renew(&mut self, now: Instant, term: u32) -> Result<Timestamp, Refusal> {
        let moment = self.moment(now)?;
        let mut gateway = self.config.gateway.clone();
        let subscription = gateway.subscription.ok_or_else(|| unlimited("gateway"))?;
        let renewed = subscription.renewed(moment, term)?;
        gateway.subscription = Some(renewed);
        self.update_gateway(now, gateway)?;
        renewed.expires().ok_or_else(|| unlimited("gateway").into())
    }

    /// Changes the gateway: name, remark, alarm template, security group, subscriptions. None of them touches its tunnels,
    /// unless the external address is paid for or no longer is.
    ///
    /// # Errors
    ///
    /// All that is wrong with it. Its id and its VPC are what the gateway is: for others there is a new gateway. Another
    /// external address is a matter of [`Gateway::change_address`].
    pub fn update_gateway(&mut self, now: Instant, gateway: VpnGateway) -> Result<Vec<Finding>, Refusal> {
        let own = &self.config.gateway;
        if (&own.id, &own.vpc, own.external.address) != (&gateway.id, &gateway.vpc, gateway.external.address)
        {
            return Err(Finding::error(
                "GW-1",
                format!("gateway[{}]", own.id),
                "the id and the VPC of a running gateway do not change, and its external address not this way",
                "Begin another gateway and add the tunnels there, or change the address",
            )
            .into());
        }
        let warnings = self.inventory.replace_gateway(gateway.clone())?;
        self.config.gateway = gateway;
        self.attach_gateway_alarms(now);
        self.check_subscription(now);
        self.settle(now);
        Ok(warnings)
    }

    /// Whether the external address is bound. Without it no tunnel connects, and no peer is answered.
    pub fn is_bound(&self) -> bool {
        !self.unbound
    }

    /// The calendar says so.
    pub(super) fn set_calendar(&mut self, now: Instant, moment: Timestamp) {
        self.calendar.set(now, moment);
        self.check_subscription(now);
    }

    /// When what is paid for ends next; of no matter while there is no tunnel.
    pub(super) fn subscription_timeout(&self) -> Option<Instant> {
        if self.tunnels.is_empty() {
            return None;
        }
        let own = &self.config.gateway;
        let external = own.external.subscription.filter(|_| !self.unbound);
        let gateway = own.subscription.filter(|_| !self.expired);
        let ends =
            [external, gateway].into_iter().flatten().filter_map(|subscription| subscription.expires());
        ends.filter_map(|end| self.calendar.when(end)).min()
    }

    /// Stops the tunnels if the external address is paid for no longer, and brings them back if it is again.
    pub(super) fn check_subscription(&mut self, now: Instant) {
        let Some(moment) = self.calendar.at(now) else { return };
        let own = &self.config.gateway;
        let expired = own.subscription.is_some_and(|subscription| subscription.is_expired(moment));
        let unbound = !own.external.is_bound(moment);
        if expired != self.expired {
            self.expired = expired;
            let (severity, text) = if expired {
                (Severity::Warning, "the gateway is not paid for any more: renew it")
            } else {
                (Severity::Info, "the gateway is paid for again")
            };
            self.write(now, None, Line::new(severity, "subscription", text));
        }
        if unbound != self.unbound {
            if unbound { self.unbind(now) } else { self.bind(now) }
        }
    }

    fn unbind(&mut self, now: Instant) {
        let address = self.config.gateway.external.address;
        let text = format!(
            "the external address {address} is not paid for any more and is unbound: its tunnels stop. Renew it, and they come back"
        );
        let line = Line::new(Severity::Error, "address-unbound", text);
        self.write(now, None, line.with("address", address));
        for id in self.tunnels.keys().cloned().collect::<Vec<_>>() {
            let text = "the external address is unbound: the tunnel stops until it is renewed";
            let line = Line::new(Severity::Error, "address-unbound", text);
            self.write(now, Some(&id), line.with("address", address));
            self.withdraw_routes(&id);
            if let Some(connection) = self.tunnels.get(&id).map(|runtime| runtime.connection) {
                self.command(now, endpoint::Command::Remove(connection));
            }
        }
        self.unbound = true;
        self.outputs.push_back(Output::Event(GatewayEvent::ExternalIp { address, bound: false }));
    }

    fn bind(&mut self, now: Instant) {
        self.unbound = false;
        let address = self.config.gateway.external.address;
        let text =
            format!("the external address {address} is paid for again and is bound: its tunnels come back");
        self.write(now, None, Line::new(Severity::Info, "address-bound", text).with("address", address));
        for id in self.tunnels.keys().cloned().collect::<Vec<_>>() {
            self.bring_back(now, &id);
        }
        self.outputs.push_back(Output::Event(GatewayEvent::ExternalIp { address, bound: true }));
    }

    /// Answers the peer of a tunnel again; an attempt that was waited with begins with the next look at what is due.
    fn bring_back(&mut self, now: Instant, id: &TunnelId) {
        let Some(runtime) = self.tunnels.get(id) else { return };
        let (connection, reqid) = (runtime.connection, runtime.reqid());
        match connection::connection(&runtime.tunnel, &runtime.peer, reqid, &self.config) {
            Ok(protocol) => {
                let text = "the external address is bound again";
                self.write(now, Some(id), Line::new(Severity::Info, "address-bound", text));
                self.command(now, endpoint::Command::Add(connection, Box::new(protocol)));
            }
            // It was well before, and nothing that it is made of has changed.
            Err(finding) => {
                let line = Line::new(Severity::Error, "finding", finding.to_string());
                self.write(now, Some(id), line.with("rule", finding.rule));
            }
        }
    }

    fn moment(&self, now: Instant) -> Result<Timestamp, Finding> {
        self.calendar.at(now).ok_or_else(|| {
            Finding::error(
                "SUB-1",
                "calendar",
                "nobody has told the gateway what the calendar says",
                "Hand it Input::Calendar first",
            )
        })
    }
}

fn unlimited(what: &str) -> Finding {
    Finding::error(
        "SUB-1",
        "renewal",
        format!("the {what} has no subscription, or one that does not end: there is nothing to renew"),
        "Give it a subscription first",
    )
}
