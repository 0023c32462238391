//! Tests of the packet buffer.

use super::*;
use std::vec;

#[test]
fn headers_and_trailers_grow_in_place() {
    let mut storage = vec![0; 20];
    let mut packet = PacketBuf::new(&mut storage, 5, 4).unwrap();
    packet.as_mut_slice().copy_from_slice(b"body");
    packet.prepend(2).unwrap().copy_from_slice(b"h:");
    packet.append(3).unwrap().copy_from_slice(b"...");
    assert_eq!(packet.as_slice(), b"h:body...");
    assert_eq!((packet.headroom(), packet.len(), packet.tailroom()), (3, 9, 8));
    packet.trim_front(2).unwrap();
    packet.truncate(4);
    packet.truncate(100);
    assert_eq!(packet.as_slice(), b"body");
    assert_eq!(format!("{packet:?}"), "PacketBuf { headroom: 5, len: 4, tailroom: 11 }");
}

#[test]
fn what_does_not_fit_is_refused_and_changes_nothing() {
    let mut storage = vec![0; 8];
    assert!(PacketBuf::new(&mut storage, 5, 4).is_none());
    assert!(PacketBuf::new(&mut storage, usize::MAX, 4).is_none());
    assert!(PacketBuf::copy_from(&mut storage, b"x").is_none());
    let mut packet = PacketBuf::new(&mut storage, 2, 4).unwrap();
    assert_eq!(packet.prepend(3), Err(DropReason::BufferTooSmall));
    assert_eq!(packet.append(3), Err(DropReason::BufferTooSmall));
    assert_eq!(packet.append(usize::MAX), Err(DropReason::BufferTooSmall));
    assert_eq!(packet.trim_front(5), Err(DropReason::TooShort));
    assert_eq!((packet.headroom(), packet.len(), packet.tailroom()), (2, 4, 2));
    packet.trim_front(4).unwrap();
    assert!(packet.is_empty());
}
