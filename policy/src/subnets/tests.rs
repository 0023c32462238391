use core::net::IpAddr;

use proptest::prelude::*;
use serde::Deserialize;

use super::*;

/// TUN-5: each refusal gives the corrected value.
#[test]
fn tun_5_corrections() {
    for (text, message) in [
        ("192.168.1.5/24", "`192.168.1.5/24` has host bits set; the network is 192.168.1.0/24"),
        ("2001:db8::1/64", "`2001:db8::1/64` has host bits set; the network is 2001:db8::/64"),
        (
            "10.0.0.0/33",
            "the prefix length of `10.0.0.0/33` is beyond 32; the longest for this address is 10.0.0.0/32",
        ),
        ("::/129", "the prefix length of `::/129` is beyond 128; the longest for this address is ::/128"),
        (" 10.0.0.0/8", "` 10.0.0.0/8` contains blanks; write `10.0.0.0/8`"),
        ("10.0.0.1 /8", "`10.0.0.1 /8` contains blanks; write `10.0.0.0/8`"),
        ("10.0.0.0/08", "the prefix length of `10.0.0.0/08` has a leading zero; write `10.0.0.0/8`"),
        ("10.0.0.0", "`10.0.0.0` is not a prefix of the form 10.0.0.0/16 or 2001:db8::/32"),
        ("", "`` is not a prefix of the form 10.0.0.0/16 or 2001:db8::/32"),
    ] {
        assert_eq!(parse_subnet(text).unwrap_err().to_string(), message);
    }
    for text in ["10.0.0.0/8", "0.0.0.0/0", "10.1.2.3/32", "2001:db8::/32"] {
        assert_eq!(parse_subnet(text).unwrap().to_string(), text);
    }
}

/// TUN-5: every wrong line of a list is reported with its number.
#[test]
fn tun_5_lines() {
    assert_eq!(parse_subnets("10.0.0.0/8\r\n2001:db8::/32\n").unwrap().len(), 2);
    let errors = parse_subnets("10.0.0.0/8\n10.0.0.1/8\n10.0.0.0/8\n\n").unwrap_err();
    let lines: Vec<_> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "line 2: `10.0.0.1/8` has host bits set; the network is 10.0.0.0/8",
            "line 3: 10.0.0.0/8 stands in the list already, as entry 1; remove this one",
            "line 4: `` is not a prefix of the form 10.0.0.0/16 or 2001:db8::/32",
        ]
    );
}

/// TUN-5: in a file, the parser's position is that of the entry, and the message has the corrected value.
#[test]
fn tun_5_serde_gives_line_and_correction() {
    #[derive(Debug, Deserialize)]
    struct Lists {
        #[serde(with = "list")]
        subnets: Vec<Cidr>,
    }
    let good: Lists = toml::from_str("subnets = [\"10.0.0.0/8\", \"::/0\"]").unwrap();
    assert_eq!(good.subnets.len(), 2);
    for (entry, part) in [("192.168.1.5/24", "192.168.1.0/24"), ("10.0.0.0/8", "as entry 1")] {
        let text = format!("subnets = [\n  \"10.0.0.0/8\",\n  \"{entry}\",\n]");
        let error = toml::from_str::<Lists>(&text).unwrap_err();
        assert!(error.message().contains(part), "{error}");
        assert!(error.to_string().contains("line 3"), "{error}");
    }
}

fn any_cidr() -> impl Strategy<Value = Cidr> {
    let v4 = (any::<u32>(), 0..=32_u8).prop_map(|(bits, length)| {
        let bits = bits & u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0);
        Cidr::new(IpAddr::V4(bits.into()), length).unwrap()
    });
    let v6 = (any::<u128>(), 0..=128_u8).prop_map(|(bits, length)| {
        let bits = bits & u128::MAX.checked_shl(128 - u32::from(length)).unwrap_or(0);
        Cidr::new(IpAddr::V6(bits.into()), length).unwrap()
    });
    prop_oneof![v4, v6]
}

proptest! {
    /// TUN-5: a list without duplicates round-trips through lines; with one it is refused at the second line.
    #[test]
    fn tun_5_lists_round_trip(subnets in proptest::collection::btree_set(any_cidr(), 1..20)) {
        let mut text: Vec<String> = subnets.iter().map(ToString::to_string).collect();
        prop_assert_eq!(parse_subnets(&text.join("\n")), Ok(subnets.into_iter().collect()));
        text.push(text[0].clone());
        let errors = parse_subnets(&text.join("\n")).unwrap_err();
        prop_assert_eq!(errors.len(), 1);
        prop_assert_eq!(errors[0].line, text.len());
    }

    /// No text makes the reader fall over, and what it accepts it prints as it was.
    #[test]
    fn tun_5_any_text(text in "\\PC{0,30}|[0-9./: ]{0,24}|[0-9a-f:]{2,20}/[0-9]{1,4}") {
        if let Ok(subnet) = parse_subnet(&text) {
            prop_assert_eq!(parse_subnet(&subnet.to_string()), Ok(subnet));
        }
        let _ = parse_subnets(&text);
    }
}
