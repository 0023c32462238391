//! What a socket writes into the type of service or traffic class of its packets.

use std::io;
use std::net::IpAddr;
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicU8, Ordering};

use rustix::net::sockopt;

/// The value that a socket has now, so that the system is told of changes only. Of two threads that send different
/// classes through one socket, one may send the other's.
#[derive(Debug, Default)]
pub(super) struct TypeOfService(AtomicU8);

impl TypeOfService {
    /// Makes `socket`, which is bound to `local`, send with `tos`.
    pub(super) fn set(&self, socket: impl AsFd, local: IpAddr, tos: u8) -> io::Result<()> {
        if self.0.load(Ordering::Relaxed) == tos {
            return Ok(());
        }
        match local {
            IpAddr::V4(_) => sockopt::set_ip_tos(socket, tos)?,
            IpAddr::V6(_) => sockopt::set_ipv6_tclass(socket, tos.into())?,
        }
        self.0.store(tos, Ordering::Relaxed);
        Ok(())
    }
}
