use ipsec_policy::Comparison;

use super::*;

fn at(seconds: u64) -> Instant {
    Instant::from_secs(seconds)
}

fn rule(metric: Metric, comparison: Comparison, threshold: u64, for_secs: u32) -> AlarmRule {
    AlarmRule { metric, comparison, threshold, for_secs }
}

fn template(id: &str, rules: &[AlarmRule]) -> AlarmTemplate {
    let (name, remark) = Default::default();
    AlarmTemplate { id: id.parse().unwrap(), name, remark, rules: rules.to_vec() }
}

fn target() -> AlarmTarget {
    AlarmTarget::Tunnel("t".parse().unwrap())
}

/// What steps of 10 s with these bandwidths bring about: when, what and at which figure.
fn steps(board: &mut AlarmBoard, begin: u64, values: &[u64]) -> Vec<(u64, AlarmChange, u64)> {
    let mut changes = Vec::new();
    for (value, from) in values.iter().zip((begin..).step_by(10)) {
        let known = |metric| (metric == Metric::BandwidthIn).then_some(*value);
        for alarm in board.feed(at(from + 10), at(from), &target(), known) {
            changes.push((alarm.at.as_micros() / 1_000_000, alarm.change, alarm.value));
        }
    }
    changes
}

/// MON-2: an alarm is raised when its condition has held for its time, once, and cleared when it has not for as long, once.
#[test]
fn mon_2_raised_once_and_cleared_once() {
    let mut board = AlarmBoard::default();
    let busy = rule(Metric::BandwidthIn, Comparison::Above, 100, 30);
    assert_eq!(board.attach(at(0), &target(), Some(&template("a", &[busy]))), []);
    let raised = steps(&mut board, 0, &[50, 101, 150, 100, 150, 150, 150, 150, 150]);
    assert_eq!(
        raised,
        [(70, AlarmChange::Raised, 150)],
        "a break begins anew: 40 to 70 are the first 30 s in a row"
    );
    assert_eq!(board.raised().count(), 1);
    let cleared = steps(&mut board, 90, &[100, 20, 101, 30, 30, 30, 30, 30]);
    assert_eq!(cleared, [(150, AlarmChange::Cleared, 30)]);
    assert_eq!(board.raised().count(), 0);
}

/// MON-2: a figure that wavers about its threshold neither raises nor clears.
#[test]
fn mon_2_hysteresis() {
    let mut board = AlarmBoard::default();
    let busy = rule(Metric::BandwidthIn, Comparison::Above, 100, 20);
    board.attach(at(0), &target(), Some(&template("a", &[busy])));
    assert_eq!(steps(&mut board, 0, &[101, 99].repeat(50)), []);
    assert_eq!(steps(&mut board, 1_000, &[101, 101]), [(1_020, AlarmChange::Raised, 101)]);
    assert_eq!(steps(&mut board, 1_020, &[99, 101].repeat(50)), []);
}

/// MON-2: health is followed to the moment, in between steps, by a time-out.
#[test]
fn mon_2_health_to_the_moment() {
    let mut board = AlarmBoard::default();
    let down = rule(Metric::Health, Comparison::Below, 1, 60);
    board.attach(at(0), &target(), Some(&template("a", &[down])));
    let health = |board: &mut AlarmBoard, now, value| {
        board.feed(at(now), at(now), &target(), |metric| (metric == Metric::Health).then_some(value))
    };
    assert_eq!(health(&mut board, 5, 1), []);
    assert_eq!(board.next_timeout(), None);
    assert_eq!(health(&mut board, 17, 0), []);
    assert_eq!(health(&mut board, 20, 0), [], "told twice, and still since 17");
    assert_eq!(board.next_timeout(), Some(at(77)));
    assert_eq!(board.handle_timeout(at(76)), []);
    let alarms = board.handle_timeout(at(77));
    assert_eq!((alarms.len(), alarms[0].change, alarms[0].at), (1, AlarmChange::Raised, at(77)));
    assert_eq!(alarms[0].to_string(), "alarm raised: health below 1 for 60 s (it is 0)");
    assert_eq!(board.next_timeout(), None);
    assert_eq!(health(&mut board, 100, 1), []);
    assert_eq!(board.handle_timeout(at(160))[0].change, AlarmChange::Cleared);
}

/// MON-2: rules of one template are alarms of their own; what is taken off while raised is withdrawn, what stays goes on.
#[test]
fn mon_2_templates_change() {
    let mut board = AlarmBoard::default();
    let (some, much) = (
        rule(Metric::BandwidthIn, Comparison::Above, 10, 10),
        rule(Metric::BandwidthIn, Comparison::Above, 100, 10),
    );
    board.attach(at(0), &target(), Some(&template("a", &[some, much])));
    assert_eq!(steps(&mut board, 0, &[50]), [(10, AlarmChange::Raised, 50)]);
    assert_eq!(steps(&mut board, 10, &[500]), [(20, AlarmChange::Raised, 500)]);
    let kept = board.attach(at(21), &target(), Some(&template("a", &[much])));
    assert_eq!((kept.len(), kept[0].change, kept[0].rule), (1, AlarmChange::Withdrawn, some));
    assert_eq!(steps(&mut board, 20, &[500]), []);
    assert_eq!(board.raised().count(), 1);
    let gone = board.attach(at(31), &target(), Some(&template("b", &[much])));
    assert_eq!((gone.len(), gone[0].template.to_string()), (1, "a".to_string()));
    assert_eq!(board.attach(at(32), &target(), None), [], "nothing of b was raised");
    assert_eq!(steps(&mut board, 40, &[500]), []);
}

/// MON-2: a figure that is not known raises nothing.
#[test]
fn mon_2_an_unknown_figure() {
    let mut board = AlarmBoard::default();
    let busy = rule(Metric::Utilisation, Comparison::AtLeast, 0, 10);
    board.attach(at(0), &target(), Some(&template("a", &[busy])));
    assert_eq!(steps(&mut board, 0, &[1; 100]), []);
}
