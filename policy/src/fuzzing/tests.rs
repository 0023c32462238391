//! The bodies over generated octets, so that every test run has a little of them. Texts of peers run with the tests of
//! their readers.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::proposal::{Encryption, Group, Integrity, Prf, Proposal};

fn some<T: Copy + core::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = Vec<T>> {
    proptest::collection::vec(select(all), 0..4)
}

fn proposal() -> impl Strategy<Value = Proposal> {
    let kinds = (some(Encryption::ALL), some(Integrity::ALL), some(Prf::ALL), some(Group::ALL));
    kinds.prop_map(|(encryption, integrity, prf, groups)| Proposal { encryption, integrity, prf, groups })
}

proptest! {
    #[test]
    fn proposals_come_back(proposal in proposal()) {
        for (number, spelling) in (0_u8..).zip(Spelling::ALL) {
            if let Ok(text) = spelling.write(&proposal) {
                read_proposal(&[&[number], text.as_bytes()].concat());
            }
        }
    }

    #[test]
    fn any_document_is_looked_at(format in any::<u8>(), text in "\\PC{0,80}") {
        read_document(&[&[format], text.as_bytes()].concat());
    }
}
