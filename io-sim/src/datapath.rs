//! The userspace datapath of `esp-core` with the outer headers around it, as a driver without a kernel has it.

use esp_core::backend::{BackendError, SaBackend};
use esp_core::command::{SaCommand, SaEvent};
use esp_core::drop_reason::DropReason;
use esp_core::packet_buf::PacketBuf;
use esp_core::soft::{Datapath, DatapathLimits, DatapathOptions, Outbound};
use esp_core::time::Instant;

/// From a whole IP packet to a whole IP packet.
#[derive(Debug)]
pub(crate) struct SimDatapath {
    datapath: Datapath,
}

/// What became of an inner packet.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Forwarded {
    /// A whole packet to be sent outside.
    Outside(Vec<u8>),
    /// The packet was dropped; this is the ICMP error for its sender.
    Inside(DropReason, Vec<u8>),
}

impl SimDatapath {
    /// A datapath that drops every packet.
    pub(crate) fn new() -> Self {
        // The node forwards, and so does what a router does.
        let options = DatapathOptions { forwards: true, ..DatapathOptions::default() };
        Self { datapath: Datapath::with_options(DatapathLimits::default(), options) }
    }

    /// How many Security Associations there are, both directions counted.
    pub(crate) fn security_associations(&self) -> usize {
        self.datapath.iter_sas().count()
    }

    /// The outer packets of an inner one, or the packet itself where a policy lets it bypass.
    pub(crate) fn seal(&mut self, now: Instant, inner: &[u8]) -> Result<Vec<Forwarded>, DropReason> {
        let (mut storage, mut scratch) = (storage(inner), storage(inner));
        let mut packet = PacketBuf::copy_from(&mut storage, inner).ok_or(DropReason::BufferTooSmall)?;
        let mut all = Vec::new();
        let mut failed = None;
        self.datapath.forward(now, &mut packet, &mut scratch, |outcome, packet| match outcome {
            // AH and transport mode make a whole packet themselves.
            Outbound::Protected(to) if to.outer_len != 0 => {
                all.push(Forwarded::Outside(packet.as_slice().to_vec()));
            }
            Outbound::Protected(to) => match to.outer.prepend(packet) {
                Ok(()) => all.push(Forwarded::Outside(packet.as_slice().to_vec())),
                Err(reason) => failed = Some(reason),
            },
            Outbound::Reply(reason) => all.push(Forwarded::Inside(reason, packet.as_slice().to_vec())),
            Outbound::Bypass | Outbound::Fragment { .. } => {
                all.push(Forwarded::Outside(packet.as_slice().to_vec()));
            }
        })?;
        failed.map_or(Ok(all), Err)
    }

    /// The packet that an outer one protects with AH, with ESP or with ESP in UDP.
    pub(crate) fn open(&mut self, now: Instant, outer: &[u8]) -> Result<Vec<u8>, DropReason> {
        let mut storage = storage(outer);
        let mut packet = PacketBuf::copy_from(&mut storage, outer).ok_or(DropReason::BufferTooSmall)?;
        self.datapath.inbound(now, &mut packet)?;
        Ok(packet.as_slice().to_vec())
    }

    /// Takes an ICMP message from outside about the length of a packet.
    pub(crate) fn take_too_big(&mut self, now: Instant, packet: &[u8]) -> Result<(), DropReason> {
        self.datapath.take_too_big(now, packet)
    }
}

impl SaBackend for SimDatapath {
    fn apply(&mut self, now: Instant, command: &SaCommand) -> Result<(), BackendError> {
        self.datapath.apply(now, command)
    }

    fn poll_event(&mut self) -> Option<SaEvent> {
        self.datapath.poll_event()
    }
}

fn storage(packet: &[u8]) -> Vec<u8> {
    vec![0; PacketBuf::HEADROOM + packet.len() + PacketBuf::TAILROOM]
}
