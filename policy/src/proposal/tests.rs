use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use super::*;
use crate::algorithms::{
    DhGroup, EspAuthentication, EspEncryption, IkeAuthentication, IkeEncryption, PfsChoice,
};
use crate::ike_policy::IkePolicy;
use crate::ipsec_policy::IpsecPolicy;

/// One line for each spelling of `aes128-sha1-modp1024`, written by hand.
const DEFAULTS: &[(Spelling, &str)] = &[
    (Spelling::StrongSwan, "aes128-sha1-modp1024"),
    (Spelling::Libreswan, "aes128-sha1;modp1024"),
    (Spelling::IosIkeV1, "encryption aes 128\nhash sha\ngroup 2"),
    (Spelling::IosIkeV2, "encryption aes-cbc-128\nintegrity sha1\nprf sha1\ngroup 2"),
    (Spelling::IosTransformSet, "esp-aes esp-sha-hmac"),
    (Spelling::AsaIkeV1, "encryption aes\nhash sha\ngroup 2"),
    (Spelling::AsaIkeV2, "encryption aes\nintegrity sha\nprf sha\ngroup 2"),
    (Spelling::AsaTransformSet, "esp-aes esp-sha-hmac"),
    (Spelling::AsaProposal, "protocol esp encryption aes\nprotocol esp integrity sha-1"),
    (Spelling::JunosIke, "encryption-algorithm aes-128-cbc\nauthentication-algorithm sha1\ndh-group group2"),
    (Spelling::JunosIpsec, "encryption-algorithm aes-128-cbc\nauthentication-algorithm hmac-sha1-96"),
    (Spelling::HuaweiIkeV1, "encryption-algorithm aes-128\nauthentication-algorithm sha1\ndh group2"),
    (
        Spelling::HuaweiIkeV2,
        "encryption-algorithm aes-128\nintegrity-algorithm hmac-sha1-96\nprf hmac-sha1\ndh group2",
    ),
    (Spelling::HuaweiIpsec, "esp encryption-algorithm aes-128\nesp authentication-algorithm sha1"),
    (Spelling::H3cIkeV1, "encryption-algorithm aes-cbc-128\nauthentication-algorithm sha\ndh group2"),
    (Spelling::H3cIkeV2, "encryption aes-cbc-128\nintegrity sha1\nprf sha1\ndh group2"),
    (Spelling::H3cIpsecV1, H3C_IPSEC),
    (Spelling::H3cIpsecV2, H3C_IPSEC),
];

const H3C_IPSEC: &str =
    "esp encryption-algorithm aes-cbc-128\nesp authentication-algorithm sha1\npfs dh-group2";

#[test]
fn the_defaults_in_every_spelling() {
    let proposal: Proposal = "aes128-sha1-modp1024".parse().unwrap();
    assert_eq!(DEFAULTS.len(), Spelling::ALL.len());
    for (spelling, text) in DEFAULTS {
        assert_eq!(spelling.write(&proposal).unwrap(), *text, "{spelling:?}");
    }
}

/// Whatever a spelling can write it reads back, as far as it holds it: all proposals of IKE-2, IKE-3, IKE-5, the
/// product's and the library's.
#[test]
fn every_choice_round_trips() {
    for encryption in IkeEncryption::ALL {
        for authentication in IkeAuthentication::ALL {
            for dh_group in DhGroup::ALL {
                let (encryption, authentication, dh_group) = (*encryption, *authentication, *dh_group);
                let policy = IkePolicy { encryption, authentication, dh_group, ..IkePolicy::default() };
                let proposal = Proposal::from(&policy);
                assert_eq!(proposal.to_string().parse(), Ok(proposal.clone()));
                for spelling in Spelling::ALL {
                    let Ok(text) = spelling.write(&proposal) else { continue };
                    let mut read = spelling.read(&text).unwrap().of_phase_1();
                    let groups = proposal.groups.clone();
                    if read.groups.is_empty() {
                        read.groups = groups;
                    }
                    assert_eq!(read, proposal, "{spelling:?}: {text}");
                }
                let choice = (Some(encryption), Some(authentication), Some(dh_group));
                assert_eq!(ike_choice(&proposal), choice);
            }
        }
    }
}

/// The same for the ciphers and hashes of ESP (SEC-2, SEC-3).
#[test]
fn every_choice_of_phase_2_round_trips() {
    for encryption in EspEncryption::ALL.iter().copied() {
        for authentication in EspAuthentication::ALL.iter().copied() {
            let authentication = (!encryption.is_aead()).then_some(authentication);
            let policy = IpsecPolicy {
                encryption: Some(encryption),
                authentication,
                pfs: PfsChoice::Disabled,
                ..IpsecPolicy::default()
            };
            let proposal = Proposal::from(&policy);
            for spelling in Spelling::ALL {
                let Ok(text) = spelling.write(&proposal) else { continue };
                let read = spelling.read(&text).unwrap();
                assert_eq!(Proposal { prf: Vec::new(), ..read }, proposal, "{spelling:?}: {text}");
            }
            assert_eq!(ipsec_choice(&proposal), (Some(encryption), authentication, None));
        }
    }
}

/// Ciphers that authenticate by themselves, written by hand: the function that derives keys is named in each language's
/// way, and an ASA wants to hear that there is no integrity algorithm.
#[test]
fn aead_words() {
    let ike: Proposal = "aes256gcm16-prfsha384-ecp384".parse().unwrap();
    let esp: Proposal = "aes256gcm16".parse().unwrap();
    for (spelling, proposal, text) in [
        (Spelling::StrongSwan, &ike, "aes256gcm16-prfsha384-ecp384"),
        (Spelling::Libreswan, &ike, "aes_gcm256-sha2_384;dh20"),
        (Spelling::IosIkeV2, &ike, "encryption aes-gcm-256\nprf sha384\ngroup 20"),
        (Spelling::AsaIkeV2, &ike, "encryption aes-gcm-256\nprf sha384\ngroup 20\nintegrity null"),
        (Spelling::StrongSwan, &esp, "aes256gcm16"),
        (Spelling::Libreswan, &esp, "aes_gcm256"),
        (Spelling::IosTransformSet, &esp, "esp-gcm 256"),
        (Spelling::AsaProposal, &esp, "protocol esp encryption aes-gcm-256\nprotocol esp integrity null"),
        (Spelling::JunosIpsec, &esp, "encryption-algorithm aes-256-gcm"),
        (Spelling::H3cIpsecV2, &esp, "esp encryption-algorithm gcm-256"),
    ] {
        assert_eq!(spelling.write(proposal).unwrap(), text, "{spelling:?}");
    }
    // Junos couples the function with the cipher and has no word for it.
    assert_eq!(
        Spelling::JunosIke.write(&ike).unwrap_err().to_string(),
        "a Junos ike proposal has no pseudo-random function prfsha384; it has none"
    );
    // Programs take a hash beside such a cipher for the function.
    for text in ["aes256gcm16-sha384-ecp384", "aes256gcm16-sha384-prfsha384-ecp384"] {
        assert_eq!(text.parse::<Proposal>().unwrap().of_phase_1(), ike);
    }
    assert_eq!("aes256gcm16-sha1".parse::<Proposal>().unwrap().of_phase_2(), esp);
}

/// What a language has no word for is refused with what it has.
#[test]
fn what_cannot_be_said() {
    let refused =
        |spelling: Spelling, text: &str| spelling.write(&text.parse().unwrap()).unwrap_err().to_string();
    assert_eq!(
        refused(Spelling::AsaIkeV1, "aes128-sha256-modp1024"),
        "a Cisco ASA ikev1 policy has no authentication algorithm sha256; it has md5, sha"
    );
    assert!(
        refused(Spelling::Libreswan, "aes128-sha1-modp768")
            .starts_with("libreswan has no Diffie-Hellman group")
    );
    assert!(refused(Spelling::AsaIkeV1, "aes128-sha1-modp2048s256").ends_with("it has 1, 2, 5, 14"));
    assert_eq!(
        refused(Spelling::H3cIpsecV1, "aes256ctr-sha1"),
        "an H3C ipsec transform set for IKEv1 has no encryption algorithm aes256ctr; it has 3des-cbc, aes-cbc-128, \
         aes-cbc-192, aes-cbc-256, des-cbc"
    );
    assert!(refused(Spelling::H3cIpsecV1, "aes128-sha1-ecp256").contains("no Diffie-Hellman group ecp256"));
    assert!(
        refused(Spelling::H3cIkeV2, "aes256gcm16-prfsha384-ecp384")
            .contains("no encryption algorithm aes256gcm16")
    );
    assert!(refused(Spelling::AsaTransformSet, "sha256").contains("no authentication algorithm sha256"));
    assert_eq!(
        Spelling::StrongSwan.write(&Proposal::default()).unwrap_err().to_string(),
        "the proposal is empty; write one such as `aes128-sha1-modp2048`"
    );
}

/// AH is written without a cipher, with words of its own where the language has them.
#[test]
fn ah_words() {
    let proposal: Proposal = "sha1-modp1024".parse().unwrap();
    assert_eq!(Spelling::IosTransformSet.write(&proposal).unwrap(), "ah-sha-hmac");
    assert_eq!(Spelling::HuaweiIpsec.write(&proposal).unwrap(), "ah authentication-algorithm sha1");
    assert_eq!(Spelling::StrongSwan.write(&proposal).unwrap(), "sha1-modp1024");
    assert_eq!(Spelling::IosTransformSet.read("ah-sha-hmac").unwrap().integrity, [Integrity::Sha1]);
}

/// Texts that operators write and we do not.
#[test]
fn other_spellings_are_read() {
    let read = |spelling: Spelling, text: &str| spelling.read(text).unwrap().to_string();
    assert_eq!(read(Spelling::StrongSwan, "aes-aes256-sha-sha2_256-modp1024-x25519"), {
        "aes128-aes256-sha1-sha256-modp1024-curve25519"
    });
    assert_eq!(read(Spelling::StrongSwan, "aes256gcm128-prfsha384-ecp384"), "aes256gcm16-prfsha384-ecp384");
    assert_eq!(read(Spelling::Libreswan, "aes_gcm_c_256-sha2;dh19"), "aes256gcm16-sha256-ecp256");
    assert_eq!(read(Spelling::Libreswan, "aes128-sha1-dh14"), "aes128-sha1-modp2048");
    assert_eq!(read(Spelling::IosTransformSet, "esp-aes 256 esp-sha256-hmac"), "aes256-sha256");
    assert_eq!(
        read(Spelling::IosIkeV2, "encryption aes-cbc-128 aes-cbc-256\nintegrity sha1 sha256\ngroup 2 14"),
        "aes128-aes256-sha1-sha256-modp1024-modp2048"
    );
}

/// An error names what is allowed and the nearest keyword.
#[test]
fn errors_name_what_is_allowed() {
    let error = |spelling: Spelling, text: &str| spelling.read(text).unwrap_err().to_string();
    let text = error(Spelling::StrongSwan, "aes-128-sha1-modp1024");
    assert!(text.starts_with("`128` is no algorithm of strongSwan; allowed are 3des, aes128, "), "{text}");
    assert!(error(Spelling::Libreswan, "aes128-sha1;modp1042").ends_with("did you mean `modp1024`?"));
    assert_eq!(
        error(Spelling::IosIkeV1, "hash sah"),
        "`sah` is no authentication algorithm of a Cisco IOS isakmp policy; allowed are md5, sha, sha256, \
         sha384, sha512"
    );
    assert!(error(Spelling::IosIkeV1, "encrypton aes").contains("`encrypton` is no setting"));
    assert!(error(Spelling::IosIkeV1, "encrypton aes").ends_with("did you mean `encryption`?"));
    for spelling in Spelling::ALL {
        let long = "aes128-".repeat(1000);
        assert!(spelling.read(&long).is_err());
    }
    let words: Vec<&str> = core::iter::repeat_n("aes128", 65).collect();
    assert_eq!(error(Spelling::StrongSwan, &words.join("-")), "the proposal has more than 64 words");
    assert_eq!(format!("{}", Proposal::default()), "");
}
