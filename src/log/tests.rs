use super::*;

/// CONN-7: the log is bounded, and says what made room.
#[test]
fn conn_7_the_oldest_entries_make_room() {
    let mut log = ConnectionLog::new(3);
    for i in 0..5 {
        log.push(Instant::from_secs(i), Line::new(Severity::Info, "test", format!("entry {i}")));
    }
    let texts: Vec<_> = log.entries().map(|entry| entry.text.as_str()).collect();
    assert_eq!(texts, ["entry 2", "entry 3", "entry 4"]);
    assert_eq!(log.forgotten(), 2);
}

/// CONN-7: a flood of one kind is one entry with a count.
#[test]
fn conn_7_what_repeats_is_counted() {
    let mut log = ConnectionLog::new(10);
    log.push(Instant::ZERO, Line::new(Severity::Info, "test", "connected"));
    for i in 1..=1000 {
        log.push(Instant::from_secs(i), Line::new(Severity::Warning, "test", "garbage"));
    }
    assert_eq!(log.entries().len(), 2);
    let last = log.entries().next_back().unwrap();
    assert_eq!((last.times, last.last), (1000, Instant::from_secs(1000)));
    assert_eq!(last.to_string(), "1.000000 warning garbage (1000 times until 1000.000000)");
}

/// CONN-7: exported as text for people and with its fields for programs.
#[test]
fn conn_7_the_log_is_exported() {
    let mut log = ConnectionLog::new(2);
    log.push(Instant::from_secs(1), Line::new(Severity::Info, "test", "connecting"));
    log.push(Instant::from_secs(2), Line::new(Severity::Error, "test", "no \"answer\""));
    log.push(Instant::from_secs(3), Line::new(Severity::Error, "test", "no \"answer\""));
    log.push(Instant::from_secs(4), Line::new(Severity::Info, "test", "connected"));
    assert_eq!(
        log.to_string(),
        "(older entries that made room: 1)\n\
         2.000000 error   no \"answer\" (2 times until 3.000000)\n\
         4.000000 info    connected\n"
    );
    assert_eq!(
        serde_json::to_value(&log).unwrap(),
        serde_json::json!({
            "entries": [
                { "at": 2_000_000, "last": 3_000_000, "times": 2, "severity": "error", "event": "test", "fields": {}, "text": "no \"answer\"" },
                { "at": 4_000_000, "last": 4_000_000, "times": 1, "severity": "info", "event": "test", "fields": {}, "text": "connected" },
            ],
            "forgotten": 1,
        })
    );
}
