//! Two userspace datapaths with fixed keys in one namespace: from a socket through TUN, ESP, the network and back.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};
use std::time::Duration;

use esp_core::backend::SaBackend;
use esp_core::command::{PolicyAction, PolicyId, PolicyParams, SaCommand};
use esp_core::net::{Cidr, IpView, TunnelOptions};
use esp_core::sa::IpsecProtocol::{Ah, Esp};
use esp_core::sa::{
    Direction, IpsecProtocol, Mode, ReqId, SaKey, SaKeys, SaParams, Spi, UdpEncap, VolumeLimits,
};
use esp_core::secret::SecretBytes;
use esp_core::selector::Selectors;
use esp_core::soft::DatapathLimits;
use esp_core::suite::{Cipher, Integrity, SaSuite};
use esp_core::time::Instant;
use ipsec_io_linux::backend::{STORAGE, Userspace};
use ipsec_io_linux::routes::{RouteConfig, Routes};
use ipsec_io_linux::sockets::Sockets;
use ipsec_io_linux::tun::Tun;

use crate::namespace::{Case, ip};

/// The cases of this file.
pub(crate) const ALL: &[Case] = &[
    ("userspace_esp_carries_packets_raw", || carry(Link { protocol: Esp, encap: None, outer: V4 })),
    ("userspace_esp_carries_packets_raw_over_ipv6", || {
        carry(Link { protocol: Esp, encap: None, outer: V6 });
    }),
    ("userspace_esp_carries_packets_in_udp", || {
        let encap = Some(UdpEncap { local_port: 4500, remote_port: 4500 });
        carry(Link { protocol: Esp, encap, outer: V4 });
    }),
    ("userspace_ah_carries_packets", || carry(Link { protocol: Ah, encap: None, outer: V4 })),
    ("userspace_ah_carries_packets_over_ipv6", || carry(Link { protocol: Ah, encap: None, outer: V6 })),
];

/// How the two ends are joined.
#[derive(Clone, Copy)]
struct Link {
    protocol: IpsecProtocol,
    encap: Option<UdpEncap>,
    /// The left end's address and the right one's.
    outer: (IpAddr, IpAddr),
}

const V4: (IpAddr, IpAddr) =
    (IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2)));
const V6: (IpAddr, IpAddr) = (
    IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1)),
    IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 2)),
);
/// A DSCP (AF41) and ECT(0): what an inner packet has, and so its outer one.
const TOS: u8 = 0x8a;
const NOW: Instant = Instant::from_secs(1);
const MARK: Option<u32> = Some(4500);

fn net(text: &str) -> Cidr {
    text.parse().unwrap()
}

/// The SA from left to right, as the end with `direction` holds it.
fn sa(direction: Direction, link: Link) -> SaParams {
    let (left, right) = link.outer;
    let (local, remote, ours, theirs) = match direction {
        Direction::Outbound => (left, right, "10.1.0.0/24", "10.2.0.0/24"),
        Direction::Inbound => (right, left, "10.2.0.0/24", "10.1.0.0/24"),
    };
    let suite = match link.protocol {
        Esp => SaSuite::esp(Cipher::Aes128Cbc, Some(Integrity::HmacSha1_96), false).unwrap(),
        Ah => SaSuite::ah(Integrity::HmacSha1_96, false),
    };
    SaParams {
        direction,
        spi: Spi::new(0x1000).unwrap(),
        protocol: link.protocol,
        mode: Mode::Tunnel,
        local,
        remote,
        encap: link.encap,
        original: None,
        suite,
        keys: SaKeys {
            encryption: SecretBytes::copy_from(&[1; 16][..suite.encryption_key_len()]),
            integrity: SecretBytes::copy_from(&[2; 20]),
        },
        selectors: Selectors { local: vec![net(ours).into()], remote: vec![net(theirs).into()] },
        replay_window: 64,
        limits: VolumeLimits::default(),
        expires: None,
        reqid: ReqId(1),
        tunnel: TunnelOptions::default(),
    }
}

fn datapath(tun: &str, sa: SaParams) -> Userspace {
    let tun = Tun::create(tun, 1422).unwrap();
    let mut datapath = Userspace::new(tun, DatapathLimits::default(), 1500);
    let policy = PolicyParams {
        id: PolicyId(1),
        selectors: sa.selectors.clone(),
        action: PolicyAction::Protect {
            reqid: sa.reqid,
            protocol: sa.protocol,
            mode: sa.mode,
            local: sa.local,
            remote: Some(sa.remote),
        },
        priority: 1,
    };
    datapath.apply(NOW, &SaCommand::AddPolicy(Box::new(policy))).unwrap();
    datapath.apply(NOW, &SaCommand::AddSa(Box::new(sa))).unwrap();
    datapath
}

/// Calls `read` until it does not say that it would block.
fn patiently<T>(mut read: impl FnMut() -> io::Result<T>) -> T {
    for _ in 0..2000 {
        match read() {
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => std::thread::sleep(Duration::from_millis(1)),
            other => return other.unwrap(),
        }
    }
    panic!("nothing came");
}

fn carry(link: Link) {
    ip("link set lo up");
    let (left_address, right_address) = link.outer;
    let inner_addresses = ["10.1.0.1", "198.51.100.1"].map(|address| address.parse().unwrap());
    for address in [left_address, right_address].into_iter().chain(inner_addresses) {
        let length = if address.is_ipv4() { "32" } else { "128 nodad" };
        ip(&format!("addr add {address}/{length} dev lo"));
    }
    let (sender, receiver) = (sa(Direction::Outbound, link), sa(Direction::Inbound, link));
    let keys: [SaKey; 2] = [sender.key(), receiver.key()];
    let (mut left, mut right) = (datapath("ipsec0", sender), datapath("ipsec1", receiver));
    let (mut left_sockets, mut right_sockets) =
        (Sockets::open(left_address, MARK).unwrap(), Sockets::open(right_address, MARK).unwrap());
    left_sockets.open_raw(link.protocol, MARK).unwrap().unwrap();
    right_sockets.open_raw(link.protocol, MARK).unwrap().unwrap();
    assert!(right_sockets.open_raw(link.protocol, MARK).unwrap().is_none(), "it is open");
    let mut routes = Routes::open(RouteConfig::default(), left.tun().index()).unwrap();
    routes.add(net("10.2.0.0/24"), &[net("10.1.0.0/24")]).unwrap();

    let inner = UdpSocket::bind("10.1.0.1:0").unwrap();
    rustix::net::sockopt::set_ip_tos(&inner, TOS).unwrap();
    let (mut storage, sizes) = (vec![0; STORAGE], [0, 1, 500, 1394]);
    for size in sizes {
        inner.send_to(&vec![7; size], "10.2.0.9:7").unwrap();
        // The kernel's own multicast on the TUN device comes before it and is dropped.
        let before = left.usage(&keys[0]).unwrap().packets;
        while left.usage(&keys[0]).unwrap().packets == before {
            patiently(|| left.forward_inner(NOW, &mut storage, &left_sockets)).unwrap();
        }
        while right.usage(&keys[1]).unwrap().packets < left.usage(&keys[0]).unwrap().packets {
            arrive(link, &mut right, &right_sockets, &mut storage);
        }
    }
    let carried = right.usage(&keys[1]).unwrap();
    assert_eq!(carried.packets, u64::try_from(sizes.len()).unwrap());
    assert_eq!(right.drops().total(), 0, "{:?}", right.drops());
    let statistics = ip("-s link show ipsec1");
    assert!(statistics.contains("RX"), "{statistics}");
    let received: Vec<u64> = statistics
        .lines()
        .skip_while(|line| !line.contains("RX"))
        .nth(1)
        .map(|line| line.split_whitespace().filter_map(|word| word.parse().ok()).collect())
        .unwrap();
    assert_eq!(received[1], carried.packets, "the kernel took every inner packet: {statistics}");

    // Outside the selectors nothing leaves, and no SA is there afterwards.
    let before = left.drops().total();
    UdpSocket::bind("198.51.100.1:0").unwrap().send_to(b"outside", "10.2.0.9:7").unwrap();
    while left.drops().total() == before {
        patiently(|| left.forward_inner(NOW, &mut storage, &left_sockets)).unwrap();
    }
    assert_eq!(left.usage(&keys[0]).unwrap().packets, carried.packets);
    left.apply(NOW, &SaCommand::RemoveSa(keys[0])).unwrap();
    assert_eq!(left.usage(&keys[0]), None);
}

/// Hands the right end one packet that has come.
fn arrive(link: Link, right: &mut Userspace, sockets: &Sockets, storage: &mut [u8]) {
    if link.encap.is_some() {
        let (len, source) = patiently(|| sockets.nat_t.recv(storage));
        assert!(!storage[..len].windows(8).any(|octets| octets == [7; 8]), "the payload is encrypted");
        right.take_udp(NOW, source, link.outer.1, storage, 0..len).unwrap();
        return;
    }
    let packet = patiently(|| sockets.raw(link.protocol).unwrap().recv(storage)).unwrap();
    let view = IpView::parse(&storage[packet.clone()]).unwrap();
    assert_eq!((view.source, view.destination), link.outer);
    assert_eq!(view.protocol, link.protocol.ip_protocol());
    if view.is_ipv4() {
        assert_eq!((view.tos, view.dont_fragment), (TOS, false));
    }
    let shown = storage[packet.clone()].windows(8).any(|octets| octets == [7; 8]);
    assert!(link.protocol == Ah || !shown, "the payload is encrypted");
    right.take_raw(NOW, storage, packet).unwrap();
}
