//! Huawei VRP (AR routers), in system view.

use alloc::format;
use alloc::string::String;
use core::net::IpAddr;

use esp_core::net::Cidr;

use super::device::wildcard;
use super::sheet::{Sheet, line};
use crate::algorithms::IpsecProtocol;
use crate::identity::Identity;
use crate::proposal::{Proposal, Spelling};

pub(super) fn write(sheet: &mut Sheet<'_>) {
    // Names have 15 characters at most on older devices.
    let name = sheet.device_name(15, true);
    sheet.check_device();
    sheet.only_ipv4();
    sheet.no_quotes_in_key();
    sheet.introduce();
    let (Some((here, there)), Some(peer)) = (sheet.ids(), sheet.link.there.address) else { return };
    line!(sheet, "acl name {name} advance");
    for (index, pair) in sheet.link.pairs().iter().enumerate() {
        let number = index.saturating_add(1).saturating_mul(5);
        let (local, remote) = (place(&pair.local), place(&pair.remote));
        line!(sheet, " rule {number} permit ip source {local} destination {remote}");
    }
    sheet.gap();
    phase_1(sheet, &name, (&here, &there), peer);
    phase_2(sheet, &name);
    sheet.comment("Besides this, the device needs:");
    sheet.comment(&format!("- on the interface that faces the Internet: ipsec policy {name}"));
    sheet.comment("- another number than 10, if its IKE proposal 10 is another tunnel's");
    sheet.comment(&format!("- no NAT of packets from {}: deny them in its NAT access list", sheet.between()));
    sheet.open_ports();
    sheet.host_routes();
    sheet.finish("huawei.txt");
}

/// A subnet as an advanced access list has it.
fn place(subnet: &Cidr) -> String {
    match subnet.length() {
        0 => String::from("any"),
        _ => format!("{} {}", subnet.network(), wildcard(subnet)),
    }
}

fn phase_1(sheet: &mut Sheet<'_>, name: &str, (here, there): (&Identity, &Identity), peer: IpAddr) {
    let link = sheet.link;
    let spelling = if link.is_v1() { Spelling::HuaweiIkeV1 } else { Spelling::HuaweiIkeV2 };
    let proposal = sheet.spell("ike", spelling, &Proposal::from(&link.ike));
    line!(sheet, "ike proposal 10");
    line!(sheet, " authentication-method pre-share");
    sheet.lines(" ", &proposal);
    line!(sheet, " sa duration {}", link.ike.lifetime_secs);
    sheet.gap();
    line!(sheet, "ike peer {name}");
    line!(sheet, " undo version {}", if link.is_v1() { 2 } else { 1 });
    if let Some(mode) = link.ike.exchange_mode {
        line!(sheet, " exchange-mode {mode}");
    }
    line!(sheet, " pre-shared-key simple {}", sheet.key());
    line!(sheet, " ike-proposal 10");
    line!(sheet, " local-id-type {}", kind(here));
    line!(sheet, " local-id {here}");
    line!(sheet, " remote-id-type {}", kind(there));
    line!(sheet, " remote-id {there}");
    if let Some(own) = link.here.address {
        line!(sheet, " local-address {own}");
    }
    line!(sheet, " remote-address {peer}");
    line!(sheet, " dpd type periodic");
    line!(sheet, " dpd idle-time 10");
    sheet.gap();
}

fn kind(id: &Identity) -> &'static str {
    match id {
        Identity::Ip(_) => "ip",
        Identity::Fqdn(_) => "fqdn",
    }
}

fn phase_2(sheet: &mut Sheet<'_>, name: &str) {
    let link = sheet.link;
    let proposal = sheet.spell("ipsec", Spelling::HuaweiIpsec, &Proposal::from(&link.ipsec));
    let group = sheet.spell_pfs(Spelling::HuaweiIkeV1);
    line!(sheet, "ipsec proposal {name}");
    line!(sheet, " transform {}", link.ipsec.protocol);
    line!(sheet, " encapsulation-mode tunnel");
    sheet.lines(" ", &proposal);
    sheet.gap();
    line!(sheet, "ipsec policy {name} 10 isakmp");
    line!(sheet, " security acl name {name}");
    line!(sheet, " ike-peer {name}");
    line!(sheet, " proposal {name}");
    if let Some(group) = group {
        line!(sheet, " pfs dh-{group}");
    }
    line!(sheet, " sa duration time-based {}", link.ipsec.lifetime_secs);
    if link.initiate {
        line!(sheet, " sa trigger-mode auto");
    }
    sheet.gap();
    if link.ipsec.protocol == IpsecProtocol::Ah {
        sheet.comment("AH does not pass NAT: both ends need public addresses of their own.");
    }
}
