//! What is said about what happened: events, failures with what both sides said, and the sentences made of them.

mod drop_reason;
mod event;
mod explain;
mod failure;
mod observed;

pub use drop_reason::DropReason;
pub use event::{ChildSaInfo, CloseReason, Event, IkeSaInfo, IkeSaName, MessageTrace, Phase, Role};
pub use explain::Explanation;
pub use failure::{FailureReason, NatBlock, PpkFailure};
pub(crate) use observed::Observed;
