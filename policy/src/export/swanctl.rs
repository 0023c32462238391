//! strongSwan's `swanctl.conf`.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use esp_core::net::Cidr;
use zeroize::Zeroizing;

use super::ipsec_conf::marked;
use super::sheet::{Sheet, line};
use crate::algorithms::IpsecProtocol;
use crate::link::LinkEnd;
use crate::proposal::{Proposal, Spelling};
use crate::text::list;

pub(super) fn write(sheet: &mut Sheet<'_>) {
    let link = sheet.link;
    let name = section(&link.connection_name());
    sheet.introduce();
    line!(sheet, "connections {{");
    line!(sheet, "  {name} {{");
    connection(sheet);
    line!(sheet, "    children {{");
    for (index, (local, remote)) in children(sheet).into_iter().enumerate() {
        match index {
            0 => line!(sheet, "      {name} {{"),
            _ => line!(sheet, "      {name}+{} {{", index.saturating_add(1)),
        }
        child(sheet, &local, &remote);
        line!(sheet, "      }}");
    }
    line!(sheet, "    }}");
    line!(sheet, "  }}");
    line!(sheet, "}}");
    line!(sheet, "secrets {{");
    line!(sheet, "  ike-{name} {{");
    for (index, id) in [&link.here.id, &link.there.id].into_iter().flatten().enumerate() {
        line!(sheet, "    id-{} = {}", index.saturating_add(1), marked(id));
    }
    line!(sheet, "    secret = {}", quoted(sheet.key()).as_str());
    line!(sheet, "  }}");
    line!(sheet, "}}");
    sheet.gap();
    sheet.linux_surroundings();
    sheet.finish("swanctl.conf");
}

fn connection(sheet: &mut Sheet<'_>) {
    let link = sheet.link;
    line!(sheet, "    version = {}", if link.is_v1() { 1 } else { 2 });
    if link.is_aggressive() {
        line!(sheet, "    aggressive = yes");
    }
    for (key, end) in [("local_addrs", &link.here), ("remote_addrs", &link.there)] {
        if let Some(address) = end.address {
            line!(sheet, "    {key} = {address}");
        }
    }
    let ike = sheet.spell("ike", Spelling::StrongSwan, &Proposal::from(&link.ike));
    line!(sheet, "    proposals = {ike}");
    // The IKE SA ends when both have passed, so that they are one lifetime together.
    let over = link.ike.lifetime_secs / 10;
    line!(sheet, "    rekey_time = {}s", link.ike.lifetime_secs.saturating_sub(over));
    line!(sheet, "    over_time = {over}s");
    line!(sheet, "    keyingtries = 3");
    line!(sheet, "    dpd_delay = 8s");
    if link.is_v1() {
        line!(sheet, "    dpd_timeout = 13s");
    }
    for (side, LinkEnd { id, .. }) in [("local", &link.here), ("remote", &link.there)] {
        line!(sheet, "    {side} {{");
        line!(sheet, "      auth = psk");
        if let Some(id) = id {
            line!(sheet, "      id = {}", marked(id));
        }
        line!(sheet, "    }}");
    }
}

fn child(sheet: &mut Sheet<'_>, local: &str, remote: &str) {
    let link = sheet.link;
    line!(sheet, "        local_ts = {local}");
    line!(sheet, "        remote_ts = {remote}");
    let key = match link.ipsec.protocol {
        IpsecProtocol::Esp => "esp_proposals",
        IpsecProtocol::Ah => "ah_proposals",
    };
    let ipsec = sheet.spell("ipsec", Spelling::StrongSwan, &Proposal::from(&link.ipsec));
    line!(sheet, "        {key} = {ipsec}");
    let life = link.ipsec.lifetime_secs;
    line!(sheet, "        life_time = {life}s");
    line!(sheet, "        rekey_time = {}s", life.saturating_sub(life / 10));
    line!(sheet, "        mode = tunnel");
    line!(sheet, "        dpd_action = trap");
    let starts = link.initiate && link.there.address.is_some();
    line!(sheet, "        start_action = {}", if starts { "start" } else { "none" });
}

/// The subnets of each child: all in one, or in IKEv1 one child for each pair (CONF-4).
fn children(sheet: &Sheet<'_>) -> Vec<(String, String)> {
    let text = |subnets: &[Cidr]| list(subnets).replace(", ", ",");
    let link = sheet.link;
    if link.is_v1() {
        return link.pairs().iter().map(|pair| (text(&[pair.local]), text(&[pair.remote]))).collect();
    }
    alloc::vec![(text(&link.here.subnets), text(&link.there.subnets))]
}

/// A name of a section, where a dot would separate sections. No id has a tilde.
fn section(name: &str) -> String {
    name.replace('.', "~")
}

/// A key in quotes. One that looks like an encoding of another key is encoded itself.
fn quoted(key: &str) -> Zeroizing<String> {
    if ["0x", "0X", "0s", "0S"].iter().any(|mark| key.starts_with(mark)) {
        return Zeroizing::new(format!("0s{}", super::secrets::base64(key.as_bytes()).as_str()));
    }
    let mut text = Zeroizing::new(String::with_capacity(key.len().saturating_mul(2).saturating_add(2)));
    text.push('"');
    for c in key.chars() {
        if matches!(c, '"' | '\\') {
            text.push('\\');
        }
        text.push(c);
    }
    text.push('"');
    text
}
