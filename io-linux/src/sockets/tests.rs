use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use super::raw_ipsec::ipv6_header;
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
    a.send(b"there", b.local(), 0).unwrap();
    let (payload, from) = recv(&b);
    assert_eq!((payload.as_slice(), from), (b"there".as_slice(), a.local()));
    b.send(b"and back", from, 0).unwrap();
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

/// The kernel takes IPv6 headers off: the one that is made in its place has all that AH covers.
#[test]
fn an_ipv6_header_is_made() {
    let (from, to): (Ipv6Addr, Ipv6Addr) = ("2001:db8::1".parse().unwrap(), "2001:db8::2".parse().unwrap());
    let mut packet = ipv6_header(from, to, IpsecProtocol::Ah, 24).unwrap().to_vec();
    packet.resize(packet.len() + 24, 0);
    let view = esp_core::net::IpView::parse(&packet).unwrap();
    assert_eq!((view.source, view.destination), (from.into(), to.into()));
    assert_eq!((view.total_len, view.protocol, view.tos), (64, 51, 0));
    assert_eq!(ipv6_header(from, to, IpsecProtocol::Ah, 1 << 16), None, "longer than the field can tell");
}

/// The system is asked, since what is remembered may not be what it has.
#[test]
fn a_datagram_leaves_with_its_type_of_service() {
    let any = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0);
    let (port, other) = (UdpPort::bind(any, None).unwrap(), UdpPort::bind(any, None).unwrap());
    for tos in [0, 0xb9, 0xb9, 2, 0] {
        port.send(b"classy", other.local(), tos).unwrap();
        assert_eq!(sockopt::ip_tos(port.socket.as_fd()).unwrap(), tos);
    }
}
