#![no_main]
//! Any octets as an IKEv1 message.
libfuzzer_sys::fuzz_target!(|data: &[u8]| ike_proto::fuzzing::decode_v1(data));
