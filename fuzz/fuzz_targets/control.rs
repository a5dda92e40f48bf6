//! What must be found: a parser that panics for one word. One in a million millions begins with it, so that who finds it
//! within seconds is led by what the code does; and sees panics.
#![no_main]

use std::hint::black_box;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    // Letter by letter, as a parser reads: each that is right is a branch more.
    let is = |place: usize, letter: u8| black_box(data.get(place)) == Some(&letter);
    if is(0, b'f') {
        if is(1, b'e') {
            if is(2, b'n') {
                if is(3, b'c') {
                    if is(4, b'e') {
                        panic!("planted: found, as it must be");
                    }
                }
            }
        }
    }
});
