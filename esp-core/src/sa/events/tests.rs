//! Tests of the event queue.

use super::*;
use crate::sa::Direction;
use crate::testing::*;

#[test]
fn the_queue_is_bounded_and_keeps_its_order() {
    let event = |spi| SaEvent::FirstUse { key: params(Direction::Inbound, spi, SUITE).key() };
    let queue = EventQueue::new(2);
    assert!(queue.push(event(0x1000)) && queue.push(event(0x1001)));
    assert!(!queue.push(event(0x1002)));
    assert_eq!(queue.pop(), Some(event(0x1000)));
    assert!(queue.push(event(0x1003)));
    assert_eq!((queue.pop(), queue.pop(), queue.pop()), (Some(event(0x1001)), Some(event(0x1003)), None));
}
