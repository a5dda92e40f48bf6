//! A history in which every kind of log occurs.
#![expect(non_snake_case, reason = "fields of logs are named as in the interface")]

use alloy::primitives::{Address, B256, FixedBytes, U256};
use palisade_bindings::{
    AllocationManager::{self as manager, AllocationManagerEvents as M},
    OperatorSetId, PoolId,
    RewardsDistributor::{self as distributor, RewardsDistributorEvents as D},
    StakeVault::{self as vault, StakeVaultEvents as V},
};
use palisade_replay::Event;

use crate::{
    rewards::COIN,
    story::{
        ALICE, BOB, OPERATOR, SET, SLASHER, STRATEGY, Story, WHOLE, allocated, by, joined, opened,
        operator_slashed, pool, slashed, terms, transfer, u,
    },
};

/// An operator with an approver, and a set with a challenge window.
const GUARDED: Address = Address::repeat_byte(0x6d);
pub(crate) const SLOW: OperatorSetId = OperatorSetId::new(Address::repeat_byte(0xa5), 2);
const WINDOW: u64 = 30;

fn guarded() -> PoolId {
    PoolId::key(GUARDED, STRATEGY)
}

fn idle() -> PoolId {
    PoolId::key(Address::ZERO, STRATEGY)
}

fn created(operator: Address) -> V {
    let pool = PoolId::key(operator, STRATEGY).0;
    V::PoolCreated(vault::PoolCreated { pool, operator, strategy: STRATEGY })
}

/// The log is one of the slow set instead.
fn slow(event: Event) -> Event {
    let Event::Manager(mut event) = event else { panic!("{event:?} is of no set") };
    match &mut event {
        M::Joined(it) => it.set = SLOW.packed(),
        M::Allocated(it) => it.set = SLOW.packed(),
        M::OperatorSlashed(it) => it.set = SLOW.packed(),
        other => panic!("{other:?} is of no set"),
    }
    Event::Manager(event)
}

fn settled() -> M {
    let (set, operator, strategy) = (SET.packed(), OPERATOR, STRATEGY);
    M::Settled(manager::Settled { set, operator, strategy })
}

impl Story {
    fn vault_logs<const N: usize>(&mut self, events: [V; N]) {
        for event in events {
            self.log(Event::Vault(event));
        }
    }

    fn manager_logs<const N: usize>(&mut self, events: [M; N]) {
        for event in events {
            self.log(Event::Manager(event));
        }
    }

    /// A history in which every kind of log occurs. It ends in epoch 131.
    pub(crate) fn whole() -> Self {
        let mut story = Self::begin();
        story.governs();
        story.sets_the_scene();
        story.stakes();
        story.leaves_and_is_slashed();
        story.disputes();
        story.ends();
        story.is_renewed();
        story.departs();
        story.earns();
        story
    }

    fn governs(&mut self) {
        let (authority, action) = (SLASHER, 2);
        let (until, restUntil) = (U256::from(self.time + 10), U256::from(self.time + 3_610));
        let (strategy, account, appointee) = (STRATEGY, OPERATOR, BOB);
        let selector = FixedBytes([1, 2, 3, 4]);
        let appoints =
            |allowed| M::Appointed(manager::Appointed { account, appointee, selector, allowed });
        self.vault_logs([
            V::AuthoritySet(vault::AuthoritySet { authority }),
            V::PauseSet(vault::PauseSet { action, until, restUntil }),
            V::DepositCapSet(vault::DepositCapSet { strategy, cap: u(1_000_000) }),
        ]);
        self.manager_logs([
            M::AuthoritySet(manager::AuthoritySet { authority }),
            M::PauseSet(manager::PauseSet { action, until, restUntil }),
            M::DegreeCeilingSet(manager::DegreeCeilingSet { strategy, ceiling: u(2 * WHOLE) }),
            M::MetadataUpdated(manager::MetadataUpdated { avs: ALICE, uri: "a".to_owned() }),
            appoints(true),
            appoints(false),
            appoints(true),
        ]);
    }

    fn sets_the_scene(&mut self) {
        let terms = manager::Terms {
            window: U256::from(WINDOW),
            recipient: ALICE,
            resolver: BOB,
            conditions: B256::repeat_byte(0xc0),
            registrar: SLASHER,
            ..terms()
        };
        let (set, strategy, operator) = (SLOW.packed(), STRATEGY, GUARDED);
        self.manager_logs([
            M::OperatorSetCreated(manager::OperatorSetCreated { set, terms }),
            M::StrategyAdded(manager::StrategyAdded { set, strategy }),
        ]);
        self.log(joined());
        self.log(allocated(WHOLE / 2, 1));
        self.log(slow(joined()));
        self.log(slow(allocated(WHOLE / 2, 1)));
        self.log(opened(2));
        let admitsFrom = U256::from(2);
        self.vault_logs([
            V::OperatorRegistered(vault::OperatorRegistered { operator, approver: BOB }),
            V::OperatorOpened(vault::OperatorOpened { operator, admitsFrom }),
        ]);
    }

    fn stakes(&mut self) {
        self.epoch(2);
        self.vault_logs([created(OPERATOR)]);
        self.log(transfer(Address::ZERO, ALICE, pool(), 1_000));
        let (operator, staker, nonce) = (GUARDED, ALICE, U256::ZERO);
        let deadline = U256::from(self.time);
        self.vault_logs([
            V::Admitted(vault::Admitted { operator, staker, nonce, deadline }),
            V::AdmissionUsed(vault::AdmissionUsed { operator, staker }),
            created(GUARDED),
        ]);
        self.log(transfer(Address::ZERO, ALICE, guarded(), 100));
        self.vault_logs([
            V::ApproverRemoved(vault::ApproverRemoved { operator }),
            V::OperatorClosed(vault::OperatorClosed { operator }),
            created(Address::ZERO),
        ]);
        self.log(transfer(Address::ZERO, BOB, idle(), 500));
        self.withdraws(BOB, idle(), 100, 100);
        self.log(transfer(BOB, Address::ZERO, idle(), 100));
        self.log(transfer(Address::ZERO, BOB, pool(), 100));
        let (assets, burned, minted) = (u(100), u(100), u(100));
        let (from, to, owner) = (idle().0, pool().0, BOB);
        let delegated = vault::Delegated { from, to, owner, assets, burned, minted };
        let (owner, spender, id, amount) = (ALICE, BOB, pool().0, u(50));
        let approval = vault::Approval { owner, spender, id, amount };
        self.vault_logs([V::Delegated(delegated), V::Approval(approval)]);
        self.epoch(3);
        self.log(by(BOB, ALICE, BOB, pool(), 20));
        let may = |approved| V::OperatorSet(vault::OperatorSet { owner, spender, approved });
        self.vault_logs([may(true), may(false), may(true)]);
        self.log(transfer(ALICE, ALICE, pool(), 5));
    }

    fn withdraws(&mut self, owner: Address, id: PoolId, shares: u128, assets: u128) {
        self.log(transfer(owner, Address::ZERO, id, shares));
        let (assets, shares, pool, receiver) = (u(assets), u(shares), id.0, owner);
        let withdrawn = vault::Withdrawn { pool, owner, receiver, assets, shares };
        self.vault_logs([V::Withdrawn(withdrawn)]);
    }

    fn queues(&mut self, owner: Address, epoch: u64, amount: u128) {
        self.log(transfer(owner, Address::ZERO, pool(), amount));
        let (shares, assets, exitShares) = (u(amount), u(amount), u(amount));
        let (pool, epoch) = (pool().0, U256::from(epoch));
        let queued = vault::WithdrawalQueued { pool, epoch, owner, shares, assets, exitShares };
        self.vault_logs([V::WithdrawalQueued(queued)]);
    }

    /// A tenth is slashed of a pool of 950, and of a bucket of 150.
    fn leaves_and_is_slashed(&mut self) {
        self.queues(ALICE, 5, 100);
        self.epoch(4);
        self.queues(BOB, 6, 50);
        let (strategy, account, assets, receiver) = (STRATEGY, BOB, u(110), ALICE);
        let (pool, fromPool, fromNext, fromLast) = (pool().0, u(95), u(10), u(5));
        self.vault_logs([
            V::Slashed(vault::Slashed { pool, fromPool, fromNext, fromLast }),
            V::Credited(vault::Credited { strategy, account, assets }),
        ]);
        self.log(operator_slashed(WHOLE / 10, 110));
        self.vault_logs([V::Collected(vault::Collected { strategy, account, receiver, assets })]);
        self.epoch(6);
        let (epoch, owner, assets, receiver) = (U256::from(5), ALICE, u(90), ALICE);
        let completed = vault::WithdrawalCompleted { pool, epoch, owner, receiver, assets };
        self.vault_logs([V::WithdrawalCompleted(completed)]);
        self.log(transfer(Address::ZERO, BOB, crate::story::pool(), 50));
        let (epoch, owner, to, assets, shares) = (U256::from(6), BOB, pool, u(45), u(50));
        let moved = vault::Redelegated { pool, epoch, owner, to, assets, shares };
        self.vault_logs([V::Redelegated(moved)]);
    }

    /// The slow set takes a tenth of what the pool was at first: a ninth of 900.
    fn disputes(&mut self) {
        let (set, operator, strategy) = (SLOW.packed(), OPERATOR, STRATEGY);
        let (magnitude, wad, evidence) = (u(WHOLE / 2), u(WHOLE / 5), B256::ZERO);
        let proposed = || {
            let it = manager::SlashProposed { set, operator, strategy, magnitude, wad, evidence };
            M::SlashProposed(it)
        };
        let cancelled = manager::SlashCancelled { set, operator, strategy };
        self.manager_logs([proposed(), M::SlashCancelled(cancelled), proposed()]);
        self.time += WINDOW;
        self.log(slashed(100));
        self.log(slow(operator_slashed(WHOLE / 10, 100)));
    }

    /// What has come due is settled on the way, and then the first set takes all that is left.
    fn ends(&mut self) {
        self.log(allocated(WHOLE / 4, 8));
        self.epoch(8);
        self.manager_logs([settled()]);
        self.log(allocated(WHOLE, 11));
        self.epoch(11);
        let ended = vault::GenerationEnded { pool: pool().0 };
        self.log(slashed(800));
        self.vault_logs([V::GenerationEnded(ended)]);
        self.log(operator_slashed(WHOLE / 10 * 8, 800));
    }

    /// The next generation is slashed to one asset for 10,000 shares.
    fn is_renewed(&mut self) {
        let (second, pool) = (pool().at_generation(1), pool().at_generation(1).0);
        self.log(transfer(Address::ZERO, ALICE, second, 10_000));
        self.log(allocated(WHOLE, 14));
        self.epoch(14);
        let (fromPool, fromNext, fromLast) = (u(9_999), U256::ZERO, U256::ZERO);
        self.vault_logs([V::Slashed(vault::Slashed { pool, fromPool, fromNext, fromLast })]);
        self.log(operator_slashed(WHOLE / 10_000 * 9_999, 9_999));
        self.log(allocated(0, 16));
        self.epoch(16);
        self.manager_logs([settled()]);
        self.vault_logs([V::PoolRenewed(vault::PoolRenewed { pool, assets: U256::ONE })]);
        self.withdraws(ALICE, second, 6_000, 0);
        self.log(transfer(Address::ZERO, BOB, second.at_generation(2), 700));
    }

    fn departs(&mut self) {
        self.log(allocated(WHOLE, 19));
        self.epoch(25);
        // Nothing could be taken; what had come due is settled.
        self.log(operator_slashed(0, 0));
        self.log(slow(allocated(0, 25)));
        let (operator, ejected, strategy) = (OPERATOR, false, STRATEGY);
        let left =
            |id: OperatorSetId| M::Left(manager::Left { set: id.packed(), operator, ejected });
        let set = SET.packed();
        self.manager_logs([
            left(SLOW),
            M::LeaveHookFailed(manager::LeaveHookFailed { set: SLOW.packed(), operator }),
            M::StrategyRemoved(manager::StrategyRemoved { set, strategy }),
            M::OperatorSetRetired(manager::OperatorSetRetired { set }),
            settled(),
            left(SET),
        ]);
    }

    /// Bob has all of the third generation. A tenth is commission from epoch 28 on.
    fn earns(&mut self) {
        let pool = crate::story::pool().at_generation(2);
        self.starts_rewards();
        self.sets_commission(WHOLE / 10, 28);
        let (owner, recipient) = (BOB, ALICE);
        self.distributor_logs([D::RecipientSet(distributor::RecipientSet { owner, recipient })]);
        for (epoch, commission) in [(28, 0), (29, 1), (131, 1)] {
            self.epoch(epoch);
            self.pays(pool, 10, commission);
        }
        self.claims(pool, BOB, 130, 27);
        let (operator, token, receiver, amount) = (OPERATOR, COIN, ALICE, u(2));
        let it = distributor::CommissionCollected { operator, token, receiver, amount };
        self.distributor_logs([D::CommissionCollected(it)]);
    }
}
