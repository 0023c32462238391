//! Garbage for a gateway's ports: noise, half-right IKE messages, and ESP for an SPI that exists.
//!
//! The sender has to be a process in the peer's namespace, so this test program starts itself again for it.

use std::net::UdpSocket;
use std::process::ExitCode;

use crate::failure::{Context, Outcome};
use crate::gateway::TunnelView;
use crate::lab::Netns;
use crate::shell;

const ASKED: &str = "INTEROP_FLOOD";

/// What to send, and where to.
#[derive(Debug, Clone)]
pub(crate) struct Flood {
    pub(crate) target: &'static str,
    pub(crate) count: u32,
    /// The target's live SAs, so that some of the garbage finds them.
    pub(crate) view: TunnelView,
}

/// Sends the garbage from `netns`, to ports 500 and 4500, and returns when all of it is sent.
pub(crate) fn send(netns: &Netns, flood: &Flood) -> Outcome {
    let this = std::env::current_exe().context(|| "finding this test's program".into())?;
    let Flood { target, count, view } = flood;
    let order =
        format!("{ASKED}={target} {count} {:x} {:x} {:x}", view.ike_spi_i, view.ike_spi_r, view.child_in);
    shell::run(&netns.words(&["env", &order, &this.display().to_string()])).map(drop)
}

/// Acts as the sender if this process was started as one.
pub(crate) fn run_if_asked() -> Option<ExitCode> {
    let order = std::env::var(ASKED).ok()?;
    Some(match act(&order) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    })
}

fn act(order: &str) -> Outcome {
    let words: Vec<&str> = order.split(' ').collect();
    let [target, count, spi_i, spi_r, child] = words.as_slice() else {
        return Err(crate::failure::Failure::new(format!("{ASKED}={order} is not an order")));
    };
    let hex = |text: &str| u64::from_str_radix(text, 16).context(|| format!("{ASKED}={order}"));
    let count: u32 = count.parse().context(|| format!("{ASKED}={order}"))?;
    let socket = UdpSocket::bind("0.0.0.0:0").context(|| "binding the sender".into())?;
    let mut garbage =
        Garbage { noise: Noise(0x9e37_79b9_7f4a_7c15), ike: (hex(spi_i)?, hex(spi_r)?), child: hex(child)? };
    for number in 0..count {
        let port: u16 = if number % 2 == 0 { 500 } else { 4500 };
        let datagram = garbage.datagram(number / 2, port == 4500);
        // A full queue is no error here, and neither is the ICMP answer of a closed port.
        let _ = socket.send_to(&datagram, (*target, port));
        if number % 64 == 0 {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
    }
    Ok(())
}

struct Garbage {
    noise: Noise,
    ike: (u64, u64),
    child: u64,
}

impl Garbage {
    fn datagram(&mut self, number: u32, nat_port: bool) -> Vec<u8> {
        let length = usize::from(self.noise.byte()) * 5;
        let marker: &[u8] = if nat_port { &[0; 4] } else { &[] };
        match number % 6 {
            0 => self.noise.bytes(length),
            1 => self.noise.bytes(length % 30),
            // A new IKE_SA_INIT whose payloads are noise.
            2 => {
                let spi = u64::from_be_bytes(self.noise.bytes(8).try_into().unwrap_or_default());
                [marker, &self.ike_message(spi, 0, 34, length)].concat()
            }
            // An encrypted message of the live IKE SA that no key of it made.
            3 => [marker, &self.ike_message(self.ike.0, self.ike.1, 37, length)].concat(),
            // The same for a version this protocol never had, or an exchange nobody knows.
            4 => {
                let exchange = self.noise.byte();
                [marker, &self.ike_message(self.ike.0, self.ike.1, exchange, length)].concat()
            }
            // ESP for the live SPI.
            _ => {
                let spi = u32::try_from(self.child).unwrap_or_default().to_be_bytes();
                [spi.as_slice(), &self.noise.bytes(length)].concat()
            }
        }
    }

    /// An IKE header (RFC 7296 §3.1) of the right length, then noise.
    fn ike_message(&mut self, spi_i: u64, spi_r: u64, exchange: u8, body: usize) -> Vec<u8> {
        let length = u32::try_from(28 + body).unwrap_or_default();
        let (payload, flags) = (33 + self.noise.byte() % 16, self.noise.byte() & 0x28);
        let mut message = [spi_i.to_be_bytes(), spi_r.to_be_bytes()].concat();
        message.extend([payload, 0x20, exchange, flags, 0, 0, 0, self.noise.byte() % 4]);
        message.extend(length.to_be_bytes());
        message.extend(self.noise.bytes(body));
        message
    }
}

/// A small generator (xorshift): the same garbage in every run.
struct Noise(u64);

impl Noise {
    fn byte(&mut self) -> u8 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let [byte, ..] = self.0.to_be_bytes();
        byte
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.byte()).collect()
    }
}
