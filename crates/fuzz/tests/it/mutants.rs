//! Mutants of the shipped bytecode: most changes of one opcode must be found.

use alloy::primitives::Bytes;
use palisade_bindings::artifacts;
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{RngCore, SeedableRng},
};

use crate::campaign;

/// How many mutants of each contract.
const MUTANTS: usize = 25;

const SUB: u8 = 0x03;
const SHL: u8 = 0x1b;

/// The opcode that takes the place of another: with as many operands and results, and with another meaning. The signed
/// comparisons are left out: of a contract without signed numbers they ask for the length of calldata alone, and no history
/// has calldata of a wrong length.
const fn exchanged(opcode: u8) -> Option<u8> {
    Some(match opcode {
        0x01 => SUB, // ADD
        SUB => 0x01,
        0x02 => 0x04, // MUL, DIV
        0x04 => 0x02,
        0x10 => 0x11, // LT, GT
        0x11 => 0x10,
        0x14 => 0x18, // EQ becomes XOR, which is zero where they are equal
        0x15 => 0x19, // ISZERO becomes NOT, which is never zero of a condition
        0x16 => 0x17, // AND, OR
        0x17 => 0x16,
        SHL => 0x1c, // SHR
        0x1c => SHL,
        _ => return None,
    })
}

/// Behind the code is one constant of 32 bytes, which is read and never run.
const DATA: usize = 32;

/// Where a runtime code has opcodes that can be exchanged. Left out is the arithmetic of masks such as `(1 << 160) - 1`:
/// what they are laid on is clean already.
fn places(runtime: &[u8]) -> Vec<usize> {
    let (code, _) = runtime.split_at(runtime.len() - DATA);
    let is_mask = |place: usize| code[place..].starts_with(&[SHL, SUB]);
    let mut places = Vec::new();
    let mut place = 0;
    while place < code.len() {
        let opcode = code[place];
        if exchanged(opcode).is_some() && !is_mask(place) && !is_mask(place - 1) {
            places.push(place);
        }
        // PUSH1 to PUSH32 are followed by so many bytes.
        place += 1 + usize::from(opcode.clamp(0x5f, 0x7f) - 0x5f) * usize::from(opcode < 0x80);
    }
    places
}

/// Hunts mutants of one of the contracts, each with one opcode exchanged: at least 80 % are found. The others have
/// changed what no history meets (calldata of a wrong length, a number too large for its type, memory without end), or
/// where a field is returned or logged that is always zero, such as the registrar of a set.
fn are_found(runtime: &Bytes, seed: u64) {
    let genesis = artifacts::GENESIS.creation_code();
    let start = genesis.windows(runtime.len()).position(|part| part == &runtime[..]).unwrap();
    let places = places(runtime);
    let mut stream = ChaCha8Rng::seed_from_u64(seed);
    let mut survivors = Vec::new();
    for _ in 0..MUTANTS {
        let place = places[stream.next_u32() as usize % places.len()];
        let mut mutant = genesis.to_vec();
        let opcode = &mut mutant[start + place];
        let told = format!("{opcode:#04x} at {place}");
        *opcode = exchanged(*opcode).unwrap();
        let hunt = campaign(seed, 10_000).genesis(mutant.into()).shrinks(false);
        // A mutant that cannot even be deployed is found too.
        if hunt.run().is_ok_and(|report| report.failure.is_none()) {
            survivors.push(told);
        }
    }
    assert!(5 * survivors.len() <= MUTANTS, "not found of {MUTANTS}: {survivors:?}");
}

#[test]
fn of_the_vault_are_found() {
    are_found(artifacts::STAKE_VAULT.runtime_code(), 1);
}

#[test]
fn of_the_manager_are_found() {
    are_found(artifacts::ALLOCATION_MANAGER.runtime_code(), 2);
}
