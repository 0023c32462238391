//! The link between the kernel's end and ours.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::net::UdpSocket;
use std::process::Command;
use std::time::Duration;

use esp_core::net::IpView;
use esp_core::sa::IpsecProtocol;
use tun_rs::{DeviceBuilder, SyncDevice};

use crate::cases::{Case, Sent};
use crate::support::{OurEnd, arrive, octets, open_numbered, seal_numbered};
use crate::xfrm::{self, COMMANDS_PER_CASE, DEVICE};

/// How long the kernel may take for a packet.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_micros(200);

pub(crate) struct Link {
    tun: SyncDevice,
    /// What the kernel refused to set, by the number of the case.
    refused: BTreeMap<u32, String>,
}

impl Link {
    /// Makes the device, and sets what all cases need of the kernel.
    pub(crate) fn new(cases: &[Case]) -> Result<Self, String> {
        let failed = |error| format!("the TUN device: {error}");
        let builder = DeviceBuilder::new().name(DEVICE).mtu(1_500).packet_information(false).enable(true);
        let tun = builder.build_sync().map_err(failed)?;
        tun.set_nonblocking(true).map_err(failed)?;
        if let Some((line, text)) = batch(&xfrm::network())?.into_iter().next() {
            return Err(format!("command {line} for the network: {text}"));
        }
        // The source route in the packets of IPv4 is gone when they arrive; the kernel drops them all the same unless told.
        for device in ["all", DEVICE] {
            let path = format!("/proc/sys/net/ipv4/conf/{device}/accept_source_route");
            std::fs::write(&path, "1").map_err(|error| format!("{path}: {error}"))?;
        }
        let commands: String = cases.iter().map(xfrm::commands).collect();
        let mut refused = BTreeMap::new();
        for (line, text) in batch(&commands)? {
            let case =
                cases.get((line - 1) / COMMANDS_PER_CASE).ok_or("a command that was not given failed")?;
            refused.entry(case.number()).or_insert(text);
        }
        Ok(Self { tun, refused })
    }

    /// Sends packets both ways.
    pub(crate) fn run(&mut self, case: &Case) -> Result<(), String> {
        if let Some(text) = self.refused.get(&case.number()) {
            return Err(format!("the kernel refuses: {text}"));
        }
        let (near, far) = case.ends();
        let failed = |what: &'static str| move |error| format!("{what}: {error}");
        let socket = UdpSocket::bind(far).map_err(failed("the kernel's socket"))?;
        socket.connect(near).map_err(failed("the kernel's socket"))?;
        socket.set_read_timeout(Some(PATIENCE)).map_err(failed("the kernel's socket"))?;
        let mut end = End::new(case)?;
        for Sent { packet, payload, is_routed } in case.packets() {
            let sealed = end.seal(&packet)?;
            let sealed = if is_routed { arrive(sealed) } else { sealed };
            self.tun.send(&sealed).map_err(failed("the link"))?;
            let mut buffer = [0; 2_048];
            let len = socket.recv(&mut buffer).map_err(failed("the kernel did not open what we sealed"))?;
            if buffer[..len] != payload {
                return Err("the kernel opened something else than we sealed".into());
            }
        }
        for len in [2, 700] {
            let payload = octets(case.number() + 1, len);
            socket.send(&payload).map_err(failed("the kernel does not send"))?;
            let packet = self.receive(case)?;
            let opened = end.open(&packet)?;
            let view = IpView::parse(&opened).map_err(|reason| format!("what we opened: {reason}"))?;
            let right = (view.source, view.destination) == (far.ip(), near.ip())
                && (view.source_port, view.destination_port) == (Some(far.port()), Some(near.port()))
                && opened[view.header_len + 8..view.total_len] == payload;
            if !right {
                return Err("we opened something else than the kernel sealed".into());
            }
        }
        Ok(())
    }

    /// The next packet on the link that is of the case's Security Association.
    fn receive(&self, case: &Case) -> Result<Vec<u8>, String> {
        let mut buffer = [0; 2_048];
        let mut waited = Duration::ZERO;
        while waited < PATIENCE {
            match self.tun.recv(&mut buffer) {
                Ok(len) if spi(&buffer[..len]) == Some(case.plan.spi + 1) => {
                    return Ok(buffer[..len].to_vec());
                }
                // Whatever else a host says on a link.
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    std::thread::sleep(PAUSE);
                    waited += PAUSE;
                }
                Err(error) => return Err(format!("the link: {error}")),
            }
        }
        Err("the kernel sealed nothing".into())
    }
}

/// Our end: the datapath, or where the number has a high half the transforms.
enum End<'a> {
    Datapath(OurEnd),
    Numbered { case: &'a Case, sealed: u64, opened: u64 },
}

impl<'a> End<'a> {
    fn new(case: &'a Case) -> Result<Self, String> {
        // Asked of the datapath in any case: whether it takes the suite.
        let datapath = OurEnd::new(&case.plan)?;
        Ok(case.high_half.map_or(Self::Datapath(datapath), |half| {
            let before = u64::from(half) << 32;
            Self::Numbered { case, sealed: before, opened: before }
        }))
    }

    fn seal(&mut self, packet: &[u8]) -> Result<Vec<u8>, String> {
        let sealed = match self {
            Self::Datapath(end) => end.seal(packet),
            Self::Numbered { case, sealed, .. } => {
                *sealed += 1;
                seal_numbered(&case.plan, case.plan.spi, *sealed, packet)
            }
        };
        sealed.map_err(|reason| format!("we do not seal: {reason}"))
    }

    fn open(&mut self, packet: &[u8]) -> Result<Vec<u8>, String> {
        let opened = match self {
            Self::Datapath(end) => end.open(packet),
            Self::Numbered { case, opened, .. } => {
                *opened += 1;
                open_numbered(&case.plan, *opened, packet)
            }
        };
        opened.map_err(|reason| format!("we do not open what the kernel sealed: {reason}"))
    }
}

/// The SPI of a packet with ESP or AH.
fn spi(packet: &[u8]) -> Option<u32> {
    let view = IpView::parse(packet).ok()?;
    let at = match view.protocol {
        protocol if protocol == IpsecProtocol::Esp.ip_protocol() => view.header_len,
        protocol if protocol == IpsecProtocol::Ah.ip_protocol() => view.header_len + 4,
        _ => return None,
    };
    packet.get(at..)?.first_chunk().map(|octets| u32::from_be_bytes(*octets))
}

/// Has `ip` carry out commands, one on each line; gives the number of each line that failed, with what `ip` said.
fn batch(commands: &str) -> Result<Vec<(usize, String)>, String> {
    let path = std::env::temp_dir().join(format!("kernel-lab-{}", std::process::id()));
    std::fs::write(&path, commands).map_err(|error| format!("{}: {error}", path.display()))?;
    let output = Command::new("ip").args(["-force", "-batch"]).arg(&path).output();
    let removed = std::fs::remove_file(&path);
    let output = output.map_err(|error| format!("ip: {error}"))?;
    removed.map_err(|error| format!("{}: {error}", path.display()))?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let mut failed = Vec::new();
    let mut reason = String::new();
    for line in said.lines() {
        match line.strip_prefix("Command failed ").and_then(|rest| rest.rsplit_once(':')) {
            Some((_, number)) => {
                let number = number.trim().parse().map_err(|_| format!("ip: {line}"))?;
                failed.push((number, std::mem::take(&mut reason)));
            }
            None => reason = [reason.as_str(), line].join(" ").trim().to_owned(),
        }
    }
    if failed.is_empty() && !output.status.success() {
        return Err(format!("ip: {said}"));
    }
    Ok(failed)
}
