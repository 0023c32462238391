use super::*;

/// CONN-7: the log is bounded, and says what made room.
#[test]
fn conn_7_the_oldest_entries_make_room() {
    let mut log = ConnectionLog::new(3);
    for i in 0..5 {
        log.push(Instant::from_secs(i), Severity::Info, format!("entry {i}"));
    }
    let texts: Vec<_> = log.entries().map(|entry| entry.text.as_str()).collect();
    assert_eq!(texts, ["entry 2", "entry 3", "entry 4"]);
    assert_eq!(log.forgotten(), 2);
}

/// CONN-7: a flood of one kind is one entry with a count.
#[test]
fn conn_7_what_repeats_is_counted() {
    let mut log = ConnectionLog::new(10);
    log.push(Instant::ZERO, Severity::Info, "connected".into());
    for i in 1..=1000 {
        log.push(Instant::from_secs(i), Severity::Warning, "garbage".into());
    }
    assert_eq!(log.entries().len(), 2);
    let last = log.entries().next_back().unwrap();
    assert_eq!((last.times, last.last), (1000, Instant::from_secs(1000)));
    assert_eq!(last.to_string(), "1.000000 warning garbage (1000 times until 1000.000000)");
}
