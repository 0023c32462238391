//! Alarms (MON-2): which conditions hold, and for how long they have.
//!
//! A rule's alarm is raised once its comparison has held for the rule's time without a break, and cleared once it has *not*
//! held for the same time without a break. A figure that wavers about its threshold faster than that changes nothing: this is
//! the hysteresis, and it is one of time, so that a threshold needs no second one beside it.
//!
//! Health is followed at the moment at which it changes. Everything else is known in steps, the finest of the monitor: a
//! comparison counts from the beginning of the first step for which it holds, and is decided at the end of a step.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use esp_core::time::Instant;
use ipsec_policy::{AlarmRule, AlarmTemplate, AlarmTemplateId, GatewayId, Metric, TunnelId};

/// What an alarm is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AlarmTarget {
    /// The gateway. Its health is 1 while all of its tunnels are connected.
    Gateway(GatewayId),
    /// One of its tunnels. Its utilisation is its own share of the gateway's outbound bandwidth.
    Tunnel(TunnelId),
}

impl fmt::Display for AlarmTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gateway(id) => write!(f, "gateway {id}"),
            Self::Tunnel(id) => write!(f, "tunnel {id}"),
        }
    }
}

/// What became of an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlarmChange {
    /// Its condition has held for its time.
    Raised,
    /// Its condition has not held for the same time.
    Cleared,
    /// It was raised, and is watched no longer: the rule, or what it was about, is gone.
    Withdrawn,
}

impl fmt::Display for AlarmChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Raised => "raised",
            Self::Cleared => "cleared",
            Self::Withdrawn => "withdrawn",
        })
    }
}

/// An alarm that was raised, cleared or withdrawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// When.
    pub at: Instant,
    /// What it is about.
    pub target: AlarmTarget,
    /// Of which template the rule is.
    pub template: AlarmTemplateId,
    /// The rule.
    pub rule: AlarmRule,
    /// What became of it.
    pub change: AlarmChange,
    /// The figure at that time, in the metric's unit.
    pub value: u64,
}

impl fmt::Display for Alarm {
    /// As `alarm raised: health below 1 for 60 s (it is 0)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "alarm {}: {} (it is {})", self.change, self.rule, self.value)
    }
}

/// One rule of one target.
#[derive(Debug)]
struct Watch {
    rule: AlarmRule,
    raised: bool,
    /// Since when the comparison says otherwise than `raised`.
    turning: Option<Instant>,
    value: u64,
}

impl Watch {
    fn new(rule: AlarmRule) -> Self {
        Self { rule, raised: false, turning: None, value: 0 }
    }

    /// The figure is `value` at `now`, and has been since `since` at least. Whether the alarm changed.
    fn feed(&mut self, now: Instant, since: Instant, value: u64) -> bool {
        self.value = value;
        if self.rule.comparison.holds(value, self.rule.threshold) == self.raised {
            self.turning = None;
            return false;
        }
        let since = *self.turning.get_or_insert(since);
        let turned = since + Duration::from_secs(u64::from(self.rule.for_secs)) <= now;
        if turned {
            self.raised = !self.raised;
            self.turning = None;
        }
        turned
    }

    /// When it changes if the figure stays as it is; only health is known at every moment.
    fn due(&self) -> Option<Instant> {
        let turning = self.turning.filter(|_| self.rule.metric == Metric::Health)?;
        Some(turning + Duration::from_secs(u64::from(self.rule.for_secs)))
    }
}

/// Every rule that is watched.
#[derive(Debug, Default)]
pub(crate) struct AlarmBoard {
    targets: BTreeMap<AlarmTarget, (AlarmTemplateId, Vec<Watch>)>,
}

impl AlarmBoard {
    /// From now on `target` is watched by `template`, or by none. Rules that stand in the template as they did go on. The
    /// result is what was raised and is watched no longer.
    pub(crate) fn attach(
        &mut self,
        now: Instant,
        target: &AlarmTarget,
        template: Option<&AlarmTemplate>,
    ) -> Vec<Alarm> {
        let (old_id, mut old) = match self.targets.remove(target) {
            Some((id, watches)) => (Some(id), watches),
            None => (None, Vec::new()),
        };
        if let Some(template) = template {
            if old_id.as_ref() != Some(&template.id) {
                let withdrawn = withdrawn(now, target, old_id.as_ref(), old);
                let watches = template.rules.iter().copied().map(Watch::new).collect();
                self.targets.insert(target.clone(), (template.id.clone(), watches));
                return withdrawn;
            }
            let mut watches = Vec::new();
            for rule in &template.rules {
                let kept = old.iter().position(|watch| watch.rule == *rule);
                watches.push(kept.map_or_else(|| Watch::new(*rule), |place| old.swap_remove(place)));
            }
            self.targets.insert(target.clone(), (template.id.clone(), watches));
        }
        withdrawn(now, target, old_id.as_ref(), old)
    }

    /// The figures of one target that `known` gives are what they are since `since`.
    pub(crate) fn feed(
        &mut self,
        now: Instant,
        since: Instant,
        target: &AlarmTarget,
        known: impl Fn(Metric) -> Option<u64>,
    ) -> Vec<Alarm> {
        let mut alarms = Vec::new();
        let Some((template, watches)) = self.targets.get_mut(target) else { return alarms };
        for watch in watches {
            let Some(value) = known(watch.rule.metric) else { continue };
            if watch.feed(now, since, value) {
                let change = if watch.raised { AlarmChange::Raised } else { AlarmChange::Cleared };
                alarms.push(alarm(now, target, template, watch, change));
            }
        }
        alarms
    }

    /// What is due by time alone.
    pub(crate) fn handle_timeout(&mut self, now: Instant) -> Vec<Alarm> {
        let mut alarms = Vec::new();
        for (target, (template, watches)) in &mut self.targets {
            for watch in watches {
                if watch.due().is_some_and(|due| due <= now) && watch.feed(now, now, watch.value) {
                    let change = if watch.raised { AlarmChange::Raised } else { AlarmChange::Cleared };
                    alarms.push(alarm(now, target, template, watch, change));
                }
            }
        }
        alarms
    }

    /// When something is due by time alone.
    pub(crate) fn next_timeout(&self) -> Option<Instant> {
        self.watches().filter_map(|(_, _, watch)| watch.due()).min()
    }

    /// What is raised now: target, template and rule.
    pub(crate) fn raised(&self) -> impl Iterator<Item = (&AlarmTarget, &AlarmTemplateId, &AlarmRule)> {
        let raised = self.watches().filter(|(_, _, watch)| watch.raised);
        raised.map(|(target, template, watch)| (target, template, &watch.rule))
    }

    fn watches(&self) -> impl Iterator<Item = (&AlarmTarget, &AlarmTemplateId, &Watch)> {
        self.targets.iter().flat_map(|(target, (template, watches))| {
            watches.iter().map(move |watch| (target, template, watch))
        })
    }
}

fn withdrawn(
    now: Instant,
    target: &AlarmTarget,
    template: Option<&AlarmTemplateId>,
    watches: Vec<Watch>,
) -> Vec<Alarm> {
    let Some(template) = template else { return Vec::new() };
    let raised = watches.iter().filter(|watch| watch.raised);
    raised.map(|watch| alarm(now, target, template, watch, AlarmChange::Withdrawn)).collect()
}

fn alarm(
    now: Instant,
    target: &AlarmTarget,
    template: &AlarmTemplateId,
    watch: &Watch,
    change: AlarmChange,
) -> Alarm {
    Alarm {
        at: now,
        target: target.clone(),
        template: template.clone(),
        rule: watch.rule,
        change,
        value: watch.value,
    }
}

#[cfg(test)]
mod tests;
