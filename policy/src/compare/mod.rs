//! A tunnel against the peer's configuration, before anyone connects (DIAG-4).
//!
//! [`compare`] reads the peer's text, takes the connection in it that differs least, and lists every [`Difference`]:
//! the field, what stands here, what stands there, and what to change. How grave it is tells its [`Weight`]: lifetimes
//! may differ, and a peer behind NAT has another address than the one we see, so these are only told.
//!
//! | where the text says nothing | what is taken |
//! |---|---|
//! | `%any`, no address | the peer accepts whoever comes; no difference |
//! | no id | the address; `%any` accepts every id |
//! | no proposals | the program's defaults, which differ from release to release: a doubtful difference |
//! | no secrets file | the keys are not compared, which is told |
//! | several proposals | one of them must fit |
//! | both versions (`keyexchange=ike`) | ours must be among them |
//!
//! In an `ipsec.conf` either side may be the near one; the way round that differs less is taken.

mod difference;
mod ends;
mod proposals;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

pub use difference::{Difference, Field, Weight};

use crate::algorithms::IkeVersion;
use crate::dialect::Dialect;
use crate::import::{self, Connection, Fault, ImportError, Place, ReadAuth};
use crate::link::Link;
use crate::text::list;
use difference::Differences;

/// What the comparison of a tunnel with a peer's text came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The connection of the text that was compared.
    pub connection: String,
    /// Where it stands.
    pub place: Place,
    /// Every difference, the grave ones first.
    pub differences: Vec<Difference>,
    /// What was left out of the text or is doubtful in it.
    pub warnings: Vec<Fault>,
}

impl Comparison {
    /// Whether nothing speaks against a connection.
    pub fn fits(&self) -> bool {
        self.differences.iter().all(|difference| difference.weight == Weight::Harmless)
    }
}

/// Compares our side of a tunnel with the text of the peer, and with its secrets file where it has one.
pub fn compare(
    ours: &Link,
    dialect: Dialect,
    text: &str,
    secrets: Option<&str>,
) -> Result<Comparison, ImportError> {
    let import = import::read(dialect, text, secrets)?;
    let keys_given = secrets.is_some() || !matches!(dialect, Dialect::StrongSwan | Dialect::Libreswan);
    let either_side = matches!(dialect, Dialect::StrongSwan | Dialect::Libreswan);
    let swapped = import.connections.iter().filter(|_| either_side).map(Connection::swapped);
    let candidates: Vec<Connection> = import.connections.iter().cloned().chain(swapped).collect();
    let compared = candidates.iter().map(|theirs| (differences(ours, dialect, theirs, keys_given), theirs));
    let grave = |found: &[Difference]| found.iter().filter(|one| one.weight == Weight::Fatal).count();
    let best = compared.min_by_key(|(found, _)| (grave(found), found.len()));
    let Some((mut differences, theirs)) = best else {
        let message = "the text has no connection".to_string();
        return Err(Fault { place: Place { line: 1, column: 1 }, message }.into());
    };
    differences.sort_by_key(|difference| difference.weight);
    Ok(Comparison {
        connection: theirs.name.clone(),
        place: theirs.place,
        differences,
        warnings: import.warnings,
    })
}

fn differences(ours: &Link, dialect: Dialect, theirs: &Connection, keys_given: bool) -> Vec<Difference> {
    let mut found = Differences::default();
    exchange(ours, theirs, &mut found);
    proposals::phase_1(ours, theirs, &mut found);
    ends::addresses(ours, theirs, &mut found);
    ends::ids(ours, theirs, &mut found);
    key(ours, theirs, keys_given, &mut found);
    ends::subnets(ours, dialect, theirs, &mut found);
    proposals::phase_2(ours, theirs, &mut found);
    lifetimes(ours, theirs, &mut found);
    if !ours.initiate && !theirs.initiate.value {
        let change = "Let the end that knows the other's address start the exchange";
        found.doubtful(Field::Initiate, "waits for the peer", "waits too", theirs.initiate.place, change);
    }
    found.into_vec()
}

fn exchange(ours: &Link, theirs: &Connection, found: &mut Differences) {
    let version = ours.ike.version;
    if !theirs.versions.value.contains(&version) {
        let there = list(&theirs.versions.value);
        found.fatal(Field::Version, version, &there, theirs.versions.place, either(&there, version));
    } else if version == IkeVersion::V1 && ours.ike.exchange_mode() != Some(theirs.mode.value) {
        let (here, there) = (ours.ike.exchange_mode().unwrap_or_default(), theirs.mode.value);
        found.fatal(Field::ExchangeMode, here, there, theirs.mode.place, either(there, here));
    }
    if let ReadAuth::Other(method) = &theirs.auth.value {
        let change = "Set a pre-shared key as the authentication on the peer";
        found.fatal(Field::Method, "pre-shared key", method, theirs.auth.place, change);
    }
    if theirs.transport.value {
        let change = "Set tunnel mode on the peer";
        found.fatal(Field::Mode, ours.ipsec.mode, "transport", theirs.transport.place, change);
    }
}

/// The advice where either end may give way.
fn either(there: impl ToString, here: impl ToString) -> String {
    format!("Set {} here, or {} on the peer", there.to_string(), here.to_string())
}

/// Keys are compared and not shown (PSK-2).
fn key(ours: &Link, theirs: &Connection, keys_given: bool, found: &mut Differences) {
    match &theirs.psk {
        Some(psk) if psk.value == ours.psk => {}
        Some(psk) => {
            let change = "Type the same key at both ends";
            found.fatal(Field::Psk, "a key", "another key", psk.place, change);
        }
        // A key that is kept under our address is not found under another, which was told already.
        None if found.has(Field::LocalAddress) => {}
        None if keys_given => {
            let change = "Give the peer the key for these two ids";
            found.fatal(Field::Psk, "a key", "no key for these ends", None, change);
        }
        None => {
            let change = "Give the peer's secrets too, to have the keys compared";
            found.harmless(Field::Psk, "a key", "not given", None, change);
        }
    }
}

fn lifetimes(ours: &Link, theirs: &Connection, found: &mut Differences) {
    let both = [
        (Field::IkeLifetime, ours.ike.lifetime_secs, &theirs.ike_lifetime),
        (Field::IpsecLifetime, ours.ipsec.lifetime_secs, &theirs.ipsec_lifetime),
    ];
    for (field, here, there) in both {
        if u64::from(here) != there.value {
            let text = match there.place {
                Some(_) => format!("{} s", there.value),
                None => format!("{} s, the program's default", there.value),
            };
            let change = "Nothing: each end replaces its keys at its own time";
            found.harmless(field, format!("{here} s"), text, there.place, change);
        }
    }
}

#[cfg(test)]
mod tests;
