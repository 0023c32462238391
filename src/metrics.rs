//! The figures as a page for Prometheus (MON-3), in the OpenMetrics text format.

use std::collections::BTreeMap;
use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;

use crate::gateway::Gateway;
use crate::monitor::{AlarmTarget, Counters, Point};

/// The content type under which an HTTP server hands the page out.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// A page with the figures of `gateways`, all that a process has: each kind of figure is described once.
///
/// Counters are those of [`Gateway::counters`]; rates are of the last of the finest steps of time that has ended. A drop's
/// reason is the name of its [`DropReason`](esp_core::drop_reason::DropReason).
///
/// ```
/// # use ipsec_gateway::{Gateway, metrics_page};
/// # fn serve(gateways: &[Gateway]) -> String {
/// metrics_page(gateways)
/// # }
/// assert!(serve(&[]).ends_with("# EOF\n"));
/// ```
pub fn metrics_page<'a>(gateways: impl IntoIterator<Item = &'a Gateway>) -> String {
    let mut page = Page::default();
    for gateway in gateways {
        page.gateway(gateway);
    }
    let mut registry = Registry::default();
    registry.register_collector(Box::new(page));
    let mut text = String::new();
    // Writing into a string fails only where a value refuses to be written, and these are numbers and texts.
    let _ = text::encode(&mut text, &registry);
    text
}

/// Under which labels a figure stands.
type Labels = Vec<(&'static str, String)>;

#[derive(Clone, Copy, Debug)]
enum Value {
    Counter(u64),
    Gauge(f64),
}

/// All figures of one name.
#[derive(Debug)]
struct Family {
    help: &'static str,
    samples: Vec<(Labels, Value)>,
}

#[derive(Debug, Default)]
struct Page {
    families: BTreeMap<&'static str, Family>,
}

impl Page {
    fn put(&mut self, name: &'static str, help: &'static str, labels: &Labels, value: Value) {
        let family = self.families.entry(name).or_insert_with(|| Family { help, samples: Vec::new() });
        family.samples.push((labels.clone(), value));
    }

    fn gateway(&mut self, gateway: &Gateway) {
        let of = gateway.configured();
        let labels = vec![("gateway", of.id.to_string()), ("name", of.name.to_string())];
        if let Some(counters) = gateway.counters(None) {
            self.traffic(&GATEWAY, &labels, counters);
        }
        let latest = gateway.latest(None);
        self.rates(&GATEWAY, &labels, latest.as_ref());
        if let Some(bandwidth) = gateway.outbound_bandwidth() {
            let sent = latest.map_or(0, |point| point.bandwidth_out());
            let ratio = if bandwidth == 0 { 0.0 } else { sent as f64 / bandwidth as f64 };
            self.put(
                "ipsec_gateway_outbound_utilisation_ratio",
                "Sent bits per second as a share of the outbound bandwidth",
                &labels,
                Value::Gauge(ratio),
            );
        }
        for (reason, count) in gateway.endpoint().drops() {
            let labels = with(&labels, "reason", (*reason).to_string());
            self.put(
                "ipsec_gateway_dropped_ike_messages",
                "IKE datagrams and messages that were dropped",
                &labels,
                Value::Counter(*count),
            );
        }
        self.tunnels(gateway);
        for (target, template, rule) in gateway.alarms_raised() {
            let tunnel = match target {
                AlarmTarget::Gateway(_) => String::new(),
                AlarmTarget::Tunnel(id) => id.to_string(),
            };
            let labels = vec![
                ("gateway", of.id.to_string()),
                ("tunnel", tunnel),
                ("template", template.to_string()),
                ("rule", rule.to_string()),
            ];
            self.put("ipsec_alarm_raised", "Alarms that are raised", &labels, Value::Gauge(1.0));
        }
    }

    fn tunnels(&mut self, gateway: &Gateway) {
        let id = gateway.configured().id.to_string();
        for tunnel in gateway.inventory().tunnels() {
            let labels = vec![
                ("gateway", id.clone()),
                ("tunnel", tunnel.id.to_string()),
                ("name", tunnel.name.to_string()),
            ];
            let Some(counters) = gateway.counters(Some(&tunnel.id)) else { continue };
            self.traffic(&TUNNEL, &labels, counters);
            self.rates(&TUNNEL, &labels, gateway.latest(Some(&tunnel.id)).as_ref());
            let health = gateway.is_healthy(Some(&tunnel.id)) == Some(true);
            let value = Value::Gauge(f64::from(u8::from(health)));
            self.put("ipsec_tunnel_connected", "1 while the tunnel is connected, else 0", &labels, value);
        }
    }

    fn traffic(&mut self, names: &Names, labels: &Labels, counters: &Counters) {
        let traffic = &counters.traffic;
        for (name, help, value) in [
            (names.received_bytes, "Inner octets received from the peer", traffic.bytes_in),
            (names.sent_bytes, "Inner octets sent to the peer", traffic.bytes_out),
            (names.received_packets, "Packets received from the peer", traffic.packets_in),
            (names.sent_packets, "Packets sent to the peer", traffic.packets_out),
        ] {
            self.put(name, help, labels, Value::Counter(value));
        }
        for (reason, count) in &counters.drops {
            let labels = with(labels, "reason", format!("{reason:?}"));
            self.put(
                names.dropped_packets,
                "Packets that were dropped, by reason",
                &labels,
                Value::Counter(*count),
            );
        }
    }

    fn rates(&mut self, names: &Names, labels: &Labels, latest: Option<&Point>) {
        let (received, sent) = latest.map_or((0, 0), |point| (point.bandwidth_in(), point.bandwidth_out()));
        for (name, help, value) in [
            (names.receive_rate, "Bits received from the peer in one second", received),
            (names.send_rate, "Bits sent to the peer in one second", sent),
        ] {
            self.put(name, help, labels, Value::Gauge(value as f64));
        }
    }
}

fn with(labels: &Labels, name: &'static str, value: String) -> Labels {
    let mut labels = labels.clone();
    labels.push((name, value));
    labels
}

/// What the figures that tunnels and gateways have in common are called. The format adds `_total` to counters.
struct Names {
    received_bytes: &'static str,
    sent_bytes: &'static str,
    received_packets: &'static str,
    sent_packets: &'static str,
    dropped_packets: &'static str,
    receive_rate: &'static str,
    send_rate: &'static str,
}

const GATEWAY: Names = Names {
    received_bytes: "ipsec_gateway_received_bytes",
    sent_bytes: "ipsec_gateway_sent_bytes",
    received_packets: "ipsec_gateway_received_packets",
    sent_packets: "ipsec_gateway_sent_packets",
    dropped_packets: "ipsec_gateway_dropped_packets",
    receive_rate: "ipsec_gateway_receive_bits_per_second",
    send_rate: "ipsec_gateway_send_bits_per_second",
};

const TUNNEL: Names = Names {
    received_bytes: "ipsec_tunnel_received_bytes",
    sent_bytes: "ipsec_tunnel_sent_bytes",
    received_packets: "ipsec_tunnel_received_packets",
    sent_packets: "ipsec_tunnel_sent_packets",
    dropped_packets: "ipsec_tunnel_dropped_packets",
    receive_rate: "ipsec_tunnel_receive_bits_per_second",
    send_rate: "ipsec_tunnel_send_bits_per_second",
};

impl Collector for Page {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        for (name, family) in &self.families {
            let kind = match family.samples.first() {
                Some((_, Value::Counter(_))) => MetricType::Counter,
                _ => MetricType::Gauge,
            };
            let mut metric = encoder.encode_descriptor(name, family.help, None, kind)?;
            for (labels, value) in &family.samples {
                let mut sample = metric.encode_family(labels)?;
                match value {
                    Value::Counter(count) => {
                        sample.encode_counter::<[(&str, &str); 0], u64, u64>(count, None)?;
                    }
                    Value::Gauge(level) => sample.encode_gauge(level)?,
                }
            }
        }
        Ok(())
    }
}
