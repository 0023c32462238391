//! MON-3: the page for Prometheus, read by a parser that knows the format and nothing of the gateway.

use std::collections::{BTreeMap, BTreeSet};

use ipsec_gateway::{Command, metrics_page};
use ipsec_io_sim::plan::End;
use ipsec_policy::Name;

use crate::{SECOND, at, change, connected, gateway, operate, tunnel};

type Labels = BTreeMap<String, String>;

/// What a page holds: the type of each family, and the samples by name and labels.
#[derive(Debug, Default)]
struct Page {
    types: BTreeMap<String, String>,
    samples: BTreeMap<(String, Labels), f64>,
}

/// Reads a page of the OpenMetrics text format, and refuses what the format does not allow.
fn read(text: &str) -> Page {
    let mut page = Page::default();
    let (mut described, mut family) = (BTreeSet::new(), String::new());
    let body = text.strip_suffix("# EOF\n").expect("the page ends with its mark");
    for line in body.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').unwrap();
            assert!(!help.is_empty() && described.insert(name.to_string()), "{line}");
            family = name.to_string();
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert_eq!(name, family, "a family stands in one piece");
            assert!(["counter", "gauge"].contains(&kind), "{line}");
            assert_eq!(page.types.insert(name.to_string(), kind.to_string()), None, "{line}");
        } else {
            let (name, labels, value) = sample(line);
            let expected =
                if page.types[&family] == "counter" { format!("{family}_total") } else { family.clone() };
            assert_eq!(name, expected, "{line}");
            assert_eq!(page.samples.insert((name, labels), value), None, "twice: {line}");
        }
    }
    page
}

/// `name{label="value",…} number`.
fn sample(line: &str) -> (String, Labels, f64) {
    let (name, rest) = line.split_once('{').expect(line);
    let valid = |c: char| c.is_ascii_alphanumeric() || c == '_';
    assert!(!name.is_empty() && name.chars().all(valid), "{line}");
    let (mut labels, mut chars) = (Labels::new(), rest.chars());
    loop {
        let label: String = chars.by_ref().take_while(|c| *c != '=').collect();
        assert!(!label.is_empty() && label.chars().all(valid), "{line}");
        assert_eq!(chars.next(), Some('"'), "{line}");
        let mut value = String::new();
        loop {
            match chars.next().expect(line) {
                '"' => break,
                '\\' => value.push(match chars.next().expect(line) {
                    'n' => '\n',
                    escaped @ ('\\' | '"') => escaped,
                    other => panic!("\\{other} in {line}"),
                }),
                plain => value.push(plain),
            }
        }
        assert_eq!(labels.insert(label, value), None, "{line}");
        match chars.next() {
            Some(',') => {}
            Some('}') => break,
            other => panic!("{other:?} in {line}"),
        }
    }
    let value = chars.as_str().strip_prefix(' ').expect(line);
    (name.to_string(), labels, value.parse().expect(line))
}

/// MON-3: the page of two gateways of one process is one valid page, with the figures of MON-1, and names that try to break
/// out of their quotes stay inside.
#[test]
fn mon_3_the_page() {
    let mut net = connected(|config| config.monitor.outbound_bandwidth = Some(1_000_000));
    let hostile = r#"a"} 1 \ "b\n{x="y"#;
    let id = tunnel(&net, End::Left).clone();
    change(&mut net, End::Left, |gateway, now| {
        let mut tunnel = gateway.inventory().tunnel(&id).unwrap().clone();
        tunnel.name = Name::new(hostile).unwrap();
        gateway.update_tunnel(now, tunnel)
    })
    .unwrap();
    assert_eq!(net.ping(End::Left, 30, SECOND / 10).received, 30);
    net.world.run_until(at(10));
    operate(&mut net, End::Left, Command::Disconnect(id));
    net.ping(End::Left, 3, SECOND / 10);
    net.world.run_until(at(20));
    let text = metrics_page([gateway(&net, End::Left), gateway(&net, End::Right)]);
    let page = read(&text);
    let value = |name: &str, labels: &[(&str, &str)]| {
        let labels: Labels = labels.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        page.samples
            .get(&(name.to_string(), labels.clone()))
            .copied()
            .unwrap_or_else(|| panic!("{name} {labels:?}: {text}"))
    };
    let of_left = [("gateway", "gateway-left"), ("tunnel", "tunnel-left"), ("name", hostile)];
    let of_right = [("gateway", "gateway-right"), ("tunnel", "tunnel-right"), ("name", "")];
    for labels in [of_left, of_right] {
        assert_eq!(value("ipsec_tunnel_sent_packets_total", &labels), 30.0);
        assert_eq!(value("ipsec_tunnel_received_packets_total", &labels), 30.0);
        assert_eq!(value("ipsec_tunnel_connected", &labels), 0.0);
        assert_eq!(value("ipsec_tunnel_send_bits_per_second", &labels), 0.0);
    }
    let bytes = gateway(&net, End::Left).counters(None).unwrap().traffic.bytes_out;
    let left = [("gateway", "gateway-left"), ("name", "")];
    assert_eq!(value("ipsec_gateway_sent_bytes_total", &left), bytes as f64);
    assert_eq!(value("ipsec_gateway_outbound_utilisation_ratio", &left), 0.0);
    let dropped = [left[0], left[1], ("reason", "NoOutboundSa")];
    assert_eq!(value("ipsec_gateway_dropped_packets_total", &dropped), 3.0);
    assert_eq!(page.types["ipsec_tunnel_sent_packets"], "counter");
    assert_eq!(page.types["ipsec_tunnel_connected"], "gauge");
}
