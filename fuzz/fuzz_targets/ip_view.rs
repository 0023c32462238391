#![no_main]
//! Any octets as an IP packet.
libfuzzer_sys::fuzz_target!(|data: &[u8]| esp_core::fuzzing::ip_view(data));
