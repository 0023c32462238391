//! IKE_AUTH (RFC 7296 §1.2): each end proves who it is, and the first Child SA is made.

mod initiator;
mod method;
mod ppk;
mod responder;

pub(crate) use initiator::{AuthSent, Initiated, note_auth_lifetime};
pub(crate) use responder::{Answered, HalfOpen};

use crate::config::ConnectionConfig;
use crate::sa::Effects;
use crate::v2::draft::Draft;
use crate::wire::codes::NotifyType;

/// How many requests the peer may have outstanding.
fn window(config: &ConnectionConfig, fx: &Effects<'_>) -> u32 {
    config.v2.window.0.clamp(1, fx.limits.window.max(1))
}

/// Tells the peer how many requests it may have outstanding, where it is not the one that it has anyway
/// (RFC 7296 §2.3).
fn push_window(draft: &mut Draft, config: &ConnectionConfig, fx: &Effects<'_>) {
    let size = window(config, fx);
    if size > 1 {
        draft.notify(NotifyType::SET_WINDOW_SIZE, &size.to_be_bytes());
    }
}
