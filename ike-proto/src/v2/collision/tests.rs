use super::we_made_the_lowest;

/// F-24: octet by octet, and a shorter prefix is lower.
#[test]
fn the_lowest_of_four_nonces_decides() {
    assert!(we_made_the_lowest([&[1, 2], &[9]], &[vec![1, 3], vec![8]]));
    assert!(!we_made_the_lowest([&[1, 3], &[8]], &[vec![1, 2], vec![9]]));
    assert!(we_made_the_lowest([&[9], &[1, 2]], &[vec![1, 2, 0], vec![7]]));
    assert!(!we_made_the_lowest([&[9], &[1, 2, 0]], &[vec![7], vec![1, 2]]));
}
