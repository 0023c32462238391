//! The configuration languages of the devices at the other end.

use crate::text::text_enum;

text_enum! {
    /// A configuration language.
    Dialect, "configuration language" {
        /// strongSwan's `ipsec.conf` with `ipsec.secrets`, the form that tenants download (CONF-1).
        StrongSwan = "strongswan",
        /// libreswan's `ipsec.conf` with `ipsec.secrets`.
        Libreswan = "libreswan",
        /// strongSwan's `swanctl.conf`.
        Swanctl = "swanctl",
        /// Cisco IOS, IKEv1 and IKEv2.
        CiscoIos = "cisco-ios",
        /// Cisco ASA.
        CiscoAsa = "cisco-asa",
        /// Juniper Junos (SRX).
        Junos = "junos",
        /// Huawei VRP.
        Huawei = "huawei",
        /// H3C Comware 7.
        H3c = "h3c",
    }
}

impl Dialect {
    /// What people call it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::StrongSwan => "strongSwan (ipsec.conf)",
            Self::Libreswan => "libreswan",
            Self::Swanctl => "strongSwan (swanctl.conf)",
            Self::CiscoIos => "Cisco IOS",
            Self::CiscoAsa => "Cisco ASA",
            Self::Junos => "Juniper Junos",
            Self::Huawei => "Huawei",
            Self::H3c => "H3C",
        }
    }

    /// Whether texts of this language can be read, and not only written (CONF-3).
    pub const fn is_readable(self) -> bool {
        matches!(self, Self::StrongSwan | Self::Libreswan | Self::Swanctl | Self::CiscoIos)
    }

    /// Whether it is the command line of a device rather than a file of a Linux host.
    pub(crate) const fn is_device(self) -> bool {
        !matches!(self, Self::StrongSwan | Self::Libreswan | Self::Swanctl)
    }
}
