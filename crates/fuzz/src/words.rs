//! What the contracts must have stored: the words that follow from the model's logs (P10).

use alloy::primitives::{Address, B256, Log, U256, map::HashMap};
use palisade_replay::{Contract, Core, Event, Place, Replay};

use crate::{
    Disagreement, Result,
    chain::{Chain, Write},
    world::World,
};

/// The state rebuilt from the logs so far, and where each word of it is stored.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    core: Core,
    replay: Replay,
    slots: HashMap<Place, B256>,
    places: HashMap<(Address, B256), Place>,
}

impl Words {
    /// Before the first log.
    pub(crate) fn new(world: &World) -> Self {
        Self {
            core: Core { vault: world.vault, allocation_manager: world.manager },
            replay: Replay::new(),
            slots: HashMap::default(),
            places: HashMap::default(),
        }
    }

    /// Follows the logs of a call, and compares each word that they change, and each that the call wrote.
    pub(crate) fn follow(
        &mut self,
        chain: &mut Chain,
        timestamp: u64,
        logs: &[Log],
        writes: &[Write],
    ) -> Result<Option<Disagreement>> {
        for log in logs {
            let event = match Event::read(self.core, log) {
                Ok(Some(event)) => event,
                Ok(None) => continue,
                Err(error) => return Ok(Some(Disagreement::Rebuild(error.to_string()))),
            };
            if let Err(error) = self.replay.apply(timestamp, &event) {
                return Ok(Some(Disagreement::Rebuild(error.to_string())));
            }
        }
        for place in self.replay.take_touched() {
            let (contract, slot) = self.locate(place);
            let found = chain.word(contract, slot)?;
            if let Some(disagreement) = self.compare(place, found) {
                return Ok(Some(disagreement));
            }
        }
        for write in writes {
            let Write { contract, slot, word } = *write;
            if contract != self.core.vault && contract != self.core.allocation_manager {
                continue;
            }
            let disagreement = match self.places.get(&(contract, slot)) {
                Some(place) => self.compare(*place, word),
                None => Some(Disagreement::Word {
                    what: String::new(),
                    contract,
                    slot,
                    expected: U256::ZERO,
                    found: word,
                    fields: Vec::new(),
                }),
            };
            if disagreement.is_some() {
                return Ok(disagreement);
            }
        }
        Ok(None)
    }

    /// Compares every word that should be stored.
    pub(crate) fn compare_all(&mut self, chain: &mut Chain) -> Result<Option<Disagreement>> {
        let places: Vec<_> = self.replay.places().collect();
        for place in places {
            let (contract, slot) = self.locate(place);
            let found = chain.word(contract, slot)?;
            if let Some(disagreement) = self.compare(place, found) {
                return Ok(Some(disagreement));
            }
        }
        Ok(None)
    }

    fn compare(&self, place: Place, found: U256) -> Option<Disagreement> {
        let expected = self.replay.word(place);
        if expected == found {
            return None;
        }
        let pairs = place.decode(expected).into_iter().zip(place.decode(found));
        let fields = pairs.filter(|((_, expected), (_, found))| expected != found);
        Some(Disagreement::Word {
            what: place.to_string(),
            contract: self.contract(place),
            slot: place.slot(),
            expected,
            found,
            fields: fields.map(|((name, expected), (_, found))| (name, expected, found)).collect(),
        })
    }

    /// Where a place is; its hashes are computed once.
    fn locate(&mut self, place: Place) -> (Address, B256) {
        let contract = self.contract(place);
        let slot = *self.slots.entry(place).or_insert_with(|| {
            let slot = place.slot();
            self.places.insert((contract, slot), place);
            slot
        });
        (contract, slot)
    }

    const fn contract(&self, place: Place) -> Address {
        match place.contract() {
            Contract::Vault => self.core.vault,
            Contract::Manager => self.core.allocation_manager,
        }
    }
}
