//! Configuration text of peers, read back (CONF-3).
//!
//! [`read`] takes a text in a [`Dialect`] apart into [`Connection`]s. A connection holds what the text says, also what
//! no tunnel can have (several proposals, AES-GCM, a transport mode), so that a comparison can name it;
//! [`Connection::link`] makes a [`Link`](crate::Link) of it, or says what stands in the way.
//!
//! Every fault has its line and column and says what would be allowed; all faults of a text come at once. Settings that
//! are not known are left out with a warning. What the text includes from other files is refused, since it is not here.
//! Texts and everything in them are bounded; no text makes the reader panic.
//!
//! | dialect | what is read |
//! |---|---|
//! | strongSwan, libreswan | `conn` sections with `also=` and `%default`, and `ipsec.secrets` |
//! | `swanctl.conf` | `connections` and `secrets`, with references to other sections |
//! | Cisco IOS | crypto maps with the policies, profiles, keyrings, transform sets and access lists they use |
//!
//! In an `ipsec.conf` the left end is taken for the near one, as strongSwan does where neither address is its own.

mod cisco_ios;
mod connection;
mod fault;
mod ipsec_conf;
mod limits;
mod link;
mod secrets;
mod swanctl;
mod values;

use alloc::vec::Vec;

pub use connection::{Connection, ReadAddress, ReadAuth, ReadChild, ReadEnd, ReadId, Setting};
pub use fault::{Fault, ImportError, Place};

use crate::dialect::Dialect;
use fault::Faults;

/// What was read from a text.
#[derive(Clone, Debug)]
pub struct Import {
    /// The connections, in the order of the text.
    pub connections: Vec<Connection>,
    /// What was left out or is doubtful.
    pub warnings: Vec<Fault>,
}

/// Reads `text` in `dialect`. `secrets` is the file with the keys, for the dialects that keep them apart
/// (`ipsec.secrets`); without it, connections have no key.
pub fn read(dialect: Dialect, text: &str, secrets: Option<&str>) -> Result<Import, ImportError> {
    fault::check_size(text)?;
    fault::check_size(secrets.unwrap_or_default())?;
    let mut faults = Faults::default();
    let pieces = match dialect {
        Dialect::StrongSwan | Dialect::Libreswan => ipsec_conf::read(dialect, text, secrets, &mut faults),
        Dialect::Swanctl => swanctl::read(text, &mut faults),
        Dialect::CiscoIos => cisco_ios::read(text, &mut faults),
        Dialect::CiscoAsa | Dialect::Junos | Dialect::Huawei | Dialect::H3c => {
            let readable = Dialect::ALL.iter().filter(|dialect| dialect.is_readable());
            let message = alloc::format!(
                "texts of {} are written, not read; those of {} are read",
                dialect.title(),
                crate::text::list(readable)
            );
            return Err(Fault { place: Place { line: 1, column: 1 }, message }.into());
        }
    };
    let warnings = faults.result()?;
    Ok(Import { connections: connection::merge(pieces), warnings })
}

#[cfg(test)]
mod tests;
