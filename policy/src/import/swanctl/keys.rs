//! The section `secrets`.

use alloc::vec::Vec;

use super::tree::Section;
use crate::import::fault::Faults;
use crate::import::secrets::{Secret, read_swanctl};
use crate::import::{limits, values};

/// The pre-shared keys of a text. Keys of other kinds are not a tunnel's.
pub(super) fn read(root: &Section, faults: &mut Faults) -> Vec<Secret> {
    let mut keys = Vec::new();
    for section in root.called("secrets").flat_map(|secrets| &secrets.sections) {
        if !section.name.starts_with("ike") {
            faults.warning(section.place, "the secret is not one of `ike…` and was left out");
            continue;
        }
        let Some(secret) = section.get("secret") else {
            faults.error(section.place, "the section has no `secret`");
            continue;
        };
        let Some(psk) = read_swanctl(secret.value_place, &secret.value, faults) else { continue };
        let ids = section.entries.iter().filter(|entry| entry.key.starts_with("id"));
        let ids = ids.take(limits::PROPOSALS).map(|entry| values::id(&entry.value)).collect();
        keys.push(Secret::new(ids, secret.value_place, psk));
    }
    keys
}
