//! Which words the contracts have stored.

use std::collections::{BTreeMap, BTreeSet};

use alloy::primitives::{Address, B256, U256};
use palisade_bindings::Epoch;

use crate::{
    Contract, Distributor, Manager, Pause, Place, Replay, Vault,
    common::{Common, PAUSABLE},
    distributor::bitmap_of,
    math::WAD,
    vault::MAX_ASSETS,
};

/// The storage of a contract: each slot whose word is not zero. Transient storage and immutables are no part of it.
pub type Storage = BTreeMap<B256, Word>;

/// A stored word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// Where it stands.
    pub place: Place,
    /// The word.
    pub word: U256,
}

/// Fields side by side in a word, the first one lowest: names, and how many bits each has.
type Fields = &'static [(&'static str, usize)];

impl Place {
    /// The fields of its word. What writes words and what reads them both go by this table.
    const fn fields(self) -> Fields {
        const CHECKPOINT: Fields = &[("shares", 104), ("since", 24), ("generation", 24)];
        const TIMES: [(&str, usize); PAUSABLE] = [
            ("deposit", 40),
            ("open", 40),
            ("complete", 40),
            ("join", 40),
            ("raise", 40),
            ("create set", 40),
        ];
        match self {
            Self::PausedUntil(_) | Self::RestUntil(_) => &TIMES,
            Self::Operator(..) => {
                &[("registered", 8), ("opened", 8), ("admits from", 24), ("approver", 160)]
            }
            Self::Admission(..) => &[("deadline", 40), ("nonce", 216)],
            Self::Pool(..) => {
                &[("shares", 104), ("since", 24), ("generation", 24), ("assets", 104)]
            }
            Self::PoolOperator(..) => &[("operator", 160)],
            Self::PoolStrategy(..) => &[("strategy", 160)],
            Self::PoolHistory(..) | Self::PositionHistory(..) => CHECKPOINT,
            Self::Position(..) => {
                &[("shares", 104), ("since", 24), ("shares before", 104), ("since before", 24)]
            }
            Self::Bucket(..) => &[("shares", 152), ("assets", 104)],
            Self::Exit(..) => &[("shares", 256)],
            Self::Credit(..) => &[("assets", 256)],
            Self::DepositCap(..) => &[("below the highest", 256)],
            Self::IsOperator(..) => &[("approved", 8)],
            Self::Allowance(..) | Self::Collectable(..) => &[("amount", 256)],
            Self::TermsSlasher(..) => {
                &[("slasher", 160), ("cap", 64), ("window", 24), ("has registrar", 8)]
            }
            Self::TermsRecipient(..) | Self::Recipient(..) => &[("recipient", 160)],
            Self::TermsResolver(..) => &[("resolver", 160)],
            Self::TermsConditions(..) => &[("conditions", 256)],
            Self::TermsRegistrar(..) => &[("registrar", 160)],
            Self::Accepted(..) => &[("accepted", 8)],
            Self::Membership(..) => &[("joined", 8), ("opened", 8), ("allocations", 32)],
            Self::Allocation(..) => &[
                ("current", 60),
                ("next", 60),
                ("taken", 60),
                ("effective", 24),
                ("taken in", 24),
                ("generation", 24),
            ],
            Self::Proposal(..) => {
                &[("magnitude", 60), ("fraction", 60), ("proposed at", 40), ("generation", 24)]
            }
            Self::Budget(..) => {
                &[("left", 64), ("committed", 112), ("contested until", 24), ("generation", 24)]
            }
            Self::Ceiling(..) => &[("above 1", 256)],
            Self::Appointee(..) => &[("allowed", 8)],
            Self::Commission(..) => {
                &[("previous", 64), ("current", 64), ("next", 64), ("since", 24), ("effective", 24)]
            }
            Self::Cumulative(..) => &[("rewards of a share", 256)],
            Self::Window(..) => &[("paid", 128), ("before", 24), ("carry", 104)],
            Self::Windows(..) => &[("not empty", 256)],
            Self::Claim(..) => &[("fraction", 64), ("cumulative", 168), ("through", 24)],
        }
    }

    fn pack(self, values: &[U256]) -> U256 {
        let mut shift = 0;
        let mut word = U256::ZERO;
        for (value, (_, bits)) in values.iter().zip(self.fields()) {
            word |= *value << shift;
            shift += bits;
        }
        word
    }

    /// The fields of a word that stands here, the lowest first, each by its name. Bits beyond them are told as `unused`
    /// where one is set, which the contracts never do.
    #[must_use]
    pub fn decode(self, word: U256) -> Vec<(&'static str, U256)> {
        let mut rest = word;
        let mut decoded = Vec::new();
        for &(name, bits) in self.fields() {
            let mask = U256::MAX >> (U256::BITS - bits);
            decoded.push((name, rest & mask));
            // Shifting out all bits gives zero.
            rest >>= bits;
        }
        if !rest.is_zero() {
            decoded.push(("unused", rest));
        }
        decoded
    }
}

impl Replay {
    /// The word that stands at this place; zero where nothing does. It costs a look-up, or a few.
    #[must_use]
    pub fn word(&self, place: Place) -> U256 {
        self.stored(place).unwrap_or_default()
    }

    /// All places that may hold something: every other word is zero.
    pub fn places(&self) -> impl Iterator<Item = Place> {
        let contracts = [Contract::Vault, Contract::Manager].into_iter();
        let pauses = contracts.flat_map(Place::pauses);
        let core = vault_places(self.vault()).chain(manager_places(self.manager()));
        pauses.chain(core).chain(distributor_places(self.distributor()))
    }

    /// What the vault has stored.
    #[must_use]
    pub fn vault_storage(&self) -> Storage {
        self.storage(Contract::Vault)
    }

    /// What the allocation manager has stored.
    #[must_use]
    pub fn manager_storage(&self) -> Storage {
        self.storage(Contract::Manager)
    }

    /// What the rewards distributor has stored.
    #[must_use]
    pub fn distributor_storage(&self) -> Storage {
        self.storage(Contract::Distributor)
    }

    fn storage(&self, contract: Contract) -> Storage {
        let places = self.places().filter(|place| place.contract() == contract);
        let words = places.map(|place| Word { place, word: self.word(place) });
        let stored = words.filter(|it| !it.word.is_zero());
        stored.map(|it| (it.place.slot(), it)).collect()
    }

    fn stored(&self, place: Place) -> Option<U256> {
        use Place as P;
        let (vault, manager, distributor) = (self.vault(), self.manager(), self.distributor());
        let word = |values: &[U256]| Some(place.pack(values));
        let set = |id| manager.sets.get(&id);
        let rewards = |pool, token| distributor.rewards.get(&(pool, token));
        match place {
            P::PausedUntil(contract) => word(&self.times(contract, |it| it.until)?),
            P::RestUntil(contract) => word(&self.times(contract, |it| it.rest_until)?),
            P::Operator(operator) => {
                let it = vault.operators.get(&operator)?;
                word(&[flag(true), flag(it.opened), epoch(it.admits_from), address(it.approver)])
            }
            P::Admission(operator, staker) => {
                let it = vault.admissions.get(&(operator, staker))?;
                word(&[number(it.deadline), it.nonce])
            }
            P::Pool(key) => {
                let it = vault.pools.get(&key)?;
                let generation = number(it.now.generation);
                word(&[it.now.shares, epoch(it.now.since), generation, it.assets])
            }
            P::PoolOperator(key) => word(&[address(vault.pools.get(&key)?.operator)]),
            P::PoolStrategy(key) => word(&[address(vault.pools.get(&key)?.strategy)]),
            P::PoolHistory(key, changed) => {
                let it = vault.pools.get(&key)?.history.get(&changed)?;
                word(&[it.shares, epoch(it.since), number(it.generation)])
            }
            P::Position(pool, owner) => {
                let it = vault.positions.get(&(pool, owner))?;
                let (now, previous) = (it.now, it.previous);
                word(&[now.shares, epoch(now.since), previous.shares, epoch(previous.since)])
            }
            P::PositionHistory(pool, owner, changed) => {
                let it = vault.positions.get(&(pool, owner))?.history.get(&changed)?;
                word(&[it.shares, epoch(it.since), number(it.generation)])
            }
            P::Bucket(pool, epoch) => {
                let it = vault.buckets.get(&(pool, epoch))?;
                word(&[it.shares, it.assets])
            }
            P::Exit(pool, epoch, owner) => word(&[*vault.exits.get(&(pool, epoch, owner))?]),
            P::Credit(strategy, account) => word(&[*vault.credits.get(&(strategy, account))?]),
            P::DepositCap(strategy) => {
                word(&[MAX_ASSETS.saturating_sub(*vault.caps.get(&strategy)?)])
            }
            P::IsOperator(owner, spender) => {
                word(&[flag(vault.spenders.contains(&(owner, spender)))])
            }
            P::Allowance(owner, spender, pool) => {
                word(&[*vault.allowances.get(&(owner, spender, pool))?])
            }
            P::TermsSlasher(id) => {
                let it = &set(id)?.terms;
                let (cap, has_registrar) = (number(it.cap), flag(!it.registrar.is_zero()));
                word(&[address(it.slasher), cap, number(it.window), has_registrar])
            }
            P::TermsRecipient(id) => word(&[address(set(id)?.terms.recipient)]),
            P::TermsResolver(id) => word(&[address(set(id)?.terms.resolver)]),
            P::TermsConditions(id) => word(&[set(id)?.terms.conditions.into()]),
            P::TermsRegistrar(id) => word(&[address(set(id)?.terms.registrar)]),
            P::Accepted(id, strategy) => word(&[flag(set(id)?.accepted.contains(&strategy))]),
            P::Membership(id, operator) => {
                let it = set(id)?.memberships.get(&operator)?;
                word(&[flag(it.joined), flag(it.opened), number(it.allocations)])
            }
            P::Allocation(id, operator, strategy) => {
                let it = set(id)?.promises.get(&(operator, strategy))?.allocation;
                word(&[
                    number(it.current),
                    number(it.next),
                    number(it.taken),
                    epoch(it.effective),
                    epoch(it.taken_in),
                    number(it.generation),
                ])
            }
            P::Proposal(id, operator, strategy) => {
                let it = set(id)?.promises.get(&(operator, strategy))?.proposal?;
                let proposed_at = number(it.proposed_at);
                word(&[number(it.magnitude), number(it.wad), proposed_at, number(it.generation)])
            }
            P::Budget(operator, strategy) => {
                let it = manager.budgets.get(&(operator, strategy))?;
                let (committed, until) = (number(it.committed), epoch(it.contested_until));
                word(&[number(it.stored_left), committed, until, number(it.generation)])
            }
            P::Ceiling(strategy) => {
                word(&[number(manager.ceilings.get(&strategy)?.saturating_sub(WAD))])
            }
            P::Appointee(account, appointee, selector) => {
                word(&[flag(manager.appointees.contains(&(account, appointee, selector)))])
            }
            P::Commission(operator) => {
                let it = distributor.commissions.get(&operator)?;
                let (since, effective) = (epoch(it.since), epoch(it.effective));
                let [previous, current, next] = [it.previous, it.current, it.next].map(number);
                word(&[previous, current, next, since, effective])
            }
            P::Collectable(operator, token) => {
                word(&[*distributor.collectable.get(&(operator, token))?])
            }
            P::Cumulative(pool, token, epoch) => {
                word(&[rewards(pool, token)?.paid.get(&epoch)?.cumulative])
            }
            P::Window(pool, token, window) => {
                let it = rewards(pool, token)?.window(window)?;
                word(&[it.paid, epoch(it.before), it.carry])
            }
            P::Windows(pool, token, bitmap) => word(&[rewards(pool, token)?.bitmap(bitmap)]),
            P::Claim(pool, token, owner) => {
                let it = distributor.claims.get(&(pool, token, owner))?;
                word(&[it.fraction, it.cumulative, epoch(it.through)])
            }
            P::Recipient(owner) => word(&[address(*distributor.recipients.get(&owner)?)]),
        }
    }

    /// `None` where nothing can be paused.
    fn times(&self, contract: Contract, time: fn(&Pause) -> u64) -> Option<[U256; PAUSABLE]> {
        let Common { pauses, .. } = match contract {
            Contract::Vault => &self.vault().common,
            Contract::Manager => &self.manager().common,
            Contract::Distributor => return None,
        };
        Some(pauses.each_ref().map(|pause| number(time(pause))))
    }
}

fn vault_places(vault: &Vault) -> impl Iterator<Item = Place> {
    use Place as P;
    let operators = vault.operators.keys().map(|it| P::Operator(*it));
    let admissions = vault.admissions.keys().map(|(operator, it)| P::Admission(*operator, *it));
    let pools = vault.pools.iter().flat_map(|(&key, it)| {
        let history = it.history.keys().map(move |changed| P::PoolHistory(key, *changed));
        [P::Pool(key), P::PoolOperator(key), P::PoolStrategy(key)].into_iter().chain(history)
    });
    let positions = vault.positions.iter().flat_map(|(&(pool, owner), it)| {
        let before = move |changed: &Epoch| P::PositionHistory(pool, owner, *changed);
        [P::Position(pool, owner)].into_iter().chain(it.history.keys().map(before))
    });
    let buckets = vault.buckets.keys().map(|(pool, epoch)| P::Bucket(*pool, *epoch));
    let exits = vault.exits.keys().map(|(pool, epoch, owner)| P::Exit(*pool, *epoch, *owner));
    let credits = vault.credits.keys().map(|(strategy, account)| P::Credit(*strategy, *account));
    let caps = vault.caps.keys().map(|strategy| P::DepositCap(*strategy));
    let spenders = vault.spenders.iter().map(|(owner, it)| P::IsOperator(*owner, *it));
    let allowances =
        vault.allowances.keys().map(|(owner, spender, pool)| P::Allowance(*owner, *spender, *pool));
    let stake = operators.chain(admissions).chain(pools).chain(positions);
    let owed = buckets.chain(exits).chain(credits).chain(caps);
    stake.chain(owed).chain(spenders).chain(allowances)
}

fn manager_places(manager: &Manager) -> impl Iterator<Item = Place> {
    use Place as P;
    let sets = manager.sets.iter().flat_map(|(&id, set)| {
        let accepted = set.accepted.iter().map(move |strategy| P::Accepted(id, *strategy));
        let memberships = set.memberships.keys().map(move |it| P::Membership(id, *it));
        let promises = set.promises.keys().flat_map(move |&(operator, strategy)| {
            [P::Allocation(id, operator, strategy), P::Proposal(id, operator, strategy)]
        });
        P::terms(id).into_iter().chain(accepted).chain(memberships).chain(promises)
    });
    let budgets = manager.budgets.keys().map(|(operator, it)| P::Budget(*operator, *it));
    let ceilings = manager.ceilings.keys().map(|strategy| P::Ceiling(*strategy));
    let appointees = manager.appointees.iter();
    let appointees =
        appointees.map(|(account, it, selector)| P::Appointee(*account, *it, *selector));
    sets.chain(budgets).chain(ceilings).chain(appointees)
}

fn distributor_places(distributor: &Distributor) -> impl Iterator<Item = Place> {
    use Place as P;
    let commissions = distributor.commissions.keys().map(|operator| P::Commission(*operator));
    let collectable = distributor.collectable.keys();
    let collectable = collectable.map(|(operator, token)| P::Collectable(*operator, *token));
    let rewards = distributor.rewards.iter().flat_map(|(&(pool, token), rewards)| {
        let paid = rewards.paid.keys().map(move |epoch| P::Cumulative(pool, token, *epoch));
        let windows = rewards.windows().map(move |window| P::Window(pool, token, window));
        let words: BTreeSet<_> = rewards.windows().map(bitmap_of).collect();
        paid.chain(windows).chain(words.into_iter().map(move |word| P::Windows(pool, token, word)))
    });
    let claims = distributor.claims.keys();
    let claims = claims.map(|(pool, token, owner)| P::Claim(*pool, *token, *owner));
    let recipients = distributor.recipients.keys().map(|owner| P::Recipient(*owner));
    commissions.chain(collectable).chain(rewards).chain(claims).chain(recipients)
}

fn number(value: impl Into<u128>) -> U256 {
    U256::from(value.into())
}

fn flag(is_set: bool) -> U256 {
    number(is_set)
}

fn epoch(value: Epoch) -> U256 {
    value.into()
}

fn address(value: Address) -> U256 {
    value.into_word().into()
}
