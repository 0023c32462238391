use ike_proto::endpoint::ConnectionId;

use super::*;

const CONNECTION: ConnectionId = ConnectionId(1);

fn message(sent: bool, port: u16) -> Event {
    Event::Message(MessageTrace {
        connection: Some(CONNECTION),
        sent,
        remote: ([192, 0, 2, 2], port).into(),
        exchange: "IKE_SA_INIT",
        response: !sent,
        message_id: 0,
        payloads: Vec::new(),
        len: 100,
    })
}

fn connecting() -> Event {
    let (local, remote) = (([192, 0, 2, 1], 500).into(), ([192, 0, 2, 2], 500).into());
    Event::Connecting { connection: CONNECTION, local, remote }
}

/// DIAG-3: how far an attempt has come follows from what was heard on which port.
#[test]
fn diag_3_stages() {
    let mut contact = Contact::default();
    contact.on_event(&connecting());
    contact.on_event(&message(true, 500));
    assert_eq!(contact.stage(false), Stage::FirstAnswer);
    contact.on_event(&message(false, 500));
    assert_eq!(contact.stage(false), Stage::Phase1);
    contact.on_event(&message(true, 4500));
    assert_eq!(contact.stage(false), Stage::Port4500);
    assert!(contact.is_heard() && contact.is_silent_on_4500());
    contact.on_event(&message(false, 4500));
    assert_eq!(contact.stage(false), Stage::Phase1);
    assert_eq!(contact.stage(true), Stage::Phase2);
    assert!(!contact.is_silent_on_4500());
    // Another attempt begins from the beginning, and what was tried is kept.
    contact.on_event(&connecting());
    assert_eq!(contact.stage(false), Stage::FirstAnswer);
    let ways: Vec<_> = contact.ways().iter().map(ToString::to_string).collect();
    let expected = [
        "192.0.2.1:500 to 192.0.2.2:500: 1 sent, 1 received",
        "192.0.2.1:4500 to 192.0.2.2:4500: 1 sent, 1 received",
    ];
    assert_eq!(ways, expected);
}

/// A peer that comes from ever new ports does not make the list grow without end.
#[test]
fn the_ways_are_bounded() {
    let mut contact = Contact::default();
    contact.on_event(&connecting());
    (0..1_000).for_each(|port| contact.on_event(&message(false, port)));
    assert_eq!(contact.ways().len(), WAYS);
}
