//! `ipsec.secrets`.

use alloc::format;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::fault::Faults;
use super::{Connection, Place, ReadAddress, ReadId, Setting, limits, values};
use crate::identity::Identity;
use crate::psk::PreSharedKey;

/// A key with the ids it is for; for everyone if there are none.
#[derive(Debug)]
pub(super) struct Secret {
    ids: Vec<ReadId>,
    psk: Setting<PreSharedKey>,
}

impl Secret {
    pub(super) fn new(ids: Vec<ReadId>, place: Place, psk: PreSharedKey) -> Self {
        Self { ids, psk: Setting::at(place, psk) }
    }
}

/// Reads the pre-shared keys of a secrets file. Keys of other kinds are not a tunnel's.
pub(super) fn read(text: &str, faults: &mut Faults) -> Vec<Secret> {
    let mut secrets = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let number = index.saturating_add(1);
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let place = Place::of(number, line, trimmed);
        if secrets.len() >= limits::CONNECTIONS {
            faults.error(place, "the file has more keys than are read");
            break;
        }
        if trimmed.starts_with("include") {
            faults.error(place, "`include` is not followed; put the included text in its place");
            continue;
        }
        let Some((ids, rest)) = split(trimmed) else {
            faults.error(place, "a line of a secrets file is `ID ID : PSK \"key\"`");
            continue;
        };
        let rest = rest.trim_start();
        let Some(key) = rest.strip_prefix("PSK").or_else(|| rest.strip_prefix("psk")) else {
            faults.warning(place, "the key is not a PSK and was left out");
            continue;
        };
        let key = key.trim();
        if let Some(psk) = read_key(Place::of(number, line, key), key, faults) {
            let ids = ids.split_ascii_whitespace().take(limits::PROPOSALS).map(values::id).collect();
            secrets.push(Secret::new(ids, place, psk));
        }
    }
    secrets
}

/// The ids and what follows the colon that stands alone: addresses of IPv6 have colons too.
fn split(line: &str) -> Option<(&str, &str)> {
    if let Some(rest) = line.strip_prefix(':') {
        return Some(("", rest));
    }
    line.split_once(" :").or_else(|| line.split_once("\t:")).or_else(|| line.split_once(": "))
}

/// A key in quotation marks, or encoded (`0x…`, `0s…`), or as it stands. No message repeats it.
fn read_key(place: Place, text: &str, faults: &mut Faults) -> Option<PreSharedKey> {
    let quoted = |mark: char| text.strip_prefix(mark).map(|rest| rest.strip_suffix(mark));
    match quoted('"').or_else(|| quoted('\'')) {
        Some(Some(inner)) => checked(place, inner, faults),
        Some(None) => {
            faults.error(place, "the quotation mark before the key has no other one behind it");
            None
        }
        None => read_swanctl(place, text, faults),
    }
}

/// A key encoded (`0x…`, `0s…`), or as it stands, which is how `swanctl.conf` has it.
pub(super) fn read_swanctl(place: Place, text: &str, faults: &mut Faults) -> Option<PreSharedKey> {
    match decoded(text) {
        Ok(None) => checked(place, text, faults),
        Ok(Some(octets)) => match core::str::from_utf8(&octets) {
            Ok(key) => checked(place, key, faults),
            Err(_) => {
                faults.error(place, "the encoded key is no text, which a tunnel's key must be");
                None
            }
        },
        Err(kind) => {
            faults.error(place, format!("the key is no valid {kind}"));
            None
        }
    }
}

/// A key as it stands, if it is one (PSK-1).
pub(super) fn checked(place: Place, text: &str, faults: &mut Faults) -> Option<PreSharedKey> {
    PreSharedKey::new(text).map_err(|error| faults.error(place, format!("{error}"))).ok()
}

/// The octets of a key in hexadecimal or base64, if it is marked as that.
fn decoded(text: &str) -> Result<Option<Zeroizing<Vec<u8>>>, &'static str> {
    let marked = |lower: &str, upper: &str| text.strip_prefix(lower).or_else(|| text.strip_prefix(upper));
    if let Some(digits) = marked("0x", "0X") {
        return bits(digits.bytes().filter(|c| *c != b'_'), 4, hex).map(Some).ok_or("hexadecimal number");
    }
    match marked("0s", "0S") {
        Some(digits) => bits(digits.trim_end_matches('=').bytes(), 6, base64).map(Some).ok_or("base64"),
        None => Ok(None),
    }
}

fn hex(digit: u8) -> Option<u32> {
    char::from(digit).to_digit(16)
}

fn base64(digit: u8) -> Option<u32> {
    let value = match digit {
        b'A'..=b'Z' => digit.checked_sub(b'A')?,
        b'a'..=b'z' => digit.checked_sub(b'a')?.checked_add(26)?,
        b'0'..=b'9' => digit.checked_sub(b'0')?.checked_add(52)?,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

/// Octets out of digits of `width` bits. Bits that are left over at the end are padding.
fn bits(
    digits: impl Iterator<Item = u8>,
    width: u32,
    value: fn(u8) -> Option<u32>,
) -> Option<Zeroizing<Vec<u8>>> {
    let mut octets = Zeroizing::new(Vec::with_capacity(PreSharedKey::MAX_LEN));
    let (mut store, mut held) = (0_u32, 0_u32);
    for digit in digits {
        store = (store << width) | value(digit)?;
        held = held.saturating_add(width);
        if let Some(rest) = held.checked_sub(8) {
            octets.push(u8::try_from((store >> rest) & 0xff).ok()?);
            held = rest;
            store &= (1_u32 << rest).saturating_sub(1);
        }
    }
    Some(octets)
}

/// The key of a connection's ends: the one that names most of them, as the programs choose it.
pub(super) fn of(secrets: &[Secret], connection: &Connection) -> Option<Setting<PreSharedKey>> {
    let rate = |secret: &Secret| {
        let mut rating = 1_u32;
        for end in [&connection.here, &connection.there] {
            let own = |id: &ReadId| *id == end.id.value || at(id, &end.address.value);
            let any = |id: &ReadId| *id == ReadId::Any;
            if secret.ids.iter().any(own) {
                rating = rating.saturating_add(2);
            } else if secret.ids.iter().any(any) {
                rating = rating.saturating_add(1);
            } else if secret.ids.len() > 1 {
                return None;
            }
        }
        let unrelated = secret.ids.len() == 1 && rating == 1;
        (!unrelated).then_some(rating)
    };
    let rated = secrets.iter().filter_map(|secret| Some((rate(secret)?, secret)));
    // The first of those that are as good, as the file has them.
    let best = rated.rev().max_by_key(|(rating, _)| *rating);
    best.map(|(_, secret)| secret.psk.clone())
}

fn at(id: &ReadId, address: &ReadAddress) -> bool {
    matches!((id, address), (ReadId::Is(Identity::Ip(id)), ReadAddress::Is(address)) if id == address)
}
