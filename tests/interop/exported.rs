//! The peer's configuration as our own policy crate writes it: the mirrored export (CONF-2), changed in nothing.

use ipsec_policy::export::{Export, export};
use ipsec_policy::{
    DhGroup, Dialect, ExchangeMode, IkePolicy, IkeVersion, IpsecPolicy, IpsecProtocol, Link, PeerGateway,
    PfsChoice, PreSharedKey, TunnelId, Vpc, VpnGateway, VpnTunnel, parse_subnet,
};

use crate::failure::{Context, Outcome};
use crate::plan::TunnelPlan;
use crate::strongswan::Connections;
use crate::suite::{Exchange, Group, Protocol};

/// What strongSwan calls the tunnel in an export.
pub(crate) fn connection_name(plan: &TunnelPlan) -> String {
    format!("ipsvpn_{}", plan.name)
}

/// The text for the peer of the tunnel of `ours`, in one of strongSwan's two languages. A peer behind NAT has its own
/// address in no text.
pub(crate) fn mirrored(ours: &TunnelPlan, dialect: Dialect, behind_nat: bool) -> Outcome<Connections> {
    if dialect == Dialect::Swanctl {
        let export = export_of(ours, dialect, behind_nat)?;
        return Ok(Connections::Swanctl(text(&export, "swanctl.conf")?));
    }
    let (conf, secrets) = conf_and_secrets(ours, dialect, behind_nat)?;
    let conns = conf.lines().filter(|line| line.starts_with("conn ")).count();
    Ok(Connections::Starter { conf, secrets, conns })
}

/// `ipsec.conf` and `ipsec.secrets` for the peer, in the dialect of strongSwan or of libreswan.
pub(crate) fn conf_and_secrets(
    ours: &TunnelPlan,
    dialect: Dialect,
    behind_nat: bool,
) -> Outcome<(String, String)> {
    let export = export_of(ours, dialect, behind_nat)?;
    Ok((text(&export, "ipsec.conf")?, text(&export, "ipsec.secrets")?))
}

fn export_of(ours: &TunnelPlan, dialect: Dialect, behind_nat: bool) -> Outcome<Export> {
    let link = link(ours)?.mirrored();
    let link = if behind_nat { link.behind_nat() } else { link };
    export(&link, dialect).context(|| format!("exporting as {dialect:?}"))
}

fn text(export: &Export, name: &str) -> Outcome<String> {
    let file = export.file(name).context(|| format!("the export should have a {name}"))?;
    Ok(file.text.expose().to_owned())
}

/// The tunnel as our side has it.
fn link(plan: &TunnelPlan) -> Outcome<Link> {
    let doing = || format!("{} in the words of the model", plan.name);
    let subnets = |texts: &[String]| -> Outcome<Vec<_>> {
        texts.iter().map(|text| parse_subnet(text).context(doing)).collect()
    };
    let (local, remote) = (subnets(&plan.local_subnets)?, subnets(&plan.remote_subnets)?);
    let vpc = Vpc { id: "vpc".parse().context(doing)?, cidrs: local.clone() };
    let subnet = *local.first().context(doing)?;
    let external: std::net::IpAddr = plan.address.parse().context(doing)?;
    let gateway = VpnGateway::new("gateway".parse().context(doing)?, vpc, subnet, external.into());
    let peer = PeerGateway::new("peer".parse().context(doing)?, plan.peer.parse().context(doing)?);
    let id: TunnelId = plan.name.parse().context(doing)?;
    let psk = PreSharedKey::new(plan.psk.as_str()).context(doing)?;
    let mut tunnel = VpnTunnel::new(id, gateway.id.clone(), peer.id.clone(), local, remote, psk);
    tunnel.initiate = plan.initiates;
    tunnel.ike = ike(plan)?;
    tunnel.ipsec = ipsec(plan)?;
    Ok(Link::of(&tunnel, &gateway, &peer))
}

fn ike(plan: &TunnelPlan) -> Outcome<IkePolicy> {
    let doing = || format!("phase 1 {} in the words of the model", plan.suite.ike);
    let (version, exchange_mode) = match plan.suite.exchange {
        Exchange::V2 => (IkeVersion::V2, None),
        Exchange::V1Main => (IkeVersion::V1, Some(ExchangeMode::Main)),
        Exchange::V1Aggressive => (IkeVersion::V1, Some(ExchangeMode::Aggressive)),
    };
    let ike = plan.suite.ike;
    Ok(IkePolicy {
        version,
        exchange_mode,
        encryption: ike.encryption.name.parse().context(doing)?,
        authentication: ike.authentication.ours.parse().context(doing)?,
        dh_group: group(ike.group)?,
        local_id: Some(plan.local_id.parse().context(doing)?),
        remote_id: Some(plan.remote_id.parse().context(doing)?),
        ..IkePolicy::default()
    })
}

fn ipsec(plan: &TunnelPlan) -> Outcome<IpsecPolicy> {
    let doing = || format!("phase 2 {} in the words of the model", plan.suite.esp);
    let esp = plan.suite.esp;
    let (protocol, encryption) = match esp.protocol {
        Protocol::Esp => (IpsecProtocol::Esp, Some(esp.encryption.name.parse().context(doing)?)),
        Protocol::Ah => (IpsecProtocol::Ah, None),
    };
    Ok(IpsecPolicy {
        protocol,
        encryption,
        authentication: Some(esp.authentication.ours.parse().context(doing)?),
        pfs: esp.pfs.map_or(Ok(PfsChoice::Disabled), |pfs| group(pfs).map(PfsChoice::Group))?,
        ..IpsecPolicy::default()
    })
}

fn group(group: Group) -> Outcome<DhGroup> {
    DhGroup::from_number(group.number.into()).context(|| format!("group {}", group.name))
}
