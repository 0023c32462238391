//! `conn %default` and `also=`.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::sections::{Entry, Section};
use crate::import::Place;
use crate::import::fault::{Faults, quoted};
use crate::import::limits;

/// A conn with everything that holds for it, by key.
#[derive(Clone, Debug)]
pub(super) struct Conn<'a> {
    pub(super) name: &'a str,
    pub(super) place: Place,
    pub(super) entries: BTreeMap<&'a str, &'a Entry>,
}

/// The conns that a program loads: those that are not only there to be included.
pub(super) fn conns<'a>(sections: &'a [Section], faults: &mut Faults) -> Vec<Conn<'a>> {
    let mut by_name: BTreeMap<&str, Vec<&Section>> = BTreeMap::new();
    for section in sections {
        by_name.entry(&section.name).or_default().push(section);
    }
    let named = |name: &&str| by_name.get(name).into_iter().flatten().copied().collect::<Vec<_>>();
    let mut included = alloc::collections::BTreeSet::new();
    let mut conns = Vec::new();
    for (name, parts) in &by_name {
        if *name == "%default" {
            continue;
        }
        let Some(first) = parts.first() else { continue };
        if parts.len() > 1 {
            let message = format!(
                "conn {} stands in the text more than once; its parts are put together",
                quoted(name)
            );
            faults.warning(first.place, message);
        }
        let mut order: Vec<&Section> = named(&"%default");
        collect(parts, &by_name, &mut order, &mut included, faults);
        let mut entries: BTreeMap<&str, &Entry> = BTreeMap::new();
        for entry in order.iter().flat_map(|section| &section.entries).filter(|entry| entry.key != "also") {
            entries.insert(&entry.key, entry);
        }
        conns.push(Conn { name, place: first.place, entries });
    }
    let is_template = |conn: &Conn<'_>| included.contains(conn.name) && !conn.entries.contains_key("right");
    conns.retain(|conn| !is_template(conn));
    conns.sort_by_key(|conn| conn.place);
    conns
}

/// Adds what `parts` include before `parts` themselves: what stands in a conn holds against what it includes.
fn collect<'a>(
    parts: &[&'a Section],
    by_name: &BTreeMap<&str, Vec<&'a Section>>,
    order: &mut Vec<&'a Section>,
    templates: &mut alloc::collections::BTreeSet<String>,
    faults: &mut Faults,
) {
    // The conns still to be looked through, and those already seen: an inclusion in a circle ends.
    let mut todo: Vec<&'a Section> = parts.to_vec();
    let mut found: Vec<&'a Section> = Vec::new();
    while let Some(section) = todo.pop() {
        if found.iter().any(|known| known.place == section.place) {
            continue;
        }
        if found.len() >= limits::INCLUDED {
            faults.error(section.place, format!("more than {} conns are included", limits::INCLUDED));
            break;
        }
        found.push(section);
        for also in section.entries.iter().filter(|entry| entry.key == "also") {
            match by_name.get(also.value.as_str()) {
                Some(others) => {
                    templates.insert(also.value.clone());
                    todo.extend(others);
                }
                None => {
                    let names: Vec<&str> = by_name.keys().copied().take(20).collect();
                    faults.not_allowed(also.value_place, "also", &also.value, &names);
                }
            }
        }
    }
    found.reverse();
    order.extend(found);
}
