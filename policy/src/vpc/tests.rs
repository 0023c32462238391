use super::*;
use crate::fixtures::{cidr, cidrs};

/// TUN-2: a subnet of the VPC lies in one of its prefixes, whole.
#[test]
fn contains_whole_subnets() {
    let vpc = Vpc { id: "v".parse().unwrap(), cidrs: cidrs(&["10.0.0.0/16", "2001:db8::/32"]) };
    assert!(vpc.contains(&cidr("10.0.0.0/16")) && vpc.contains(&cidr("2001:db8:7::/48")));
    assert!(!vpc.contains(&cidr("10.0.0.0/15")) && !vpc.contains(&cidr("10.1.0.0/24")));
}
