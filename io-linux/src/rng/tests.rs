use super::*;

#[test]
fn two_draws_differ() {
    let mut rng = os_rng().unwrap();
    let (mut first, mut second) = ([0_u8; 32], [0_u8; 32]);
    rng.fill_bytes(&mut first);
    rng.fill_bytes(&mut second);
    assert_ne!(first, second);
    assert_ne!(first, [0; 32]);
}
