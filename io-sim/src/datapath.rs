//! The userspace datapath of `esp-core` with the outer headers around it, as a driver without a kernel has it.

use esp_core::backend::{BackendError, SaBackend};
use esp_core::command::{SaCommand, SaEvent};
use esp_core::drop_reason::DropReason;
use esp_core::net::{OuterHeader, strip_outer};
use esp_core::packet_buf::PacketBuf;
use esp_core::soft::{Datapath, DatapathLimits, Outbound};
use esp_core::time::Instant;

/// From a whole IP packet to a whole IP packet.
#[derive(Debug)]
pub(crate) struct SimDatapath {
    datapath: Datapath,
    next_id: u16,
}

impl SimDatapath {
    /// A datapath that drops every packet.
    pub(crate) fn new() -> Self {
        Self { datapath: Datapath::new(DatapathLimits::default()), next_id: 0 }
    }

    /// How many Security Associations there are, both directions counted.
    pub(crate) fn security_associations(&self) -> usize {
        self.datapath.iter_sas().count()
    }

    /// The outer packet of an inner one, or the packet itself where a policy lets it bypass.
    pub(crate) fn seal(&mut self, now: Instant, inner: &[u8]) -> Result<Vec<u8>, DropReason> {
        let mut storage = storage(inner);
        let mut packet = PacketBuf::copy_from(&mut storage, inner).ok_or(DropReason::BufferTooSmall)?;
        let Outbound::Protected(path) = self.datapath.seal(now, &mut packet)? else {
            return Ok(inner.to_vec());
        };
        self.next_id = self.next_id.wrapping_add(1);
        let header = OuterHeader {
            local: path.local,
            remote: path.remote,
            encap: path.encap,
            tos: 0,
            dont_fragment: false,
            id: self.next_id,
        };
        header.prepend(&mut packet)?;
        Ok(packet.as_slice().to_vec())
    }

    /// The inner packet of an outer one that carries ESP, raw or in UDP.
    pub(crate) fn open(&mut self, now: Instant, outer: &[u8]) -> Result<Vec<u8>, DropReason> {
        let mut storage = storage(outer);
        let mut packet = PacketBuf::copy_from(&mut storage, outer).ok_or(DropReason::BufferTooSmall)?;
        let header = strip_outer(&mut packet)?;
        self.datapath.open(now, header.source, header.destination.ip(), &mut packet)?;
        Ok(packet.as_slice().to_vec())
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
