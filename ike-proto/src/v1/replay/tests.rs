use core::time::Duration;

use esp_core::time::Instant;

use super::Replay;
use crate::v1::limits;

#[test]
fn the_same_octets_are_answered_the_same_way_for_a_while() {
    let mut replay = Replay::default();
    let now = Instant::from_secs(1);
    replay.keep(now, b"message", b"reply");
    assert_eq!(replay.reply(now, b"message"), Some(b"reply".as_slice()));
    assert_eq!(replay.reply(now, b"messagE"), None);
    assert_eq!(replay.reply(now + Duration::from_secs(200), b"message"), None);
}

/// neither the answers nor the message ids grow without end.
#[test]
fn what_is_remembered_is_bounded() {
    let mut replay = Replay::default();
    let now = Instant::from_secs(1);
    for id in 0..10_000_u32 {
        replay.keep(now, &id.to_be_bytes(), b"reply");
        replay.note_used(id);
    }
    assert_eq!(replay.finished.len(), limits::FINISHED);
    assert_eq!(replay.used.len(), limits::USED_IDS);
    assert!(replay.is_used(9_999));
    assert!(!replay.is_used(0));
    assert!(replay.reply(now, &9_999_u32.to_be_bytes()).is_some());
}
