//! The Vendor ID payload (RFC 2408 §3.16), and the octets that are known.

/// Octets by which an implementation makes itself, or what it can do, known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VendorIdPayload<'a> {
    /// The octets.
    pub data: &'a [u8],
}

impl VendorIdPayload<'_> {
    /// What the octets stand for, if that is known.
    pub fn recognise(&self) -> Option<VendorId> {
        VendorId::ALL.into_iter().find(|vendor| {
            let (octets, extent) = vendor.known();
            match extent {
                Extent::Whole => self.data == octets,
                Extent::Prefix => self.data.starts_with(octets),
            }
        })
    }
}

/// A vendor id that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VendorId {
    /// Dead peer detection (RFC 3706 §5.1).
    Dpd,
    /// NAT traversal (RFC 3947 §3.1).
    NatT,
    /// NAT traversal as in draft-ietf-ipsec-nat-t-ike-00.
    NatTDraft00,
    /// NAT traversal as in draft-ietf-ipsec-nat-t-ike-02.
    NatTDraft02,
    /// The same from those who hashed the draft's name with the line feed behind it, which are most.
    NatTDraft02LineFeed,
    /// NAT traversal as in draft-ietf-ipsec-nat-t-ike-03.
    NatTDraft03,
    /// Fragments of IKE messages. Cisco appends four octets of flags.
    Fragmentation,
    /// Extended authentication (draft-ietf-ipsec-isakmp-xauth-06).
    Xauth,
    /// Cisco's extensions for clients. The last two octets are a version.
    CiscoUnity,
    /// A Cisco VPN 3000 concentrator, and every ASA.
    CiscoConcentrator,
    /// strongSwan.
    StrongSwan,
    /// libreswan or Openswan.
    Libreswan,
    /// racoon.
    Racoon,
    /// Microsoft Windows. Four octets of a version follow.
    Microsoft,
    /// Check Point. Versions and features follow.
    CheckPoint,
}

/// Whether a vendor id is the octets alone or starts with them.
enum Extent {
    Whole,
    Prefix,
}

impl VendorId {
    /// All that are known.
    pub const ALL: [Self; 15] = [
        Self::Dpd,
        Self::NatT,
        Self::NatTDraft00,
        Self::NatTDraft02,
        Self::NatTDraft02LineFeed,
        Self::NatTDraft03,
        Self::Fragmentation,
        Self::Xauth,
        Self::CiscoUnity,
        Self::CiscoConcentrator,
        Self::StrongSwan,
        Self::Libreswan,
        Self::Racoon,
        Self::Microsoft,
        Self::CheckPoint,
    ];

    /// What we send in a first message: what we can do, the NAT traversal that is preferred first. Extended
    /// authentication and Cisco's extensions we do not have, and our own name would tell a peer nothing.
    pub const SENT: [Self; 7] = [
        Self::Dpd,
        Self::Fragmentation,
        Self::NatT,
        Self::NatTDraft03,
        Self::NatTDraft02LineFeed,
        Self::NatTDraft02,
        Self::NatTDraft00,
    ];

    /// The octets, without what may follow them.
    pub const fn octets(self) -> &'static [u8] {
        self.known().0
    }

    const fn known(self) -> (&'static [u8], Extent) {
        match self {
            Self::Dpd => (b"\xaf\xca\xd7\x13\x68\xa1\xf1\xc9\x6b\x86\x96\xfc\x77\x57\x01\x00", Extent::Whole),
            Self::NatT => {
                (b"\x4a\x13\x1c\x81\x07\x03\x58\x45\x5c\x57\x28\xf2\x0e\x95\x45\x2f", Extent::Whole)
            }
            Self::NatTDraft00 => {
                (b"\x44\x85\x15\x2d\x18\xb6\xbb\xcd\x0b\xe8\xa8\x46\x95\x79\xdd\xcc", Extent::Whole)
            }
            Self::NatTDraft02 => {
                (b"\xcd\x60\x46\x43\x35\xdf\x21\xf8\x7c\xfd\xb2\xfc\x68\xb6\xa4\x48", Extent::Whole)
            }
            Self::NatTDraft02LineFeed => {
                (b"\x90\xcb\x80\x91\x3e\xbb\x69\x6e\x08\x63\x81\xb5\xec\x42\x7b\x1f", Extent::Whole)
            }
            Self::NatTDraft03 => {
                (b"\x7d\x94\x19\xa6\x53\x10\xca\x6f\x2c\x17\x9d\x92\x15\x52\x9d\x56", Extent::Whole)
            }
            Self::Fragmentation => {
                (b"\x40\x48\xb7\xd5\x6e\xbc\xe8\x85\x25\xe7\xde\x7f\x00\xd6\xc2\xd3", Extent::Prefix)
            }
            Self::Xauth => (b"\x09\x00\x26\x89\xdf\xd6\xb7\x12", Extent::Whole),
            Self::CiscoUnity => (b"\x12\xf5\xf2\x8c\x45\x71\x68\xa9\x70\x2d\x9f\xe2\x74\xcc", Extent::Prefix),
            Self::CiscoConcentrator => {
                (b"\x1f\x07\xf7\x0e\xaa\x65\x14\xd3\xb0\xfa\x96\x54\x2a\x50", Extent::Prefix)
            }
            Self::StrongSwan => {
                (b"\x88\x2f\xe5\x6d\x6f\xd2\x0d\xbc\x22\x51\x61\x3b\x2e\xbe\x5b\xeb", Extent::Whole)
            }
            Self::Libreswan => (b"OE", Extent::Prefix),
            Self::Racoon => {
                (b"\x70\x03\xcb\xc1\x09\x7d\xbe\x9c\x26\x00\xba\x69\x83\xbc\x8b\x35", Extent::Whole)
            }
            Self::Microsoft => {
                (b"\x1e\x2b\x51\x69\x05\x99\x1c\x7d\x7c\x96\xfc\xbf\xb5\x87\xe4\x61", Extent::Prefix)
            }
            Self::CheckPoint => (
                b"\xf4\xed\x19\xe0\xc1\x14\xeb\x51\x6f\xaa\xac\x0e\xe3\x7d\xaf\x28\x07\xb4\x38\x1f",
                Extent::Prefix,
            ),
        }
    }

    /// What to call it to an operator.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dpd => "dead peer detection",
            Self::NatT => "NAT traversal (RFC 3947)",
            Self::NatTDraft00 => "NAT traversal (draft 00)",
            Self::NatTDraft02 | Self::NatTDraft02LineFeed => "NAT traversal (draft 02)",
            Self::NatTDraft03 => "NAT traversal (draft 03)",
            Self::Fragmentation => "IKE fragmentation",
            Self::Xauth => "XAUTH",
            Self::CiscoUnity => "Cisco Unity",
            Self::CiscoConcentrator => "Cisco VPN concentrator",
            Self::StrongSwan => "strongSwan",
            Self::Libreswan => "libreswan or Openswan",
            Self::Racoon => "racoon",
            Self::Microsoft => "Microsoft",
            Self::CheckPoint => "Check Point",
        }
    }
}
