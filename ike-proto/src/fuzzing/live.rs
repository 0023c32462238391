//! Two endpoints on a virtual clock, and between or beside them someone who sends what the octets say.

use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use core::time::Duration;

use esp_core::suite::{Cipher, Integrity};

use crate::config::{ConnectionConfig, ExchangeMode, LivenessConfig, Version};
use crate::suite::DhGroup;
use crate::testing::{Datagram, Insider, Pair, Raw, ike_proposal};
use crate::wire::codes::{ExchangeType, PayloadType};
use crate::wire::header::Flags;
use crate::wire::{DecodeError, Reader};

/// Steps of one run, so that all of them end before an SA does.
const MOST_STEPS: usize = 32;
/// Payloads of one message.
const MOST_PAYLOADS: usize = 16;
/// How long nothing is sent until all that strangers began is forgotten.
const QUIET: Duration = Duration::from_secs(120);

/// Someone without a key, who can send any datagram from any address, and anything that was ever sent, changed or not. What
/// stands goes on; where nothing stood, the peers come together once it is quiet.
pub fn outsider(data: &[u8]) {
    let mut script = Reader::new(data);
    let Ok(choice) = script.u8("choice") else { return };
    let version = match choice & 3 {
        0 => Version::V1(ExchangeMode::Main),
        1 => Version::V1(ExchangeMode::Aggressive),
        _ => Version::V2,
    };
    let mut pair = Pair::with(|_, config| prepare(config, version));
    let is_connected = choice & 4 != 0;
    if is_connected {
        pair.connect();
    }
    for _ in 0..MOST_STEPS {
        if disturb(&mut pair, &mut script).is_err() {
            break;
        }
    }
    pair.run(QUIET);
    if !is_connected {
        assert_eq!(pair.b.endpoint.half_open_count(), 0, "what strangers began is still there");
        pair.connect();
    }
    assert!(pair.carries(), "{:#?}", pair.transcript);
}

/// One thing that an outsider does, or that time does.
fn disturb(pair: &mut Pair, script: &mut Reader<'_>) -> Result<(), DecodeError> {
    let [action, number] = script.array("action")?;
    match action & 3 {
        0 => {
            let len = script.u16("length")?;
            let payload = script.take("datagram", usize::from(len).min(script.remaining()))?.to_vec();
            let from = if number & 1 == 0 { pair.a.address } else { Ipv4Addr::new(203, 0, 113, 9).into() };
            let (from, to) = (place(from, number & 2 != 0), place(pair.b.address, number & 4 != 0));
            pair.inject(Datagram { from, to, payload });
            pair.run(Duration::from_millis(100));
        }
        3 => pair.run(Duration::from_secs(number.into())),
        _ => {
            let [place, high, bits] = script.array("change")?;
            let Some(sent) = pair.sent.get(usize::from(number)) else { return Ok(()) };
            let mut datagram = sent.clone();
            if let Some(octet) = datagram.payload.get_mut(usize::from(u16::from_be_bytes([high & 3, place])))
            {
                *octet ^= bits;
            }
            pair.inject(datagram);
            pair.run(Duration::from_millis(100));
        }
    }
    Ok(())
}

const fn place(address: IpAddr, with_nat: bool) -> SocketAddr {
    SocketAddr::new(address, if with_nat { 4_500 } else { 500 })
}

/// A peer that knows the key and sends any payloads in any exchange, protected as they must be. What it does is its own
/// loss: an honest peer in its place still comes through.
pub fn insider(data: &[u8]) {
    let mut script = Reader::new(data);
    let Ok(choice) = script.u8("choice") else { return };
    let prepare = |_, config: &mut ConnectionConfig| prepare(config, Version::V2);
    let mut insider = if choice & 1 == 0 { Insider::begun(prepare) } else { Insider::established(prepare) };
    if choice & 1 == 0 && choice & 2 != 0 {
        let more = payloads(&mut script, choice >> 2);
        let all = [&insider.auth_payloads()[..], &more].concat();
        request(&mut insider, ExchangeType::IKE_AUTH, &all);
    }
    for _ in 0..MOST_STEPS {
        let Ok([exchange, count]) = script.array("exchange") else { break };
        let payloads = payloads(&mut script, count);
        request(&mut insider, ExchangeType(exchange), &payloads);
    }
    insider.assert_still_serves();
}

fn request(insider: &mut Insider, exchange: ExchangeType, payloads: &[Raw]) {
    let octets = insider.seal(exchange, Flags::INITIATOR, insider.next, payloads);
    insider.next = insider.next.saturating_add(1);
    insider.exchange(&octets);
}

/// Payloads, each a type, a length and that many octets.
fn payloads(script: &mut Reader<'_>, count: u8) -> Vec<Raw> {
    let one = |_| {
        let [kind, len] = script.array("payload").ok()?;
        let body = script.take("body", usize::from(len).min(script.remaining())).ok()?;
        Some(Raw::new(PayloadType(kind), body))
    };
    (0..usize::from(count).min(MOST_PAYLOADS)).map_while(one).collect()
}

/// What takes little time: a fast group, and neither rekeying nor many probes in the time of a run.
fn prepare(config: &mut ConnectionConfig, version: Version) {
    config.version = version;
    config.ike_proposals =
        Vec::from([ike_proposal(Cipher::Aes128Cbc, Integrity::HmacSha1_96, DhGroup::Curve25519)]);
    config.child.lifetime = config.ike_lifetime;
    config.liveness = LivenessConfig { delay: Duration::from_secs(60), timeout: Duration::from_secs(150) };
}
