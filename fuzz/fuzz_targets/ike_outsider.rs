#![no_main]
//! Any datagrams to two peers, from someone who has no key.
libfuzzer_sys::fuzz_target!(|data: &[u8]| ike_proto::fuzzing::outsider(data));
