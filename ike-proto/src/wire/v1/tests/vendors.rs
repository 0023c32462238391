use md5::{Digest, Md5};

use super::*;

fn recognise(data: &[u8]) -> Option<VendorId> {
    VendorIdPayload { data }.recognise()
}

/// Those that are a hash of a text, by the text.
#[test]
fn hashed_vendor_ids() {
    let texts: [(&[u8], VendorId); 8] = [
        (b"RFC 3947", VendorId::NatT),
        (b"draft-ietf-ipsec-nat-t-ike-00", VendorId::NatTDraft00),
        (b"draft-ietf-ipsec-nat-t-ike-02", VendorId::NatTDraft02),
        (b"draft-ietf-ipsec-nat-t-ike-02\n", VendorId::NatTDraft02LineFeed),
        (b"draft-ietf-ipsec-nat-t-ike-03", VendorId::NatTDraft03),
        (b"FRAGMENTATION", VendorId::Fragmentation),
        (b"strongSwan", VendorId::StrongSwan),
        (b"MS NT5 ISAKMPOAKLEY", VendorId::Microsoft),
    ];
    for (text, vendor) in texts {
        assert_eq!(recognise(&Md5::digest(text)), Some(vendor));
    }
}

/// Every one that is known is recognised as itself, and cut short as nothing.
#[test]
fn vendor_ids_are_told_apart() {
    for vendor in VendorId::ALL {
        assert_eq!(recognise(vendor.octets()), Some(vendor), "{}", vendor.name());
        let (_, short) = vendor.octets().split_last().unwrap();
        assert_eq!(recognise(short), None, "{}", vendor.name());
    }
    assert_eq!(recognise(&[]), None);
}

/// Those with a version or with flags behind them, as they come from devices, and those that must be whole.
#[test]
fn versions_behind_vendor_ids() {
    let cisco = [VendorId::Fragmentation.octets(), &[0xc0, 0, 0, 0]].concat();
    assert_eq!(recognise(&cisco), Some(VendorId::Fragmentation));
    let windows = [VendorId::Microsoft.octets(), &[0, 0, 0, 8]].concat();
    assert_eq!(recognise(&windows), Some(VendorId::Microsoft));
    assert_eq!(recognise(b"OE-Libreswan-4.12"), Some(VendorId::Libreswan));
    let longer = [VendorId::Dpd.octets(), &[0]].concat();
    assert_eq!(recognise(&longer), None);
}
