//! Where commands are carried out: the kernel, the userspace datapath, the simulator.

use alloc::string::String;

use crate::command::{SaCommand, SaEvent};
use crate::time::Instant;

/// A datapath that carries out commands and reports events.
pub trait SaBackend {
    /// Carries out `command`. A refusal leaves the datapath as it was; the caller reports it to the command's owner
    /// as [`SaEvent::Refused`].
    fn apply(&mut self, now: Instant, command: &SaCommand) -> Result<(), BackendError>;

    /// The next event, oldest first; `None` when there is no more for now.
    fn poll_event(&mut self) -> Option<SaEvent>;
}

/// Why a backend refused a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BackendError {
    /// A Security Association with this key is there already.
    #[error("a Security Association with this SPI exists already")]
    Duplicate,
    /// There is no such Security Association or policy.
    #[error("there is no such entry")]
    NotFound,
    /// A table is full.
    #[error("no room: at most {limit} {what}")]
    Full {
        /// Entries of what.
        what: &'static str,
        /// How many there may be.
        limit: usize,
    },
    /// The backend cannot do this.
    #[error("not supported: {0}")]
    Unsupported(String),
    /// The parameters do not fit together.
    #[error("invalid: {0}")]
    Invalid(String),
    /// The system said no.
    #[error("{0}")]
    System(String),
}
