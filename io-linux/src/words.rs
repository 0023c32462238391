//! What the system's error numbers mean to the operator of a gateway.

use std::io;

use rustix::io::Errno;

/// The error in words, with what to do where that is known.
pub(crate) fn of(error: &io::Error) -> String {
    let Some(errno) = Errno::from_io_error(error) else { return error.to_string() };
    let words = match errno {
        Errno::PERM | Errno::ACCESS => {
            "the system does not permit it: run as root or give the process CAP_NET_ADMIN and CAP_NET_RAW; if it has \
             them, a packet filter on this host forbids it"
        }
        Errno::ADDRINUSE => "another program holds this address and port; is another IKE daemon running?",
        Errno::ADDRNOTAVAIL => "this host does not have that address; add it to an interface first",
        Errno::NETUNREACH => "no route leads there",
        Errno::HOSTUNREACH => "the network says that the host cannot be reached",
        Errno::NETDOWN => "the interface is down",
        Errno::CONNREFUSED => "nobody listens at that address and port",
        Errno::MSGSIZE => "the packet is too large for the path",
        Errno::NOBUFS | Errno::NOMEM => "the system is short of buffers",
        Errno::BUSY => "it is in use by another program",
        Errno::NODEV => "there is no such interface",
        Errno::NOENT | Errno::SRCH => "there is no such entry",
        Errno::EXIST => "such an entry exists already",
        Errno::INVAL => "the system finds the request invalid",
        Errno::OPNOTSUPP | Errno::PROTONOSUPPORT | Errno::AFNOSUPPORT => "this kernel does not support it",
        _ => return error.to_string(),
    };
    format!("{words} (error {})", errno.raw_os_error())
}

#[cfg(test)]
mod tests;
