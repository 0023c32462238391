//! MON-2: alarms of tunnels and gateways, to the second.

use ipsec_gateway::{AlarmTarget, Command, GatewayConfig};
use ipsec_io_sim::plan::End;
use ipsec_io_sim::topology::TwoGateways;
use ipsec_policy::{AlarmRule, AlarmTemplate, Comparison, Metric};

use crate::{SECOND, at, change, connected, gateway, lines, operate, tunnel};

fn template(
    id: &str,
    metric: Metric,
    comparison: Comparison,
    threshold: u64,
    for_secs: u32,
) -> AlarmTemplate {
    AlarmTemplate {
        id: id.parse().unwrap(),
        name: Default::default(),
        remark: Default::default(),
        rules: vec![AlarmRule { metric, comparison, threshold, for_secs }],
    }
}

fn with_templates(config: &mut GatewayConfig) {
    config.alarms = vec![
        template("down", Metric::Health, Comparison::Below, 1, 60),
        template("busy", Metric::Utilisation, Comparison::AtLeast, 10, 20),
    ];
    config.gateway.alarm_template = Some("busy".parse().unwrap());
    config.monitor.outbound_bandwidth = Some(40_000);
}

fn watch_tunnel(net: &mut TwoGateways, template: Option<&str>) {
    let id = tunnel(net, End::Left).clone();
    change(net, End::Left, |gateway, now| {
        let mut tunnel = gateway.inventory().tunnel(&id).unwrap().clone();
        tunnel.alarm_template = template.map(|template| template.parse().unwrap());
        gateway.update_tunnel(now, tunnel)
    })
    .unwrap();
}

fn raised(net: &TwoGateways) -> Vec<AlarmTarget> {
    gateway(net, End::Left).alarms_raised().map(|(target, ..)| target.clone()).collect()
}

/// MON-2: a tunnel that has been down for its minute raises its alarm at that second, once; 60 s after it is back the alarm
/// clears, once. TUN-6: attaching the template does not reconnect it.
#[test]
fn mon_2_a_tunnel_that_is_down() {
    let mut net = connected(with_templates);
    watch_tunnel(&mut net, Some("down"));
    assert!(net.is_connected());
    let id = tunnel(&net, End::Left).clone();
    net.world.run_until(at(13));
    operate(&mut net, End::Left, Command::Disconnect(id.clone()));
    net.world.run_until(at(72));
    assert_eq!(raised(&net), []);
    net.world.run_until(at(200));
    assert_eq!(raised(&net), [AlarmTarget::Tunnel(id.clone())]);
    operate(&mut net, End::Left, Command::Connect(id));
    net.world.run_until(at(500));
    assert_eq!(raised(&net), []);
    assert_eq!(
        lines(&net, End::Left, "alarm"),
        [
            (73, "alarm raised: health below 1 for 60 s (it is 0)".to_string()),
            (260, "alarm cleared: health below 1 for 60 s (it is 1)".to_string()),
        ]
    );
}

/// MON-2: a gateway's utilisation, known at the end of each step of 10 s.
#[test]
fn mon_2_a_gateway_that_is_busy() {
    let mut net = connected(with_templates);
    net.world.run_until(at(10));
    // At 84 octets and more, ten pings in a second are more than a tenth of 40,000 bit/s.
    net.start_pings(End::Left, 400, SECOND / 10);
    net.world.run_until(at(29));
    assert_eq!(raised(&net), []);
    net.world.run_until(at(31));
    assert_eq!(raised(&net).len(), 1);
    net.world.run_until(at(100));
    assert_eq!(raised(&net), []);
    let log = gateway(&net, End::Left).log(None).unwrap();
    let times: Vec<_> = log.entries().map(|entry| (entry.at, &entry.text[..12])).collect();
    assert_eq!(times, [(at(30), "alarm raised"), (at(70), "alarm cleare")]);
}

/// MON-2: what is raised and no longer watched is withdrawn; a template in use is not removed; one that asks for what is not
/// known warns.
#[test]
fn mon_2_templates_at_run_time() {
    let mut net = connected(with_templates);
    watch_tunnel(&mut net, Some("down"));
    let id = tunnel(&net, End::Left).clone();
    operate(&mut net, End::Left, Command::Disconnect(id));
    net.world.run_until(at(100));
    assert_eq!(raised(&net).len(), 1);
    let down = "down".parse().unwrap();
    assert!(change(&mut net, End::Left, |gateway, _| gateway.remove_alarm(&down)).is_err());
    let longer = template("down", Metric::Health, Comparison::Below, 1, 90);
    change(&mut net, End::Left, |gateway, now| gateway.replace_alarm(now, longer)).unwrap();
    assert_eq!(raised(&net), [], "another rule begins anew");
    net.world.run_until(at(200));
    assert_eq!(raised(&net).len(), 1);
    watch_tunnel(&mut net, None);
    assert_eq!(raised(&net), []);
    let texts: Vec<_> =
        lines(&net, End::Left, "alarm").into_iter().map(|(at, text)| (at, text[..15].to_string())).collect();
    let expected = [
        (60, "alarm raised: h"),
        (100, "alarm withdrawn"),
        (190, "alarm raised: h"),
        (200, "alarm withdrawn"),
    ];
    assert_eq!(texts, expected.map(|(at, text)| (at, text.to_string())));
    change(&mut net, End::Left, |gateway, _| gateway.remove_alarm(&down)).unwrap();
    let unknown = template("busy", Metric::Utilisation, Comparison::Above, 1, 10);
    let warnings = change(&mut net, End::Right, |gateway, _| gateway.add_alarm(unknown)).unwrap();
    assert!(warnings[0].message.contains("outbound bandwidth is not known"), "{warnings:?}");
}
