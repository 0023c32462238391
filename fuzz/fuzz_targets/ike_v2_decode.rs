#![no_main]
//! Any octets as an IKEv2 message.
libfuzzer_sys::fuzz_target!(|data: &[u8]| ike_proto::fuzzing::decode_v2(data));
