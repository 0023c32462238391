//! What is made of a first message.

use alloc::boxed::Box;

use crate::diagnose::{DropReason, FailureReason};
use crate::sa::IkeSa;
use crate::wire::v1::codes::NotifyType;

/// What is made of a first message.
pub(crate) enum Answer {
    /// An ISAKMP SA that is not established yet; its answer has been sent.
    Accept(Box<IkeSa>),
    /// Nothing but a notification, and why, where an operator should know.
    Refuse(NotifyType, Option<FailureReason>),
    /// Nothing at all.
    Drop(DropReason),
}
