//! The kernel's routing tables, addresses and links, over one netlink socket.

mod host;

use std::io;

use netlink_packet_core::{
    NLM_F_ACK, NLM_F_DUMP, NLM_F_REQUEST, NetlinkHeader, NetlinkMessage, NetlinkPayload,
};
use netlink_packet_route::RouteNetlinkMessage;
use netlink_sys::protocols::NETLINK_ROUTE;
use netlink_sys::{Socket, SocketAddr};

pub use host::{HostAddress, Interface};

/// Octets that one read may deliver; the kernel's parts of a dump are at most half as long.
const READ_BUFFER: usize = 1 << 16;
/// Messages of one dump that are kept. A host with more routes than this in one of *our* tables has another problem.
const DUMP_LIMIT: usize = 1 << 16;

/// The kernel refused a request, or could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum NetlinkError {
    /// The kernel's answer to the request.
    #[error("{}", crate::words::of(.0))]
    Refused(io::Error),
    /// The socket failed.
    #[error("the kernel could not be asked over netlink: {}", crate::words::of(.0))]
    Socket(io::Error),
    /// The answer is not understood.
    #[error("the kernel's netlink answer is not understood: {0}")]
    Malformed(String),
}

impl NetlinkError {
    /// Whether the kernel refused with this error.
    pub(crate) fn is(&self, errno: rustix::io::Errno) -> bool {
        matches!(self, Self::Refused(e) if rustix::io::Errno::from_io_error(e) == Some(errno))
    }
}

/// A connection to the kernel's routing family. Requests are answered before they return.
#[derive(Debug)]
pub struct Netlink {
    socket: Socket,
    sequence: u32,
}

impl Netlink {
    /// Opens the socket, in the network namespace that the calling thread is in.
    pub fn open() -> Result<Self, NetlinkError> {
        let mut socket = Socket::new(NETLINK_ROUTE).map_err(NetlinkError::Socket)?;
        socket.bind_auto().map_err(NetlinkError::Socket)?;
        socket.connect(&SocketAddr::new(0, 0)).map_err(NetlinkError::Socket)?;
        Ok(Self { socket, sequence: 0 })
    }

    /// Asks for a change and waits for the kernel's word. `flags` are those beside `NLM_F_REQUEST` and `NLM_F_ACK`.
    pub(crate) fn change(&mut self, message: RouteNetlinkMessage, flags: u16) -> Result<(), NetlinkError> {
        self.send(message, NLM_F_REQUEST | NLM_F_ACK | flags)?;
        self.collect(|_| ())
    }

    /// Asks for all entries of a kind and hands each to `each`.
    pub(crate) fn dump(
        &mut self,
        message: RouteNetlinkMessage,
        mut each: impl FnMut(RouteNetlinkMessage),
    ) -> Result<(), NetlinkError> {
        self.send(message, NLM_F_REQUEST | NLM_F_DUMP)?;
        let mut room = DUMP_LIMIT;
        self.collect(|entry| {
            if room > 0 {
                room -= 1;
                each(entry);
            }
        })
    }

    fn send(&mut self, message: RouteNetlinkMessage, flags: u16) -> Result<(), NetlinkError> {
        self.sequence = self.sequence.wrapping_add(1);
        let mut message = NetlinkMessage::new(NetlinkHeader::default(), NetlinkPayload::from(message));
        message.header.flags = flags;
        message.header.sequence_number = self.sequence;
        message.finalize();
        let mut buffer = vec![0; message.buffer_len()];
        message.serialize(&mut buffer);
        self.socket.send(&buffer, 0).map_err(NetlinkError::Socket).map(drop)
    }

    /// Reads until the answer to the last request is complete.
    fn collect(&mut self, mut each: impl FnMut(RouteNetlinkMessage)) -> Result<(), NetlinkError> {
        let mut buffer = Vec::with_capacity(READ_BUFFER);
        loop {
            buffer.clear();
            self.socket.recv(&mut buffer, 0).map_err(NetlinkError::Socket)?;
            let mut rest = buffer.as_slice();
            while !rest.is_empty() {
                let (message, after) = split_message(rest)?;
                rest = after;
                if message.header.sequence_number != self.sequence {
                    continue;
                }
                match message.payload {
                    NetlinkPayload::InnerMessage(entry) => each(entry),
                    NetlinkPayload::Done(_) => return Ok(()),
                    NetlinkPayload::Error(e) if e.code.is_none() => return Ok(()),
                    NetlinkPayload::Error(e) => return Err(NetlinkError::Refused(e.to_io())),
                    _ => {}
                }
            }
        }
    }
}

/// The first message of `buffer`, and what follows it.
fn split_message(buffer: &[u8]) -> Result<(NetlinkMessage<RouteNetlinkMessage>, &[u8]), NetlinkError> {
    let malformed = |why: &dyn core::fmt::Display| NetlinkError::Malformed(why.to_string());
    let len = buffer.first_chunk::<4>().map_or(0, |octets| u32::from_ne_bytes(*octets));
    let len = usize::try_from(len).map_err(|e| malformed(&e))?;
    let message = buffer
        .get(..len)
        .filter(|message| message.len() >= 16)
        .ok_or_else(|| malformed(&format_args!("a message of {len} octets in {}", buffer.len())))?;
    let parsed = NetlinkMessage::deserialize(message).map_err(|e| malformed(&e))?;
    // Messages are padded to four octets, but for the last.
    Ok((parsed, buffer.get(len.next_multiple_of(4)..).unwrap_or_default()))
}

#[cfg(test)]
mod tests;
