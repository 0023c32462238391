//! What the tests against foreign implementations share: our end of a pair of Security Associations, and packets.

use std::net::{IpAddr, SocketAddr};

use esp_core::ah;
use esp_core::backend::SaBackend;
use esp_core::command::{PolicyAction, PolicyId, PolicyParams, SaCommand};
use esp_core::drop_reason::DropReason;
use esp_core::esp;
use esp_core::net::{Cidr, IpView, OuterHeader, TunnelOptions, ipv4_checksum};
use esp_core::packet_buf::PacketBuf;
use esp_core::sa::{Direction, IpsecProtocol, Mode, ReqId, SaKeys, SaParams, Spi, UdpEncap, VolumeLimits};
use esp_core::secret::SecretBytes;
use esp_core::selector::{Selectors, TrafficSelector};
use esp_core::soft::{Datapath, DatapathLimits, Outbound};
use esp_core::suite::SaSuite;
use esp_core::time::Instant;

const NOW: Instant = Instant::from_secs(1_000);

/// The ends of the outer path, ours first.
pub fn outer(is_ipv4: bool) -> (IpAddr, IpAddr) {
    pair(if is_ipv4 { ["10.9.0.1", "10.9.0.2"] } else { ["fd09::1", "fd09::2"] })
}

/// The ends of the traffic inside a tunnel, ours first.
pub fn inner(is_ipv4: bool) -> (IpAddr, IpAddr) {
    pair(if is_ipv4 { ["10.1.0.1", "10.2.0.1"] } else { ["fd01::1", "fd02::1"] })
}

fn pair([near, far]: [&str; 2]) -> (IpAddr, IpAddr) {
    (near.parse().unwrap(), far.parse().unwrap())
}

/// A pair of Security Associations between us and the other end. Both directions have the same keys, so that a foreign
/// end needs one set; their SPIs differ.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub suite: SaSuite,
    pub mode: Mode,
    pub outer_ipv4: bool,
    /// In transport mode the same as `outer_ipv4`.
    pub inner_ipv4: bool,
    pub encap: Option<UdpEncap>,
    /// The SPI from us to the other end; the one back is one more.
    pub spi: u32,
}

impl Plan {
    pub fn protocol(&self) -> IpsecProtocol {
        self.suite.protocol()
    }

    /// Where the traffic begins and ends, ours first.
    pub fn ends(&self) -> (IpAddr, IpAddr) {
        match self.mode {
            Mode::Tunnel => inner(self.inner_ipv4),
            Mode::Transport => outer(self.outer_ipv4),
        }
    }

    pub fn encryption_key(&self) -> Vec<u8> {
        octets(1, self.suite.encryption_key_len())
    }

    pub fn integrity_key(&self) -> Vec<u8> {
        octets(2, self.suite.integrity_key_len())
    }

    pub fn keys(&self) -> SaKeys {
        SaKeys {
            encryption: SecretBytes::copy_from(&self.encryption_key()),
            integrity: SecretBytes::copy_from(&self.integrity_key()),
        }
    }

    fn params(&self, direction: Direction) -> SaParams {
        let (local, remote) = outer(self.outer_ipv4);
        let everything =
            || ["0.0.0.0/0", "::/0"].map(|net| TrafficSelector::from(net.parse::<Cidr>().unwrap()));
        let spi = self.spi + u32::from(direction == Direction::Inbound);
        SaParams {
            direction,
            spi: Spi::new(spi).unwrap(),
            protocol: self.protocol(),
            mode: self.mode,
            local,
            remote,
            encap: self.encap,
            original: None,
            suite: self.suite,
            keys: self.keys(),
            selectors: Selectors { local: everything().to_vec(), remote: everything().to_vec() },
            replay_window: 64,
            limits: VolumeLimits::default(),
            expires: None,
            reqid: ReqId(1),
            tunnel: TunnelOptions::default(),
        }
    }

    /// Protocol and suite, under which the cases are reported.
    pub fn group(&self) -> String {
        format!("{}::{}", self.protocol().to_string().to_lowercase(), self.suite)
    }

    /// What distinguishes it in its group.
    pub fn name(&self) -> String {
        let family = |is_ipv4| if is_ipv4 { "v4" } else { "v6" };
        let mode = match self.mode {
            Mode::Tunnel => format!("tunnel-{}-in-{}", family(self.inner_ipv4), family(self.outer_ipv4)),
            Mode::Transport => format!("transport-{}", family(self.outer_ipv4)),
        };
        let udp = if self.encap.is_some() { "-in-udp" } else { "" };
        mode + udp
    }
}

/// Every mode and every combination of families.
pub fn modes() -> Vec<(Mode, bool, bool)> {
    let mut all = Vec::new();
    for outer_ipv4 in [true, false] {
        all.extend([true, false].map(|inner_ipv4| (Mode::Tunnel, outer_ipv4, inner_ipv4)));
        all.push((Mode::Transport, outer_ipv4, outer_ipv4));
    }
    all
}

/// Our end: the userspace datapath.
pub struct OurEnd(Datapath);

impl OurEnd {
    /// Fails with the datapath's words where it does not take the suite.
    pub fn new(plan: &Plan) -> Result<Self, String> {
        let mut datapath = Datapath::new(DatapathLimits::default());
        let mut apply = |command| datapath.apply(NOW, &command).map_err(|error| error.to_string());
        let (local, remote) = outer(plan.outer_ipv4);
        let out = plan.params(Direction::Outbound);
        let action = PolicyAction::Protect {
            reqid: out.reqid,
            protocol: plan.protocol(),
            mode: plan.mode,
            local,
            remote: Some(remote),
        };
        let selectors = out.selectors.clone();
        let policy = PolicyParams { id: PolicyId(1), selectors, action, priority: 1 };
        apply(SaCommand::AddPolicy(Box::new(policy)))?;
        apply(SaCommand::AddSa(Box::new(out)))?;
        apply(SaCommand::AddSa(Box::new(plan.params(Direction::Inbound))))?;
        Ok(Self(datapath))
    }

    /// The whole outer packet that protects `packet`.
    pub fn seal(&self, packet: &[u8]) -> Result<Vec<u8>, DropReason> {
        let mut storage = storage(packet);
        let mut buf = PacketBuf::copy_from(&mut storage, packet).unwrap();
        match self.0.seal(NOW, &mut buf)? {
            Outbound::Protected(to) if to.outer_len == 0 => to.outer.prepend(&mut buf)?,
            Outbound::Protected(_) => {}
            other => panic!("not sealed: {other:?}"),
        }
        Ok(buf.as_slice().to_vec())
    }

    /// What the outer packet `packet` protects.
    pub fn open(&self, packet: &[u8]) -> Result<Vec<u8>, DropReason> {
        let mut storage = storage(packet);
        let mut buf = PacketBuf::copy_from(&mut storage, packet).unwrap();
        self.0.inbound(NOW, &mut buf)?;
        Ok(buf.as_slice().to_vec())
    }
}

/// What the transforms make of a packet in transport mode with this sequence number, whose high half a datapath reaches
/// after years only.
pub fn seal_numbered(plan: &Plan, spi: u32, sequence: u64, packet: &[u8]) -> Result<Vec<u8>, DropReason> {
    let spi = Spi::new(spi).unwrap();
    let mut storage = storage(packet);
    let mut buf = PacketBuf::copy_from(&mut storage, packet).unwrap();
    if plan.protocol() == IpsecProtocol::Ah {
        ah::Sealer::new(plan.suite, spi, &plan.keys()).unwrap().seal(sequence, &mut buf)?;
    } else {
        let view = IpView::parse(packet)?;
        buf.trim_front(view.header_len)?;
        let sealer = esp::Sealer::new(plan.suite, spi, &plan.keys()).unwrap();
        sealer.seal(sequence, view.protocol, &mut buf)?;
        OuterHeader::new(view.source, view.destination).prepend(&mut buf)?;
    }
    Ok(buf.as_slice().to_vec())
}

/// The way back.
pub fn open_numbered(plan: &Plan, sequence: u64, packet: &[u8]) -> Result<Vec<u8>, DropReason> {
    let mut storage = storage(packet);
    let mut buf = PacketBuf::copy_from(&mut storage, packet).unwrap();
    if plan.protocol() == IpsecProtocol::Ah {
        let opener = ah::Opener::new(plan.suite, &plan.keys()).unwrap();
        opener.verify(sequence, buf.as_slice())?;
        opener.remove(Mode::Transport, &mut buf)?;
        return Ok(buf.as_slice().to_vec());
    }
    let header_len = IpView::parse(packet)?.header_len;
    buf.trim_front(header_len)?;
    let opener = esp::Opener::new(plan.suite, &plan.keys()).unwrap();
    opener.open(sequence, buf.as_mut_slice())?;
    let next_header = opener.strip(&mut buf)?;
    let mut opened = [&packet[..header_len], buf.as_slice()].concat();
    let (length, protocol, counted) =
        if packet[0] >> 4 == 4 { (2, 9, opened.len()) } else { (4, 6, buf.len()) };
    opened[length..length + 2].copy_from_slice(&u16::try_from(counted).unwrap().to_be_bytes());
    opened[protocol] = next_header;
    fix_checksum(&mut opened);
    Ok(opened)
}

fn storage(packet: &[u8]) -> Vec<u8> {
    vec![0; PacketBuf::HEADROOM + packet.len() + PacketBuf::TAILROOM]
}

/// Octets that look like nothing in particular, the same for the same seed.
pub fn octets(seed: u32, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    (0..len).map(|_| next()).collect()
}

/// A UDP packet with right checksums. `before` is what goes before UDP: options of IPv4, filled up to whole words, or
/// extension headers of IPv6, of which `first` is the kind of the first.
pub fn udp(from: SocketAddr, to: SocketAddr, first: u8, before: &[u8], payload: &[u8]) -> Vec<u8> {
    let len = u16::try_from(8 + payload.len()).unwrap();
    let mut udp = [from.port().to_be_bytes(), to.port().to_be_bytes(), len.to_be_bytes(), [0; 2]].concat();
    udp.extend(payload);
    let mut covered = octets_of(from.ip());
    covered.extend(octets_of(to.ip()));
    covered.extend(u32::from(len).to_be_bytes());
    covered.extend([0, 0, 0, 17]);
    covered.extend(&udp);
    let checksum = match ipv4_checksum(&covered) {
        0 => 0xffff,
        checksum => checksum,
    };
    udp[6..8].copy_from_slice(&checksum.to_be_bytes());
    let mut packet = Vec::new();
    if from.is_ipv4() {
        let header_len = 20 + before.len();
        let total = u16::try_from(header_len + udp.len()).unwrap().to_be_bytes();
        let ihl = 0x40 | u8::try_from(header_len / 4).unwrap();
        packet.extend([ihl, 0, total[0], total[1], 0x12, 0x34, 0x40, 0, 64, 17, 0, 0]);
        packet.extend(octets_of(from.ip()));
        packet.extend(octets_of(to.ip()));
        packet.extend(before);
        let checksum = ipv4_checksum(&packet).to_be_bytes();
        packet[10..12].copy_from_slice(&checksum);
    } else {
        let len = u16::try_from(before.len() + udp.len()).unwrap().to_be_bytes();
        packet.extend([0x60, 0, 0, 0, len[0], len[1], first, 64]);
        packet.extend(octets_of(from.ip()));
        packet.extend(octets_of(to.ip()));
        packet.extend(before);
    }
    packet.extend(udp);
    packet
}

fn octets_of(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    }
}

/// Options of IPv4 and extension headers of IPv6 for [`udp`], of which AH covers some and not others.
pub fn headers(is_ipv4: bool) -> Vec<(u8, Vec<u8>)> {
    if is_ipv4 {
        let options: [&[u8]; 4] = [
            // Router alert, then the end: immutable.
            &[148, 4, 0, 0, 0, 0, 0, 0],
            // Security and extended security: immutable.
            &[130, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
            // Record route and time stamp: mutable.
            &[7, 7, 4, 0, 0, 0, 0, 1],
            &[68, 12, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        ];
        return options.iter().map(|options| (17, options.to_vec())).collect();
    }
    let (hop_by_hop, destination) = (0, 60);
    vec![
        // Padding only.
        (hop_by_hop, vec![17, 0, 1, 4, 0, 0, 0, 0]),
        // A mutable option (bit 0x20) and an immutable one.
        (hop_by_hop, vec![17, 1, 0x3e, 4, 1, 2, 3, 4, 0x1e, 4, 5, 6, 7, 8, 0, 0]),
        // Destination options without a routing header are for the last node: AH comes before them, and covers them.
        (destination, vec![17, 0, 0x1e, 4, 9, 9, 9, 9]),
        (hop_by_hop, vec![destination, 0, 0x3e, 4, 9, 9, 9, 9, 17, 0, 0x1e, 4, 9, 9, 9, 9]),
    ]
}

/// A packet that is to go by another node on its way, as its sender makes it: with a source route of IPv4 or a routing
/// header of IPv6. [`arrive`] makes it what the receiver sees.
pub fn routed(from: SocketAddr, to: SocketAddr, payload: &[u8]) -> Vec<u8> {
    let (via, to_octets) =
        if to.is_ipv4() { (vec![10, 77, 0, 1], 4) } else { ([&[0xfd; 15][..], &[7]].concat(), 16) };
    let mut packet = if to.is_ipv4() {
        udp(from, to, 17, &[&[131, 7, 4][..], &via, &[0]].concat(), payload)
    } else {
        udp(from, to, 43, &[&[17, 2, 0, 1, 0, 0, 0, 0][..], &via].concat(), payload)
    };
    let (destination, address) = if to.is_ipv4() { (16, 23) } else { (24, 48) };
    for at in 0..to_octets {
        packet.swap(destination + at, address + at);
    }
    fix_checksum(&mut packet);
    packet
}

/// What the node on the way does with a packet of [`routed`], protected or not.
pub fn arrive(mut packet: Vec<u8>) -> Vec<u8> {
    let is_ipv4 = packet[0] >> 4 == 4;
    let (destination, address, len) = if is_ipv4 { (16, 23, 4) } else { (24, 48, 16) };
    for at in 0..len {
        packet.swap(destination + at, address + at);
    }
    if is_ipv4 {
        packet[22] += 4;
    } else {
        packet[43] -= 1;
    }
    fix_checksum(&mut packet);
    packet
}

fn fix_checksum(packet: &mut [u8]) {
    if packet[0] >> 4 == 4 {
        let header_len = usize::from(packet[0] & 0x0f) * 4;
        packet[10..12].fill(0);
        let checksum = ipv4_checksum(&packet[..header_len]);
        packet[10..12].copy_from_slice(&checksum.to_be_bytes());
    }
}
