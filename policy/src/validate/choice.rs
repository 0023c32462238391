//! What the rules of algorithms and lifetimes have in common.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use core::fmt::Display;
use core::ops::RangeInclusive;

use crate::algorithms::{DhGroup, EspAuthentication, EspEncryption, IkeAuthentication, IkeEncryption};
use crate::finding::Finding;
use crate::text::list;

/// An algorithm that a tenant chooses.
pub(super) trait Choice: Copy + Ord + Display {
    /// What the setting is called.
    const WHAT: &'static str;

    /// Why it should not be chosen.
    fn weakness(self) -> Option<&'static str>;
}

macro_rules! choice {
    ($($name:ty, $what:literal;)+) => {
        $(impl Choice for $name {
            const WHAT: &'static str = $what;

            fn weakness(self) -> Option<&'static str> {
                self.weakness()
            }
        })+
    };
}

choice! {
    IkeEncryption, "IKE encryption algorithm";
    IkeAuthentication, "IKE authentication algorithm";
    DhGroup, "Diffie-Hellman group";
    EspEncryption, "ESP encryption algorithm";
    EspAuthentication, "IPsec authentication algorithm";
}

/// Refuses an algorithm that the limits do not allow, and warns of one that is weak.
pub(super) fn choice<T: Choice>(
    rule: &'static str,
    path: String,
    value: T,
    allowed: &BTreeSet<T>,
) -> Option<Finding> {
    if !allowed.contains(&value) {
        let message = format!("{} {value} is not allowed here", T::WHAT);
        return Some(Finding::error(rule, path, message, format!("Choose one of {}", list(allowed))));
    }
    let message = format!("{} {value} is weak: {}", T::WHAT, value.weakness()?);
    let strong = allowed.iter().copied().filter(|other| other.weakness().is_none());
    let fix = format!("Choose {} at both ends if the peer can", list(strong));
    Some(Finding::warning(rule, path, message, fix))
}

/// Refuses a lifetime beyond the limits.
pub(super) fn lifetime(
    rule: &'static str,
    path: String,
    secs: u32,
    allowed: &RangeInclusive<u32>,
) -> Option<Finding> {
    if allowed.contains(&secs) {
        return None;
    }
    let (least, most) = (allowed.start(), allowed.end());
    let message = format!("a lifetime of {secs} s is not between {least} and {most} s");
    let nearest = secs.max(*least).min(*most);
    Some(Finding::error(rule, path, message, format!("Set it to {nearest}; the peer's may differ")))
}
