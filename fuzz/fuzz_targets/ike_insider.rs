#![no_main]
//! Any payloads to a gateway, from a peer that has the key.
libfuzzer_sys::fuzz_target!(|data: &[u8]| ike_proto::fuzzing::insider(data));
