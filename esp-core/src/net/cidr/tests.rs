//! Tests of strict prefixes.

use super::*;
use proptest::prelude::*;

fn error(text: &str) -> String {
    text.parse::<Cidr>().unwrap_err().to_string()
}

#[test]
fn text_that_is_no_prefix_is_explained() {
    for text in
        ["", "/", "10.0.0.0", "10.0.0.0/", "10.0.0/8", "10.0.0.0/+8", "10.0.0.0/8 ", "10.0.0.0/0008", "x/8"]
    {
        assert!(error(text).contains("is not a prefix of the form"), "{text}");
    }
    assert_eq!(error("10.0.0.0/33"), "the prefix length of `10.0.0.0/33` is beyond 32");
    assert_eq!(error("2001:db8::/129"), "the prefix length of `2001:db8::/129` is beyond 128");
    assert_eq!(error("10.0.0.0/999"), "the prefix length of `10.0.0.0/999` is beyond 32");
    assert_eq!(error("192.168.1.5/24"), "`192.168.1.5/24` has host bits set; the network is 192.168.1.0/24");
}

#[test]
fn families_never_contain_each_other() {
    let (v4, v6): (Cidr, Cidr) = ("0.0.0.0/0".parse().unwrap(), "::/0".parse().unwrap());
    assert!(!v4.overlaps(&v6) && !v6.contains_net(&v4));
    assert!(!v6.contains("10.0.0.1".parse().unwrap()));
    assert!(v4.is_ipv4() && !v6.is_ipv4());
}

proptest! {
    #[test]
    fn text_round_trip(bits: u128, length in 0..=128_u8, v4: bool) {
        let (address, length) = if v4 {
            (IpAddr::from(u32::try_from(bits >> 96).unwrap().to_be_bytes()), length % 33)
        } else {
            (IpAddr::from(bits.to_be_bytes()), length)
        };
        let net = match Cidr::new(address, length) {
            Ok(net) => net,
            Err(CidrError::HostBits { corrected, .. }) => corrected,
            Err(other) => panic!("{other}"),
        };
        prop_assert_eq!(net.to_string().parse::<Cidr>(), Ok(net));
        prop_assert!(net.contains(address) && net.contains(net.network()) && net.contains(net.last()));
        prop_assert_eq!(net.length(), length);
        prop_assert!(net.contains_net(&Cidr::host(address)) && net.overlaps(&Cidr::host(address)));
        let too_long = if v4 { 33 } else { 129 };
        prop_assert!(Cidr::new(address, too_long).is_err());
    }
}
