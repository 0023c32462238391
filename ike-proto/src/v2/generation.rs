//! One pair of SPIs with its keys and message ids. Rekeying an IKE SA makes another.

use alloc::vec::Vec;

use super::draft::Draft;
use super::fragments::{FragmentOf, Fragments};
use super::request::Pending;
use super::trace;
use super::window::{Incoming, Window};
use crate::crypto::encryption;
use crate::crypto::v2_keys::IkeKeys;
use crate::crypto::v2_protect::{self, Decrypted, Fragment, ProtectKeys, SealError};
use crate::diagnose::{DropReason, FailureReason, IkeSaName, Role};
use crate::sa::{Core, Effects, Outgoing, Path};
use crate::suite::IkeSuite;
use crate::wire::codes::ExchangeType;
use crate::wire::header::{Flags, Header};
use crate::wire::v2::{Message, Payload, SkfPayload};
use crate::wire::{EncodeError, IkeSpi};

/// The SPIs, algorithms, keys and message ids of one IKE SA.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub(crate) struct Generation {
    pub(crate) name: IkeSaName,
    /// Whether we are its original initiator, as the flag in each of its messages says.
    pub(crate) role: Role,
    pub(crate) suite: IkeSuite,
    pub(crate) keys: IkeKeys,
    pub(crate) window: Window,
    /// The request that waits for its answer.
    pub(crate) pending: Option<Pending>,
    /// Messages of the peer that have come in part.
    pub(crate) fragments: Fragments,
    /// How many messages and fragments we have sealed.
    sealed: u64,
}

impl Generation {
    /// An IKE SA with its message ids.
    pub(crate) fn new(name: IkeSaName, role: Role, suite: IkeSuite, keys: IkeKeys, window: Window) -> Self {
        Self { name, role, suite, keys, window, pending: None, fragments: Fragments::default(), sealed: 0 }
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

    /// Opens a message of the peer; of one in fragments [`Self::take_fragment`] has made it whole.
    ///
    /// # Errors
    /// It is not the peer's.
    pub(crate) fn open(&mut self, message: &Message<'_>) -> Result<Decrypted, DropReason> {
        if message.fragment().is_some() {
            return self.fragments.take_whole().ok_or(DropReason::NotEncrypted);
        }
        self.check_header(&message.header)?;
        if message.encrypted().is_none() || message.payloads.len() != 1 {
            let is_error = |payload: &Payload<'_>| matches!(payload, Payload::Notify(n) if n.kind.is_error());
            let error = message.payloads.iter().any(is_error);
            return Err(if error { DropReason::UnprotectedError } else { DropReason::NotEncrypted });
        }
        v2_protect::open(message, self.keys_of(self.role == Role::Responder))
            .map_err(|_| DropReason::NotAuthentic)
    }

    /// Takes a fragment of a message (RFC 7383 §2.6). True if the message is to be acted on: it is whole, or it was
    /// answered before and this is the fragment that has the answer repeated.
    ///
    /// # Errors
    /// It is not the peer's, or of no use.
    pub(crate) fn take_fragment(
        &mut self,
        message: &Message<'_>,
        skf: &SkfPayload<'_>,
        fx: &Effects<'_>,
    ) -> Result<bool, DropReason> {
        let header = &message.header;
        self.check_header(header)?;
        if message.payloads.len() != 1 {
            return Err(DropReason::NotEncrypted);
        }
        let of = FragmentOf { response: header.flags.is_response(), id: header.message_id };
        let repeated = match self.window.classify(of.id) {
            _ if of.response && self.window.is_last(of.id) => false,
            _ if of.response => return Err(DropReason::Unsolicited),
            Incoming::New => false,
            Incoming::Repeated(_) if skf.number == 1 => true,
            // All fragments are repeated, and one answer is enough (RFC 7383 §2.6.1).
            Incoming::Repeated(_) => return Err(DropReason::Repeated),
            Incoming::Outside { expected } => {
                return Err(DropReason::MessageId { expected, received: of.id });
            }
        };
        if !repeated {
            self.fragments.check(of, skf, fx.now, fx.limits)?;
        }
        let content = v2_protect::open_fragment(message, self.keys_of(self.role == Role::Responder))
            .map_err(|_| DropReason::NotAuthentic)?;
        if repeated {
            self.fragments.repeat();
            return Ok(true);
        }
        Ok(self.fragments.add(of, skf, content, fx.now, fx.limits))
    }

    /// Seals a message of ours and tells of it. A message too long for one packet becomes fragments where the peer can
    /// put them together.
    ///
    /// # Errors
    /// It does not fit into a datagram, or into as many fragments as there may be.
    pub(crate) fn seal(
        &mut self,
        core: &Core,
        fx: &mut Effects<'_>,
        exchange: ExchangeType,
        response: bool,
        id: u32,
        draft: &Draft,
    ) -> Result<Outgoing, FailureReason> {
        let mut flags = Flags::default();
        if self.role == Role::Initiator {
            flags = flags.with(Flags::INITIATOR);
        }
        if response {
            flags = flags.with(Flags::RESPONSE);
        }
        let header = Header::v2(self.name.initiator, self.name.responder, exchange, flags, id);
        let too_long = |_| FailureReason::Protocol { what: "a message became too long for a datagram" };
        let iv = self.next_iv(fx);
        let keys = self.keys_of(self.role == Role::Initiator);
        let whole = v2_protect::seal(&header, &draft.builder, keys, &iv).map_err(too_long)?;
        let len = whole.len();
        let limit = longest_message(core);
        let sealed = if core.fragmentation && len > limit {
            self.seal_fragments(fx, &header, draft, limit).map_err(too_long)?
        } else {
            Outgoing::from(whole)
        };
        trace::message(fx, core.connection, core.path.remote, true, &header, draft.names.clone(), len);
        Ok(sealed)
    }

    /// Seals a message in fragments of at most `limit` octets.
    fn seal_fragments(
        &mut self,
        fx: &mut Effects<'_>,
        header: &Header,
        draft: &Draft,
        limit: usize,
    ) -> Result<Outgoing, SealError> {
        let chain = draft.builder.chain()?;
        let by_us = self.role == Role::Initiator;
        let capacity = v2_protect::fragment_capacity(self.keys_of(by_us), limit).max(MIN_PART);
        let parts: Vec<&[u8]> = chain.chunks(capacity).collect();
        let too_many = EncodeError { field: "fragments", len: parts.len(), limit: u16::MAX.into() };
        let total = u16::try_from(parts.len()).map_err(|_| too_many)?;
        let mut fragments = Vec::new();
        for (number, part) in (1..=total).zip(parts) {
            let iv = self.next_iv(fx);
            let fragment = Fragment { first: draft.builder.first(), number, total, part };
            fragments.push(v2_protect::seal_fragment(header, &fragment, self.keys_of(by_us), &iv)?);
        }
        Ok(Outgoing::from_iter(fragments))
    }

    /// An initialisation vector that never comes twice under our keys, and that nobody can foresee where the cipher
    /// needs that.
    fn next_iv(&mut self, fx: &mut Effects<'_>) -> Vec<u8> {
        let cipher = self.suite.cipher;
        if encryption::needs_random_iv(cipher) {
            return fx.random(cipher.iv_len());
        }
        self.sealed = self.sealed.saturating_add(1);
        Vec::from(self.sealed.to_be_bytes())
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
        let message = self.seal(core, fx, header.exchange, true, header.message_id, draft)?;
        fx.transmit(path, &message);
        self.window.answered(header.message_id, message);
        Ok(())
    }

    fn keys_of(&self, initiator: bool) -> &ProtectKeys {
        if initiator { &self.keys.protect_i } else { &self.keys.protect_r }
    }
}

/// Octets of payloads in a fragment, however small packets are said to be: so that a message is never in more fragments
/// than a peer takes.
const MIN_PART: usize = 256;

/// Octets of the longest message that makes a packet of the size that is configured.
fn longest_message(core: &Core) -> usize {
    let size = core.config.as_ref().map(|config| config.v2.fragmentation).unwrap_or_default().packet_size;
    let ip_header = if core.path.remote.is_ipv4() { 20 } else { 40 };
    let marker = if core.path.is_floated() { 4 } else { 0 };
    usize::from(size).saturating_sub(ip_header + UDP_HEADER + marker)
}

/// Octets of the UDP header.
const UDP_HEADER: usize = 8;
