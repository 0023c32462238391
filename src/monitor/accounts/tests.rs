use std::net::IpAddr;

use esp_core::net::TunnelOptions;
use esp_core::sa::{IpsecProtocol, Mode, SaKeys, SaParams, SaUsage, Spi, VolumeLimits};
use esp_core::secret::SecretBytes;
use esp_core::selector::Selectors;
use esp_core::suite::{Integrity, SaSuite};
use proptest::prelude::*;

use super::*;

const LOCAL: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
const REMOTE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

fn params(direction: Direction, spi: u32) -> SaParams {
    SaParams {
        direction,
        spi: Spi::new(spi).unwrap(),
        protocol: IpsecProtocol::Esp,
        mode: Mode::Tunnel,
        local: LOCAL,
        remote: REMOTE,
        encap: None,
        original: None,
        suite: SaSuite::ah(Integrity::HmacSha1_96, false),
        keys: SaKeys { encryption: SecretBytes::default(), integrity: SecretBytes::default() },
        selectors: Selectors { local: vec![], remote: vec![] },
        replay_window: 64,
        limits: VolumeLimits::default(),
        expires: None,
        reqid: ReqId(7),
        tunnel: TunnelOptions::default(),
    }
}

fn add(params: &SaParams) -> SaCommand {
    SaCommand::AddSa(Box::new(params.clone()))
}

fn traffic(key: SaKey, packets: u64) -> SaTraffic {
    let usage = SaUsage { bytes: packets * 100, packets, last_used: None };
    SaTraffic { key, usage, sequence: packets, drops: vec![] }
}

fn packets(delta: Option<Delta>) -> Option<u64> {
    delta.map(|delta| delta.traffic.packets_in + delta.traffic.packets_out)
}

/// MON-1: what counts is growth; the last counters are counted, and nothing is after them.
#[test]
fn mon_1_each_packet_is_counted_once() {
    let mut accounts = Accounts::default();
    let sa = params(Direction::Outbound, 0x1000);
    let key = sa.key();
    assert_eq!(accounts.report(&traffic(key, 5)), None, "it is nobody's yet");
    accounts.on_command(&add(&sa));
    let delta = accounts.report(&traffic(key, 5)).unwrap();
    assert_eq!(delta.owner, ReqId(7));
    assert_eq!(delta.traffic, Traffic { bytes_out: 500, packets_out: 5, ..Traffic::default() });
    assert_eq!(packets(accounts.report(&traffic(key, 5))), Some(0));
    accounts.on_command(&SaCommand::RemoveSa(key));
    assert_eq!(packets(accounts.report(&traffic(key, 6))), Some(1), "asked before, answered after");
    assert_eq!(packets(accounts.removed(&key, Some(&traffic(key, 8)))), Some(2));
    assert_eq!(accounts.report(&traffic(key, 9)), None);
    assert_eq!(accounts.removed(&key, Some(&traffic(key, 9))), None);
    assert_eq!(accounts.len(), 0);
}

/// MON-1: drops are counted by the same rule.
#[test]
fn mon_1_drops_grow_too() {
    let mut accounts = Accounts::default();
    let sa = params(Direction::Inbound, 0x1000);
    accounts.on_command(&add(&sa));
    let dropped = |drops: &[(DropReason, u64)]| SaTraffic { drops: drops.to_vec(), ..traffic(sa.key(), 0) };
    let mut report = |drops: &[_]| accounts.report(&dropped(drops)).unwrap().drops;
    assert_eq!(report(&[(DropReason::BadIcv, 2)]), [(DropReason::BadIcv, 2)]);
    let more = [(DropReason::BadIcv, 2), (DropReason::Replayed, 1)];
    assert_eq!(report(&more), [(DropReason::Replayed, 1)]);
    assert_eq!(report(&more), []);
}

/// MON-1: the peer may choose an SPI again while the datapath has not answered for its first life.
#[test]
fn mon_1_a_key_that_is_used_again() {
    let mut accounts = Accounts::default();
    let sa = params(Direction::Outbound, 0x1000);
    let key = sa.key();
    accounts.on_command(&add(&sa));
    accounts.on_command(&SaCommand::RemoveSa(key));
    accounts.on_command(&add(&SaParams { reqid: ReqId(8), ..sa }));
    let delta = accounts.removed(&key, Some(&traffic(key, 3))).unwrap();
    assert_eq!((delta.owner, delta.traffic.packets_out), (ReqId(7), 3));
    let delta = accounts.report(&traffic(key, 2)).unwrap();
    assert_eq!((delta.owner, delta.traffic.packets_out), (ReqId(8), 2));
}

/// PEER-3, MON-1: a moved Security Association keeps its counters under its new key.
#[test]
fn mon_1_a_move_changes_the_key() {
    let mut accounts = Accounts::default();
    let (inbound, outbound) = (params(Direction::Inbound, 0x1000), params(Direction::Outbound, 0x1000));
    for sa in [&inbound, &outbound] {
        accounts.on_command(&add(sa));
        assert_eq!(packets(accounts.report(&traffic(sa.key(), 4))), Some(4));
        let (local, remote) = ("192.0.2.1:4500".parse().unwrap(), "198.51.100.9:4500".parse().unwrap());
        accounts.on_command(&SaCommand::MoveSa { key: sa.key(), local, remote, encap: true });
    }
    assert_eq!(packets(accounts.report(&traffic(inbound.key(), 5))), Some(1));
    assert_eq!(accounts.report(&traffic(outbound.key(), 5)), None);
    let moved = SaKey { destination: "198.51.100.9".parse().unwrap(), ..outbound.key() };
    assert_eq!(packets(accounts.report(&traffic(moved, 5))), Some(1));
}

/// What the datapath refused to add is not waited for, and a datapath that never answers costs a bounded amount.
#[test]
fn what_never_answers_is_forgotten() {
    let mut accounts = Accounts::default();
    let sa = params(Direction::Outbound, 0x1000);
    accounts.on_command(&add(&sa));
    accounts.refused(&sa.key());
    assert_eq!(accounts.len(), 0);
    for spi in 0x1000..0x2000 {
        let sa = params(Direction::Outbound, spi);
        accounts.on_command(&add(&sa));
        accounts.on_command(&SaCommand::RemoveSa(sa.key()));
    }
    assert_eq!(accounts.len(), MAX_LEAVING);
}

/// A step of a datapath's life.
#[derive(Clone, Copy, Debug)]
enum Act {
    Add(u32),
    Remove(u32),
    Carry(u32, u64),
    Ask,
    Answer,
}

fn act() -> impl Strategy<Value = Act> {
    let spi = 0x1000_u32..0x1003;
    prop_oneof![
        spi.clone().prop_map(Act::Add),
        spi.clone().prop_map(Act::Remove),
        (spi, 1_u64..50).prop_map(|(spi, packets)| Act::Carry(spi, packets)),
        Just(Act::Ask),
        Just(Act::Answer),
    ]
}

proptest! {
    /// MON-1: whatever is added, removed, used again and asked for in whatever order, with answers that come late: in the
    /// end every packet is counted, and none twice.
    #[test]
    fn mon_1_any_history_adds_up(acts in proptest::collection::vec(act(), 0..80)) {
        let mut accounts = Accounts::default();
        let mut standing: BTreeMap<SaKey, u64> = BTreeMap::new();
        let mut answers: VecDeque<(bool, SaTraffic)> = VecDeque::new();
        let (mut carried, mut counted) = (0, 0);
        let key = |spi| params(Direction::Outbound, spi).key();
        let mut take = |accounts: &mut Accounts, answer: Option<(bool, SaTraffic)>| {
            let Some((last, report)) = answer else { return };
            let delta = if last {
                accounts.removed(&report.key, Some(&report))
            } else {
                accounts.report(&report)
            };
            counted += packets(delta).unwrap_or(0);
        };
        let end = [Act::Remove(0x1000), Act::Remove(0x1001), Act::Remove(0x1002)];
        for act in acts.into_iter().chain(end) {
            match act {
                Act::Add(spi) if !standing.contains_key(&key(spi)) => {
                    standing.insert(key(spi), 0);
                    accounts.on_command(&add(&params(Direction::Outbound, spi)));
                }
                Act::Remove(spi) => {
                    if let Some(packets) = standing.remove(&key(spi)) {
                        accounts.on_command(&SaCommand::RemoveSa(key(spi)));
                        answers.push_back((true, traffic(key(spi), packets)));
                    }
                }
                Act::Carry(spi, more) => {
                    if let Some(packets) = standing.get_mut(&key(spi)) {
                        *packets += more;
                        carried += more;
                    }
                }
                Act::Ask => answers.extend(standing.iter().map(|(key, packets)| (false, traffic(*key, *packets)))),
                Act::Answer => take(&mut accounts, answers.pop_front()),
                Act::Add(_) => {}
            }
        }
        while !answers.is_empty() {
            take(&mut accounts, answers.pop_front());
        }
        prop_assert_eq!(counted, carried);
        prop_assert_eq!(accounts.len(), 0);
    }
}
