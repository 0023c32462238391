#![no_main]
//! Any octets from outside, and inside what a peer protects.
libfuzzer_sys::fuzz_target!(|data: &[u8]| esp_core::fuzzing::esp_datapath_inbound(data));
