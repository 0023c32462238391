use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use proptest::prelude::*;

use super::raw_esp::ipv4_payload;
use super::*;

/// Reads from a socket that a datagram on the loopback interface has just been sent to.
fn recv(port: &UdpPort) -> (Vec<u8>, SocketAddr) {
    let mut buffer = [0; 2048];
    for _ in 0..1000 {
        match port.recv(&mut buffer) {
            Ok((len, from)) => return (buffer[..len].to_vec(), from),
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => std::thread::sleep(Duration::from_millis(1)),
            Err(e) => panic!("{e}"),
        }
    }
    panic!("nothing came");
}

fn exchange(address: IpAddr) {
    let any = SocketAddr::new(address, 0);
    let (a, b) = (UdpPort::bind(any, None).unwrap(), UdpPort::bind(any, None).unwrap());
    assert_eq!(b.recv(&mut [0; 16]).unwrap_err().kind(), io::ErrorKind::WouldBlock);
    a.send(b"there", b.local()).unwrap();
    let (payload, from) = recv(&b);
    assert_eq!((payload.as_slice(), from), (b"there".as_slice(), a.local()));
    b.send(b"and back", from).unwrap();
    assert_eq!(recv(&a), (b"and back".to_vec(), b.local()));
}

#[test]
fn datagrams_pass_over_ipv4() {
    exchange(Ipv4Addr::LOCALHOST.into());
}

#[test]
fn datagrams_pass_over_ipv6() {
    exchange(Ipv6Addr::LOCALHOST.into());
}

/// The DF bit is clear, so that long IKE messages arrive in fragments.
#[test]
fn path_mtu_discovery_is_off() {
    let port = UdpPort::bind(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0), None).unwrap();
    assert_eq!(sockopt::ip_mtu_discover(port.socket.as_fd()).unwrap(), Ipv4PathMtuDiscovery::DONT);
}

#[test]
fn a_second_daemon_is_told_of_the_first() {
    let first = UdpPort::bind(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0), None).unwrap();
    let error = UdpPort::bind(first.local(), None).unwrap_err().to_string();
    assert!(error.contains("another IKE daemon"), "{error}");
}

#[test]
fn an_address_of_another_host_is_named() {
    let elsewhere = SocketAddr::new(Ipv4Addr::new(192, 0, 2, 77).into(), 0);
    let error = UdpPort::bind(elsewhere, None).unwrap_err().to_string();
    assert!(error.contains("192.0.2.77") && error.contains("does not have that address"), "{error}");
}

#[test]
fn ipv4_headers_are_taken_off() {
    let mut packet = vec![0x45; 20];
    packet.extend_from_slice(b"payload");
    assert_eq!(ipv4_payload(&packet), Some(20..27));
    packet[0] = 0x46;
    assert_eq!(ipv4_payload(&packet), Some(24..27), "options");
    packet[0] = 0x4f;
    assert_eq!(ipv4_payload(&packet), None, "the header is longer than the packet");
    packet[0] = 0x44;
    assert_eq!(ipv4_payload(&packet), None, "shorter than a header can be");
    assert_eq!(ipv4_payload(&[]), None);
}

proptest! {
    #[test]
    fn any_octets_as_an_ipv4_packet(packet in proptest::collection::vec(any::<u8>(), 0..100)) {
        if let Some(range) = ipv4_payload(&packet) {
            prop_assert!(packet.get(range).is_some());
        }
    }
}
