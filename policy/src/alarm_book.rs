//! The alarm templates that exist, and who is watched by them (MON-2).

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::alarm::AlarmTemplate;
use crate::finding::{Finding, Refusal};
use crate::ids::{AlarmTemplateId, GatewayId, TunnelId};
use crate::inventory::Inventory;
use crate::text::list;
use crate::validate;

/// The templates, and the gateways and tunnels that name them.
#[derive(Clone, Debug, Default)]
pub(crate) struct AlarmBook {
    templates: BTreeMap<AlarmTemplateId, AlarmTemplate>,
    watched: BTreeMap<AlarmTemplateId, BTreeSet<Watched>>,
}

/// What a template watches.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Watched {
    Gateway(GatewayId),
    Tunnel(TunnelId),
}

impl core::fmt::Display for Watched {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Gateway(id) => write!(f, "gateway {id}"),
            Self::Tunnel(id) => write!(f, "tunnel {id}"),
        }
    }
}

impl AlarmBook {
    /// Refuses a template that does not exist.
    pub(crate) fn check_use(&self, template: Option<&AlarmTemplateId>, path: String) -> Option<Finding> {
        let template = template.filter(|template| !self.templates.contains_key(*template))?;
        let message = format!("there is no alarm template {template}");
        Some(Finding::error("MON-2", path, message, "Name a template that exists, or none"))
    }

    /// Notes that `who` names `new` and no longer `old`.
    pub(crate) fn attach(
        &mut self,
        who: &Watched,
        old: Option<&AlarmTemplateId>,
        new: Option<&AlarmTemplateId>,
    ) {
        if let Some(watched) = old.and_then(|old| self.watched.get_mut(old)) {
            watched.remove(who);
        }
        if let Some(new) = new {
            self.watched.entry(new.clone()).or_default().insert(who.clone());
        }
    }

    fn put(&mut self, template: AlarmTemplate) {
        self.templates.insert(template.id.clone(), template);
    }
}

impl Inventory {
    /// An alarm template.
    pub fn alarm(&self, id: &AlarmTemplateId) -> Option<&AlarmTemplate> {
        self.alarms.templates.get(id)
    }

    /// All alarm templates, by id.
    pub fn alarms(&self) -> impl ExactSizeIterator<Item = &AlarmTemplate> {
        self.alarms.templates.values()
    }

    /// Adds an alarm template (MON-2).
    pub fn add_alarm(&mut self, template: AlarmTemplate) -> Result<Vec<Finding>, Refusal> {
        let mut findings = self.check_alarm(&template);
        if self.alarms.templates.contains_key(&template.id) {
            let path = format!("alarm[{}].id", template.id);
            findings.push(Finding::error(
                "MON-2",
                path,
                "the id is taken",
                "Choose another id, or replace what has it",
            ));
        }
        let warnings = Refusal::unless_harmless(findings)?;
        self.alarms.put(template);
        Ok(warnings)
    }

    /// Changes an alarm template, for everything that it watches. No tunnel reconnects for it (TUN-6).
    pub fn replace_alarm(&mut self, template: AlarmTemplate) -> Result<Vec<Finding>, Refusal> {
        if !self.alarms.templates.contains_key(&template.id) {
            return Err(absent(&template.id).into());
        }
        let warnings = Refusal::unless_harmless(self.check_alarm(&template))?;
        self.alarms.put(template);
        Ok(warnings)
    }

    /// Deletes an alarm template that watches nothing.
    pub fn remove_alarm(&mut self, id: &AlarmTemplateId) -> Result<AlarmTemplate, Refusal> {
        if let Some(watched) = self.alarms.watched.get(id).filter(|watched| !watched.is_empty()) {
            let message = format!("it watches {}", list(watched));
            let fix = "Take it off these first";
            return Err(Finding::error("MON-2", format!("alarm[{id}]"), message, fix).into());
        }
        self.alarms.watched.remove(id);
        Ok(self.alarms.templates.remove(id).ok_or_else(|| absent(id))?)
    }

    /// What speaks against `template`.
    pub(crate) fn check_alarm(&self, template: &AlarmTemplate) -> Vec<Finding> {
        validate::alarm(template, &self.rules().limits)
    }

    /// Adds or replaces an alarm template, unchecked.
    pub(crate) fn put_alarm(&mut self, template: AlarmTemplate) {
        self.alarms.put(template);
    }
}

fn absent(id: &AlarmTemplateId) -> Finding {
    Finding::error("MON-2", format!("alarm[{id}]"), "there is nothing with this id", "Name one that exists")
}

#[cfg(test)]
mod tests;
