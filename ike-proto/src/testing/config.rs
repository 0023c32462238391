//! Configurations that two peers agree on.

use alloc::string::ToString;
use alloc::vec::Vec;
use core::net::IpAddr;
use core::time::Duration;

use esp_core::net::Cidr;
use esp_core::sa::{IpsecProtocol, Mode, ReqId, VolumeLimits};
use esp_core::selector::Selectors;
use esp_core::suite::{Cipher, Integrity};

use crate::config::{
    ChildConfig, ConnectionConfig, Identity, LivenessConfig, MobikeConfig, NatConfig, PreSharedKey,
    RetransmitConfig, V2Config, Version,
};
use crate::suite::{ChildProposal, DhGroup, IkeProposal, Prf};

/// A network from its text.
pub fn cidr(text: &str) -> Cidr {
    text.parse().unwrap()
}

/// All traffic between two networks.
pub fn selectors(local: &str, remote: &str) -> Selectors {
    Selectors { local: Vec::from([cidr(local).into()]), remote: Vec::from([cidr(remote).into()]) }
}

/// A proposal with one algorithm of each kind; the pseudo-random function has the hash of the integrity
/// algorithm, or SHA2-256 where that has none.
pub fn ike_proposal(cipher: Cipher, integrity: Integrity, group: DhGroup) -> IkeProposal {
    let prf = match integrity {
        Integrity::HmacMd5_96 => Prf::HmacMd5,
        Integrity::HmacSha1_96 => Prf::HmacSha1,
        _ => Prf::HmacSha256,
    };
    IkeProposal {
        ciphers: Vec::from([cipher]),
        integrities: if cipher.is_aead() { Vec::new() } else { Vec::from([integrity]) },
        prfs: Vec::from([prf]),
        groups: Vec::from([group]),
    }
}

/// A connection: aes128-sha1-modp1024 for IKE, chosen for speed, aes128-sha1 for ESP, between 10.1.0.0/16 on side A
/// and 10.2.0.0/16 on side B. Identities are the addresses.
pub fn connection(local: IpAddr, remote: IpAddr, a: bool) -> ConnectionConfig {
    let (ours, theirs) = if a { ("10.1.0.0/16", "10.2.0.0/16") } else { ("10.2.0.0/16", "10.1.0.0/16") };
    ConnectionConfig {
        version: Version::V2,
        local,
        remote: Some(remote),
        local_id: Identity::Fqdn(if a { "a" } else { "b" }.to_string()),
        remote_id: Identity::Fqdn(if a { "b" } else { "a" }.to_string()),
        psk: PreSharedKey::new(b"a key that both know").unwrap(),
        ike_proposals: Vec::from([ike_proposal(
            Cipher::Aes128Cbc,
            Integrity::HmacSha1_96,
            DhGroup::Modp1024,
        )]),
        ike_lifetime: Duration::from_secs(86_400),
        auth_lifetime: None,
        child: ChildConfig {
            proposals: Vec::from([ChildProposal {
                protocol: IpsecProtocol::Esp,
                ciphers: Vec::from([Cipher::Aes128Cbc]),
                integrities: Vec::from([Integrity::HmacSha1_96]),
                groups: Vec::new(),
                esn: Vec::from([false]),
            }]),
            selectors: selectors(ours, theirs),
            mode: Mode::Tunnel,
            lifetime: Duration::from_secs(3_600),
            volume: VolumeLimits::default(),
            replay_window: 64,
            reqid: ReqId(1),
        },
        liveness: LivenessConfig::default(),
        connect_retransmit: RetransmitConfig::default(),
        retransmit: RetransmitConfig::default(),
        nat: NatConfig::default(),
        v2: V2Config::default(),
        mobike: MobikeConfig::default(),
    }
}
