//! A message that is being written.

use alloc::string::String;
use alloc::vec::Vec;

use super::trace;
use crate::wire::v1::codes::NotifyType;
use crate::wire::v1::{MessageBuilder, NotifyPayload, Payload};

/// Payloads, and their names for the trace.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draft {
    pub(crate) builder: MessageBuilder,
    pub(crate) names: Vec<String>,
}

impl Draft {
    /// No payloads yet.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a payload.
    pub(crate) fn push(&mut self, payload: &Payload<'_>) {
        self.names.push(trace::payload_name(payload));
        self.builder.push(payload);
    }

    /// Adds a notification about the ISAKMP SA.
    pub(crate) fn notify(&mut self, kind: NotifyType, spi: &[u8], data: &[u8]) {
        self.push(&Payload::Notify(NotifyPayload { spi, ..NotifyPayload::new(kind, data) }));
    }

    /// Adds every payload of another draft at the end.
    pub(crate) fn append(&mut self, other: &Self) {
        self.names.extend_from_slice(&other.names);
        self.builder.append(&other.builder);
    }
}
