//! One pair of SPIs with its keys and message ids. Rekeying an IKE SA makes another.

use alloc::vec::Vec;

use super::draft::Draft;
use super::request::Pending;
use super::trace;
use super::window::Window;
use crate::crypto::v2_keys::IkeKeys;
use crate::crypto::v2_protect::{self, Decrypted, ProtectKeys};
use crate::diagnose::{DropReason, FailureReason, IkeSaName, Role};
use crate::sa::{Core, Effects, Path};
use crate::suite::IkeSuite;
use crate::wire::IkeSpi;
use crate::wire::codes::ExchangeType;
use crate::wire::header::{Flags, Header};
use crate::wire::v2::Message;

/// The SPIs, algorithms, keys and message ids of one IKE SA.
#[derive(Debug)]
pub(crate) struct Generation {
    pub(crate) name: IkeSaName,
    /// Whether we are its original initiator, as the flag in each of its messages says.
    pub(crate) role: Role,
    pub(crate) suite: IkeSuite,
    pub(crate) keys: IkeKeys,
    pub(crate) window: Window,
    /// The request that waits for its answer.
    pub(crate) pending: Option<Pending>,
}

impl Generation {
    /// An IKE SA with its message ids.
    pub(crate) fn new(name: IkeSaName, role: Role, suite: IkeSuite, keys: IkeKeys, window: Window) -> Self {
        Self { name, role, suite, keys, window, pending: None }
    }

    /// The SPI that we chose.
    pub(crate) fn our_spi(&self) -> IkeSpi {
        match self.role {
            Role::Initiator => self.name.initiator,
            Role::Responder => self.name.responder,
        }
    }

    /// Whether a message is of this IKE SA.
    ///
    /// # Errors
    /// It has the SPIs and says that it is from the end that we are, or it has other SPIs.
    pub(crate) fn check_header(&self, header: &Header) -> Result<(), DropReason> {
        if header.initiator_spi != self.name.initiator || header.responder_spi != self.name.responder {
            return Err(DropReason::UnknownSpi);
        }
        if header.flags.is_initiator() == (self.role == Role::Initiator) {
            return Err(DropReason::Reflected);
        }
        Ok(())
    }

    /// Opens a message of the peer.
    ///
    /// # Errors
    /// It is not the peer's.
    pub(crate) fn open(&self, message: &Message<'_>) -> Result<Decrypted, DropReason> {
        self.check_header(&message.header)?;
        if message.encrypted().is_none() || message.payloads.len() != 1 {
            return Err(DropReason::NotEncrypted);
        }
        v2_protect::open(message, self.keys_of(self.role == Role::Responder))
            .map_err(|_| DropReason::NotAuthentic)
    }

    /// Seals a message of ours and tells of it.
    ///
    /// # Errors
    /// It does not fit into a datagram.
    pub(crate) fn seal(
        &self,
        core: &Core,
        fx: &mut Effects<'_>,
        exchange: ExchangeType,
        response: bool,
        id: u32,
        draft: &Draft,
    ) -> Result<Vec<u8>, FailureReason> {
        let mut flags = Flags::default();
        if self.role == Role::Initiator {
            flags = flags.with(Flags::INITIATOR);
        }
        if response {
            flags = flags.with(Flags::RESPONSE);
        }
        let header = Header::v2(self.name.initiator, self.name.responder, exchange, flags, id);
        let iv = fx.random(self.suite.cipher.iv_len());
        let octets =
            v2_protect::seal(&header, &draft.builder, self.keys_of(self.role == Role::Initiator), &iv)
                .map_err(|_| FailureReason::Protocol { what: "a message became too long for a datagram" })?;
        trace::message(
            fx,
            core.connection,
            core.path.remote,
            true,
            &header,
            draft.names.clone(),
            octets.len(),
        );
        Ok(octets)
    }

    /// Answers a request and remembers the answer. It goes to where the request came from.
    ///
    /// # Errors
    /// The answer does not fit into a datagram.
    pub(crate) fn reply(
        &mut self,
        core: &Core,
        fx: &mut Effects<'_>,
        to: (&Header, Path),
        draft: &Draft,
    ) -> Result<(), FailureReason> {
        let (header, path) = to;
        let octets = self.seal(core, fx, header.exchange, true, header.message_id, draft)?;
        fx.transmit(path, &octets);
        self.window.answered(octets);
        Ok(())
    }

    fn keys_of(&self, initiator: bool) -> &ProtectKeys {
        if initiator { &self.keys.protect_i } else { &self.keys.protect_r }
    }
}
