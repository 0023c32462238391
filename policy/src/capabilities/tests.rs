use super::*;

#[test]
fn says_what_the_build_carries() {
    let mut only_esp = Capabilities::current();
    only_esp.protocols.remove(&IpsecProtocol::Ah);
    assert_eq!(only_esp.to_string(), "IKEv1, IKEv2 with ESP");
    assert_eq!(Capabilities::everything().to_string(), "IKEv1, IKEv2 with ESP, AH");
}
