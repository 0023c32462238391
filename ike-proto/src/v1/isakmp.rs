//! One ISAKMP SA: its cookies, keys, and the initialisation vectors of its exchanges.

use alloc::vec::Vec;

use esp_core::secret::SecretBytes;
use zeroize::Zeroizing;

use super::draft::Draft;
use super::main_mode::HashSeed;
use super::trace;
use super::traits::PeerTraits;
use crate::crypto::v1_keys::{self, Phase1Keys};
pub(crate) use crate::crypto::v1_protect::Iv;
use crate::crypto::v1_protect::{self, ProtectError};
use crate::diagnose::{DropReason, FailureReason, IkeSaName, Role};
use crate::sa::{Core, Effects};
use crate::suite::{Hash, IkeSuite};
use crate::wire::codes::{ExchangeType, PayloadType};
use crate::wire::header::{Flags, Header};
use crate::wire::v1::{Chain, HashPayload, Message, Payload, decode_padded_chain};

/// What the keys of an ISAKMP SA are made of.
pub(crate) struct Secrets<'a> {
    pub(crate) suite: IkeSuite,
    pub(crate) hash: Hash,
    pub(crate) name: IkeSaName,
    pub(crate) role: Role,
    pub(crate) psk: &'a [u8],
    pub(crate) shared: &'a SecretBytes,
    pub(crate) seed: &'a HashSeed,
}

/// The cookies, algorithms and keys of one ISAKMP SA.
#[derive(Debug)]
pub(crate) struct Isakmp {
    pub(crate) name: IkeSaName,
    /// Whether we started phase 1.
    pub(crate) role: Role,
    pub(crate) suite: IkeSuite,
    pub(crate) peer: PeerTraits,
    pub(super) keys: Phase1Keys,
    /// What the vectors of later exchanges are made of: the last block of phase 1.
    base: Iv,
}

/// A message that was decrypted and whose hash is right.
#[derive(Debug)]
pub(crate) struct Opened {
    plain: Zeroizing<Vec<u8>>,
    first: PayloadType,
    /// The vector of the next message of the exchange.
    pub(crate) next: Iv,
}

impl Opened {
    /// Its payloads. They were read before, so they are there.
    pub(crate) fn chain(&self) -> Option<Chain<'_>> {
        decode_padded_chain(self.first, &self.plain).ok()
    }
}

impl Isakmp {
    /// The keys, and the vector of the first encrypted message (F-5).
    pub(crate) fn derive(secrets: &Secrets<'_>, peer: PeerTraits) -> (Self, Iv) {
        let Secrets { suite, hash, name, role, psk, shared, seed } = *secrets;
        let keys = Phase1Keys::derive(hash, suite.cipher, psk, shared, &seed.phase_1(name));
        let iv = v1_keys::phase_1_iv(hash, suite.cipher, &seed.public_i, &seed.public_r);
        (Self { name, role, suite, peer, keys, base: iv.clone() }, iv)
    }

    /// Phase 1 is over, and this was the vector of what would have been its next message.
    pub(crate) fn finish(&mut self, iv: Iv) {
        self.base = iv;
    }

    /// The vector of the first message of an exchange of phase 2.
    pub(crate) fn exchange_iv(&self, message_id: u32) -> Iv {
        self.derived_iv(&self.base, message_id)
    }

    /// The same from another vector than the last one of phase 1: for an error before phase 1 is over (F-5).
    pub(crate) fn derived_iv(&self, base: &Iv, message_id: u32) -> Iv {
        v1_keys::exchange_iv(self.keys.hash(), self.suite.cipher, base, message_id)
    }

    /// HASH(1), with the initiator's nonce HASH(2) (F-7).
    fn hash(&self, message_id: u32, nonce_i: Option<&[u8]>, covered: &[u8]) -> SecretBytes {
        match nonce_i {
            None => self.keys.hash_1(message_id, covered),
            Some(nonce_i) => self.keys.hash_2(message_id, nonce_i, covered),
        }
    }

    /// Decrypts a message. What comes out is the peer's only if a hash in it says so.
    ///
    /// # Errors
    /// It is in clear, or no whole number of blocks.
    pub(crate) fn open(&self, iv: &Iv, message: &Message<'_>) -> Result<v1_protect::Opened, DropReason> {
        v1_protect::open(message, self.keys.protect(), iv).map_err(|error| match error {
            ProtectError::NotEncrypted => DropReason::NotEncrypted,
            ProtectError::Unaligned { .. } | ProtectError::Key(_) => DropReason::NotAuthentic,
        })
    }

    /// Decrypts a message of phase 2 and checks the hash in front (F-7). A failure moves no vector (F-5).
    ///
    /// # Errors
    /// It is not the peer's.
    pub(crate) fn open_hashed(
        &self,
        iv: &Iv,
        message: &Message<'_>,
        nonce_i: Option<&[u8]>,
    ) -> Result<Opened, DropReason> {
        let v1_protect::Opened { first, plain, next_iv } = self.open(iv, message)?;
        let authentic = decode_padded_chain(first, &plain).ok().is_some_and(|chain| {
            chain.hashed().is_some_and(|(hash, covered)| {
                v1_keys::verify_hash(&self.hash(message.header.message_id, nonce_i, covered), hash)
            })
        });
        if authentic { Ok(Opened { plain, first, next: next_iv }) } else { Err(DropReason::NotAuthentic) }
    }

    /// Encrypts a message of ours, moves the vector, and tells of it.
    ///
    /// # Errors
    /// It does not fit into a datagram.
    pub(crate) fn seal(
        &self,
        core: &Core,
        fx: &mut Effects<'_>,
        iv: &mut Iv,
        exchange: ExchangeType,
        message_id: u32,
        draft: &Draft,
    ) -> Result<Vec<u8>, FailureReason> {
        let header =
            Header::v1(self.name.initiator, self.name.responder, exchange, Flags::V1_ENCRYPTION, message_id);
        let sealed = v1_protect::seal(&header, &draft.builder, self.keys.protect(), iv)
            .map_err(|_| FailureReason::Protocol { what: "a message became too long for a datagram" })?;
        *iv = sealed.next_iv;
        let (names, len) = (draft.names.clone(), sealed.datagram.len());
        trace::message(fx, core.connection, core.path.remote, true, &header, names, len);
        Ok(sealed.datagram)
    }

    /// The same with the hash of phase 2 in front.
    ///
    /// # Errors
    /// It does not fit into a datagram.
    #[expect(clippy::too_many_arguments, reason = "a message is made of all of these")]
    pub(crate) fn seal_hashed(
        &self,
        core: &Core,
        fx: &mut Effects<'_>,
        iv: &mut Iv,
        exchange: ExchangeType,
        message_id: u32,
        nonce_i: Option<&[u8]>,
        draft: &Draft,
    ) -> Result<Vec<u8>, FailureReason> {
        let covered = draft
            .builder
            .chain()
            .map_err(|_| FailureReason::Protocol { what: "a message became too long for a datagram" })?;
        let hash = self.hash(message_id, nonce_i, covered);
        let mut whole = Draft::new();
        whole.push(&Payload::Hash(HashPayload { data: hash.expose() }));
        whole.append(draft);
        self.seal(core, fx, iv, exchange, message_id, &whole)
    }
}

/// Draws the message id of an exchange of ours; never zero, which is phase 1's.
pub(crate) fn new_message_id(fx: &mut Effects<'_>) -> u32 {
    loop {
        let octets = fx.random(4);
        let id = octets.try_into().map_or(0, u32::from_be_bytes);
        if id != 0 {
            return id;
        }
    }
}
