//! strongSwan's `ipsec.conf`, with exactly the keywords of CONF-1.

use alloc::format;
use alloc::string::String;

use esp_core::net::Cidr;

use super::secrets;
use super::sheet::{Sheet, line};
use crate::identity::Identity;
use crate::link::LinkEnd;
use crate::proposal::{Proposal, Spelling};
use crate::text::list;

pub(super) fn write(sheet: &mut Sheet<'_>) {
    let link = sheet.link;
    sheet.introduce();
    let ike = sheet.spell("ike", Spelling::StrongSwan, &Proposal::from(&link.ike));
    let ipsec = sheet.spell("ipsec", Spelling::StrongSwan, &Proposal::from(&link.ipsec));
    for (name, local, remote) in conns(sheet) {
        line!(sheet, "conn {name}");
        line!(sheet, "    keyingtries=3");
        line!(sheet, "    authby=psk");
        line!(sheet, "    auto={}", auto(sheet));
        line!(sheet, "    type=tunnel");
        line!(sheet, "    pfs={}", yes_no(link.ipsec.pfs.group().is_some()));
        line!(sheet, "    keyexchange=ike{}", link.ike.version);
        if link.is_aggressive() {
            line!(sheet, "    aggressive=yes");
        }
        line!(sheet, "    ike={ike}!");
        line!(sheet, "    {}={ipsec}!", link.ipsec.protocol);
        line!(sheet, "    ikelifetime={}", link.ike.lifetime_secs);
        line!(sheet, "    lifetime={}", link.ipsec.lifetime_secs);
        end(sheet, "left", &link.here, "%defaultroute", &local);
        end(sheet, "right", &link.there, "%any", &remote);
        line!(sheet, "    dpdaction=hold");
        line!(sheet, "    dpddelay=8s");
        line!(sheet, "    dpdtimeout=13s");
        sheet.gap();
    }
    sheet.linux_surroundings();
    sheet.finish("ipsec.conf");
    secrets::write(sheet);
}

/// The names of the conns with their subnets: one with all of them, or in IKEv1 one for each pair (CONF-4).
pub(super) fn conns(sheet: &Sheet<'_>) -> alloc::vec::Vec<(String, String, String)> {
    let link = sheet.link;
    if link.is_v1() {
        let pairs = link.pairs().into_iter().enumerate();
        return pairs
            .map(|(index, pair)| (conn_name(sheet, index), text(&[pair.local]), text(&[pair.remote])))
            .collect();
    }
    alloc::vec![(conn_name(sheet, 0), text(&link.here.subnets), text(&link.there.subnets))]
}

/// The first conn bears the tunnel's name alone; the others a number after a sign that no id has in it.
pub(super) fn conn_name(sheet: &Sheet<'_>, index: usize) -> String {
    let name = sheet.link.connection_name();
    if index == 0 { name } else { format!("{name}+{}", index.saturating_add(1)) }
}

fn text(subnets: &[Cidr]) -> String {
    list(subnets).replace(", ", ",")
}

fn end(sheet: &mut Sheet<'_>, side: &str, end: &LinkEnd, unknown: &str, subnets: &str) {
    match end.address {
        Some(address) => line!(sheet, "    {side}={address}"),
        None => line!(sheet, "    {side}={unknown}"),
    }
    if let Some(id) = &end.id {
        line!(sheet, "    {side}id={}", marked(id));
    }
    line!(sheet, "    {side}subnet={subnets}");
    line!(sheet, "    {side}nexthop=%defaultroute");
}

/// An id with the sign that tells a domain name from the name of a host to look up.
pub(super) fn marked(id: &Identity) -> String {
    match id {
        Identity::Ip(address) => format!("{address}"),
        Identity::Fqdn(name) => format!("@{name}"),
    }
}

pub(super) fn auto(sheet: &Sheet<'_>) -> &'static str {
    if sheet.link.initiate && sheet.link.there.address.is_some() { "start" } else { "add" }
}

pub(super) fn yes_no(value: bool) -> &'static str {
    if value { "yes" } else { "no" }
}
