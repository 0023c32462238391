//! The look-up in the Security Policy Database by the number of policies.

use std::net::Ipv4Addr;

use esp_core::backend::SaBackend;
use esp_core::command::{PolicyAction, PolicyId, PolicyParams, SaCommand};
use esp_core::packet_buf::PacketBuf;
use esp_core::soft::{Datapath, DatapathLimits, Outbound};
use esp_core::time::Instant;

use crate::suites::{packet, selectors};
use crate::timing::{ROUNDS, median, round, time};

const NOW: Instant = Instant::from_secs(1);
const POLICIES: [u32; 3] = [10, 1_000, 100_000];
/// Packets of one pass, spread over the policies.
const FLOWS: u32 = 256;

/// Policies that pass what goes from 10.0.0.0/8 to one host each: what is measured is to find them.
fn datapath(policies: u32) -> Datapath {
    let limits = DatapathLimits { max_policies: usize::try_from(policies).unwrap(), ..Default::default() };
    let mut datapath = Datapath::new(limits);
    for at in 0..policies {
        let policy = PolicyParams {
            id: PolicyId(at.into()),
            selectors: selectors("10.0.0.0/8", &format!("{}/32", host(at))),
            action: PolicyAction::Bypass,
            priority: 1,
        };
        datapath.apply(NOW, &SaCommand::AddPolicy(Box::new(policy))).unwrap();
    }
    datapath
}

fn host(at: u32) -> Ipv4Addr {
    Ipv4Addr::from_bits(0xac10_0000 + at)
}

/// Prints the table.
pub fn print() {
    let tables = POLICIES.map(datapath);
    let packets = POLICIES.map(|policies| {
        let flows = (0..FLOWS).map(|flow| flow.wrapping_mul(2_654_435_761) % policies);
        flows.map(|at| packet(Ipv4Addr::new(10, 1, 0, 1), host(at), 64)).collect::<Vec<_>>()
    });
    let mut passes = POLICIES.map(|_| Vec::new());
    for _ in 0..ROUNDS {
        for ((table, packets), passes) in tables.iter().zip(&packets).zip(&mut passes) {
            let mut storage = packets.clone();
            let bufs = storage.iter_mut().map(|packet| PacketBuf::new(packet, 0, 64).unwrap());
            let mut bufs: Vec<_> = bufs.collect();
            round(passes, || {
                time(|| {
                    for packet in &mut bufs {
                        assert_eq!(table.seal(NOW, packet), Ok(Outbound::Bypass));
                    }
                })
            });
        }
    }
    println!("\npolicies   ns/packet   to {} policies", POLICIES[0]);
    let times = passes.map(|passes| median(passes) / f64::from(FLOWS));
    for (policies, time) in POLICIES.iter().zip(times) {
        println!("{policies:>8} {time:>11.0} {:>12.2}x", time / times[0]);
    }
}
