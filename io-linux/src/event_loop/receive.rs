//! Reading from the sockets and the TUN device, a bounded number of packets in each turn, so that a flood on one of
//! them starves neither the others nor the timers.

use std::io;
use std::net::SocketAddr;

use esp_core::net::{UdpPayload, classify};
use esp_core::sa::IpsecProtocol;
use esp_core::time::Instant;
use ipsec_gateway::{Input, Severity};

use super::Runner;
use crate::backend::PacketError;

/// Packets of inner traffic or ESP that one turn takes from one source.
const PACKETS: usize = 256;
/// IKE messages that one turn takes from one source. One may cost a Diffie-Hellman exchange.
const IKE_MESSAGES: usize = 8;

/// Reads of one turn that may fail before the source is left alone until the poll reports it again.
const FAILURES: usize = 8;

/// What one read brought.
enum Read {
    /// Something of the common kind.
    Packet,
    /// An IKE message.
    Ike,
    /// Nothing: the source is empty.
    Empty,
}

impl Runner {
    /// Inner packets that the kernel routed into the TUN device; whether more may be left.
    pub(super) fn receive_inner(&mut self) -> bool {
        self.batch("the TUN device", |runner, buffer| {
            let now = runner.clock.now();
            if let Err(error) = runner.datapath.forward_inner(now, buffer, &runner.sockets)? {
                runner.tell(now, Severity::Warning, error.to_string());
            }
            Ok(Read::Packet)
        })
    }

    /// ESP without UDP, or AH; whether more may be left.
    pub(super) fn receive_raw(&mut self, protocol: IpsecProtocol) -> bool {
        let what = match protocol {
            IpsecProtocol::Esp => "the raw socket for ESP",
            IpsecProtocol::Ah => "the raw socket for AH",
        };
        self.batch(what, |runner, buffer| {
            let Some(socket) = runner.sockets.raw(protocol) else { return Ok(Read::Empty) };
            if let Some(packet) = socket.recv(buffer)? {
                let now = runner.clock.now();
                let taken = runner.datapath.take_raw(now, buffer, packet);
                runner.tell_unless_taken(now, taken);
            }
            Ok(Read::Packet)
        })
    }

    /// Port 4500: keep-alives, ESP in UDP and IKE; whether more may be left.
    pub(super) fn receive_nat_t(&mut self) -> bool {
        self.batch("UDP port 4500", |runner, buffer| {
            let (len, remote) = runner.sockets.nat_t.recv(buffer)?;
            let payload = buffer.get(..len).unwrap_or_default();
            match classify(payload) {
                UdpPayload::Ike(_) => {
                    runner.take_ike(runner.sockets.nat_t.local(), remote, payload);
                    Ok(Read::Ike)
                }
                UdpPayload::Esp(_) => {
                    let (now, address) = (runner.clock.now(), runner.config.address);
                    let taken = runner.datapath.take_udp(now, remote, address, buffer, 0..len);
                    runner.tell_unless_taken(now, taken);
                    Ok(Read::Packet)
                }
                UdpPayload::KeepAlive | UdpPayload::Malformed => Ok(Read::Packet),
            }
        })
    }

    /// Port 500: IKE; whether more may be left.
    pub(super) fn receive_ike(&mut self) -> bool {
        self.batch("UDP port 500", |runner, buffer| {
            let (len, remote) = runner.sockets.ike.recv(buffer)?;
            let local = runner.sockets.ike.local();
            runner.take_ike(local, remote, buffer.get(..len).unwrap_or_default());
            Ok(Read::Ike)
        })
    }

    /// Reads until the source is empty or the turn's bound is reached; whether more may be left.
    fn batch(
        &mut self,
        what: &'static str,
        mut read: impl FnMut(&mut Self, &mut [u8]) -> io::Result<Read>,
    ) -> bool {
        let mut buffer = core::mem::take(&mut self.buffer);
        let (mut ike_messages, mut failures) = (0, 0);
        let mut left = true;
        for _ in 0..PACKETS {
            match read(self, &mut buffer) {
                Ok(Read::Packet) => {}
                Ok(Read::Ike) if ike_messages < IKE_MESSAGES => ike_messages += 1,
                Ok(Read::Ike) => break,
                Ok(Read::Empty) => {
                    left = false;
                    break;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    left = false;
                    break;
                }
                // One that ICMP brought for an earlier packet, or an interface that went down. The next read may be
                // good, and the loop goes on.
                Err(error) => {
                    let now = self.clock.now();
                    let text = format!("reading from {what}: {}", crate::words::of(&error));
                    self.tell(now, Severity::Warning, text);
                    failures += 1;
                    if failures >= FAILURES {
                        left = false;
                        break;
                    }
                }
            }
        }
        self.buffer = buffer;
        left
    }

    /// An IKE message, with all that follows from it: the packet behind it in the socket may be the first one of an SA that
    /// it brings.
    fn take_ike(&mut self, local: SocketAddr, remote: SocketAddr, payload: &[u8]) {
        let now = self.clock.now();
        self.gateway.handle_input(now, Input::Datagram { local, remote, payload });
        self.drain(now);
    }

    fn tell_unless_taken(&mut self, now: Instant, taken: Result<(), PacketError>) {
        if let Err(error) = taken {
            self.tell(now, Severity::Warning, error.to_string());
        }
    }
}
