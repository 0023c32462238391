#![no_main]
//! Any octets as what an Encrypted payload of IKEv2 holds.
libfuzzer_sys::fuzz_target!(|data: &[u8]| ike_proto::fuzzing::decode_v2_chain(data));
