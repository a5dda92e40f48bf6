//! Histories by chance, and a reference that does everything the long way: it keeps all balances of all epochs, splits
//! each payment among all holders at once, and adds up.

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};
use palisade_bindings::PoolId;
use palisade_rewards::ledger::WAD;
use proptest::{collection::vec, prelude::*};

use super::{Book, OPERATORS, STAKERS, TOKENS, pool};

/// Numbers that choose: what, where, who, whom, and how much.
type Step = (u8, usize, usize, usize, u64);

/// What a staker got of one payment: exact, in 2^-64 units.
struct Part {
    pool: PoolId,
    token: Address,
    owner: Address,
    epoch: u32,
    scaled: U256,
}

type Balances = BTreeMap<(PoolId, Address), u128>;

struct Reference {
    book: Book,
    living: [PoolId; 2],
    balances: Balances,
    /// What stood at the first instant of each epoch.
    starts: BTreeMap<u32, ([PoolId; 2], Balances)>,
    parts: Vec<Part>,
    carry: BTreeMap<(PoolId, Address), U256>,
    paid_in: BTreeMap<Address, U256>,
    paid_out: BTreeMap<(PoolId, Address, Address), (u32, U256)>,
    /// The rates of each operator, by the first epoch of each.
    rates: [BTreeMap<u32, u64>; 2],
    /// The epochs in which the operators opened.
    opened_in: [u32; 2],
    /// From when all of each pool is promised.
    promised: [u32; 2],
    commissions: BTreeMap<(usize, Address), U256>,
    collected: BTreeMap<Address, U256>,
    done: BTreeMap<&'static str, u32>,
}

impl Reference {
    fn new() -> Self {
        let living = [pool(0), pool(1)];
        let mut it = Self {
            book: Book::new(),
            living,
            balances: Balances::new(),
            starts: BTreeMap::new(),
            parts: Vec::new(),
            carry: BTreeMap::new(),
            paid_in: BTreeMap::new(),
            paid_out: BTreeMap::new(),
            rates: [BTreeMap::from([(0, 0)]), BTreeMap::from([(0, 0)])],
            opened_in: [u32::MAX; 2],
            promised: [1; 2],
            commissions: BTreeMap::new(),
            collected: BTreeMap::new(),
            done: BTreeMap::new(),
        };
        it.starts.insert(1, (living, Balances::new()));
        it
    }

    fn held(&self, pool: PoolId, owner: Address) -> u128 {
        self.balances.get(&(pool, owner)).copied().unwrap_or_default()
    }

    fn rate(&self, operator: usize, epoch: u32) -> u64 {
        *self.rates[operator].range(..=epoch).next_back().unwrap().1
    }

    /// Whether a slash can end the living generation: twice at most, and where there is something to slash.
    fn ends(&self, at: usize) -> bool {
        let vault = self.book.ledger.replay().vault_at(self.book.now).unwrap();
        let pool = self.living[at];
        let is_promised = self.promised[at] <= self.book.epoch();
        is_promised && pool.generation() < 2 && !vault.assets_of(pool).is_zero()
    }

    fn step(&mut self, (what, at, who, whom, much): Step) {
        let (pool, owner, other) = (self.living[at], STAKERS[who], STAKERS[whom]);
        let (token, epoch) = (TOKENS[whom % 2], self.book.epoch());
        let did = match what {
            0..4 => {
                if self.opened_in[at] == u32::MAX && much % 2 == 0 {
                    return self.open(at);
                }
                if self.opened_in[at] >= epoch {
                    return;
                }
                // From single shares to many.
                let shares = (u128::from(much) << (who * 8)) % (1 << 90) + 1;
                self.book.enter(pool, owner, shares).unwrap();
                *self.balances.entry((pool, owner)).or_default() += shares;
                "enter"
            }
            4..6 => {
                let held = self.held(pool, owner);
                if held == 0 {
                    return;
                }
                let shares = u128::from(much) % held + 1;
                self.book.leave(pool, owner, shares).unwrap();
                self.balances.insert((pool, owner), held - shares);
                "leave"
            }
            6..8 => {
                // Of any generation: positions in ended ones move too.
                let pool = pool.at_generation(u32::try_from(much % 3).unwrap());
                let held = self.held(pool, owner);
                if held == 0 {
                    return;
                }
                let shares = u128::from(much) % held + 1;
                self.book.transfer(pool, owner, other, shares).unwrap();
                self.balances.insert((pool, owner), held - shares);
                *self.balances.entry((pool, other)).or_default() += shares;
                "transfer"
            }
            8 if much % 3 == 0 && self.ends(at) => {
                self.book.slash(at, WAD).unwrap();
                self.promised[at] = epoch + 3;
                self.book.promise(at, epoch + 3).unwrap();
                self.living[at] = pool.at_generation(pool.generation() + 1);
                "end"
            }
            8..12 => {
                let epochs = if much % 7 == 0 { 200 } else { u32::try_from(much % 2).unwrap() + 1 };
                for later in 1..=epochs {
                    self.starts.insert(epoch + later, (self.living, self.balances.clone()));
                }
                self.book.next_epochs(epochs);
                "wait"
            }
            12..16 => return self.pay(at, token, much),
            16 => {
                let now = self.rate(at, epoch);
                let rate = much % (WAD / 2 + 1);
                let announced = self.rates[at].range(epoch + 1..).next_back();
                let announced = announced.map(|(day, rate)| (*day, *rate));
                if rate == announced.map_or(now, |(_, rate)| rate) {
                    return;
                }
                let day = match announced {
                    _ if rate <= now || self.opened_in[at] == u32::MAX => epoch,
                    Some((day, higher)) if rate < higher => day,
                    _ => epoch + 3,
                };
                self.book.rate(OPERATORS[at], rate, day).unwrap();
                self.rates[at].split_off(&(epoch + 1));
                self.rates[at].insert(day, rate);
                "rate"
            }
            17 => {
                let due = self.commissions.remove(&(at, token)).unwrap_or_default();
                if due.is_zero() {
                    return;
                }
                self.book.collect(OPERATORS[at], token, due).unwrap();
                *self.collected.entry(token).or_default() += due;
                "collect"
            }
            _ => return self.claim(pool, token, owner, much),
        };
        *self.done.entry(did).or_default() += 1;
    }

    fn open(&mut self, at: usize) {
        self.book.opens(OPERATORS[at]);
        self.opened_in[at] = self.book.epoch();
        *self.done.entry("open").or_default() += 1;
    }

    fn pay(&mut self, at: usize, token: Address, much: u64) {
        let epoch = self.book.epoch() - 1;
        let Some((pools, balances)) = self.starts.get(&epoch) else { return };
        let pool = pools[at];
        let holders: Vec<_> =
            balances.iter().filter(|((it, _), shares)| *it == pool && **shares > 0).collect();
        let total: u128 = holders.iter().map(|(_, shares)| **shares).sum();
        let amount = u128::from(much) * u128::from(much % 1_000_003) + 1;
        let rate = self.rate(at, epoch);
        let commission = U256::from(amount) * U256::from(rate) / U256::from(WAD);
        if total == 0 {
            self.book.pay(pool, token, amount, commission.to()).unwrap_err();
            return;
        }
        self.book.pay(pool, token, amount, commission.to()).unwrap();
        let pot = ((U256::from(amount) - commission) << 64)
            + self.carry.get(&(pool, token)).copied().unwrap_or_default();
        let share = pot / U256::from(total);
        self.carry.insert((pool, token), pot % U256::from(total));
        for (&(_, owner), shares) in holders {
            let scaled = share * U256::from(*shares);
            self.parts.push(Part { pool, token, owner, epoch, scaled });
        }
        *self.paid_in.entry(token).or_default() += U256::from(amount);
        *self.commissions.entry((at, token)).or_default() += commission;
        *self.done.entry("pay").or_default() += 1;
    }

    /// All that it got for epochs up to `through`, less what it was paid.
    fn due(&self, pool: PoolId, token: Address, owner: Address, through: u32) -> U256 {
        let through = through.min(self.book.epoch() - 1);
        let (done, paid) = self.paid_out.get(&(pool, token, owner)).copied().unwrap_or_default();
        if through < done {
            return U256::ZERO;
        }
        let is_it = |part: &&Part| {
            (part.pool, part.token, part.owner) == (pool, token, owner) && part.epoch <= through
        };
        let got: U256 = self.parts.iter().filter(is_it).map(|part| part.scaled).sum();
        (got >> 64) - paid
    }

    fn claim(&mut self, pool: PoolId, token: Address, owner: Address, much: u64) {
        let closed = self.book.epoch() - 1;
        let back = if much.is_multiple_of(2) { 0 } else { u32::try_from(much % 5).unwrap() };
        let through = closed.saturating_sub(back);
        let due = self.due(pool, token, owner, through);
        if due.is_zero() {
            return;
        }
        self.book.claim(pool, token, owner, through, due + U256::ONE).unwrap_err();
        self.book.claim(pool, token, owner, through, due).unwrap();
        let paid = self.paid_out.entry((pool, token, owner)).or_default();
        *paid = (through, paid.1 + due);
        *self.done.entry("claim").or_default() += 1;
    }

    /// The ledger says the same of everybody and everything.
    fn check(&self) {
        let closed = self.book.epoch() - 1;
        let at = self.book.ledger.at(self.book.now).unwrap();
        for (index, operator) in OPERATORS.into_iter().enumerate() {
            for token in TOKENS {
                let due = self.commissions.get(&(index, token)).copied().unwrap_or_default();
                assert_eq!(at.commission_of(operator, token), due);
                for generation in 0..3 {
                    let pool = pool(index).at_generation(generation);
                    let carry = self.carry.get(&(pool, token)).copied().unwrap_or_default();
                    assert_eq!(at.carried(pool, token), carry);
                    for owner in STAKERS {
                        for through in closed.saturating_sub(3)..=closed + 1 {
                            let due = self.due(pool, token, owner, through);
                            assert_eq!(self.book.claimable(pool, token, owner, through), due);
                        }
                    }
                }
            }
        }
        self.conserved();
    }

    /// Of each token, what was paid in is what stakers got, commissions, and what is carried: to the last bit.
    fn conserved(&self) {
        for token in TOKENS {
            let zero = U256::ZERO;
            let got = self.parts.iter().filter(|part| part.token == token);
            let got: U256 = got.map(|part| part.scaled).sum();
            let carried = self.carry.iter().filter(|((_, it), _)| *it == token);
            let carried: U256 = carried.map(|(_, carry)| *carry).sum();
            let due = self.commissions.iter().filter(|((_, it), _)| *it == token);
            let due: U256 = due.map(|(_, due)| *due).sum();
            let collected = self.collected.get(&token).copied().unwrap_or(zero);
            let paid_in = self.paid_in.get(&token).copied().unwrap_or(zero);
            assert_eq!(paid_in << 64, got + carried + ((due + collected) << 64));
            let claimed = self.paid_out.iter().filter(|((_, it, _), _)| *it == token);
            let claimed: U256 = claimed.map(|(_, (_, paid))| *paid).sum();
            assert_eq!(self.book.ledger.holdings(token), paid_in - claimed - collected);
        }
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    vec((0..21_u8, 0..2_usize, 0..4_usize, 0..4_usize, any::<u64>()), 1..120)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn agrees_with_a_reference_that_splits_each_payment_by_hand(steps in steps()) {
        let mut reference = Reference::new();
        for (count, step) in steps.into_iter().enumerate() {
            reference.step(step);
            if count % 16 == 0 {
                reference.check();
            }
        }
        reference.check();
    }
}

/// Chance does all that can be done, and many times.
#[test]
fn chance_leaves_nothing_out() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let mut done = BTreeMap::new();
    for _ in 0..64 {
        let mut reference = Reference::new();
        for step in steps().new_tree(&mut runner).unwrap().current() {
            reference.step(step);
        }
        for (what, times) in reference.done {
            *done.entry(what).or_insert(0) += times;
        }
    }
    for what in
        ["enter", "leave", "transfer", "end", "wait", "pay", "rate", "open", "collect", "claim"]
    {
        assert!(done.get(what).copied().unwrap_or_default() > 20, "{what}: {done:?}");
    }
}
