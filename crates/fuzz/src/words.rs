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
            core: Core {
                vault: world.vault,
                allocation_manager: world.manager,
                distributor: world.rewards,
            },
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
            let Core { vault, allocation_manager, distributor } = self.core;
            if ![vault, allocation_manager, distributor].contains(&contract) {
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
            Contract::Distributor => self.core.distributor,
        }
    }
}

#[cfg(test)]
mod tests {
    use palisade_model::{Action, Claim, Epoch, Operator, Payment, PoolId, Wad};

    use super::*;
    use crate::{
        calls::call,
        expect::{Before, expected},
        story::{OPERATOR, Pair, STAKER, epoch_begins, story},
        world::{self, STRANGER},
    };

    /// What is stored after the story, and where each word of it is. Every call of it agreed.
    struct Told {
        pair: Pair,
        words: Words,
    }

    impl Told {
        fn new() -> Result<Self> {
            let mut pair = Pair::new()?;
            let mut words = Words::new(&pair.world);
            let (birth, now) = (pair.chain.birth().to_vec(), pair.model.clock().now());
            assert_eq!(words.follow(&mut pair.chain, now, &birth, &[])?, None);
            let mut told = Self { pair, words };
            for action in story(&told.pair.world.clone()) {
                assert_eq!(told.play(&action, None)?, None, "{action:?}");
            }
            Ok(told)
        }

        /// Both sides play it; the chain has another word at that place by then.
        fn play(&mut self, action: &Action, other: Option<Place>) -> Result<Option<Disagreement>> {
            let Pair { world, chain, model } = &mut self.pair;
            let before = Before::new(model, action);
            let outcome = model.apply(action).unwrap();
            let now = model.clock().now();
            let Some(sent) = call(world, action) else {
                chain.set_time(now);
                return Ok(None);
            };
            let executed = chain.execute(&sent)?;
            assert!(executed.output.is_ok(), "{action:?}: {:?}", executed.output);
            if let Some(place) = other {
                self.replace(place)?;
            }
            let Pair { world, chain, model } = &mut self.pair;
            let logs = expected(world, before, model, action, &outcome).logs;
            self.words.follow(chain, now, &logs, &executed.writes)
        }

        /// Raises the chain's word by one. What it was.
        fn replace(&mut self, place: Place) -> Result<U256> {
            let (contract, slot) = (self.words.contract(place), place.slot());
            let word = self.pair.chain.word(contract, slot)?;
            self.pair.chain.put(contract, slot, word + U256::ONE)?;
            Ok(word)
        }
    }

    fn contracts(world: &World) -> [Address; 3] {
        [world.vault, world.manager, world.rewards]
    }

    #[test]
    fn each_word_of_each_contract_is_compared_at_the_end() -> Result<()> {
        let mut told = Told::new()?;
        let places: Vec<_> = told.words.replay.places().collect();
        for contract in contracts(&told.pair.world) {
            let of_it = places.iter().filter(|place| told.words.contract(**place) == contract);
            assert!(of_it.count() > 6, "{contract} has few words");
        }
        for place in places {
            let word = told.replace(place)?;
            let found = told.words.compare_all(&mut told.pair.chain)?;
            let Some(Disagreement::Word { what, contract, slot, expected, found, .. }) = found
            else {
                panic!("{place} is not compared");
            };
            assert_eq!((what, expected, found), (place.to_string(), word, word + U256::ONE));
            told.pair.chain.put(contract, slot, word)?;
        }
        assert_eq!(told.words.compare_all(&mut told.pair.chain)?, None);
        Ok(())
    }

    #[test]
    fn a_word_that_should_have_been_written_is_compared_at_once() -> Result<()> {
        let world = World::new()?;
        let (token, strategy) = (world.coin, world.tokens[0]);
        let pool = PoolId { operator: OPERATOR, strategy, generation: 0 };
        let (by, owner, amount) = (STAKER, STAKER, 1 << 80);
        let payments = vec![Payment { operator: OPERATOR, strategy, amount }];
        let pays = Action::Distribute { by, epoch: Epoch(129), token, payments };
        let (through, claims) = (Epoch(129), vec![Claim { pool, token }]);
        let claims = Action::ClaimRewards { by, owner, receiver: owner, through, claims };
        let commission = Action::SetCommission { operator: OPERATOR, rate: Wad(1) };
        let recipient = Action::SetRecipient { owner, recipient: by };
        let deposit = Action::Deposit {
            from: by,
            strategy: world.tokens[2],
            operator: Operator::IDLE,
            assets: 1,
            min_shares: 0,
            receiver: owner,
        };
        let (id, coin) = (world::pool(pool), world::strategy(token));
        let (operator, staker) = (world::operator(OPERATOR), world::address(owner));
        let idle = PoolId { operator: Operator::IDLE, strategy: world.tokens[2], generation: 0 };
        for (before, action, place) in [
            (None, &pays, Place::Cumulative(id, coin, palisade_bindings::Epoch(129))),
            (None, &pays, Place::Window(id, coin, 1)),
            (None, &pays, Place::Windows(id, coin, 0)),
            (None, &pays, Place::Collectable(operator, coin)),
            (Some(&pays), &claims, Place::Claim(id, coin, staker)),
            (None, &commission, Place::Commission(operator)),
            (None, &recipient, Place::Recipient(staker)),
            (None, &deposit, Place::Pool(world::pool(idle))),
        ] {
            let mut told = Told::new()?;
            for action in [Some(&epoch_begins(130)), before].into_iter().flatten() {
                assert_eq!(told.play(action, None)?, None, "{action:?}");
            }
            let found = told.play(action, Some(place))?;
            let Some(Disagreement::Word { what, .. }) = found else { panic!("{place}: {found:?}") };
            assert_eq!(what, place.to_string());
        }
        Ok(())
    }

    #[test]
    fn a_word_that_was_written_is_compared_with_what_the_logs_tell() -> Result<()> {
        let mut told = Told::new()?;
        let now = told.pair.model.clock().now();
        let place = Place::Recipient(world::address(STAKER));
        let (contract, slot, word) = (told.words.contract(place), place.slot(), U256::ONE);
        let write = Write { contract, slot, word };
        let found = told.words.follow(&mut told.pair.chain, now, &[], &[write])?;
        let Some(Disagreement::Word { what, fields, .. }) = found else { panic!("{found:?}") };
        assert_eq!(what, place.to_string());
        let stranger = world::address(STRANGER).into_word().into();
        assert_eq!(fields, [("recipient", stranger, word)]);
        Ok(())
    }

    #[test]
    fn a_word_that_no_log_explains_is_told_of_these_contracts_only() -> Result<()> {
        let mut told = Told::new()?;
        let (slot, word) = (B256::repeat_byte(7), U256::ONE);
        let now = told.pair.model.clock().now();
        for contract in contracts(&told.pair.world) {
            let write = Write { contract, slot, word };
            let found = told.words.follow(&mut told.pair.chain, now, &[], &[write])?;
            let Some(Disagreement::Word { what, contract: whose, .. }) = found else {
                panic!("{contract}: {found:?}")
            };
            assert_eq!((&*what, whose), ("", contract));
        }
        let contract = world::strategy(told.pair.world.coin);
        let write = Write { contract, slot, word };
        assert_eq!(told.words.follow(&mut told.pair.chain, now, &[], &[write])?, None);
        Ok(())
    }
}
