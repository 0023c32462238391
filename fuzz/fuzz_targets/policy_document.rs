#![no_main]
//! Any text as a configuration of ours.
libfuzzer_sys::fuzz_target!(|data: &[u8]| ipsec_policy::fuzzing::read_document(data));
