use super::*;

/// F-26: SHA-1 over SPIs, address and port in network order.
#[test]
fn f_26_the_hash_is_sha1_over_spis_address_and_port() {
    let (i, r) = (IkeSpi([1, 2, 3, 4, 5, 6, 7, 8]), IkeSpi::ZERO);
    let v4: SocketAddr = "192.0.2.1:500".parse().unwrap();
    let octets = [&i.0[..], &r.0, &[192, 0, 2, 1], &[0x01, 0xf4]].concat();
    assert_eq!(nat_detection_hash(i, r, v4)[..], Sha1::digest(&octets)[..]);

    let v6: SocketAddr = "[2001:db8::1]:4500".parse().unwrap();
    let ip = [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    let octets = [&i.0[..], &r.0, &ip, &[0x11, 0x94]].concat();
    assert_eq!(nat_detection_hash(i, r, v6)[..], Sha1::digest(&octets)[..]);
}
