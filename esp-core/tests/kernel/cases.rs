//! The cases: one for each suite, mode and pair of families.

use std::net::SocketAddr;

use esp_core::sa::{IpsecProtocol, Mode};

use crate::support::{Plan, headers, modes, octets, routed, udp};
use crate::xfrm;

/// One pair of Security Associations with the kernel.
pub(crate) struct Case {
    pub(crate) plan: Plan,
    /// The high half of the first extended sequence number, where it is not 0.
    pub(crate) high_half: Option<u32>,
    /// AH over IPv4 padded to 64 bits, as the kernel does unless it is told not to. It takes nothing else then, so that
    /// packets go from it to us alone.
    pub(crate) kernel_s_own_padding: bool,
}

const FIRST_SPI: u32 = 0x1000;

pub(crate) fn all() -> Vec<Case> {
    let mut all = Vec::new();
    let mut add = |plan: Plan, high_half, kernel_s_own_padding| {
        let spi = FIRST_SPI + 2 * u32::try_from(all.len()).unwrap();
        all.push(Case { plan: Plan { spi, ..plan }, high_half, kernel_s_own_padding });
    };
    for suite in xfrm::suites() {
        for (mode, outer_ipv4, inner_ipv4) in modes() {
            let plan = Plan { suite, mode, outer_ipv4, inner_ipv4, encap: None, spi: 0 };
            add(plan, None, false);
            if suite.esn() && mode == Mode::Transport {
                add(plan, Some(0x0102_0304), false);
            }
            if suite.protocol() == IpsecProtocol::Ah && outer_ipv4 {
                add(plan, None, true);
            }
        }
    }
    all
}

impl Case {
    pub(crate) fn name(&self) -> String {
        let high = if self.high_half.is_some() { "::high-half" } else { "" };
        let padding = if self.kernel_s_own_padding { "::padded-to-64" } else { "" };
        format!("{}{high}{padding}", self.plan.name())
    }

    /// One for each case, from 1.
    pub(crate) fn number(&self) -> u32 {
        (self.plan.spi - FIRST_SPI) / 2 + 1
    }

    /// The UDP port at both ends.
    pub(crate) fn port(&self) -> u16 {
        10_000 + u16::try_from(self.number()).unwrap()
    }

    /// Where the traffic begins and ends, ours first.
    pub(crate) fn ends(&self) -> (SocketAddr, SocketAddr) {
        let (near, far) = self.plan.ends();
        (SocketAddr::new(near, self.port()), SocketAddr::new(far, self.port()))
    }

    /// The packets that we send.
    pub(crate) fn packets(&self) -> Vec<Sent> {
        if self.kernel_s_own_padding {
            return Vec::new();
        }
        let (near, far) = self.ends();
        let with = |first: u8, before: &[u8], payload: &[u8]| Sent {
            packet: udp(near, far, first, before, payload),
            payload: payload.to_vec(),
            is_routed: false,
        };
        let mut all: Vec<_> = [1, 600].map(|len| with(17, &[], &octets(self.number(), len))).into();
        // ESP does not look at them.
        if self.plan.mode == Mode::Transport && self.plan.protocol() == IpsecProtocol::Ah {
            all.extend(headers(near.is_ipv4()).iter().map(|(first, before)| with(*first, before, b"x")));
            let (packet, payload) = (routed(near, far, b"y"), b"y".to_vec());
            all.push(Sent { packet, payload, is_routed: true });
        }
        all
    }
}

/// A packet for the kernel's end.
pub(crate) struct Sent {
    pub(crate) packet: Vec<u8>,
    /// What UDP carries.
    pub(crate) payload: Vec<u8>,
    /// Whether it goes by a node on the way.
    pub(crate) is_routed: bool,
}
