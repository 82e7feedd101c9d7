#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tfevents_cli::fuzzing::import(data));
