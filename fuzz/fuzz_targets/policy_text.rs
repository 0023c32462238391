#![no_main]
//! Any text as a peer's configuration.
libfuzzer_sys::fuzz_target!(|data: &[u8]| ipsec_policy::fuzzing::read_text(data));
