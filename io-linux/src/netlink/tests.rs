use std::net::Ipv4Addr;

use proptest::prelude::*;

use super::*;

/// Reading needs no privilege, and every namespace has a loopback interface.
#[test]
fn the_loopback_interface_is_found() {
    let mut netlink = Netlink::open().unwrap();
    let addresses = netlink.addresses().unwrap();
    let loopback = addresses.iter().find(|entry| entry.address == Ipv4Addr::LOCALHOST);
    if loopback.is_none() {
        println!("skipped: the loopback interface is down");
        return;
    }
    let interface = netlink.interface_of(Ipv4Addr::LOCALHOST.into()).unwrap().unwrap();
    assert_eq!(interface.name, "lo");
    assert!(interface.mtu >= 1280);
    assert_eq!(netlink.interface_of(Ipv4Addr::new(192, 0, 2, 77).into()).unwrap(), None);
}

#[test]
fn truncated_messages_are_errors() {
    assert!(split_message(&[]).is_err());
    assert!(split_message(&[16, 0, 0, 0]).is_err());
    assert!(split_message(&[0; 16]).is_err(), "a length of zero would never end");
}

proptest! {
    /// A walk over any octets ends.
    #[test]
    fn any_octets(octets in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut rest = octets.as_slice();
        while let Ok((_, after)) = split_message(rest) {
            prop_assert!(after.len() < rest.len());
            rest = after;
        }
    }
}
