//! For each rule of the product that this crate keeps: at least one configuration that it accepts and one that it refuses or
//! warns of. A rule without both fails a test.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

mod bed;
mod ends;
mod policies;
mod tunnels;

use std::collections::BTreeMap;

use bed::Verdict::{Accepted, Refused};
use bed::{Case, cidrs, inventory, nth};
use ipsec_policy::{AlarmRule, AlarmTemplate, Comparison, Document, Metric, Name, Remark, VpnTunnel};

/// The rules that the model keeps by accepting and refusing.
const RULES: [&str; 32] = [
    "GW-1", "GW-2", "GW-3", "GW-4", "GW-5", "GW-6", "GW-9", "PEER-1", "PEER-2", "TUN-1", "TUN-2", "TUN-3",
    "TUN-4", "TUN-5", "TUN-7", "PSK-1", "IKE-1", "IKE-2", "IKE-3", "IKE-4", "IKE-5", "IKE-6", "IKE-7",
    "IKE-8", "IKE-9", "SEC-1", "SEC-2", "SEC-3", "SEC-4", "SEC-5", "SEC-6", "SUB-1",
];

fn cases() -> Vec<Case> {
    [ends::cases(), tunnels::cases(), policies::phase_1(), policies::phase_2(), policies::subscriptions()]
        .into_iter()
        .flatten()
        .collect()
}

#[test]
fn every_case_is_judged_as_its_rule_says() {
    let mut wrong = Vec::new();
    for (rule, what, verdict, run) in cases() {
        let told = run();
        let objections: Vec<_> = told.0.iter().filter(|(under, _)| under == rule).collect();
        let others = verdict == Accepted && !told.0.is_empty();
        if objections.is_empty() == (verdict == Refused) || others {
            wrong.push(format!("{rule}, {what}: should be {verdict:?}; it was told {told:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_has_a_case_of_each_kind() {
    let mut seen: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    for (rule, what, verdict, _) in cases() {
        assert!(RULES.contains(&rule), "{what}: {rule} is not in the list");
        seen.entry(rule).or_default()[usize::from(verdict == Refused)] += 1;
    }
    let missing: Vec<_> =
        RULES.iter().filter(|rule| seen.get(*rule).is_none_or(|counts| counts.contains(&0))).collect();
    assert!(missing.is_empty(), "rules without an accepted and a refused case: {missing:?}");
}

/// TUN-6: what the two ends negotiate reconnects a tunnel when it changes; what only people see does not.
#[test]
fn tun_6_subnets_and_policies_reconnect_and_names_do_not() {
    type Change = fn(&mut VpnTunnel);
    let changes: [(Change, bool); 7] = [
        (|tunnel| tunnel.name = Name::new("new").unwrap(), false),
        (|tunnel| tunnel.remark = Remark::new("new").unwrap(), false),
        (|tunnel| tunnel.alarm_template = Some("down".parse().unwrap()), false),
        (|tunnel| tunnel.local_subnets = cidrs(&["10.0.9.0/24"]), true),
        (|tunnel| tunnel.remote_subnets = cidrs(&["192.168.9.0/24"]), true),
        (|tunnel| tunnel.ike.lifetime_secs = 7_200, true),
        (|tunnel| tunnel.ipsec.lifetime_secs = 7_200, true),
    ];
    for (number, (change, reconnects)) in changes.into_iter().enumerate() {
        let mut changed = nth(1);
        change(&mut changed);
        assert_eq!(nth(1).must_reconnect(&changed), reconnects, "change {number}");
    }
}

/// PSK-2: what is printed or written is without the key, and the one export that asks for it has it.
#[test]
fn psk_2_only_an_explicit_export_has_the_key() {
    let document = Document { tunnels: vec![nth(1)], ..Document::default() };
    let key = "Random_9q";
    for text in
        [format!("{document:?}"), toml::to_string(&document).unwrap(), toml::to_string(&nth(1)).unwrap()]
    {
        assert!(!text.contains(key), "{text}");
    }
    assert!(toml::to_string(&document.exposed()).unwrap().contains(key));
}

/// MON-2 belongs to the monitoring; the model keeps that a template exists and can fire.
#[test]
fn mon_2_a_template_can_fire() {
    let rule = |threshold| AlarmRule {
        metric: Metric::Health,
        comparison: Comparison::Below,
        threshold,
        for_secs: 60,
    };
    let template = |threshold| AlarmTemplate {
        id: "down".parse().unwrap(),
        name: Name::default(),
        remark: Default::default(),
        rules: vec![rule(threshold)],
    };
    assert!(inventory().add_alarm(template(1)).is_ok());
    assert!(inventory().add_alarm(template(2)).is_err());
}
