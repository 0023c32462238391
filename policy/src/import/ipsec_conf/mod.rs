//! `ipsec.conf`, strongSwan's and libreswan's.
//!
//! | step | file |
//! |---|---|
//! | lines to sections | `sections` |
//! | `%default` and `also=` put into each conn | `resolve` |
//! | keywords to settings | `conn`, `ends` |

mod conn;
mod ends;
mod resolve;
mod sections;

use alloc::vec::Vec;

use super::fault::Faults;
use super::{Connection, secrets};
use crate::dialect::Dialect;

/// Reads every conn that a program would load, each with the key of its ends.
pub(super) fn read(
    dialect: Dialect,
    text: &str,
    secrets: Option<&str>,
    faults: &mut Faults,
) -> Vec<Connection> {
    let sections = sections::read(dialect, text, faults);
    let conns = resolve::conns(&sections, faults);
    let mut connections: Vec<Connection> =
        conns.iter().flat_map(|conn| conn::read(dialect, conn, faults)).collect();
    if let Some(secrets) = secrets {
        let keys = secrets::read(secrets, faults);
        for connection in &mut connections {
            connection.psk = secrets::of(&keys, connection);
        }
    }
    connections
}
