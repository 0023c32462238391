use super::*;

#[test]
fn reads_as_a_sentence() {
    let warning = Finding::warning("IKE-5", "tunnel[t].ike.dh_group", "group 2 is weak", "Choose 14");
    assert_eq!(warning.to_string(), "warning IKE-5 at tunnel[t].ike.dh_group: group 2 is weak. Choose 14");
    let error = Finding::error("TUN-2", "x", "y", "Z");
    assert_eq!(
        Refusal { findings: vec![error.clone(), error] }.to_string(),
        "error TUN-2 at x: y. Z\nerror TUN-2 at x: y. Z"
    );
}

#[test]
fn warnings_pass() {
    let warning = Finding::warning("A", "", "", "");
    assert_eq!(Refusal::unless_harmless(vec![warning.clone()]), Ok(vec![warning.clone()]));
    assert!(Refusal::unless_harmless(vec![warning, Finding::error("B", "", "", "")]).is_err());
}
