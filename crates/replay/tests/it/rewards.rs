//! What is paid, earned, claimed and kept, and where it stands. The numbers are by hand.
#![expect(non_snake_case, reason = "fields of logs are named as in the interface")]

use alloy::primitives::{Address, U256};
use palisade_bindings::{
    Epoch, PoolId,
    RewardsDistributor::{self as distributor, RewardsDistributorEvents as D},
    StakeVault::{self as vault, StakeVaultEvents as V},
};
use palisade_replay::{Claim, Event, MAX_COMMISSION, Misfit, Place, Reached, Replay};

use crate::{
    refusals::refused,
    story::{
        ALICE, BOB, EPOCH, OPERATOR, ORIGIN, STRATEGY, Story, WHOLE, allocated, operator_slashed,
        pool, slashed, transfer, u,
    },
};

/// What rewards are paid in.
pub(crate) const COIN: Address = Address::repeat_byte(0xc0);

/// A unit, as rewards are divided.
const UNIT: u128 = 1 << 64;

impl Story {
    pub(crate) fn distributor_logs<const N: usize>(&mut self, events: [D; N]) {
        for event in events {
            self.log(Event::Distributor(event));
        }
    }

    pub(crate) fn starts_rewards(&mut self) {
        self.log(started(EPOCH, ORIGIN));
    }

    pub(crate) fn sets_commission(&mut self, rate: u128, effective: u64) {
        self.log(commission(rate, effective));
    }

    /// Pays for the epoch that has just closed.
    pub(crate) fn pays(&mut self, pool: PoolId, amount: u128, commission: u128) {
        self.log(self.paid(pool, amount, commission));
    }

    fn paid(&self, pool: PoolId, amount: u128, commission: u128) -> Event {
        let epoch = self.vault().current_epoch().0 - 1;
        paid_for(epoch, pool, amount, commission)
    }

    pub(crate) fn claims(&mut self, pool: PoolId, owner: Address, through: u64, amount: u128) {
        self.log(claimed(pool, owner, through, amount));
    }

    /// In epoch 4 Alice has held 3 shares since epoch 2, and Bob 1.
    fn earning() -> Self {
        let mut story = Self::staked();
        story.starts_rewards();
        story.log(transfer(ALICE, Address::ZERO, pool(), 997));
        story.log(queued(4, 997));
        story.log(transfer(Address::ZERO, BOB, pool(), 1));
        story.epoch(4);
        story
    }

    fn word(&self, place: Place) -> Vec<(&'static str, U256)> {
        place.decode(self.replay.word(place))
    }

    fn window(&self, window: u32) -> [U256; 3] {
        let word = self.word(Place::Window(pool(), COIN, window));
        std::array::from_fn(|field| word[field].1)
    }

    fn claim(&self, owner: Address) -> Claim {
        self.distributor().claimed_of(pool(), COIN, owner)
    }
}

/// Alice queues, the first of the epoch, at a price of 1.
fn queued(epoch: u64, amount: u128) -> Event {
    let (shares, assets, exitShares) = (u(amount), u(amount), u(amount));
    let (pool, epoch, owner) = (pool().0, U256::from(epoch), ALICE);
    let queued = vault::WithdrawalQueued { pool, epoch, owner, shares, assets, exitShares };
    Event::Vault(V::WithdrawalQueued(queued))
}

fn started(length: u64, origin: u64) -> Event {
    let (epochLength, origin) = (U256::from(length), U256::from(origin));
    Event::Distributor(D::ClockStarted(distributor::ClockStarted { epochLength, origin }))
}

fn commission(rate: u128, effective: u64) -> Event {
    let (operator, rate, effective) = (OPERATOR, u(rate), U256::from(effective));
    Event::Distributor(D::CommissionSet(distributor::CommissionSet { operator, rate, effective }))
}

fn paid_for(epoch: u32, pool: PoolId, amount: u128, commission: u128) -> Event {
    Event::Distributor(D::Distributed(distributor::Distributed {
        pool: pool.0,
        token: COIN,
        payer: BOB,
        epoch: U256::from(epoch),
        amount: u(amount),
        commission: u(commission),
    }))
}

fn claimed(pool: PoolId, owner: Address, through: u64, amount: u128) -> Event {
    Event::Distributor(D::Claimed(distributor::Claimed {
        pool: pool.0,
        token: COIN,
        owner,
        receiver: owner,
        through: U256::from(through),
        amount: u(amount),
    }))
}

fn collected(amount: u128) -> Event {
    Event::Distributor(D::CommissionCollected(distributor::CommissionCollected {
        operator: OPERATOR,
        token: COIN,
        receiver: BOB,
        amount: u(amount),
    }))
}

#[test]
fn what_is_earned_is_divided_by_the_shares_at_the_start_of_the_epoch() {
    let mut story = Story::earning();
    // Too late for epoch 3.
    story.log(transfer(Address::ZERO, BOB, pool(), 96));
    story.pays(pool(), 10, 0);
    let now = story.distributor();
    assert_eq!(now.claimable(ALICE, Epoch(9), pool(), COIN), u(7));
    assert_eq!(now.claimable(BOB, Epoch(9), pool(), COIN), u(2));
    assert_eq!(now.claimable(ALICE, Epoch(2), pool(), COIN), U256::ZERO);
    assert_eq!(now.claimable(ALICE, Epoch(9), pool(), STRATEGY), U256::ZERO);
    assert_eq!(now.rewards_per_share(pool(), COIN, Epoch(3)), u(UNIT / 4 * 10));
    assert_eq!(now.rewards_per_share(pool(), COIN, Epoch(2)), U256::ZERO);
    let rewards = story.word(Place::Cumulative(pool(), COIN, Epoch(3)));
    assert_eq!(rewards, [("rewards of a share", u(UNIT / 4 * 10))]);
    let window = story.word(Place::Window(pool(), COIN, 0));
    assert_eq!(window, [("paid", u(1 << 3)), ("before", u(0)), ("carry", u(0))]);
    assert_eq!(story.word(Place::Windows(pool(), COIN, 0)), [("not empty", u(1))]);
}

#[test]
fn a_claim_keeps_its_fraction_and_how_far_it_went() {
    let mut story = Story::earning();
    story.pays(pool(), 10, 0);
    story.claims(pool(), ALICE, 3, 7);
    let cumulative = u(UNIT / 4 * 10);
    let half = u(UNIT / 2);
    assert_eq!(story.claim(ALICE), Claim { through: Epoch(3), cumulative, fraction: half });
    let word = story.word(Place::Claim(pool(), COIN, ALICE));
    assert_eq!(word, [("fraction", half), ("cumulative", cumulative), ("through", u(3))]);
    // The same epoch is paid for again, and the halves add up.
    story.pays(pool(), 10, 0);
    story.claims(pool(), ALICE, 3, 8);
    assert_eq!(story.claim(ALICE).fraction, U256::ZERO);
}

#[test]
fn what_is_earned_follows_from_every_balance_since_the_last_claim() {
    let mut story = Story::earning();
    story.pays(pool(), 4, 0);
    story.claims(pool(), ALICE, 3, 3);
    // 3 shares of 4 for epoch 4; then 1 of 4 for 5, and 3 of 4 for 6.
    story.log(transfer(ALICE, BOB, pool(), 2));
    story.epoch(5);
    story.pays(pool(), 4, 0);
    story.log(transfer(BOB, ALICE, pool(), 2));
    story.epoch(6);
    story.pays(pool(), 8, 0);
    story.epoch(7);
    story.pays(pool(), 40, 0);
    for (through, earned) in [(2, 0), (3, 0), (4, 3), (5, 3 + 2), (6, 3 + 2 + 30)] {
        let claimable = story.distributor().claimable(ALICE, Epoch(through), pool(), COIN);
        assert_eq!(claimable, u(earned), "through {through}");
    }
    story.claims(pool(), ALICE, 4, 3);
    story.claims(pool(), ALICE, 6, 2 + 30);
    story.claims(pool(), BOB, 6, 1 + 1 + 6 + 10);
}

#[test]
fn a_claim_after_a_change_gets_on_though_nothing_was_paid() {
    let mut story = Story::earning();
    story.claims(pool(), ALICE, 3, 0);
    assert_eq!(story.claim(ALICE).through, Epoch(3));
    let again = refused(&mut story, claimed(pool(), ALICE, 3, 0));
    assert_eq!(again, Misfit::Forbidden("a claim that changes nothing is not logged"));
    // And where something was paid, so does that of somebody who holds nothing.
    story.pays(pool(), 4, 0);
    story.claims(pool(), OPERATOR, 3, 0);
    assert_eq!(story.claim(OPERATOR).cumulative, u(UNIT));
}

#[test]
fn what_does_not_divide_is_carried_from_window_to_window() {
    let mut story = Story::earning();
    story.log(transfer(ALICE, Address::ZERO, pool(), 1));
    story.log(queued(6, 1));
    story.epoch(6);
    // 2^64 is 1 more than a multiple of 3.
    story.pays(pool(), 1, 0);
    let third = (UNIT - 1) / 3;
    assert_eq!(story.window(0), [u(1 << 5), u(0), u(1)]);
    story.pays(pool(), 1, 0);
    assert_eq!(story.window(0), [u(1 << 5), u(0), u(2)]);
    story.epoch(128);
    story.pays(pool(), 3, 0);
    assert_eq!(story.window(0), [u(1 << 5 | 1 << 127), u(0), u(2)]);
    // Epoch 128 begins the next window. That of before keeps what it carried, which is not carried again.
    story.epoch(129);
    story.pays(pool(), 1, 0);
    assert_eq!(story.window(0), [u(1 << 5 | 1 << 127), u(0), u(2)]);
    assert_eq!(story.window(1), [u(1), u(127), u(0)]);
    assert_eq!(story.distributor().carried(pool(), COIN), U256::ZERO);
    let paid = &story.replay.distributor().rewards[&(pool(), COIN)].paid;
    let cumulative = u(2 * third + UNIT + third + 1);
    assert_eq!(paid[&Epoch(128)], Reached { cumulative, carry: U256::ZERO });
    assert_eq!(story.word(Place::Windows(pool(), COIN, 0))[0].1, u(0b11));
    // Window 256 is the first of the next word of windows.
    story.epoch(256 * 128 + 6);
    story.pays(pool(), 1, 0);
    assert_eq!(story.window(256), [u(1 << 5), u(128), u(1)]);
    assert_eq!(story.word(Place::Windows(pool(), COIN, 0))[0].1, u(0b11));
    assert_eq!(story.word(Place::Windows(pool(), COIN, 1))[0].1, u(1));
    assert_eq!(story.distributor().rewards_per_share(pool(), COIN, Epoch(200)), cumulative);
}

#[test]
fn commissions_have_their_day_and_are_collected_whole() {
    let mut story = Story::earning();
    let place = Place::Commission(OPERATOR);
    let word = |story: &Story| story.word(place).iter().map(|it| it.1.to()).collect::<Vec<u128>>();
    let (tenth, fifth) = (WHOLE / 10, WHOLE / 5);
    let early = refused(&mut story, commission(fifth, 4));
    assert_eq!(early, Misfit::Differs { what: "first epoch", logged: u(4), replayed: u(7) });
    let most = u128::from(MAX_COMMISSION);
    let high = refused(&mut story, commission(most + 1, 7));
    assert_eq!(high, Misfit::TooLarge { what: "commission", value: u(most + 1) });
    story.sets_commission(fifth, 7);
    assert_eq!(word(&story), [0, 0, fifth, 4, 7]);
    story.epoch(5);
    // Cut, it keeps its day.
    story.sets_commission(tenth, 7);
    assert_eq!(word(&story), [0, 0, tenth, 5, 7]);
    let again = refused(&mut story, commission(tenth, 7));
    assert_eq!(again, Misfit::Forbidden("the commission has this rate already"));
    story.epoch(8);
    story.pays(pool(), 30, 3);
    story.pays(pool(), 9, 0);
    assert_eq!(story.word(Place::Collectable(OPERATOR, COIN)), [("amount", u(3))]);
    // Lowered at once, and not for the epoch that closed.
    story.sets_commission(tenth / 2, 8);
    assert_eq!(word(&story), [tenth, tenth / 2, 0, 8, 0]);
    let rates = [7, 8, 9].map(|it| story.distributor().commission_at(OPERATOR, Epoch(it)).unwrap());
    assert_eq!(rates.map(u128::from), [tenth, tenth / 2, tenth / 2]);
    assert_eq!(story.distributor().commission_at(OPERATOR, Epoch(6)), None);
    let event = story.paid(pool(), 30, 2);
    let differs = refused(&mut story, event);
    assert_eq!(differs, Misfit::Differs { what: "commission", logged: u(2), replayed: u(3) });
    let differs = refused(&mut story, collected(2));
    assert_eq!(differs, Misfit::Differs { what: "amount", logged: u(2), replayed: u(3) });
    assert_eq!(story.distributor().commission_of(OPERATOR, COIN), u(3));
    story.log(collected(3));
    assert_eq!(story.replay.word(Place::Collectable(OPERATOR, COIN)), U256::ZERO);
    let none = refused(&mut story, collected(0));
    assert_eq!(none, Misfit::Forbidden("there is no commission to collect"));
}

#[test]
fn before_it_opens_an_operator_raises_its_commission_at_once() {
    let mut story = Story::begin();
    story.starts_rewards();
    story.sets_commission(WHOLE / 10, 1);
    let now = story.distributor();
    assert_eq!(now.commission_at(OPERATOR, Epoch(1)), Some(100_000_000_000_000_000));
    assert_eq!(now.commission_at(OPERATOR, Epoch(0)), Some(0));
}

#[test]
fn only_what_had_stake_is_paid_and_only_for_the_closed_epoch() {
    let mut story = Story::earning();
    let late = refused(&mut story, paid_for(2, pool(), 10, 0));
    assert_eq!(late, Misfit::Differs { what: "epoch", logged: u(2), replayed: u(3) });
    let unknown = PoolId::key(OPERATOR, COIN);
    let event = story.paid(unknown, 10, 0);
    let missing = Misfit::Missing { what: "pool", key: unknown.to_string() };
    assert_eq!(refused(&mut story, event), missing);
    let later = pool().at_generation(1);
    let event = story.paid(later, 10, 0);
    let differs = Misfit::Differs { what: "pool", logged: later.0, replayed: pool().0 };
    assert_eq!(refused(&mut story, event), differs);
    let event = story.paid(pool(), 0, 0);
    assert_eq!(refused(&mut story, event), Misfit::Forbidden("nothing was paid"));
    let (idle, operator, strategy) =
        (PoolId::key(Address::ZERO, STRATEGY), Address::ZERO, STRATEGY);
    let created = vault::PoolCreated { pool: idle.0, operator, strategy };
    story.log(Event::Vault(V::PoolCreated(created)));
    story.log(transfer(Address::ZERO, BOB, idle, 5));
    let event = story.paid(idle, 10, 0);
    assert_eq!(refused(&mut story, event), Misfit::Forbidden("idle stake earns nothing"));
    let mut young = Story::staked();
    young.starts_rewards();
    young.epoch(3);
    let unstaked = refused(&mut young, paid_for(2, pool(), 10, 0));
    let why = "the pool had no shares at the start of the epoch";
    assert_eq!(unstaked, Misfit::Forbidden(why));
    let early = refused(&mut story, claimed(pool(), ALICE, 4, 0));
    assert_eq!(early, Misfit::Forbidden("the epoch has not closed"));
    story.pays(pool(), 4, 0);
    let more = refused(&mut story, claimed(pool(), ALICE, 3, 4));
    assert_eq!(more, Misfit::Differs { what: "amount", logged: u(4), replayed: u(3) });
}

#[test]
fn rewards_of_a_share_have_168_bits() {
    let mut story = Story::staked();
    story.starts_rewards();
    story.log(transfer(ALICE, Address::ZERO, pool(), 999));
    story.log(queued(4, 999));
    story.epoch(4);
    let event = story.paid(pool(), 1 << 104, 0);
    let value = U256::ONE << 168;
    assert_eq!(refused(&mut story, event), Misfit::TooLarge { what: "rewards of a share", value });
    story.pays(pool(), (1 << 104) - 1, 0);
}

#[test]
fn a_generation_is_paid_for_the_epoch_in_which_it_ended() {
    let mut story = Story::earning();
    story.log(allocated(WHOLE, 7));
    story.epoch(7);
    story.log(slashed(4));
    let ended = vault::GenerationEnded { pool: pool().0 };
    story.log(Event::Vault(V::GenerationEnded(ended)));
    story.log(operator_slashed(WHOLE, 4));
    story.pays(pool(), 4, 0);
    story.epoch(8);
    story.pays(pool(), 4, 0);
    assert_eq!(story.distributor().claimable(ALICE, Epoch(7), pool(), COIN), u(6));
    story.epoch(9);
    let event = story.paid(pool(), 4, 0);
    let (logged, replayed) = (pool().0, pool().at_generation(1).0);
    let differs = Misfit::Differs { what: "pool", logged, replayed };
    assert_eq!(refused(&mut story, event), differs);
}

#[test]
fn the_clock_is_the_vaults_and_comes_first() {
    let error = Replay::new().apply(ORIGIN, &started(EPOCH, ORIGIN)).unwrap_err();
    assert!(error.to_string().ends_with("the vault's ClockStarted must come first"), "{error}");
    let mut story = Story::begin();
    let early = refused(&mut story, commission(1, 1));
    assert_eq!(early, Misfit::NotBefore("ClockStarted"));
    assert!(story.replay.distributor_at(story.time).is_none());
    let other = refused(&mut story, started(EPOCH + 1, ORIGIN));
    let (logged, replayed) = (U256::from(EPOCH + 1), U256::from(EPOCH));
    assert_eq!(other, Misfit::Differs { what: "epoch length", logged, replayed });
    let other = refused(&mut story, started(EPOCH, ORIGIN + 1));
    let (logged, replayed) = (U256::from(ORIGIN + 1), U256::from(ORIGIN));
    assert_eq!(other, Misfit::Differs { what: "origin", logged, replayed });
    story.starts_rewards();
    let again = refused(&mut story, started(EPOCH, ORIGIN));
    assert!(matches!(again, Misfit::Twice { what: "clock of", .. }), "{again}");
}

#[test]
fn a_token_may_call_the_distributor_while_it_moves_in_a_slash() {
    let mut story = Story::earning();
    story.log(slashed(2));
    let (owner, recipient) = (ALICE, BOB);
    story.distributor_logs([D::RecipientSet(distributor::RecipientSet { owner, recipient })]);
    assert_eq!(story.replay.owes(), Some("OperatorSlashed"));
    story.log(operator_slashed(WHOLE / 2, 2));
    assert_eq!(story.distributor().recipient_of(ALICE), BOB);
    let place = Place::Recipient(ALICE);
    assert_eq!(story.word(place), [("recipient", BOB.into_word().into())]);
}
