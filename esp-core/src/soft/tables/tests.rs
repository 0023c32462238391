//! Tests of tables that are swapped under those who use them.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::backend::SaBackend;
use crate::command::{PolicyAction, PolicyId, PolicyParams, SaCommand};
use crate::sa::{Direction, SaParams};
use crate::soft::testing::*;
use crate::testing::*;

/// What one thread does: seals with whatever tables are the current ones, until told to stop.
fn seal_on(current: &Mutex<Arc<Tables>>, stop: &AtomicBool) -> Vec<u32> {
    let mut memory = storage(100);
    let mut numbers = Vec::new();
    while !stop.load(Ordering::Relaxed) || numbers.len() < 1_000 {
        let tables = Arc::clone(&current.lock().unwrap());
        for _ in 0..20 {
            let mut packet = PacketBuf::copy_from(&mut memory, &inner(20)).unwrap();
            assert!(matches!(tables.seal(NOW, &mut packet), Ok(Outbound::Protected(_))));
            let [_, _, _, _, number @ ..] = *packet.as_slice().first_chunk::<8>().unwrap();
            numbers.push(u32::from_be_bytes(number));
        }
    }
    numbers
}

/// Two threads seal over one Security Association while tables are swapped under them: no sequence number, and so no IV,
/// is used twice, and none is left out.
#[test]
fn no_sequence_number_twice_while_tables_are_swapped() {
    let sa = params(Direction::Outbound, 0x1000, SUITE);
    let mut near = Ends::new(&sa, DatapathOptions::default()).near;
    let current = Mutex::new(near.snapshot());
    let stop = AtomicBool::new(false);
    let (one, two) = std::thread::scope(|scope| {
        let threads = [(); 2].map(|()| scope.spawn(|| seal_on(&current, &stop)));
        for id in 2..200 {
            let policy = PolicyParams {
                id: PolicyId(id),
                selectors: selectors("172.16.0.0/16", "10.2.0.0/16"),
                action: PolicyAction::Discard,
                priority: 1,
            };
            let other = SaParams { remote: ip("198.51.100.77"), reqid: ReqId(9), ..sa.clone() };
            for command in [
                SaCommand::AddPolicy(Box::new(policy)),
                SaCommand::AddSa(Box::new(other.clone())),
                SaCommand::RemoveSa(other.key()),
                SaCommand::RemovePolicy(PolicyId(id)),
            ] {
                near.apply(NOW, &command).unwrap();
                *current.lock().unwrap() = near.snapshot();
            }
        }
        stop.store(true, Ordering::Relaxed);
        let [one, two] = threads.map(|thread| thread.join().unwrap());
        (one, two)
    });
    let count = one.len() + two.len();
    let all: BTreeSet<u32> = one.into_iter().chain(two).collect();
    assert_eq!(all.len(), count, "each number once");
    assert_eq!(all.last().copied(), u32::try_from(count).ok(), "and none left out");
    let usage = near.iter_sas().find(|status| status.key == sa.key()).unwrap().usage;
    assert_eq!(usage.packets, u64::try_from(count).unwrap(), "what was counted in old tables counts");
}

/// A snapshot is not edited: what is added afterwards is not in it, and what was there still is.
#[test]
fn a_snapshot_stays_as_it_is() {
    let sa = params(Direction::Outbound, 0x1000, SUITE);
    let mut near = Ends::new(&sa, DatapathOptions::default()).near;
    let before = near.snapshot();
    near.apply(NOW, &SaCommand::RemovePolicy(PolicyId(1))).unwrap();
    let seal = |tables: &Tables| {
        let mut memory = storage(100);
        tables.seal(NOW, &mut PacketBuf::copy_from(&mut memory, &inner(20)).unwrap()).map(drop)
    };
    assert_eq!((seal(&before), seal(&near.snapshot())), (Ok(()), Err(DropReason::NoPolicy)));
}
