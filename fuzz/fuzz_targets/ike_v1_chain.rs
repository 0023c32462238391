#![no_main]
//! Any octets as what an encrypted message of IKEv1 holds.
libfuzzer_sys::fuzz_target!(|data: &[u8]| ike_proto::fuzzing::decode_v1_chain(data));
