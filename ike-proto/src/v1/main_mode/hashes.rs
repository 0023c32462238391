//! HASH_I and HASH_R: the proofs of main and of aggressive mode (RFC 2409 §5).

use alloc::vec::Vec;

use esp_core::secret::SecretBytes;

use crate::crypto::v1_keys::{Phase1Seed, verify_hash};
use crate::diagnose::{IkeSaName, Role};
use crate::v1::isakmp::Isakmp;

/// What both sides said in clear, of which keys and proofs are made.
#[derive(Debug)]
pub(crate) struct HashSeed {
    pub(crate) public_i: Vec<u8>,
    pub(crate) public_r: Vec<u8>,
    pub(crate) nonce_i: Vec<u8>,
    pub(crate) nonce_r: Vec<u8>,
    /// The body of the initiator's SA payload as it was sent, with all that it offered: in both proofs (F-4).
    pub(crate) sa_body: Vec<u8>,
}

impl HashSeed {
    /// The same as the key derivation takes it.
    pub(crate) fn phase_1(&self, name: IkeSaName) -> Phase1Seed<'_> {
        Phase1Seed {
            nonce_i: &self.nonce_i,
            nonce_r: &self.nonce_r,
            cookie_i: name.initiator,
            cookie_r: name.responder,
            public_i: &self.public_i,
            public_r: &self.public_r,
        }
    }

    /// The proof of the end that is `prover`, whose ID payload has this body: type, protocol, port and identity.
    pub(crate) fn proof(&self, isakmp: &Isakmp, prover: Role, id_body: &[u8]) -> SecretBytes {
        let seed = self.phase_1(isakmp.name);
        match prover {
            Role::Initiator => isakmp.keys.hash_i(&seed, &self.sa_body, id_body),
            Role::Responder => isakmp.keys.hash_r(&seed, &self.sa_body, id_body),
        }
    }

    /// Whether the peer's proof is right. Compared in constant time (F-32), and whole: an empty or a cut one is wrong
    ///
    pub(crate) fn verify(&self, isakmp: &Isakmp, prover: Role, id_body: &[u8], received: &[u8]) -> bool {
        verify_hash(&self.proof(isakmp, prover, id_body), received)
    }
}
