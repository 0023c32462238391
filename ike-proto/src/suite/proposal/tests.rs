use super::*;

fn ike() -> IkeProposal {
    IkeProposal {
        ciphers: Vec::from([Cipher::Aes256Cbc, Cipher::Aes128Cbc]),
        integrities: Vec::from([Integrity::HmacSha1_96]),
        prfs: Vec::from([Prf::HmacSha1]),
        groups: Vec::from([DhGroup::Modp1024, DhGroup::Modp2048Sub256]),
    }
}

#[test]
fn proposals_are_printed_as_strongswan_writes_them() {
    assert_eq!(ike().to_string(), "aes256-aes128-sha1-modp1024-modp2048s256");
    let other = IkeProposal { prfs: Vec::from([Prf::HmacSha256]), ..ike() };
    assert_eq!(other.to_string(), "aes256-aes128-sha1-prfsha256-modp1024-modp2048s256");

    let child = ChildProposal {
        protocol: IpsecProtocol::Esp,
        ciphers: Vec::from([Cipher::TripleDesCbc]),
        integrities: Vec::from([Integrity::HmacMd5_96]),
        groups: Vec::new(),
        esn: Vec::from([false]),
    };
    assert_eq!(child.to_string(), "3des-md5");
    let extended =
        ChildProposal { groups: Vec::from([DhGroup::Modp768]), esn: Vec::from([true, false]), ..child };
    assert_eq!(extended.to_string(), "3des-md5-modp768-esn-noesn");
}

#[test]
fn suites_are_printed_as_proposals_are() {
    let suite = super::super::IkeSuite {
        cipher: Cipher::Aes128Cbc,
        integrity: Some(Integrity::HmacSha1_96),
        prf: Prf::HmacSha1,
        dh: DhGroup::Modp1024,
    };
    assert_eq!(suite.to_string(), "aes128-sha1-modp1024");
}
