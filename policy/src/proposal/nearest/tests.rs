use super::*;

#[test]
fn the_word_that_was_meant() {
    let words = ["aes128", "aes256", "3des", "modp1024"];
    assert_eq!(nearest("aes-128", words), Some("aes128"));
    assert_eq!(nearest("AES256", words), Some("aes256"));
    assert_eq!(nearest("mopd1024", words), Some("modp1024"));
    assert_eq!(nearest("blowfish", words), None);
    assert_eq!(nearest("", words), None);
    assert_eq!(nearest(&"a".repeat(1000), words), None);
}
