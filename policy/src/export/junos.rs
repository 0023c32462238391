//! Juniper Junos on an SRX: route-based, one traffic selector for each pair of subnets.

use alloc::format;
use alloc::string::String;
use core::fmt::Write;
use core::net::IpAddr;

use super::sheet::{Sheet, line};
use crate::identity::Identity;
use crate::proposal::{Proposal, Spelling};
use crate::text::list;

pub(super) fn write(sheet: &mut Sheet<'_>) {
    let name = sheet.device_name(32, false);
    sheet.check_device();
    if !sheet.link.is_v1() && sheet.link.pairs().len() > 1 {
        let message = "Junos makes a Child SA for each pair of subnets, not one for all of them";
        sheet.warning("ike.version", message, "Nothing: the gateway accepts one Child SA for each pair");
    }
    sheet.introduce();
    let (Some((here, there)), Some(peer)) = (sheet.ids(), sheet.link.there.address) else { return };
    ike(sheet, &name, (&here, &there), peer);
    ipsec(sheet, &name);
    sheet.comment("Besides this, the device needs:");
    sheet.comment(
        "- ge-0/0/0.0 replaced by the interface that faces the Internet, with IKE allowed in its zone:",
    );
    sheet.comment("    set security zones security-zone untrust host-inbound-traffic system-services ike");
    sheet.comment("- st0.0 in a zone, and policies between that zone and the one of its own hosts");
    sheet.comment(&format!("- no NAT of packets from {}", sheet.between()));
    sheet.open_ports();
    sheet.host_routes();
    sheet.finish("junos.txt");
}

fn ike(sheet: &mut Sheet<'_>, name: &str, (here, there): (&Identity, &Identity), peer: IpAddr) {
    let link = sheet.link;
    if link.ike.encryption.is_aead() {
        let message =
            "a Junos ike proposal has no word for the function that derives keys beside this cipher";
        sheet.error(
            "ike.encryption",
            message,
            "Choose AES-CBC for phase 1 at both ends; phase 2 may keep AES-GCM",
        );
        return;
    }
    let proposal = sheet.spell("ike", Spelling::JunosIke, &Proposal::from(&link.ike));
    let at = format!("set security ike proposal {name}");
    line!(sheet, "{at} authentication-method pre-shared-keys");
    sheet.lines(&format!("{at} "), &proposal);
    line!(sheet, "{at} lifetime-seconds {}", link.ike.lifetime_secs);
    let at = format!("set security ike policy {name}");
    if let Some(mode) = link.ike.exchange_mode {
        line!(sheet, "{at} mode {mode}");
    }
    line!(sheet, "{at} proposals {name}");
    key(sheet, &at);
    let at = format!("set security ike gateway {name}");
    line!(sheet, "{at} ike-policy {name}");
    line!(sheet, "{at} address {peer}");
    line!(sheet, "{at} dead-peer-detection interval 10");
    line!(sheet, "{at} dead-peer-detection threshold 2");
    line!(sheet, "{at} local-identity {}", identity(here));
    line!(sheet, "{at} remote-identity {}", identity(there));
    line!(sheet, "{at} external-interface ge-0/0/0.0");
    if let Some(own) = link.here.address {
        line!(sheet, "{at} local-address {own}");
    }
    line!(sheet, "{at} version {}-only", link.ike.version);
    sheet.gap();
}

/// A key that is plain in quotes stands in quotes. Any other goes as the hexadecimal digits of its octets, and so does
/// one that Junos would take for a key encrypted by itself (`$9$…`).
fn key(sheet: &mut Sheet<'_>, at: &str) {
    let key = sheet.key();
    let plain = |c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+' | '*' | '/' | '=' | ',' | ':')
    };
    if key.chars().all(plain) {
        line!(sheet, "{at} pre-shared-key ascii-text \"{key}\"");
        return;
    }
    let mut digits = zeroize::Zeroizing::new(String::with_capacity(key.len().saturating_mul(2)));
    for octet in key.bytes() {
        // Writing to a string does not fail.
        let _ = write!(digits, "{octet:02x}");
    }
    line!(sheet, "{at} pre-shared-key hexadecimal {}", digits.as_str());
}

fn identity(id: &Identity) -> String {
    match id {
        Identity::Ip(address @ IpAddr::V4(_)) => format!("inet {address}"),
        Identity::Ip(address) => format!("inet6 {address}"),
        Identity::Fqdn(name) => format!("hostname {name}"),
    }
}

fn ipsec(sheet: &mut Sheet<'_>, name: &str) {
    let link = sheet.link;
    let proposal = sheet.spell("ipsec", Spelling::JunosIpsec, &Proposal::from(&link.ipsec));
    let group = sheet.spell_pfs(Spelling::JunosIke);
    let at = format!("set security ipsec proposal {name}");
    line!(sheet, "{at} protocol {}", link.ipsec.protocol);
    sheet.lines(&format!("{at} "), &proposal);
    line!(sheet, "{at} lifetime-seconds {}", link.ipsec.lifetime_secs);
    let at = format!("set security ipsec policy {name}");
    if let Some(group) = group {
        line!(sheet, "{at} perfect-forward-secrecy keys {group}");
    }
    line!(sheet, "{at} proposals {name}");
    let at = format!("set security ipsec vpn {name}");
    line!(sheet, "set interfaces st0 unit 0 family inet");
    if list(&link.there.subnets).contains(':') {
        line!(sheet, "set interfaces st0 unit 0 family inet6");
    }
    line!(sheet, "{at} bind-interface st0.0");
    line!(sheet, "{at} ike gateway {name}");
    line!(sheet, "{at} ike ipsec-policy {name}");
    for (index, pair) in link.pairs().iter().enumerate() {
        let number = index.saturating_add(1);
        line!(sheet, "{at} traffic-selector ts{number} local-ip {} remote-ip {}", pair.local, pair.remote);
    }
    line!(sheet, "{at} establish-tunnels {}", if link.initiate { "immediately" } else { "on-traffic" });
    sheet.gap();
}
