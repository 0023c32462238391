use super::*;
use crate::alarm::{AlarmRule, Comparison, Metric};
use crate::fixtures::{errors, inventory, scn_2};

fn template(id: &str, rules: &[AlarmRule]) -> AlarmTemplate {
    let (name, remark) = Default::default();
    AlarmTemplate { id: id.parse().unwrap(), name, remark, rules: rules.to_vec() }
}

fn down() -> AlarmRule {
    AlarmRule { metric: Metric::Health, comparison: Comparison::Below, threshold: 1, for_secs: 60 }
}

/// MON-2: a template is attached to gateways and tunnels, and stays while it watches any.
#[test]
fn mon_2_attached_templates_stay() {
    let mut inventory = inventory();
    let mut tunnel = scn_2();
    tunnel.alarm_template = Some("down".parse().unwrap());
    assert_eq!(errors(&inventory.add_tunnel(tunnel.clone()).unwrap_err().findings), ["MON-2"]);
    inventory.add_alarm(template("down", &[down()])).unwrap();
    inventory.add_tunnel(tunnel.clone()).unwrap();
    let mut gateway = inventory.gateway(&"g-2".parse().unwrap()).unwrap().clone();
    gateway.alarm_template = tunnel.alarm_template.clone();
    inventory.replace_gateway(gateway.clone()).unwrap();
    let id = "down".parse().unwrap();
    let refusal = inventory.remove_alarm(&id).unwrap_err();
    assert!(refusal.to_string().contains("it watches gateway g-2, tunnel t-1"), "{refusal}");
    tunnel.alarm_template = None;
    inventory.replace_tunnel(tunnel).unwrap();
    gateway.alarm_template = None;
    inventory.replace_gateway(gateway).unwrap();
    inventory.remove_alarm(&id).unwrap();
    assert_eq!(errors(&inventory.remove_alarm(&id).unwrap_err().findings), ["MON-2"]);
}

/// MON-2: rules that can never fire, fire at once or stand twice are refused.
#[test]
fn mon_2_rules() {
    let mut inventory = inventory();
    let busy = |threshold| AlarmRule {
        metric: Metric::Utilisation,
        comparison: Comparison::AtLeast,
        threshold,
        for_secs: 300,
    };
    inventory.add_alarm(template("a", &[down(), busy(100)])).unwrap();
    assert_eq!(errors(&inventory.add_alarm(template("a", &[down()])).unwrap_err().findings), ["MON-2"]);
    for rules in [
        vec![],
        vec![busy(101)],
        vec![AlarmRule { for_secs: 0, ..down() }],
        vec![down(), down()],
        vec![down(); 21],
    ] {
        assert!(inventory.replace_alarm(template("a", &rules)).is_err(), "{rules:?}");
    }
    inventory.replace_alarm(template("a", &[busy(90)])).unwrap();
    assert_eq!(errors(&inventory.replace_alarm(template("b", &[down()])).unwrap_err().findings), ["MON-2"]);
    assert_eq!(inventory.alarm(&"a".parse().unwrap()).unwrap().rules, [busy(90)]);
}

#[test]
fn comparisons() {
    for (comparison, holds) in [
        (Comparison::Above, [false, false, true]),
        (Comparison::AtLeast, [false, true, true]),
        (Comparison::Below, [true, false, false]),
        (Comparison::AtMost, [true, true, false]),
    ] {
        assert_eq!([4, 5, 6].map(|value| comparison.holds(value, 5)), holds, "{comparison}");
    }
}
