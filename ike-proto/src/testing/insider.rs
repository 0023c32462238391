//! A peer that knows the key and follows no rule: it sends any payloads, protected as they must be.

use alloc::vec::Vec;
use core::net::SocketAddr;

use esp_core::sa::Spi;

use super::{Fate, Pair, SeededRng, Side};
use crate::config::ConnectionConfig;
use crate::crypto::dh::DhPrivate;
use crate::crypto::psk_auth::{SignedOctets, psk_auth};
use crate::crypto::v2_keys::{IkeKeys, KeySeed};
use crate::crypto::v2_protect;
use crate::suite::IkeSuite;
use crate::suite::v2_codec::{self, ChildExchange};
use crate::wire::IkeSpi;
use crate::wire::chain::RawPayload;
use crate::wire::codes::{AuthMethod, DhId, ExchangeType, IdType, NotifyType, PayloadType};
use crate::wire::header::{Flags, Header};
use crate::wire::v2::{
    AuthPayload, IdPayload, KePayload, Message, MessageBuilder, NoncePayload, Payload, TsPayload,
    decode_chain,
};

/// A payload as octets, which need not be what its type says.
#[derive(Clone, Debug)]
pub(crate) struct Raw {
    pub(crate) kind: PayloadType,
    pub(crate) body: Vec<u8>,
}

impl Raw {
    /// A payload of these octets.
    pub(crate) fn new(kind: PayloadType, body: &[u8]) -> Self {
        Self { kind, body: body.to_vec() }
    }

    /// A payload as it should be.
    pub(crate) fn of(payload: &Payload<'_>) -> Self {
        let mut builder = MessageBuilder::new();
        builder.push(payload);
        Self { kind: payload.kind(), body: builder.chain().unwrap()[4..].to_vec() }
    }
}

/// What was answered.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reply {
    pub(crate) kinds: Vec<PayloadType>,
    pub(crate) notifies: Vec<NotifyType>,
    pub(crate) octets: Vec<u8>,
}

impl Reply {
    fn read(octets: &[u8], payloads: &[Payload<'_>]) -> Self {
        let notifies = payloads.iter().filter_map(|payload| match payload {
            Payload::Notify(notify) => Some(notify.kind),
            _ => None,
        });
        Self {
            kinds: payloads.iter().map(Payload::kind).collect(),
            notifies: notifies.collect(),
            octets: octets.to_vec(),
        }
    }

    /// Whether a notification of this kind is in it.
    pub(crate) fn has(&self, kind: NotifyType) -> bool {
        self.notifies.contains(&kind)
    }
}

/// An initiator in the place of side A, against the endpoint of side B.
pub(crate) struct Insider {
    pub(crate) pair: Pair,
    pub(crate) config: ConnectionConfig,
    pub(crate) dh: DhPrivate,
    pub(crate) nonce: Vec<u8>,
    /// The id of the next request.
    pub(crate) next: u32,
    /// Where it sends from.
    pub(crate) from: SocketAddr,
    name: (IkeSpi, IkeSpi),
    suite: IkeSuite,
    request: Vec<u8>,
    response: Vec<u8>,
    nonce_r: Vec<u8>,
    keys: Option<IkeKeys>,
}

/// The SPI that an insider gives to its first Child SA.
pub(crate) const INSIDER_SPI: u32 = 0x0102_0304;

impl Insider {
    /// One that has sent nothing yet.
    pub(crate) fn new(change: impl Fn(Side, &mut ConnectionConfig)) -> Self {
        let mut pair = Pair::with(&change);
        pair.set_filter(|_, _| Fate::Lose);
        let (local, remote) = (pair.a.address, pair.b.address);
        let mut config = super::connection(local, remote, true);
        change(Side::A, &mut config);
        let proposal = &config.ike_proposals[0];
        let suite = IkeSuite {
            cipher: proposal.ciphers[0],
            integrity: proposal.integrities.first().copied(),
            prf: proposal.prfs[0],
            dh: proposal.groups[0],
        };
        let dh = DhPrivate::generate(suite.dh, &mut SeededRng::new(77));
        Self {
            pair,
            config,
            dh,
            nonce: Vec::from([0x5a; 32]),
            next: 0,
            from: SocketAddr::new(local, 500),
            name: (IkeSpi(*b"\0insider"), IkeSpi::ZERO),
            suite,
            request: Vec::new(),
            response: Vec::new(),
            nonce_r: Vec::new(),
            keys: None,
        }
    }

    /// What has done IKE_SA_INIT.
    pub(crate) fn begun(change: impl Fn(Side, &mut ConnectionConfig)) -> Self {
        let mut insider = Self::new(change);
        let payloads = insider.init_payloads();
        insider.init(&payloads).unwrap();
        assert!(insider.keys.is_some());
        insider
    }

    /// What has done IKE_AUTH too.
    pub(crate) fn established(change: impl Fn(Side, &mut ConnectionConfig)) -> Self {
        Self::established_with(change, &[])
    }

    /// The same with more payloads in IKE_AUTH.
    pub(crate) fn established_with(change: impl Fn(Side, &mut ConnectionConfig), more: &[Raw]) -> Self {
        let mut insider = Self::begun(change);
        let payloads = [&insider.auth_payloads()[..], more].concat();
        insider.send(ExchangeType::IKE_AUTH, &payloads).unwrap();
        assert_eq!(insider.pair.counts(Side::B), (1, 1), "{:?}", insider.pair.failures(Side::B));
        insider
    }

    /// What IKE_SA_INIT must have.
    pub(crate) fn init_payloads(&self) -> Vec<Raw> {
        let sa = v2_codec::offer_ike(&self.config.ike_proposals, None);
        let group = DhId(self.dh.group().number());
        [
            Payload::Sa(sa),
            Payload::Ke(KePayload { group, data: self.dh.public() }),
            Payload::Nonce(NoncePayload { data: &self.nonce }),
        ]
        .iter()
        .map(Raw::of)
        .collect()
    }

    /// What IKE_AUTH must have.
    pub(crate) fn auth_payloads(&self) -> Vec<Raw> {
        let id = IdPayload::new(IdType::FQDN, b"a");
        let (message, peer_nonce) = (&self.request[..], &self.nonce_r[..]);
        let signed = SignedOctets { message, peer_nonce, id_body: &id.body() };
        let sk_pi = &self.keys.as_ref().unwrap().sk_pi;
        let proof = psk_auth(self.suite.prf, self.config.psk.expose(), sk_pi, &signed);
        let auth = AuthPayload { method: AuthMethod::SHARED_KEY, data: proof.expose() };
        let mut payloads = Vec::from([Raw::of(&Payload::IdI(id)), Raw::of(&Payload::Auth(auth))]);
        payloads.extend(self.child_payloads(ChildExchange::Auth));
        payloads
    }

    /// SA and traffic selectors of a Child SA; with a nonce where the exchange wants one.
    pub(crate) fn child_payloads(&self, exchange: ChildExchange) -> Vec<Raw> {
        let child = &self.config.child;
        let spi = INSIDER_SPI.saturating_add(self.next);
        let sa = v2_codec::offer_child(&child.proposals, Spi::new(spi).unwrap(), exchange);
        let mut payloads = Vec::from([Raw::of(&Payload::Sa(sa))]);
        if exchange == ChildExchange::Create {
            payloads.push(Raw::of(&Payload::Nonce(NoncePayload { data: &self.nonce })));
        }
        payloads.push(Raw::of(&Payload::TsI(TsPayload::new(child.selectors.local.clone()))));
        payloads.push(Raw::of(&Payload::TsR(TsPayload::new(child.selectors.remote.clone()))));
        payloads
    }

    /// SA, nonce and KE of an IKE SA in the place of this one.
    pub(crate) fn rekey_payloads(&self) -> Vec<Raw> {
        let sa = v2_codec::offer_ike(&self.config.ike_proposals, Some(IkeSpi(*b"insider2")));
        let group = DhId(self.dh.group().number());
        [
            Payload::Sa(sa),
            Payload::Nonce(NoncePayload { data: &self.nonce }),
            Payload::Ke(KePayload { group, data: self.dh.public() }),
        ]
        .iter()
        .map(Raw::of)
        .collect()
    }

    /// Sends IKE_SA_INIT. With an answer that agrees, the keys are known.
    pub(crate) fn init(&mut self, payloads: &[Raw]) -> Option<Reply> {
        let header = Header::v2(self.name.0, IkeSpi::ZERO, ExchangeType::IKE_SA_INIT, Flags::INITIATOR, 0);
        let request = chain(payloads).encode(&header).unwrap();
        let octets = self.exchange(&request)?;
        let message = Message::decode(&octets).unwrap();
        let reply = Reply::read(&octets, &message.payloads);
        let find = |wanted| message.payloads.iter().find(|payload| payload.kind() == wanted);
        if let (Some(Payload::Ke(ke)), Some(Payload::Nonce(nonce))) =
            (find(PayloadType::KE), find(PayloadType::NONCE))
        {
            self.name.1 = message.header.responder_spi;
            self.nonce_r = nonce.data.to_vec();
            let (nonce_i, nonce_r) = (&self.nonce[..], nonce.data);
            let seed = KeySeed { nonce_i, nonce_r, spi_i: self.name.0, spi_r: self.name.1 };
            let shared = self.dh.agree(ke.data).unwrap();
            self.keys = Some(IkeKeys::derive(self.suite, &shared, &seed).unwrap());
            self.next = 1;
        }
        self.request = request;
        self.response = octets;
        Some(reply)
    }

    /// Sends a protected request with the next id.
    pub(crate) fn send(&mut self, exchange: ExchangeType, payloads: &[Raw]) -> Option<Reply> {
        let id = self.next;
        self.next = self.next.saturating_add(1);
        let request = self.seal(exchange, Flags::INITIATOR, id, payloads);
        self.send_octets(&request)
    }

    /// Sends a protected response.
    pub(crate) fn answer(&mut self, exchange: ExchangeType, id: u32, payloads: &[Raw]) {
        let flags = Flags::INITIATOR.with(Flags::RESPONSE);
        let response = self.seal(exchange, flags, id, payloads);
        self.exchange(&response);
    }

    /// A protected message.
    pub(crate) fn seal(&self, exchange: ExchangeType, flags: Flags, id: u32, payloads: &[Raw]) -> Vec<u8> {
        let header = Header::v2(self.name.0, self.name.1, exchange, flags, id);
        let keys = &self.keys.as_ref().unwrap().protect_i;
        let iv = [0x17; 16];
        v2_protect::seal(&header, &chain(payloads), keys, &iv[..keys.cipher.iv_len()]).unwrap()
    }

    /// Sends octets, and reads the answer with the keys.
    pub(crate) fn send_octets(&mut self, request: &[u8]) -> Option<Reply> {
        let octets = self.exchange(request)?;
        let message = Message::decode(&octets).unwrap();
        let plain = v2_protect::open(&message, &self.keys.as_ref().unwrap().protect_r).unwrap();
        let payloads = decode_chain(plain.first, &plain.plain).unwrap();
        Some(Reply::read(&octets, &payloads))
    }

    /// Sends octets, and returns what side B sent first at once.
    pub(crate) fn exchange(&mut self, request: &[u8]) -> Option<Vec<u8>> {
        let before = self.pair.sent.len();
        let (local, remote) = self.addresses();
        let input = crate::endpoint::Input::Datagram { local, remote, payload: request };
        self.pair.input(Side::B, input);
        self.pair.sent.get(before).map(|datagram| datagram.payload.clone())
    }

    fn addresses(&self) -> (SocketAddr, SocketAddr) {
        (SocketAddr::new(self.pair.b.address, 500), self.from)
    }

    /// Whether an honest peer in the same place still gets through.
    pub(crate) fn assert_still_serves(mut self) {
        self.pair.set_filter(|_, _| Fate::Deliver);
        self.pair.connect();
        assert_eq!(self.pair.counts(Side::A), (1, 1), "{:#?}", self.pair.transcript);
        assert!(self.pair.carries());
    }
}

fn chain(payloads: &[Raw]) -> MessageBuilder {
    let mut builder = MessageBuilder::new();
    for Raw { kind, body } in payloads {
        let raw = RawPayload { kind: *kind, critical: false, next: PayloadType::NONE, body, offset: 0 };
        builder.push(&Payload::Unknown(raw));
    }
    builder
}
