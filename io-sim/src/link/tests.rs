use super::*;

const LATENCY: Duration = Duration::from_millis(10);

fn link(seed: u64) -> Link {
    let ends = [(NodeId(0), Port(0)), (NodeId(1), Port(0))];
    Link::new(seed, LinkId(3), LinkConfig::new("test", LATENCY), ends)
}

/// Sends `count` numbered packets a millisecond apart and returns what arrives, in order of arrival.
fn send(link: &mut Link, count: u32) -> Vec<(Instant, Vec<u8>)> {
    let mut arrivals: Vec<_> = (0..count)
        .flat_map(|number| {
            let now = Instant::from_millis(u64::from(number));
            link.transmit(now, Side::A, number.to_be_bytes().to_vec())
        })
        .collect();
    arrivals.sort_by_key(|(at, _)| *at);
    arrivals
}

fn numbers(arrivals: &[(Instant, Vec<u8>)]) -> Vec<u32> {
    arrivals.iter().map(|(_, packet)| u32::from_be_bytes(packet.as_slice().try_into().unwrap())).collect()
}

#[test]
fn a_healthy_link_keeps_time_and_order() {
    let mut link = link(1);
    let arrivals = send(&mut link, 100);
    assert_eq!(numbers(&arrivals), (0..100).collect::<Vec<_>>());
    assert!(arrivals.iter().zip(0..).all(|((at, _), sent)| *at == Instant::from_millis(sent) + LATENCY));
}

#[test]
fn jitter_alone_keeps_the_order() {
    let mut link = link(1);
    link.set_faults(Side::A, Faults { jitter: Duration::from_millis(50), ..Faults::NONE });
    assert_eq!(numbers(&send(&mut link, 500)), (0..500).collect::<Vec<_>>());
}

/// The rates come out as they were set, within four standard deviations of 10,000 packets.
#[test]
fn faults_happen_as_often_as_they_should() {
    for seed in 0..20 {
        let mut link = link(seed);
        let rates = Faults {
            loss: Chance::percent(30),
            duplication: Chance::percent(10),
            corruption: Chance::percent(5),
            reordering: Chance::percent(20),
            reorder_by: Duration::from_millis(30),
            jitter: Duration::from_millis(2),
        };
        link.set_faults(Side::A, rates);
        let arrived = send(&mut link, 10_000).len() as u64;
        let stats = link.stats(Side::A);
        assert_eq!((stats.sent, stats.delivered), (10_000, arrived));
        assert_eq!(stats.sent, stats.lost + stats.delivered - stats.duplicated);
        let near = |value: u64, expected: u64, of: u64| {
            let deviation = (expected as f64 * (1.0 - expected as f64 / of as f64)).sqrt();
            assert!(
                (value as f64 - expected as f64).abs() < 4.0 * deviation,
                "seed {seed}: {value} for {expected}"
            );
        };
        near(stats.lost, 3_000, 10_000);
        near(stats.duplicated, 700, 7_000);
        near(stats.corrupted, 385, 7_700);
        near(stats.reordered, 1_540, 7_700);
    }
}

#[test]
fn the_same_seed_gives_the_same_arrivals_and_another_seed_others() {
    let run = |seed| {
        let mut link = link(seed);
        link.set_faults(Side::A, Faults { loss: Chance::percent(50), ..Faults::NONE });
        send(&mut link, 200)
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7), run(8));
}

#[test]
fn the_two_directions_are_independent() {
    let mut link = link(1);
    link.set_faults(Side::A, Faults { loss: Chance::ALWAYS, ..Faults::NONE });
    assert!(link.transmit(Instant::ZERO, Side::A, vec![1]).is_empty());
    assert_eq!(link.transmit(Instant::ZERO, Side::B, vec![1]).len(), 1);
}

#[test]
fn a_link_that_is_down_and_a_packet_that_is_too_long() {
    let mut link = link(1);
    link.set_mtu(100);
    assert!(link.transmit(Instant::ZERO, Side::A, vec![0; 101]).is_empty());
    assert_eq!(link.transmit(Instant::ZERO, Side::A, vec![0; 100]).len(), 1);
    link.set_up(false);
    assert!(link.transmit(Instant::ZERO, Side::A, vec![0; 100]).is_empty());
    let stats = link.stats(Side::A);
    assert_eq!((stats.too_big, stats.down, stats.delivered), (1, 1, 1));
}

#[test]
fn corruption_turns_exactly_one_bit() {
    let mut link = link(5);
    link.set_faults(Side::A, Faults { corruption: Chance::ALWAYS, ..Faults::NONE });
    let packet = vec![0_u8; 64];
    let arrivals = link.transmit(Instant::ZERO, Side::A, packet);
    assert_eq!(arrivals[0].1.iter().map(|octet| octet.count_ones()).sum::<u32>(), 1);
}
