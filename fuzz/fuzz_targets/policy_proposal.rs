#![no_main]
//! Any text as a proposal of each language.
libfuzzer_sys::fuzz_target!(|data: &[u8]| ipsec_policy::fuzzing::read_proposal(data));
