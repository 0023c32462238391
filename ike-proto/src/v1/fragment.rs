//! Fragments of IKEv1 messages, as Cisco introduced them: a whole message in parts, each behind a header of its own that is
//! in clear. Nothing tells a peer's part from a forged one, so a part is only ever kept, within bounds, for an ISAKMP SA that
//! there is, and whatever comes together is a message like any other.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::time::Duration;

use esp_core::time::Instant;

use super::limits;
use crate::wire::IkeSpi;
use crate::wire::codes::ExchangeType;
use crate::wire::header::{Flags, HEADER_LEN, Header};
use crate::wire::v1::{FragmentPayload, Message, MessageBuilder, Payload};

/// Octets of the longest message that goes out whole, and of the longest fragment: with the headers of IPv6, UDP and the
/// marker of port 4500 in front it fills the smallest packet that every path of IPv6 takes.
pub(crate) const FRAGMENT_LEN: usize = 1_228;
/// Octets of a fragment in front of its part of the message.
const OVERHEAD: usize = HEADER_LEN + 8;
/// The name of all our messages. Nobody needs another: the parts of one message leave together.
const FRAGMENT_ID: u16 = 1;
/// How long parts wait for the rest: the peer sends all of them again before.
const PATIENCE: Duration = Duration::from_secs(30);

/// A message in datagrams that are no longer than [`FRAGMENT_LEN`]; the message itself where it is not longer. `exchange` is
/// that of phase 1: some peers know fragments in no other.
pub(crate) fn split(message: &[u8], exchange: ExchangeType) -> Vec<Vec<u8>> {
    let whole = || Vec::from([message.to_vec()]);
    let (Ok(header), true) = (Header::peek(message), message.len() > FRAGMENT_LEN) else { return whole() };
    let header = Header::v1(header.initiator_spi, header.responder_spi, exchange, Flags::default(), 0);
    let parts: Vec<&[u8]> = message.chunks(FRAGMENT_LEN - OVERHEAD).collect();
    let fragments = (1_u8..=u8::MAX).zip(&parts).map(|(number, data)| {
        let last = usize::from(number) == parts.len();
        let payload = Payload::Fragment(FragmentPayload { id: FRAGMENT_ID, number, last, data });
        MessageBuilder::new().push(&payload).encode(&header).ok()
    });
    // A datagram has no more octets than two hundred parts.
    fragments
        .collect::<Option<Vec<_>>>()
        .filter(|fragments| fragments.len() == parts.len())
        .unwrap_or_else(whole)
}

/// The parts that have come of one message.
#[derive(Debug)]
struct Parts {
    id: u16,
    since: Instant,
    /// The number of the last part, once it is known.
    last: Option<u8>,
    parts: BTreeMap<u8, Vec<u8>>,
    octets: usize,
}

impl Parts {
    const fn new(id: u16, since: Instant) -> Self {
        Self { id, since, last: None, parts: BTreeMap::new(), octets: 0 }
    }

    /// Whether a part cannot be of the same message as those that are here.
    fn contradicts(&self, part: &FragmentPayload<'_>) -> bool {
        let other_last = match self.last {
            Some(last) => part.number > last || (part.last != (part.number == last)),
            None => part.last && self.parts.keys().next_back().is_some_and(|highest| *highest > part.number),
        };
        let other_octets = self.parts.get(&part.number).is_some_and(|known| known != part.data);
        self.id != part.id || other_last || other_octets
    }

    /// Whether a part is one too many.
    fn is_too_much(&self, part: &FragmentPayload<'_>) -> bool {
        usize::from(part.number) > limits::FRAGMENTS
            || self.octets.saturating_add(part.data.len()) > limits::FRAGMENTED_OCTETS
    }

    /// Keeps a part; one that is here already changes nothing.
    fn keep(&mut self, part: &FragmentPayload<'_>) {
        if part.last {
            self.last = Some(part.number);
        }
        if !self.parts.contains_key(&part.number) {
            self.octets = self.octets.saturating_add(part.data.len());
            self.parts.insert(part.number, part.data.to_vec());
        }
    }

    /// Whether nothing is missing.
    fn is_complete(&self) -> bool {
        self.last.is_some_and(|last| self.parts.len() == usize::from(last))
    }
}

/// What became of a fragment.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Collected {
    /// It was the last that was missing, and this is the message.
    Message(Vec<u8>),
    /// It was kept, and others are missing.
    Partial,
    /// It was one too many, or there are too many messages in parts.
    TooMuch,
    /// What came together is no message of this ISAKMP SA.
    Nonsense,
}

/// Messages that have come in part, at most one for each ISAKMP SA, by our cookie of it.
#[derive(Debug, Default)]
pub(crate) struct Fragments(BTreeMap<IkeSpi, Parts>);

impl Fragments {
    /// Takes a fragment. `cookie` is ours, of an ISAKMP SA that there is, `header` that of the fragment.
    ///
    /// A part that does not fit to those that are here begins a new message: they are of one that was given up, or forged.
    pub(crate) fn collect(
        &mut self,
        now: Instant,
        cookie: IkeSpi,
        header: &Header,
        part: &FragmentPayload<'_>,
    ) -> Collected {
        self.0.retain(|_, parts| now.saturating_duration_since(parts.since) < PATIENCE);
        if !self.0.contains_key(&cookie) && self.0.len() >= limits::FRAGMENTED_MESSAGES {
            return Collected::TooMuch;
        }
        let parts = self.0.entry(cookie).or_insert_with(|| Parts::new(part.id, now));
        if parts.contradicts(part) {
            *parts = Parts::new(part.id, now);
        }
        if !parts.parts.contains_key(&part.number) && parts.is_too_much(part) {
            self.0.remove(&cookie);
            return Collected::TooMuch;
        }
        parts.keep(part);
        if !parts.is_complete() {
            return Collected::Partial;
        }
        let message =
            self.0.remove(&cookie).map(|whole| whole.parts.into_values().collect::<Vec<_>>().concat());
        match message.filter(|message| is_of(message, header)) {
            Some(message) => Collected::Message(message),
            None => Collected::Nonsense,
        }
    }

    /// Messages that have come in part.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.0.len()
    }
}

/// Whether what came together is a message of the same ISAKMP SA and not again a fragment.
fn is_of(message: &[u8], outer: &Header) -> bool {
    Message::decode(message).is_ok_and(|message| {
        message.fragment().is_none()
            && message.header.initiator_spi == outer.initiator_spi
            && message.header.responder_spi == outer.responder_spi
    })
}

#[cfg(test)]
mod tests;
