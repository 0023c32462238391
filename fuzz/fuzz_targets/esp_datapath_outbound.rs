#![no_main]
//! Any octets from inside.
libfuzzer_sys::fuzz_target!(|data: &[u8]| esp_core::fuzzing::esp_datapath_outbound(data));
