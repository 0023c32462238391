//! A message that is being written.

use alloc::string::String;
use alloc::vec::Vec;

use super::trace;
use crate::wire::codes::NotifyType;
use crate::wire::v2::{MessageBuilder, NotifyPayload, Payload};

/// Payloads, and their names for the trace.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) builder: MessageBuilder,
    pub(crate) names: Vec<String>,
}

impl Draft {
    /// No payloads yet.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Only a notification.
    pub(crate) fn notification(kind: NotifyType, data: &[u8]) -> Self {
        let mut draft = Self::new();
        draft.notify(kind, data);
        draft
    }

    /// Adds a payload.
    pub(crate) fn push(&mut self, payload: &Payload<'_>) {
        self.names.push(trace::payload_name(payload));
        self.builder.push(payload);
    }

    /// Adds a notification.
    pub(crate) fn notify(&mut self, kind: NotifyType, data: &[u8]) {
        self.push(&Payload::Notify(NotifyPayload::new(kind, data)));
    }
}
