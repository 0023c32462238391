//! Tests of the userspace datapath as a whole: two of them, one at each end of a tunnel.

use core::net::Ipv4Addr;
use std::vec::Vec;

use super::*;
use crate::command::{Limit, PolicyId};
use crate::sa::{Direction, ReqId, SaKey, Spi};
use crate::soft::{Outbound, Protected};
use crate::testing::*;

const NOW: Instant = Instant::from_secs(1_000);
const RAW_PEER: &str = "192.0.2.1:0";

fn policy(id: u64, local: &str, remote: &str, action: PolicyAction) -> SaCommand {
    SaCommand::AddPolicy(Box::new(PolicyParams {
        id: PolicyId(id),
        selectors: selectors(local, remote),
        action,
        priority: 100,
    }))
}

fn protect(reqid: u32) -> PolicyAction {
    PolicyAction::Protect {
        reqid: ReqId(reqid),
        protocol: IpsecProtocol::Esp,
        mode: Mode::Tunnel,
        local: ip("192.0.2.1"),
        remote: Some(ip("198.51.100.1")),
    }
}

fn add(params: &SaParams) -> SaCommand {
    SaCommand::AddSa(Box::new(params.clone()))
}

fn events(datapath: &mut Datapath) -> Vec<SaEvent> {
    core::iter::from_fn(|| datapath.poll_event()).collect()
}

/// The end that sends and the end that receives, with one Security Association between them.
fn pair(outbound: &SaParams) -> (Datapath, Datapath) {
    let mut near = Datapath::new(DatapathLimits::default());
    let mut far = Datapath::new(DatapathLimits::default());
    near.apply(NOW, &policy(1, "10.1.0.0/16", "10.2.0.0/16", protect(1))).unwrap();
    near.apply(NOW, &add(outbound)).unwrap();
    far.apply(NOW, &add(&mirrored(outbound))).unwrap();
    (near, far)
}

fn seal(datapath: &Datapath, now: Instant, packet: &[u8]) -> Result<(Outbound, Vec<u8>), DropReason> {
    let mut storage = storage(packet.len());
    let mut buf = PacketBuf::copy_from(&mut storage, packet).unwrap();
    let outcome = datapath.seal(now, &mut buf)?;
    Ok((outcome, buf.as_slice().to_vec()))
}

fn open(datapath: &Datapath, source: &str, packet: &[u8]) -> Result<(Inbound, Vec<u8>), DropReason> {
    let mut storage = storage(packet.len());
    let mut buf = PacketBuf::copy_from(&mut storage, packet).unwrap();
    let outcome = datapath.open(NOW, source.parse().unwrap(), ip("198.51.100.1"), &mut buf)?;
    Ok((outcome, buf.as_slice().to_vec()))
}

#[test]
fn a_packet_goes_in_at_one_end_and_comes_out_at_the_other() {
    for suite in suites() {
        let (near, mut far) = pair(&params(Direction::Outbound, 0x1000, suite));
        let (outcome, esp) = seal(&near, NOW, &inner(100)).unwrap();
        let spi = Spi::new(0x1000).unwrap();
        let (local, remote) = (ip("192.0.2.1"), ip("198.51.100.1"));
        assert_eq!(
            outcome,
            Outbound::Protected(Protected { local, remote, encap: None, reqid: ReqId(1), spi })
        );
        let (inbound, packet) = open(&far, RAW_PEER, &esp).unwrap();
        assert_eq!(inbound, Inbound { reqid: ReqId(1), spi });
        assert_eq!(packet, inner(100), "{suite}");
        let key = mirrored(&params(Direction::Outbound, 0x1000, suite)).key();
        assert_eq!(events(&mut far), [SaEvent::FirstUse { key }]);
        open(&far, RAW_PEER, &seal(&near, NOW, &inner(5)).unwrap().1).unwrap();
        assert_eq!(events(&mut far), []);
    }
}
