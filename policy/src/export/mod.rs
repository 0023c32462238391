//! A tunnel in the language of the device that is to carry it (CONF-1, CONF-2, CONF-4).
//!
//! [`export`] writes a [`Link`] in a [`Dialect`]: our own side from [`Link::of`], the peer's from [`Link::mirrored`].
//! What the language cannot say is a [`Finding`]: an error refuses the text, a warning comes with it. A text holds the
//! pre-shared key, so it is a [`SecretText`], which `Debug` does not print (PSK-2).
//!
//! # How a tunnel is put into each language
//!
//! All of them name their objects `ipsvpn_` and the tunnel's id; where a device bounds the length of names, a checksum
//! takes the place of the id. Comments at the end list what else that side needs: forwarding and reverse-path settings,
//! open ports, routes of its hosts.
//!
//! | | strongSwan `ipsec.conf` | libreswan | `swanctl.conf` |
//! |---|---|---|---|
//! | IKEv1, IKEv2 | `keyexchange=ikev1`, `ikev2` | `ikev2=no`, `insist` | `version = 1`, `2` |
//! | aggressive mode | `aggressive=yes` | `aggressive=yes` | `aggressive = yes` |
//! | phase 1 proposal | `ike=aes128-sha1-modp1024!` | `ike=aes128-sha1;modp1024` | `proposals = aes128-sha1-modp1024` |
//! | phase 2, ESP | `esp=aes128-sha1-modp1024!` | `phase2=esp`, `phase2alg=` | `esp_proposals =` |
//! | phase 2, AH | `ah=sha1-modp1024!` | `phase2=ah`, `phase2alg=` | `ah_proposals =` |
//! | PFS | the group in `esp=`, and `pfs=` | the same | the group in the proposal |
//! | IKE lifetime | `ikelifetime=` | `ikelifetime=` | `rekey_time` + `over_time` |
//! | SA lifetime | `lifetime=` | `salifetime=` | `life_time` |
//! | several subnets, IKEv1 | a conn for each pair | `leftsubnets={…}`, a pair each | a child for each pair |
//! | several subnets, IKEv2 | a list in `leftsubnet` | a pair each (warning) | a list in `local_ts` |
//! | any peer | `right=%any`, `auto=add` | the same | no `remote_addrs` |
//! | own address unknown | `left=%defaultroute` | the same | no `local_addrs` |
//! | domain name as id | `leftid=@name` | the same | `id = @name` |
//! | a key with `"` | `0s` and base64 | `0s` and base64 | escaped |
//!
//! | | Cisco IOS | Cisco ASA | Junos | Huawei | H3C |
//! |---|---|---|---|---|---|
//! | phase 1 | `crypto isakmp policy`, or `crypto ikev2 proposal` | `crypto ikev1 policy`, `ikev2` | `security ike` | `ike proposal`, `ike peer` | `ike profile`, or `ikev2 profile` |
//! | traffic | extended access list | access list | traffic selectors | `acl` | `acl advanced` |
//! | key | keyring | tunnel group | `ike policy` | `ike peer` | keychain |
//! | domain name as id | IKEv2, or the router's own name | the device's own name | yes | yes | yes |
//! | AH | yes | no | yes | yes | yes |
//! | IPv6 | one family for all | one family for all | yes | no | no |
//! | any peer | no | no | no | no | no |
//!
//! Devices look for a dead peer at their own pace (10 s at least), which a warning says.

mod cisco_asa;
mod cisco_ios;
mod device;
mod h3c;
mod huawei;
mod ipsec_conf;
mod junos;
mod libreswan;
mod secrets;
mod sheet;
mod surroundings;
mod swanctl;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

use crate::dialect::Dialect;
use crate::finding::{Finding, Refusal};
use crate::ikev1::gaps;
use crate::link::Link;
use sheet::Sheet;

/// A text with a key in it: wiped when dropped, not printed by `Debug` (PSK-2).
#[derive(Clone, PartialEq, Eq)]
pub struct SecretText(Zeroizing<String>);

impl SecretText {
    /// The text. What is derived from it is a secret too.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[text with a pre-shared key]")
    }
}

/// One file of an export, or what is to be typed into a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFile {
    /// What the file is called where it is used, such as `ipsec.secrets`.
    pub name: &'static str,
    /// What is in it.
    pub text: SecretText,
}

/// A tunnel in the language of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// The language.
    pub dialect: Dialect,
    /// The files, the configuration first.
    pub files: Vec<ConfigFile>,
    /// What the language says less exactly than the tunnel does.
    pub warnings: Vec<Finding>,
}

impl Export {
    /// The file of this name.
    pub fn file(&self, name: &str) -> Option<&ConfigFile> {
        self.files.iter().find(|file| file.name == name)
    }
}

/// Writes `link` in `dialect`, or says everything that cannot be written in it.
pub fn export(link: &Link, dialect: Dialect) -> Result<Export, Refusal> {
    let mut sheet = Sheet::new(link, dialect);
    sheet.check_ends();
    match dialect {
        Dialect::StrongSwan => ipsec_conf::write(&mut sheet),
        Dialect::Libreswan => libreswan::write(&mut sheet),
        Dialect::Swanctl => swanctl::write(&mut sheet),
        Dialect::CiscoIos => cisco_ios::write(&mut sheet),
        Dialect::CiscoAsa => cisco_asa::write(&mut sheet),
        Dialect::Junos => junos::write(&mut sheet),
        Dialect::Huawei => huawei::write(&mut sheet),
        Dialect::H3c => h3c::write(&mut sheet),
    }
    let (files, findings) = sheet.into_parts();
    Ok(Export { dialect, files, warnings: Refusal::unless_harmless(findings)? })
}

impl Sheet<'_> {
    /// What every language needs.
    fn check_ends(&mut self) {
        let link = self.link;
        for (side, end) in [("local_subnets", &link.here), ("remote_subnets", &link.there)] {
            if end.subnets.is_empty() {
                self.error(side, "there is no subnet", "Give at least one subnet on each side");
            }
        }
        for (field, end) in [("ike.local_id", &link.here), ("ike.remote_id", &link.there)] {
            if end.id.is_none() {
                self.error(field, "nothing says what this end calls itself", "Give its id");
            }
        }
        for gap in gaps(&link.ike, &link.ipsec) {
            self.error(gap.field, gap.message, gap.fix);
        }
        if link.is_v1() || self.dialect.is_device() || self.dialect == Dialect::Libreswan {
            for subnet in link.unpaired() {
                let message = alloc::format!("{subnet} has no subnet of its family at the other end");
                self.error("subnets", message, "Remove it, or add one of the same family at the other end");
            }
        }
    }
}

#[cfg(test)]
mod tests;
