//! What is tried in each namespace.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use esp_core::net::Cidr;
use ipsec_io_linux::routes::{RouteConfig, Routes};
use ipsec_io_linux::sockets::UdpPort;
use ipsec_io_linux::tun::Tun;

use crate::namespace::{Case, ip, ip_succeeds};

/// The cases of this file.
pub(crate) const ALL: &[Case] = &[
    ("tun_carries_packets_both_ways", tun_carries_packets_both_ways),
    ("x30_routes_lead_inner_traffic_and_spare_marked_packets", routes_spare_marked_packets),
    ("x30_a_default_route_into_the_tunnel_spares_marked_packets", default_route_spares_marked_packets),
    ("route1_routes_take_an_own_address_of_the_local_subnets", routes_take_an_own_address),
    ("route1_routes_are_replaced_and_withdrawn", routes_are_replaced_and_withdrawn),
    ("x30_held_routes_outlast_the_connection", held_routes_outlast_the_connection),
    ("x30_after_a_crash_nothing_leaves_in_clear", after_a_crash_nothing_leaves_in_clear),
    ("routes_over_ipv6", routes_over_ipv6),
    ("marks_are_set_on_udp", marked_udp_binds),
];

fn net(text: &str) -> Cidr {
    text.parse().unwrap()
}

/// A gateway at 192.0.2.1 with a neighbour at 192.0.2.2 and a subnet 10.1.0.0/24 of its own.
fn gateway() {
    ip("link set lo up");
    ip("link add outer type veth peer name far");
    ip("link set far up");
    ip("link set outer up");
    ip("addr add 192.0.2.1/24 dev outer");
    ip("link add inner type veth peer name host");
    ip("link set host up");
    ip("link set inner up");
    ip("addr add 10.1.0.1/24 dev inner");
    ip("route add default via 192.0.2.2");
}

fn tun() -> Tun {
    Tun::create("ipsec0", 1400).unwrap()
}

/// Reads until something other than the kernel's own multicast comes.
fn recv_ipv4(tun: &Tun) -> Vec<u8> {
    let mut buffer = [0; 2048];
    for _ in 0..2000 {
        match tun.recv(&mut buffer) {
            Ok(len) if buffer[0] >> 4 == 4 => return buffer[..len].to_vec(),
            Ok(_) => {}
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => std::thread::sleep(Duration::from_millis(1)),
            Err(e) => panic!("{e}"),
        }
    }
    panic!("nothing came out of the TUN device");
}

fn tun_carries_packets_both_ways() {
    gateway();
    let tun = tun();
    assert!(ip("link show ipsec0").contains("mtu 1400"));
    let mut routes = Routes::open(RouteConfig::default(), tun.index()).unwrap();
    routes.add(net("10.2.0.0/24"), &[net("10.1.0.0/24")]).unwrap();
    let socket = UdpSocket::bind("10.1.0.1:7000").unwrap();
    socket.send_to(b"out", "10.2.0.9:7001").unwrap();
    let packet = recv_ipv4(&tun);
    assert_eq!(&packet[12..16], [10, 1, 0, 1]);
    assert_eq!(&packet[16..20], [10, 2, 0, 9]);
    assert_eq!(&packet[28..], b"out");

    // The answer is the same packet with both ends exchanged: neither checksum changes.
    let mut answer = packet.clone();
    answer[12..16].copy_from_slice(&packet[16..20]);
    answer[16..20].copy_from_slice(&packet[12..16]);
    answer[20..22].copy_from_slice(&packet[22..24]);
    answer[22..24].copy_from_slice(&packet[20..22]);
    socket.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
    tun.send(&answer).unwrap();
    let mut buffer = [0; 16];
    assert_eq!(socket.recv_from(&mut buffer).unwrap(), (3, "10.2.0.9:7001".parse().unwrap()));
    assert!(tun.send(b"\x00 no packet").is_err(), "the kernel refuses what is no IP packet");
}

fn routes_spare_marked_packets() {
    gateway();
    let tun = tun();
    let mut routes = Routes::open(RouteConfig::default(), tun.index()).unwrap();
    // The remote subnet contains the peer's outer address.
    routes.add(net("192.0.2.0/24"), &[net("10.1.0.0/24")]).unwrap();
    assert!(ip("route get 192.0.2.2").contains("dev ipsec0"));
    assert!(ip("route get 192.0.2.2 mark 4500").contains("dev outer"));
}

fn default_route_spares_marked_packets() {
    gateway();
    let tun = tun();
    let mut routes = Routes::open(RouteConfig::default(), tun.index()).unwrap();
    routes.add(net("0.0.0.0/0"), &[net("10.1.0.0/24")]).unwrap();
    assert!(ip("route get 198.51.100.7").contains("dev ipsec0"));
    let ike = ip("route get 198.51.100.7 mark 4500");
    assert!(ike.contains("via 192.0.2.2 dev outer"), "{ike}");
}

fn routes_take_an_own_address() {
    gateway();
    let tun = tun();
    let mut routes = Routes::open(RouteConfig::default(), tun.index()).unwrap();
    routes.add(net("10.2.0.0/24"), &[net("10.1.0.0/24")]).unwrap();
    assert!(ip("route get 10.2.0.9").contains("src 10.1.0.1"));
}

fn routes_are_replaced_and_withdrawn() {
    gateway();
    let tun = tun();
    let mut routes = Routes::open(RouteConfig::default(), tun.index()).unwrap();
    let destination = net("10.2.0.0/24");
    routes.add(destination, &[net("10.9.0.0/24")]).unwrap();
    assert!(!ip("route show table 4500").contains("src 10.1.0.1"));
    routes.add(destination, &[net("10.1.0.0/24")]).unwrap();
    let table = ip("route show table 4500");
    assert!(table.contains("src 10.1.0.1"), "{table}");
    assert_eq!(table.lines().count(), 2, "the route and the unreachable one beneath it: {table}");
    routes.remove(destination).unwrap();
    assert_eq!(ip("route show table 4500"), "");
    routes.remove(destination).unwrap();
    routes.add(destination, &[]).unwrap();
    assert!(routes.clear().is_empty());
    assert_eq!(ip("route show table 4500"), "");
    assert!(!ip("rule show").contains("4500"));
}

/// a tunnel that is down keeps its packets off every other way, and gives them free when it is deleted.
fn held_routes_outlast_the_connection() {
    gateway();
    let tun = tun();
    let mut routes = Routes::open(RouteConfig::default(), tun.index()).unwrap();
    let destination = net("10.2.0.0/24");
    routes.hold(destination).unwrap();
    assert!(ip("route get 10.2.0.9").contains("dev ipsec0"), "before the first connection");
    routes.add(destination, &[net("10.1.0.0/24")]).unwrap();
    assert!(ip("route get 10.2.0.9").contains("src 10.1.0.1"), "the announced route comes first");
    routes.remove(destination).unwrap();
    assert!(ip("route get 10.2.0.9").contains("dev ipsec0"), "after the connection");
    routes.release(destination).unwrap();
    assert_eq!(ip("route show table 4500"), "");
    routes.hold(destination).unwrap();
    assert!(routes.clear().is_empty());
    assert!(ip("route get 10.2.0.9").contains("dev outer"));
}

fn after_a_crash_nothing_leaves_in_clear() {
    gateway();
    let config = RouteConfig::default();
    let device = tun();
    let mut routes = Routes::open(config, device.index()).unwrap();
    routes.add(net("10.2.0.0/24"), &[net("10.1.0.0/24")]).unwrap();
    drop((routes, device));
    assert!(!ip_succeeds("link show ipsec0"), "the kernel removes the device with its owner");
    assert!(!ip_succeeds("route get 10.2.0.9"), "unreachable, not over the default route");

    // The next run finds it, takes it over, and leaves nothing behind.
    let device = tun();
    let mut routes = Routes::open(config, device.index()).unwrap();
    assert_eq!(routes.leftovers().copied().collect::<Vec<_>>(), [net("10.2.0.0/24")]);
    routes.add(net("10.2.0.0/24"), &[]).unwrap();
    assert_eq!(routes.leftovers().count(), 0);
    assert!(ip("route get 10.2.0.9").contains("dev ipsec0"));
    assert!(routes.clear().is_empty());
    assert!(ip("route get 10.2.0.9").contains("dev outer"));
}

fn routes_over_ipv6() {
    gateway();
    ip("addr add 2001:db8:1::1/64 dev inner nodad");
    ip("addr add 2001:db8::1/64 dev outer nodad");
    ip("route add default via 2001:db8::2");
    let tun = tun();
    let mut routes = Routes::open(RouteConfig::default(), tun.index()).unwrap();
    routes.add(net("2001:db8:2::/64"), &[net("2001:db8:1::/64")]).unwrap();
    routes.add(net("::/0"), &[net("2001:db8:1::/64")]).unwrap();
    let inner = ip("route get 2001:db8:2::9");
    assert!(inner.contains("dev ipsec0") && inner.contains("src 2001:db8:1::1"), "{inner}");
    assert!(ip("route get 2001:db8:ffff::1").contains("dev ipsec0"));
    assert!(ip("route get 2001:db8:ffff::1 mark 4500").contains("dev outer"));
    drop((routes, tun));
    let again = self::tun();
    let mut routes = Routes::open(RouteConfig::default(), again.index()).unwrap();
    assert_eq!(routes.leftovers().count(), 2);
    assert!(routes.clear().is_empty());
    assert!(ip("route get 2001:db8:ffff::1").contains("dev outer"));
    assert!(!ip("-6 rule show").contains("4500"));
}

fn marked_udp_binds() {
    ip("link set lo up");
    let local: SocketAddr = "127.0.0.1:500".parse().unwrap();
    assert_eq!(UdpPort::bind(local, Some(4500)).unwrap().local(), local);
}
