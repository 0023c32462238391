//! From the product's model to the protocol's configuration.

use std::time::Duration;

use esp_core::sa::{IpsecProtocol, Mode, ReqId, VolumeLimits};
use esp_core::suite::{Cipher, Integrity};
use ike_proto::config::{ChildConfig, ConnectionConfig, ExchangeMode, Identity, PreSharedKey, Version};
use ike_proto::suite::{ChildProposal, DhGroup, IkeProposal, Prf};
use ipsec_policy::{
    EspAuthentication, EspEncryption, Finding, IkeAuthentication, IkePolicy, IkeVersion, PeerGateway,
    VpnTunnel,
};

use crate::config::GatewayConfig;

/// The connection that a tunnel is made of.
pub(crate) fn connection(
    tunnel: &VpnTunnel,
    peer: &PeerGateway,
    reqid: ReqId,
    config: &GatewayConfig,
) -> Result<ConnectionConfig, Finding> {
    let ike = &tunnel.ike;
    let ipsec = &tunnel.ipsec;
    let options = config.options_of(&tunnel.id);
    let group = |number: u16| DhGroup::from_number(number).ok_or_else(|| unknown_group(tunnel, number));
    let remote_id = tunnel.remote_identity(peer);
    let remote_id = remote_id
        .ok_or_else(|| missing(tunnel, "IKE-7", "ike.remote_id", "an identity for a peer of any address"))?;
    let pfs = ipsec.pfs.group().map(|choice| group(choice.group_number())).transpose()?;
    Ok(ConnectionConfig {
        version: version(ike),
        local: config.gateway.external.address,
        remote: (!peer.is_any()).then_some(peer.address),
        local_id: identity(tunnel.local_identity(&config.gateway)),
        remote_id: identity(remote_id),
        psk: PreSharedKey::new(tunnel.psk.expose())
            .ok_or_else(|| missing(tunnel, "PSK-1", "psk", "a pre-shared key"))?,
        ike_proposals: vec![IkeProposal {
            ciphers: vec![ike.encryption.cipher()],
            integrities: beside(ike.encryption.cipher(), ike.authentication.integrity()),
            prfs: vec![prf(ike.authentication)],
            groups: vec![group(ike.dh_group.group_number())?],
        }],
        ike_lifetime: Duration::from_secs(u64::from(ike.lifetime_secs)),
        auth_lifetime: options.auth_lifetime,
        child: ChildConfig {
            proposals: vec![ChildProposal {
                protocol: protocol(tunnel),
                ciphers: ipsec.encryption().map(EspEncryption::cipher).into_iter().collect(),
                integrities: ipsec.authentication().map(EspAuthentication::integrity).into_iter().collect(),
                groups: pfs.into_iter().collect(),
                esn: vec![false],
            }],
            selectors: tunnel.selectors(),
            mode: Mode::Tunnel,
            lifetime: Duration::from_secs(u64::from(ipsec.lifetime_secs)),
            volume: VolumeLimits::default(),
            replay_window: config.replay_window,
            reqid,
        },
        liveness: config.liveness,
        connect_retransmit: config.connect_retransmit,
        retransmit: config.retransmit,
        nat: options.nat,
        v2: options.v2.clone(),
        mobike: options.mobike,
    })
}

/// The version, and in IKEv1 the exchange mode (IKE-1, IKE-4).
fn version(ike: &IkePolicy) -> Version {
    match (ike.version, ike.exchange_mode()) {
        (IkeVersion::V2, _) => Version::V2,
        (IkeVersion::V1, Some(ipsec_policy::ExchangeMode::Aggressive)) => {
            Version::V1(ExchangeMode::Aggressive)
        }
        (IkeVersion::V1, _) => Version::V1(ExchangeMode::Main),
    }
}

/// What protects the packets (SEC-1).
pub(crate) fn protocol(tunnel: &VpnTunnel) -> IpsecProtocol {
    match tunnel.ipsec.protocol {
        ipsec_policy::IpsecProtocol::Esp => IpsecProtocol::Esp,
        ipsec_policy::IpsecProtocol::Ah => IpsecProtocol::Ah,
    }
}

fn identity(id: ipsec_policy::Identity) -> Identity {
    match id {
        ipsec_policy::Identity::Ip(address) => Identity::Ip(address),
        ipsec_policy::Identity::Fqdn(name) => Identity::Fqdn(name.as_str().to_string()),
    }
}

/// The product has one authentication algorithm for integrity and PRF (IKE-2), as most daemons do.
fn prf(authentication: IkeAuthentication) -> Prf {
    match authentication {
        IkeAuthentication::Md5 => Prf::HmacMd5,
        IkeAuthentication::Sha1 => Prf::HmacSha1,
        IkeAuthentication::Sha2_256 => Prf::HmacSha256,
        IkeAuthentication::Sha2_384 => Prf::HmacSha384,
        IkeAuthentication::Sha2_512 => Prf::HmacSha512,
        IkeAuthentication::AesXcbc => Prf::AesXcbc,
        IkeAuthentication::AesCmac => Prf::AesCmac,
    }
}

/// The integrity algorithm, but not beside a cipher that authenticates by itself (RFC 7296 §3.3).
fn beside(cipher: Cipher, integrity: Integrity) -> Vec<Integrity> {
    if cipher.is_aead() { Vec::new() } else { vec![integrity] }
}

fn unknown_group(tunnel: &VpnTunnel, number: u16) -> Finding {
    missing(
        tunnel,
        "IKE-5",
        "dh_group",
        &format!("Diffie-Hellman group {number}, which this build does not have"),
    )
}

fn missing(tunnel: &VpnTunnel, rule: &'static str, field: &str, what: &str) -> Finding {
    Finding::error(
        rule,
        format!("tunnel[{}].{field}", tunnel.id),
        format!("the tunnel needs {what}"),
        "set it, or choose another value".to_string(),
    )
}

#[cfg(test)]
mod tests;
