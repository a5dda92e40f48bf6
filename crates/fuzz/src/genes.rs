//! Genes: what a history is before the chooser has read it.

use std::{fmt, str::FromStr};

use palisade_bindings::one_line;
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{RngCore, SeedableRng},
};
use serde::{Deserialize, Serialize};

/// How many picks a gene has.
const PICKS: usize = 8;

/// Random numbers that are the same on every machine and in every version.
#[derive(Clone, Debug)]
pub(crate) struct Rng(ChaCha8Rng);

impl Rng {
    /// The numbers of one history of a campaign: for each seed there is a stream for each history.
    #[must_use]
    pub(crate) fn of(seed: u64, history: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        let mut stream = ChaCha8Rng::from_seed(key);
        stream.set_stream(history);
        Self(stream)
    }

    /// The next 64 bits.
    pub(crate) fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number below `end`; 0 where that is 0. That some numbers are a little likelier than others
    /// does not matter here.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let number = self.next_u64() % u64::try_from(end.max(1)).unwrap_or(u64::MAX);
        usize::try_from(number).unwrap_or_default()
    }
}

/// One step of a history as the chooser reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Gene {
    /// Which kind of action it is.
    pub(crate) kind: u16,
    /// What decides everything else about it, each pick one decision.
    pub(crate) picks: [u16; PICKS],
}

impl Gene {
    /// Any gene.
    pub(crate) fn random(rng: &mut Rng) -> Self {
        let mut bytes = [0; 2 * (1 + PICKS)];
        rng.0.fill_bytes(&mut bytes);
        let word = |place: usize| u16::from_le_bytes([bytes[2 * place], bytes[2 * place + 1]]);
        Self { kind: word(0), picks: std::array::from_fn(|place| word(1 + place)) }
    }
}

/// A history that a guided campaign keeps, as its file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept(pub(crate) Vec<Gene>);

/// The file's text.
impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(&self.0).map_err(|_| fmt::Error)?)
    }
}

/// From the file's text. The error is the reason, with line and column.
impl FromStr for Kept {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map(Self).map_err(|error| {
            let error = one_line(&error.to_string());
            format!("it is no kept history of this version: {error}: delete it")
        })
    }
}

/// A changed copy of a list of genes: between one and four of its genes are put in, left out,
/// doubled, exchanged or altered, or its end becomes the end of another list.
pub(crate) fn mutate(rng: &mut Rng, genes: &[Gene], other: &[Gene]) -> Vec<Gene> {
    let mut mutant = genes.to_vec();
    for _ in 0..=rng.below(4) {
        change(rng, &mut mutant, other);
    }
    mutant
}

fn change(rng: &mut Rng, genes: &mut Vec<Gene>, other: &[Gene]) {
    let way = rng.below(16);
    if genes.is_empty() || way < 3 {
        return genes.insert(rng.below(genes.len() + 1), Gene::random(rng));
    }
    let (one, two) = (rng.below(genes.len()), rng.below(genes.len()));
    match way {
        3 | 4 => {
            genes.remove(one);
        }
        5 | 6 => genes.insert(two, genes[one]),
        7 | 8 => genes.swap(one, two),
        9 => genes[one].kind = Gene::random(rng).kind,
        10..15 => genes[one].picks[rng.below(PICKS)] = Gene::random(rng).kind,
        _ => {
            genes.truncate(one + 1);
            genes.extend_from_slice(&other[rng.below(other.len() + 1)..]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Gene, Rng, mutate};

    fn genes(history: u64) -> Vec<Gene> {
        let mut rng = Rng::of(7, history);
        (0..50).map(|_| Gene::random(&mut rng)).collect()
    }

    /// A campaign of tomorrow finds what one of today has found.
    #[test]
    fn numbers_stay_what_they_are() {
        let mut rng = Rng::of(1, 2);
        let numbers = [rng.next_u64(), rng.next_u64()];
        assert_eq!(numbers, [6_938_885_953_644_749_562, 2_026_289_535_659_934_096]);
        assert!((0..1_000).all(|end| rng.below(end) < end.max(1)));
    }

    #[test]
    fn seed_and_history_each_make_other_numbers() {
        let first = |seed, history| Rng::of(seed, history).next_u64();
        assert_eq!(first(1, 2), first(1, 2));
        assert_ne!(first(1, 2), first(2, 2));
        assert_ne!(first(1, 2), first(1, 1));
        assert_ne!(first(1, 2), first(2, 1));
    }

    #[test]
    fn mutants_are_other_lists_of_the_same_stuff() {
        let (parent, other) = (genes(0), genes(1));
        let before = (parent.clone(), other.clone());
        let (mut lengths, mut spliced) = (std::collections::BTreeSet::new(), 0);
        let mut same = 0;
        for seed in 0..500 {
            let mutant = mutate(&mut Rng::of(seed, 0), &parent, &other);
            assert_eq!(mutant, mutate(&mut Rng::of(seed, 0), &parent, &other));
            same += usize::from(mutant == parent);
            spliced += usize::from(mutant.iter().filter(|gene| other.contains(gene)).count() > 4);
            lengths.insert(mutant.len());
        }
        assert_eq!((parent, other), before);
        assert!(same < 50, "{same} of 500 mutants are their parents");
        assert!(spliced > 30, "{spliced} of 500 mutants have the end of the other");
        assert!(lengths.len() > 20, "{lengths:?}");
    }

    #[test]
    fn nothing_can_be_mutated_too() {
        for seed in 0..100 {
            assert!(mutate(&mut Rng::of(seed, 0), &[], &[]).len() <= 4);
        }
        let other = genes(1);
        let mutants = (0..100).map(|seed| mutate(&mut Rng::of(seed, 0), &[], &other));
        assert!(mutants.map(|mutant| mutant.len()).any(|length| length > 4));
    }
}
