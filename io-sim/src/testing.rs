//! What several tests need.

use std::net::IpAddr;

use esp_core::net::{Cidr, TunnelOptions};
use esp_core::sa::{Direction, IpsecProtocol, Mode, ReqId, SaKeys, SaParams, Spi, UdpEncap, VolumeLimits};
use esp_core::secret::SecretBytes;
use esp_core::selector::Selectors;
use esp_core::suite::{Cipher, Integrity, SaSuite};

/// One direction of a Security Association from 192.0.2.1 to 192.0.2.2, as one of its ends has it.
pub(crate) fn params(direction: Direction, key: u8, encap: Option<UdpEncap>) -> SaParams {
    let (from, to): (IpAddr, IpAddr) = ([192, 0, 2, 1].into(), [192, 0, 2, 2].into());
    let (local, remote) = match direction {
        Direction::Inbound => (to, from),
        Direction::Outbound => (from, to),
    };
    let net = |text: &str| text.parse::<Cidr>().unwrap().into();
    SaParams {
        direction,
        spi: Spi::new(0xc0ff_ee01).unwrap(),
        protocol: IpsecProtocol::Esp,
        mode: Mode::Tunnel,
        local,
        remote,
        encap,
        original: None,
        suite: SaSuite::esp(Cipher::Aes128Cbc, Some(Integrity::HmacSha1_96), false).unwrap(),
        keys: SaKeys {
            encryption: SecretBytes::copy_from(&[key; 16]),
            integrity: SecretBytes::copy_from(&[key; 20]),
        },
        selectors: Selectors { local: vec![net("10.0.0.0/8")], remote: vec![net("172.16.0.0/12")] },
        replay_window: 64,
        limits: VolumeLimits::default(),
        expires: None,
        reqid: ReqId(1),
        tunnel: TunnelOptions::default(),
    }
}
