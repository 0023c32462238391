use super::*;

#[test]
fn says_what_the_build_carries() {
    assert_eq!(Capabilities::current().to_string(), "IKEv1, IKEv2 with ESP");
    assert_eq!(Capabilities::everything().to_string(), "IKEv1, IKEv2 with ESP, AH");
}
