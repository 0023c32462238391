//! Two userspace datapaths with fixed keys in one namespace: from a socket through TUN, ESP, the network and back.

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::Duration;

use esp_core::backend::SaBackend;
use esp_core::command::{PolicyAction, PolicyId, PolicyParams, SaCommand};
use esp_core::net::{Cidr, TunnelOptions};
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
    ("userspace_esp_carries_packets_raw", || carry(None)),
    ("userspace_esp_carries_packets_in_udp", || {
        carry(Some(UdpEncap { local_port: 4500, remote_port: 4500 }));
    }),
];

const LEFT: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
const RIGHT: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));
const NOW: Instant = Instant::from_secs(1);
const MARK: Option<u32> = Some(4500);

fn net(text: &str) -> Cidr {
    text.parse().unwrap()
}

/// The SA from left to right, as the end with `direction` holds it.
fn sa(direction: Direction, encap: Option<UdpEncap>) -> SaParams {
    let (local, remote, ours, theirs) = match direction {
        Direction::Outbound => (LEFT, RIGHT, "10.1.0.0/24", "10.2.0.0/24"),
        Direction::Inbound => (RIGHT, LEFT, "10.2.0.0/24", "10.1.0.0/24"),
    };
    SaParams {
        direction,
        spi: Spi::new(0x1000).unwrap(),
        protocol: IpsecProtocol::Esp,
        mode: Mode::Tunnel,
        local,
        remote,
        encap,
        original: None,
        suite: SaSuite::esp(Cipher::Aes128Cbc, Some(Integrity::HmacSha1_96), false).unwrap(),
        keys: SaKeys {
            encryption: SecretBytes::copy_from(&[1; 16]),
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

fn carry(encap: Option<UdpEncap>) {
    ip("link set lo up");
    for address in ["192.0.2.1/32", "192.0.2.2/32", "10.1.0.1/32"] {
        ip(&format!("addr add {address} dev lo"));
    }
    let sender = sa(Direction::Outbound, encap);
    let receiver = sa(Direction::Inbound, encap);
    let keys: [SaKey; 2] = [sender.key(), receiver.key()];
    let (mut left, mut right) = (datapath("ipsec0", sender), datapath("ipsec1", receiver));
    let (mut left_sockets, mut right_sockets) =
        (Sockets::open(LEFT, MARK).unwrap(), Sockets::open(RIGHT, MARK).unwrap());
    left_sockets.open_esp(MARK).unwrap();
    right_sockets.open_esp(MARK).unwrap();
    let mut routes = Routes::open(RouteConfig::default(), left.tun().index()).unwrap();
    routes.add(net("10.2.0.0/24"), &[net("10.1.0.0/24")]).unwrap();

    let inner = UdpSocket::bind("10.1.0.1:0").unwrap();
    let (mut storage, sizes) = (vec![0; STORAGE], [0, 1, 500, 1394]);
    for size in sizes {
        inner.send_to(&vec![7; size], "10.2.0.9:7").unwrap();
        // The kernel's own multicast on the TUN device comes before it and is dropped.
        while left.usage(&keys[0]).unwrap().packets == right.usage(&keys[1]).unwrap().packets {
            patiently(|| left.forward_inner(NOW, &mut storage, &left_sockets)).unwrap();
        }
        let (source, esp) = match encap {
            Some(_) => {
                let (len, from) = patiently(|| right_sockets.nat_t.recv(&mut storage));
                (from, 0..len)
            }
            None => {
                let socket = right_sockets.esp.as_ref().unwrap();
                let packet = patiently(|| socket.recv(&mut storage)).unwrap();
                (SocketAddr::new(packet.source, 0), packet.esp)
            }
        };
        let shown = storage[esp.clone()].windows(8).any(|octets| octets == [7; 8]);
        assert!(!shown, "the payload is encrypted");
        right.take_outer(NOW, source, RIGHT, &mut storage, esp).unwrap();
    }
    let carried = right.usage(&keys[1]).unwrap();
    assert_eq!(carried.packets, u64::try_from(sizes.len()).unwrap());
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
    UdpSocket::bind("192.0.2.1:0").unwrap().send_to(b"outside", "10.2.0.9:7").unwrap();
    while left.drops().total() == before {
        patiently(|| left.forward_inner(NOW, &mut storage, &left_sockets)).unwrap();
    }
    assert_eq!(left.usage(&keys[0]).unwrap().packets, carried.packets);
    left.apply(NOW, &SaCommand::RemoveSa(keys[0])).unwrap();
    assert_eq!(left.usage(&keys[0]), None);
}
