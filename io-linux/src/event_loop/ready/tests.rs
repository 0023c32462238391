use super::*;

#[test]
fn a_source_stays_ready_until_it_is_empty() {
    let mut ready = Ready::default();
    assert!(!ready.any());
    ready.reported(Source::Tun.token());
    ready.reported(Token(99));
    assert!(ready.any() && ready.has(Source::Tun) && !ready.has(Source::Ike));
    ready.set(Source::Tun, true);
    assert!(ready.has(Source::Tun));
    ready.set(Source::Tun, false);
    assert_eq!(ready, Ready::default());
}

#[test]
fn sources_do_not_share_a_token() {
    for (i, a) in Source::ALL.into_iter().enumerate() {
        for b in &Source::ALL[i + 1..] {
            assert_ne!(a.token(), b.token());
        }
    }
}
