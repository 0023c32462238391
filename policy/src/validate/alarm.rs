//! The rules of an alarm template (MON-2).

use alloc::format;
use alloc::vec::Vec;

use crate::alarm::AlarmTemplate;
use crate::finding::Finding;
use crate::limits::Limits;

/// Checks an alarm template by itself.
pub(crate) fn alarm(template: &AlarmTemplate, limits: &Limits) -> Vec<Finding> {
    let path = format!("alarm[{}].rules", template.id);
    let mut findings = Vec::new();
    let (count, limit) = (template.rules.len(), limits.alarm_rules);
    if count == 0 || count > limit {
        let message = format!("the template has {count} rules");
        findings.push(Finding::error("MON-2", path.as_str(), message, format!("Give it 1 to {limit} rules")));
    }
    for (index, rule) in template.rules.iter().enumerate().take(limit) {
        let at = |field: &str| format!("{path}[{}].{field}", index.saturating_add(1));
        if !limits.alarm_secs.contains(&rule.for_secs) {
            let (least, most) = (limits.alarm_secs.start(), limits.alarm_secs.end());
            let message = format!("{} s is not between {least} and {most} s", rule.for_secs);
            let fix = "Set for how long the comparison must hold before the alarm is raised";
            findings.push(Finding::error("MON-2", at("for_secs"), message, fix));
        }
        if let Some(largest) = rule.metric.largest().filter(|largest| rule.threshold > *largest) {
            let message =
                format!("{} is never more than {largest}, the threshold is {}", rule.metric, rule.threshold);
            findings.push(Finding::error(
                "MON-2",
                at("threshold"),
                message,
                "Choose a threshold that it can reach",
            ));
        }
        if template.rules.iter().take(index).any(|other| other == rule) {
            findings.push(Finding::error(
                "MON-2",
                at("metric"),
                format!("`{rule}` stands there already"),
                "Remove one of them",
            ));
        }
    }
    findings
}
