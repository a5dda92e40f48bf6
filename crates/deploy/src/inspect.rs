//! Holds a chain against this build, contract by contract, and tells all that differs.

use std::{collections::BTreeMap, fmt, path::Path};

use alloy::{
    primitives::{Address, B256, keccak256},
    providers::Provider,
};
use palisade_bindings::Artifact;
use serde::{Serialize, Serializer};

use crate::{
    Answer, Change, Contract, Deployer, Error, Holder, Manifest, Plan, Record, Result,
    manifest::checksummed,
};

/// What a chain has, beside what it should have.
#[derive(Clone, Debug, Serialize)]
pub struct Inspection {
    /// The chain's id.
    pub chain_id: u64,
    /// Each contract, in the order of creation.
    pub contracts: Vec<Finding>,
    /// What the contracts say of their partners and settings. They are asked only where all code is this build's: what
    /// other code answers proves nothing.
    pub wiring: Vec<Answer>,
    /// Who has a role of governance; asked likewise.
    pub roles: Vec<Holder>,
    /// What governance has changed about itself since it was deployed. It may, through its timelock.
    pub changes: Vec<Change>,
}

/// A contract on the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Its name.
    pub contract: &'static str,
    /// Where it is said to stand.
    #[serde(serialize_with = "checksummed")]
    pub address: Address,
    /// Keccak-256 of the code that stands there; none where no code does.
    pub code_hash: Option<B256>,
    /// Keccak-256 of this build's runtime code with the immutables of this deployment.
    pub expected: B256,
    /// What comes of it.
    #[serde(serialize_with = "as_text")]
    pub verdict: Verdict,
}

/// Whether a contract is this build's.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// Byte for byte, and where it must stand.
    Same,
    /// No code stands there.
    Missing,
    /// Other code stands there.
    Differs(Difference),
    /// The code is the same, and the address does not follow from the settings and this build's creation code: another
    /// constructor may have run.
    Elsewhere {
        /// The address that follows.
        follows: Address,
    },
    /// Code and address are right, and the manifest records another hash of the code.
    Misrecorded {
        /// The manifest's hash.
        recorded: B256,
    },
}

/// The first byte in which two codes differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its offset, from 0.
    pub offset: usize,
    /// What stands there; none behind the end.
    pub actual: Option<u8>,
    /// What should.
    pub expected: Option<u8>,
    /// How many bytes there are.
    pub length: usize,
    /// How many there should be.
    pub expected_length: usize,
    /// The immutable that the byte is a part of, if it is.
    pub immutable: Option<Immutable>,
}

/// An immutable with another value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Immutable {
    /// Its name in the source.
    pub name: String,
    /// Its value on the chain.
    pub actual: B256,
    /// Its value as it should be.
    pub expected: B256,
}

impl Inspection {
    /// The contracts that are not this build's.
    pub fn faults(&self) -> impl Iterator<Item = &Finding> {
        self.contracts.iter().filter(|finding| finding.verdict != Verdict::Same)
    }

    /// Whether governance is as it was deployed: nothing changed, and nobody has a role since.
    #[must_use]
    pub fn is_governed_as_deployed(&self) -> bool {
        self.changes.is_empty() && self.roles.iter().all(|holder| holder.deployed)
    }
}

impl<P: Provider> Deployer<P> {
    /// Holds the chain against the plan, and tells all contracts that differ and how. Without a manifest the contracts
    /// are looked for where the plan has them; with one, where it says. `recorded` is the manifest and its file, for
    /// errors. Changes nothing.
    ///
    /// # Errors
    /// [`Error::ManifestOfOtherChain`] or [`Error::ManifestOfOtherGenesis`] where the node serves another chain than the
    /// manifest's, [`Error::ManifestLacks`] or [`Error::ManifestHasMore`] where its contracts are not the plan's,
    /// [`Error::Miswired`], [`Error::LogsMissing`], [`Error::Rpc`].
    pub async fn inspect(
        &self,
        plan: &Plan,
        recorded: Option<(&Path, &Manifest)>,
    ) -> Result<Inspection> {
        let chain_id = self.chain_id().await?;
        if let Some((path, manifest)) = recorded {
            manifest.check_chain(path, chain_id, self.genesis_hash().await?)?;
            manifest.check_names(path, plan)?;
        }
        let record = |contract: &Contract| -> Option<&Record> {
            recorded.and_then(|(_, manifest)| manifest.contracts.get(contract.artifact.name))
        };
        let place = |contract: &Contract| {
            record(contract).map_or(contract.address, |record| record.address)
        };
        let mut codes = Vec::new();
        for contract in plan.contracts() {
            codes.push(self.code(place(contract)).await?);
        }
        // Without a manifest the clock's origin is whatever the first contract has that has one, if all others agree.
        // Their addresses bind them to a constructor that takes it from its block.
        let origin = match recorded {
            Some((_, manifest)) => manifest.origin,
            None => origin_in(plan, &codes).unwrap_or_default(),
        };
        let values = plan.immutables_with(origin, place);
        let mut contracts = Vec::new();
        for (contract, code) in plan.contracts().zip(&codes) {
            let found = find(contract, place(contract), code, &values)?;
            contracts.push(match record(contract) {
                Some(record) => found.against(record.code_hash),
                None => found,
            });
        }
        let mut inspection = Inspection {
            chain_id,
            contracts,
            wiring: Vec::new(),
            roles: Vec::new(),
            changes: Vec::new(),
        };
        if inspection.faults().next().is_some() {
            return Ok(inspection);
        }
        inspection.wiring = self.wiring(plan).await?.0;
        if let Some(wrong) = inspection.wiring.iter().find(|it| it.expected != it.actual) {
            let Answer { question, expected, actual } = wrong.clone();
            return Err(Error::Miswired { question, expected, actual });
        }
        let from = plan.contracts().next().and_then(record).and_then(|record| record.block);
        inspection.roles = self.holders(plan, from.unwrap_or_default()).await?;
        inspection.changes = Box::pin(self.changes(plan)).await?;
        Ok(inspection)
    }
}

/// The clock's origin, as it stands in the code of a contract that is as long as it must be: one with other code blames
/// no other contract.
fn origin_in(plan: &Plan, codes: &[impl AsRef<[u8]>]) -> Option<u64> {
    plan.contracts().zip(codes).find_map(|(contract, code)| {
        let (artifact, code) = (contract.artifact, code.as_ref());
        if code.len() != artifact.runtime_code().len() {
            return None;
        }
        let range = artifact.immutables().get("ORIGIN")?.first()?;
        let word = code.get(range.start..range.start + range.length)?;
        u64::try_from(alloy::primitives::U256::try_from_be_slice(word)?).ok()
    })
}

/// Compares a contract's code with the artifact's, byte for byte.
fn find(
    contract: &Contract,
    address: Address,
    code: &[u8],
    values: &BTreeMap<&str, B256>,
) -> Result<Finding> {
    let Contract { artifact, address: follows } = *contract;
    let expected = artifact
        .runtime_code_with(values)
        .ok_or(Error::UnknownImmutable { contract: artifact.name })?;
    let verdict = if code.is_empty() {
        Verdict::Missing
    } else if let Some(difference) = Difference::first(artifact, code, &expected) {
        Verdict::Differs(difference)
    } else if address != follows {
        Verdict::Elsewhere { follows }
    } else {
        Verdict::Same
    };
    Ok(Finding {
        contract: artifact.name,
        address,
        code_hash: (!code.is_empty()).then(|| keccak256(code)),
        expected: keccak256(&expected),
        verdict,
    })
}

impl Finding {
    /// Holds it against the hash that a manifest records.
    fn against(mut self, recorded: B256) -> Self {
        if self.verdict == Verdict::Same && self.code_hash != Some(recorded) {
            self.verdict = Verdict::Misrecorded { recorded };
        }
        self
    }
}

impl Difference {
    /// The first difference of `actual` from `expected`, code of this artifact; none where they are the same.
    fn first(artifact: Artifact, actual: &[u8], expected: &[u8]) -> Option<Self> {
        let longest = actual.len().max(expected.len());
        let offset = (0..longest).find(|offset| actual.get(*offset) != expected.get(*offset))?;
        let ranges = artifact.immutables().iter();
        let ranges = ranges.flat_map(|(name, ranges)| ranges.iter().map(move |it| (name, it)));
        let immutable = ranges
            .filter(|(_, range)| (range.start..range.start + range.length).contains(&offset))
            .find_map(|(name, range)| {
                let word = |code: &[u8]| {
                    let word = code.get(range.start..range.start + range.length)?;
                    Some(B256::left_padding_from(word))
                };
                let (actual, expected) = (word(actual)?, word(expected)?);
                Some(Immutable { name: name.clone(), actual, expected })
            });
        Some(Self {
            offset,
            actual: actual.get(offset).copied(),
            expected: expected.get(offset).copied(),
            length: actual.len(),
            expected_length: expected.len(),
            immutable,
        })
    }
}

fn as_text<S: Serializer>(verdict: &Verdict, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(verdict)
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Same => write!(f, "same"),
            Self::Missing => write!(f, "no code"),
            Self::Differs(difference) => difference.fmt(f),
            Self::Elsewhere { follows } => {
                write!(f, "same code, but settings and build give address {follows}")
            }
            Self::Misrecorded { recorded } => {
                write!(f, "same, but the manifest records code hash {recorded}")
            }
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { offset, actual, expected, length, expected_length, immutable } = self;
        if let Some(Immutable { name, actual, expected }) = immutable {
            write!(f, "immutable {name} (at byte {offset}) is {actual}, expected {expected}")?;
        } else {
            let byte = |byte: &Option<u8>| {
                byte.map_or_else(|| "missing".to_owned(), |byte| format!("{byte:#04x}"))
            };
            write!(f, "byte {offset} is {}, expected {}", byte(actual), byte(expected))?;
        }
        if length != expected_length {
            write!(f, " (of {length} bytes, expected {expected_length})")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;

    const AT: Address = Address::repeat_byte(1);

    fn plan() -> Plan {
        let config: Config = include_str!("../../../script/config/devnet.toml").parse().unwrap();
        Plan::new(config).unwrap()
    }

    fn vault(plan: &Plan) -> Contract {
        *plan.contracts().find(|it| it.artifact.name == "StakeVault").unwrap()
    }

    #[test]
    fn the_same_code_at_the_right_place_is_the_same() {
        let plan = plan();
        let values = plan.immutables(5);
        for contract in plan.contracts() {
            let code = contract.artifact.runtime_code_with(&values).unwrap();
            let found = find(contract, contract.address, &code, &values).unwrap();
            assert_eq!(found.verdict, Verdict::Same, "{}", contract.artifact.name);
            assert_eq!(found.code_hash, Some(found.expected));
            let follows = contract.address;
            let found = find(contract, AT, &code, &values).unwrap();
            assert_eq!(found.verdict, Verdict::Elsewhere { follows });
        }
    }

    /// Every single byte counts.
    #[test]
    fn whichever_byte_differs_is_named() {
        let plan = plan();
        let values = plan.immutables(5);
        let contract = vault(&plan);
        let code = contract.artifact.runtime_code_with(&values).unwrap();
        let mut named = std::collections::BTreeSet::new();
        for offset in 0..code.len() {
            let mut other = code.to_vec();
            other[offset] ^= 0x80;
            let difference = Difference::first(contract.artifact, &other, &code).unwrap();
            assert_eq!(difference.offset, offset);
            assert_eq!(difference.actual, Some(other[offset]));
            assert_eq!(difference.expected, Some(code[offset]));
            if let Some(immutable) = difference.immutable {
                assert_eq!(immutable.expected, values[immutable.name.as_str()]);
                assert_ne!(immutable.actual, immutable.expected);
                named.insert(immutable.name);
            }
        }
        let all = contract.artifact.immutables().keys().cloned().collect();
        assert_eq!(named, all);
    }

    #[test]
    fn code_that_is_shorter_longer_or_missing_is_told() {
        let plan = plan();
        let values = plan.immutables(5);
        let contract = vault(&plan);
        let code = contract.artifact.runtime_code_with(&values).unwrap();
        let told = |code: &[u8]| {
            find(&contract, contract.address, code, &values).unwrap().verdict.to_string()
        };
        assert_eq!(told(&[]), "no code");
        let (length, last) = (code.len(), code.len() - 1);
        assert_eq!(
            told(&code[..last]),
            format!(
                "byte {last} is missing, expected {:#04x} (of {last} bytes, expected {length})",
                code[last]
            )
        );
        let longer = [&code[..], &[0]].concat();
        assert_eq!(
            told(&longer),
            format!(
                "byte {length} is 0x00, expected missing (of {} bytes, expected {length})",
                length + 1
            )
        );
    }

    #[test]
    fn the_origin_is_read_from_the_vaults_code() {
        let plan = plan();
        let values = plan.immutables(1_700_000_000);
        let code = |contract: &Contract| contract.artifact.runtime_code_with(&values).unwrap();
        let codes: Vec<_> = plan.contracts().map(code).collect();
        assert_eq!(origin_in(&plan, &codes), Some(1_700_000_000));
        let none: Vec<&[u8]> = vec![&[]; codes.len()];
        assert_eq!(origin_in(&plan, &none), None);
        assert_eq!(origin_in(&plan, &none[..0]), None);
    }

    #[test]
    fn a_manifest_with_another_hash_is_told() {
        let plan = plan();
        let values = plan.immutables(5);
        let contract = vault(&plan);
        let code = contract.artifact.runtime_code_with(&values).unwrap();
        let found = find(&contract, contract.address, &code, &values).unwrap();
        assert_eq!(found.clone().against(found.expected), found);
        let recorded = B256::repeat_byte(3);
        assert_eq!(found.against(recorded).verdict, Verdict::Misrecorded { recorded });
    }
}
