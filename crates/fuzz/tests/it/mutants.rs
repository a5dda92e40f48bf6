//! Mutants of the shipped bytecode: most changes of one opcode must be found.

use alloy::primitives::Bytes;
use palisade_bindings::artifacts;
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{RngCore, SeedableRng},
};

use crate::campaign;

/// The opcode that takes the place of another: with as many operands and results, and with another meaning.
const fn exchanged(opcode: u8) -> Option<u8> {
    Some(match opcode {
        0x01 => 0x03, // ADD, SUB
        0x03 => 0x01,
        0x02 => 0x04, // MUL, DIV
        0x04 => 0x02,
        0x10 => 0x11, // LT, GT
        0x11 => 0x10,
        0x12 => 0x13, // SLT, SGT
        0x13 => 0x12,
        0x14 => 0x18, // EQ becomes XOR, which is zero where they are equal
        0x15 => 0x19, // ISZERO becomes NOT, which is never zero of a condition
        0x16 => 0x17, // AND, OR
        0x17 => 0x16,
        0x1b => 0x1c, // SHL, SHR
        0x1c => 0x1b,
        _ => return None,
    })
}

/// Where the opcodes of a runtime code are that can be exchanged. Its last bytes are a list of names for tools, and
/// before that nothing is but code.
fn places(code: &[u8]) -> Vec<usize> {
    let mut places = Vec::new();
    let mut place = 0;
    while let Some(opcode) = code.get(place) {
        if exchanged(*opcode).is_some() {
            places.push(place);
        }
        place += 1 + if (0x60..0x80).contains(opcode) { usize::from(opcode - 0x5f) } else { 0 };
    }
    places
}

/// Hunts mutants of one contract, each with one opcode exchanged, and says which are not found.
fn survivors(runtime: &Bytes, seed: u64, count: usize) -> (usize, Vec<String>) {
    let genesis = artifacts::GENESIS.creation_code();
    let start = genesis.windows(runtime.len()).position(|part| part == &runtime[..]).unwrap();
    let places = places(&runtime[..runtime.len() - DATA]);
    let mut stream = ChaCha8Rng::seed_from_u64(seed);
    let mut survivors = Vec::new();
    let mut tried = 0;
    while tried < count {
        let place = places[usize::try_from(stream.next_u32()).unwrap() % places.len()];
        let mut mutant = genesis.to_vec();
        let opcode = &mut mutant[start + place];
        let told = format!("at {place}: {opcode:#04x}");
        *opcode = exchanged(*opcode).unwrap();
        let began = std::time::Instant::now();
        let hunt = campaign(seed, 20_000).genesis(mutant.into()).shrinks(false);
        let report = match hunt.run() {
            Ok(report) => report,
            Err(error) => {
                eprintln!("{told}: {error}");
                continue;
            }
        };
        tried += 1;
        match report.failure {
            Some(failure) => eprintln!("{told}: {} {:?} {}", failure.after, began.elapsed(), failure.disagreement.to_string().chars().take(120).collect::<String>()),
            None => {
                eprintln!("{told}: survives {:?}", began.elapsed());
                survivors.push(told);
            }
        }
    }
    (tried, survivors)
}

const DATA: usize = 32;

#[test]
fn of_the_vault_are_found() {
    let (tried, survivors) = survivors(artifacts::STAKE_VAULT.runtime_code(), 1, 40);
    assert!(survivors.is_empty(), "{survivors:?} of {tried}");
}

#[test]
fn of_the_manager_are_found() {
    let (tried, survivors) = survivors(artifacts::ALLOCATION_MANAGER.runtime_code(), 2, 40);
    assert!(survivors.is_empty(), "{survivors:?} of {tried}");
}
