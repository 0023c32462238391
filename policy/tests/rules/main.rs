//! For each rule of the product that this crate keeps: at least one configuration that it accepts and one that it refuses or
//! warns of. A rule without both fails a test.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

mod bed;
mod ends;
mod policies;
mod tunnels;

use std::collections::BTreeMap;

use bed::Verdict::{Accepted, Refused};
use bed::{Case, inventory};
use ipsec_policy::{AlarmRule, AlarmTemplate, Comparison, Metric, Name};

/// The rules that the model keeps.
const RULES: [&str; 34] = [
    "GW-1", "GW-2", "GW-3", "GW-4", "GW-5", "GW-6", "GW-9", "PEER-1", "PEER-2", "TUN-1", "TUN-2", "TUN-3",
    "TUN-4", "TUN-5", "TUN-6", "TUN-7", "PSK-1", "PSK-2", "IKE-1", "IKE-2", "IKE-3", "IKE-4", "IKE-5",
    "IKE-6", "IKE-7", "IKE-8", "IKE-9", "SEC-1", "SEC-2", "SEC-3", "SEC-4", "SEC-5", "SEC-6", "SUB-1",
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
