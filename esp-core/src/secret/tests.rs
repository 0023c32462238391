//! Tests of secrets.

use super::*;

#[test]
fn secrets_are_not_printed() {
    let secret = SecretBytes::copy_from(b"AAAA");
    assert_eq!(format!("{secret:?}"), "[4 secret octets]");
    assert_eq!((secret.len(), secret.is_empty(), secret.expose()), (4, false, &b"AAAA"[..]));
    assert!(SecretBytes::default().is_empty());
}

/// F-32: secrets are compared in constant time, and whole.
#[test]
fn secrets_are_compared_whole() {
    let mut spare = Vec::with_capacity(100);
    spare.extend(b"key");
    assert_eq!(SecretBytes::from(spare), SecretBytes::from(b"key".to_vec()));
    assert_ne!(SecretBytes::copy_from(b"key"), SecretBytes::copy_from(b"keys"));
    assert_ne!(SecretBytes::copy_from(b"key"), SecretBytes::copy_from(b"kez"));
    assert!(ct_eq(b"", b"") && !ct_eq(b"a", b"") && !ct_eq(b"a", b"b"));
}
