use super::*;

#[test]
fn known_numbers_say_what_to_do() {
    assert!(of(&Errno::ADDRNOTAVAIL.into()).starts_with("this host does not have that address"));
    assert!(of(&Errno::PERM.into()).contains("CAP_NET_ADMIN"));
    assert!(of(&Errno::EXIST.into()).contains("(error 17)"), "the number stays for those who look it up");
}

#[test]
fn others_keep_the_systems_words() {
    let own = io::Error::other("something else");
    assert_eq!(of(&own), "something else");
}
