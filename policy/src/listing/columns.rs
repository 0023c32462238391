//! What each list shows.

use alloc::format;
use alloc::string::String;
use alloc::vec;

use super::{Cell, Listing, Query};
use crate::ids::TunnelId;
use crate::inventory::Inventory;
use crate::text::{UnknownValue, list};
use crate::tunnel::VpnTunnel;

const GATEWAY: [&str; 10] =
    ["name", "id", "vpc", "subnet", "external-ip", "tunnels", "created", "expires", "charge", "state"];
const PEER: [&str; 6] = ["name", "id", "address", "tunnels", "created", "remark"];
const TUNNEL: [&str; 11] = [
    "name",
    "id",
    "gateway",
    "peer",
    "local-subnets",
    "remote-subnets",
    "phase-1",
    "phase-2",
    "connection",
    "created",
    "state",
];

/// The VPN gateways (GW-6).
pub fn gateways(inventory: &Inventory, query: &Query) -> Result<Listing, UnknownValue> {
    let rows = inventory.gateways().map(|gateway| {
        let subscription = gateway.subscription;
        vec![
            Cell::text(&gateway.name),
            Cell::text(&gateway.id),
            Cell::text(&gateway.vpc.id),
            Cell::text(gateway.subnet),
            Cell::text(gateway.external.address),
            Cell::count(inventory.tunnels_of_gateway(&gateway.id).count()),
            Cell::moment(gateway.created),
            Cell::moment(subscription.and_then(|subscription| subscription.expires())),
            subscription.map_or(Cell::Empty, |subscription| Cell::text(subscription.mode)),
            Cell::text(gateway.state),
        ]
    });
    Listing::new("VPN gateways", &GATEWAY, rows, query)
}

/// The peer gateways (PEER-1).
pub fn peers(inventory: &Inventory, query: &Query) -> Result<Listing, UnknownValue> {
    let rows = inventory.peers().map(|peer| {
        vec![
            Cell::text(&peer.name),
            Cell::text(&peer.id),
            Cell::text(peer.address),
            Cell::count(inventory.tunnels_of_peer(&peer.id).count()),
            Cell::moment(peer.created),
            Cell::text(&peer.remark),
        ]
    });
    Listing::new("Peer gateways", &PEER, rows, query)
}

/// The tunnels (TUN-1). `connection` says how each stands, such as "connected"; a control plane that does not know says
/// nothing.
pub fn tunnels(
    inventory: &Inventory,
    query: &Query,
    connection: impl Fn(&TunnelId) -> Option<String>,
) -> Result<Listing, UnknownValue> {
    let rows = inventory.tunnels().map(|tunnel| {
        vec![
            Cell::text(&tunnel.name),
            Cell::text(&tunnel.id),
            Cell::text(&tunnel.gateway),
            Cell::text(&tunnel.peer),
            Cell::text(list(&tunnel.local_subnets)),
            Cell::text(list(&tunnel.remote_subnets)),
            Cell::text(phase_1(tunnel)),
            Cell::text(phase_2(tunnel)),
            connection(&tunnel.id).map_or(Cell::Empty, Cell::text),
            Cell::moment(tunnel.created),
            Cell::text(tunnel.state),
        ]
    });
    Listing::new("VPN tunnels", &TUNNEL, rows, query)
}

fn phase_1(tunnel: &VpnTunnel) -> String {
    let ike = &tunnel.ike;
    let mode = ike.exchange_mode().map(|mode| format!(" {mode}")).unwrap_or_default();
    format!("IKE{}{mode} {}-{}-{}", ike.version, ike.encryption, ike.authentication, ike.dh_group.name())
}

fn phase_2(tunnel: &VpnTunnel) -> String {
    let ipsec = &tunnel.ipsec;
    let pfs = ipsec.pfs.group().map_or("no PFS", |group| group.name());
    let encryption = ipsec.encryption().map(|choice| choice.name());
    let authentication = ipsec.authentication().map(|choice| choice.name());
    let joined = if encryption.is_some() && authentication.is_some() { "-" } else { "" };
    let (encryption, authentication) = (encryption.unwrap_or_default(), authentication.unwrap_or_default());
    format!("{} {encryption}{joined}{authentication}, {pfs}", ipsec.protocol)
}
