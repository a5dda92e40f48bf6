//! What the vault refuses, and what both contracts refuse alike.

use alloy::primitives::U256;
use palisade_bindings::StakeVault::{self as V, StakeVaultErrors as E};
use palisade_model::{
    Account, Action as A, Approval, Epoch, LAST_DEADLINE, MAX_DEPOSIT_CAP, Operator, Pausable,
    Pool, PoolId, Strategy, WORN_OUT,
};

use super::Refused;
use crate::{
    calls::pausable,
    expect::{REST, leaving, living},
    world::{address, epoch, long, operator, pool, strategy, wide},
};

/// Shares of a pool generation that their owner takes out of it.
struct Leaving {
    owner: Account,
    id: PoolId,
    shares: u128,
    /// What they are worth.
    assets: u128,
}

/// Stake that enters a pool.
struct Entry {
    into: Operator,
    token: Strategy,
    staker: Account,
    assets: u128,
    least: u128,
    /// The pool as the stake finds it.
    found: Pool,
}

impl Entry {
    /// The shares for it.
    fn minted(&self) -> U256 {
        let assets = U256::from(self.assets);
        match self.found {
            Pool { shares: 0, .. } => assets,
            Pool { assets: all, shares, .. } => {
                (assets * U256::from(shares)).checked_div(U256::from(all)).unwrap_or_default()
            }
        }
    }
}

impl Refused<'_> {
    pub(super) fn by_vault(&self, error: &E) -> bool {
        self.by_governed(error)
            || self.by_operator_or_approver(error)
            || self.by_pool(error)
            || self.by_exit_or_token(error)
    }

    /// What both contracts refuse alike.
    fn by_governed(&self, error: &E) -> bool {
        let now = self.model.clock().now();
        match (error, self.action) {
            (
                E::NotAuthority(e),
                A::SetDepositCap { by, .. } | A::SetCeiling { by, .. } | A::Pause { by, .. },
            ) => e.sender == address(*by) && *by != self.model.authority(),
            (E::Paused(e), _) => self.pausable_as().is_some_and(|action| {
                let until = self.model.pause_of(action).until;
                e.action == pausable(action) && e.until == U256::from(until) && now < until
            }),
            (E::PauseTooLong(e), A::Pause { action, duration, .. }) => {
                e.duration == long(*duration)
                    && e.longest == U256::from(action.longest())
                    && e.duration > e.longest
            }
            (E::PausedTooRecently(e), A::Pause { action, .. }) => {
                let rest = self.model.pause_of(*action).rest_until;
                e.action == pausable(*action) && e.restUntil == U256::from(rest) && now < rest
            }
            _ => false,
        }
    }

    /// As what it is subject to a pause.
    fn pausable_as(&self) -> Option<Pausable> {
        Some(match self.action {
            A::Deposit { .. } | A::Delegate { .. } | A::Redelegate { .. } => Pausable::Deposit,
            A::Open { .. } => Pausable::Open,
            A::Withdraw { .. } | A::CompleteWithdrawal { .. } => Pausable::Complete,
            A::Join { .. } => Pausable::Join,
            A::Allocate { .. } if self.raise().is_some() => Pausable::Raise,
            A::CreateOperatorSet { .. } => Pausable::CreateSet,
            _ => return None,
        })
    }

    fn by_operator_or_approver(&self, error: &E) -> bool {
        let (model, now) = (self.model, self.model.clock().now());
        let admits_from = |of| model.operator(of).ok().and_then(|state| state.admits_from);
        match (error, self.action) {
            (E::AlreadyRegistered(e), A::RegisterOperator { operator: of, .. }) => {
                e.operator == operator(*of) && model.operator(*of).is_ok()
            }
            (E::NotRegistered(e), A::Open { operator: of }) => {
                e.operator == operator(*of) && model.operator(*of).is_err()
            }
            (E::AlreadyOpen(e), A::Open { operator: of }) => {
                e.operator == operator(*of) && admits_from(*of).map(epoch) == Some(e.admitsFrom)
            }
            (E::OperatorClosedToStake(e), A::Close { operator: of }) => {
                e.operator == operator(*of) && e.admitsFrom.is_zero() && admits_from(*of).is_none()
            }
            (E::OperatorClosedToStake(e), _) => self.entry().is_some_and(|it| {
                let from = admits_from(it.into);
                it.into != Operator::IDLE
                    && e.operator == operator(it.into)
                    && e.admitsFrom == epoch(from.unwrap_or_default())
                    && from.is_none_or(|from| from > model.epoch())
            }),
            (
                E::NoApprover(e),
                A::RemoveApprover { operator: of } | A::Admit { operator: of, .. },
            ) => e.operator == operator(*of) && model.approver(*of).is_none(),
            (E::BadApproval(e), _) => self.is_bad_approval(e),
            (E::NotAdmitted(e), A::Admit { by, operator: of, staker, deadline, .. }) => {
                e.operator == operator(*of)
                    && e.staker == address(*staker)
                    && e.deadline == long(*deadline)
                    && now > *deadline
                    && model.approver(*of).is_some_and(|approver| approver != *by)
            }
            (E::NotAdmitted(e), _) => self.entry().is_some_and(|it| {
                let deadline = model.admission(it.into, it.staker).deadline;
                e.operator == operator(it.into)
                    && e.staker == address(it.staker)
                    && e.deadline == U256::from(deadline.unwrap_or_default())
                    && deadline.is_none_or(|deadline| now > deadline)
                    && model.approver(it.into).is_some()
            }),
            _ => false,
        }
    }

    /// Whether what was handed in is not what the approver has to sign.
    fn is_bad_approval(&self, error: &V::BadApproval) -> bool {
        let A::Admit { by, operator: of, staker, deadline, signed } = *self.action else {
            return false;
        };
        let Some(signer) = self.model.approver(of).filter(|approver| *approver != by) else {
            return false;
        };
        let nonce = self.model.admission(of, staker).nonce;
        *error
            == V::BadApproval {
                operator: operator(of),
                staker: address(staker),
                nonce: U256::from(nonce),
                deadline: long(deadline),
            }
            && signed != Some(Approval { signer, operator: of, staker, nonce, deadline })
    }

    fn by_pool(&self, error: &E) -> bool {
        let (entry, leaving) = (|| self.entry(), || self.leaving());
        let enters = |it: &Entry, id: U256| living(self.model, it.into, it.token) == id;
        let leaves = |it: &Leaving, id: U256| pool_is(id, it.id);
        match (error, self.action) {
            (E::NothingToMove(e), A::Transfer { pool: id, amount, .. }) => {
                pool_is(e.pool, *id) && *amount == 0
            }
            (E::NothingToMove(e), _) => {
                leaving().is_some_and(|it| leaves(&it, e.pool) && it.assets == 0)
                    || entry().is_some_and(|it| enters(&it, e.pool) && it.minted().is_zero())
            }
            (E::TooLittle(e), A::QueueWithdrawal { min_assets, .. }) => {
                e.accepted == wide(*min_assets)
                    && e.yielded < e.accepted
                    && leaving().is_some_and(|it| e.yielded == U256::from(it.assets))
            }
            (E::TooLittle(e), _) => entry().is_some_and(|it| {
                e.yielded == it.minted() && e.accepted == wide(it.least) && e.yielded < e.accepted
            }),
            (E::PoolWornOut(e), _) => entry().is_some_and(|it| {
                let shares = U256::from(it.found.shares) + it.minted();
                e.assets == U256::from(it.assets)
                    && shares > U256::from(MAX_SHARES)
                    && enters(&it, e.pool)
            }),
            (E::InsufficientShares(e), _) => self.moved().is_some_and(|(owner, id, shares)| {
                e.owner == address(owner)
                    && e.held == U256::from(self.model.position_shares(id, owner))
                    && e.asked == wide(shares)
                    && e.held < e.asked
                    && pool_is(e.pool, id)
            }),
            (E::PoolIsIdle(e), A::QueueWithdrawal { pool: id, .. }) => {
                pool_is(e.pool, *id) && id.operator == Operator::IDLE
            }
            (E::PoolIsAtRisk(e), A::Withdraw { pool: id, .. } | A::Delegate { pool: id, .. }) => {
                pool_is(e.pool, *id) && id.operator != Operator::IDLE && self.lives(*id)
            }
            (E::PoolGenerationEnded(e), A::QueueWithdrawal { pool: id, .. }) => {
                pool_is(e.pool, *id) && !self.lives(*id)
            }
            // What is left of a renewed generation can be taken until nothing is.
            (E::PoolGenerationEnded(e), _) => leaving().is_some_and(|it| {
                leaves(&it, e.pool)
                    && !self.lives(it.id)
                    && self.model.bucket(it.id, REST).shares.is_zero()
            }),
            (E::PoolGated(e), A::Transfer { pool: id, .. }) => {
                pool_is(e.pool, *id) && self.model.approver(id.operator).is_some()
            }
            (E::NotWornOut(e), A::Renew { operator: of, strategy: token, .. }) => {
                let Pool { assets, shares, .. } = self.model.pool(*of, *token);
                e.pool == living(self.model, *of, *token)
                    && e.assets == U256::from(assets)
                    && e.shares == U256::from(shares)
                    && shares <= assets * WORN_OUT
            }
            _ => false,
        }
    }

    fn by_exit_or_token(&self, error: &E) -> bool {
        let model = self.model;
        match (error, self.action) {
            (E::NotOwnerNorOperator(e), _) => self.acts_for().is_some_and(|(by, owner)| {
                e.sender == address(by)
                    && e.owner == address(owner)
                    && by != owner
                    && !model.is_operator(owner, by)
            }),
            (E::InsufficientAllowance(e), A::Transfer { by, from, pool: id, amount, .. }) => {
                e.owner == address(*from)
                    && e.spender == address(*by)
                    && e.allowed == model.allowance(*from, *by, *id)
                    && e.asked == wide(*amount)
                    && e.allowed < e.asked
                    && by != from
                    && !model.is_operator(*from, *by)
                    && pool_is(e.id, *id)
            }
            (E::ExitNotRipe(e), _) => self.exit().is_some_and(|(_, of, _)| {
                e.ripe == epoch(of) && e.current == epoch(model.epoch()) && of > model.epoch()
            }),
            (E::NoExit(e), _) => self.exit().is_some_and(|(id, of, owner)| {
                e.epoch == epoch(of)
                    && e.owner == address(owner)
                    && pool_is(e.pool, id)
                    && model.exit_shares(id, of, owner).is_zero()
            }),
            (E::NoCredit(e), A::CollectCredit { owner, strategy: token, .. }) => {
                e.strategy == strategy(*token)
                    && e.account == address(*owner)
                    && model.credit(*token, *owner) == 0
            }
            (E::BadReceiver(e), _) => self.receiver().is_some_and(|receiver| {
                e.receiver == address(receiver)
                    && (receiver.is_zero() || e.receiver == self.world.vault)
            }),
            (E::DepositCapExceeded(e), A::Deposit { strategy: token, assets, .. }) => {
                // Looked at before the tokens are pulled, for what is asked alone, and after.
                let held = model.vault_balance(*token).saturating_add(*assets);
                e.strategy == strategy(*token)
                    && (e.held == wide(*assets) || e.held == U256::from(held))
                    && e.cap == U256::from(model.deposit_cap(*token))
                    && e.held > e.cap
            }
            (E::DepositCapTooHigh(e), A::SetDepositCap { cap, .. }) => {
                let highest = U256::from(MAX_DEPOSIT_CAP);
                e.cap == wide(*cap) && e.highest == highest && e.cap > highest
            }
            // A deadline is stored in 40 bits.
            (E::SafeCastOverflowedUintDowncast(e), A::Admit { deadline, .. }) => {
                e.bits == 40 && e.value == long(*deadline) && *deadline > LAST_DEADLINE
            }
            // Where no contract stands there is no token to pull.
            (E::SafeERC20FailedOperation(e), A::Deposit { strategy: token, .. }) => {
                e.token == strategy(*token) && !self.world.tokens.contains(token)
            }
            _ => false,
        }
    }

    /// Whether the generation is the pool's current one.
    fn lives(&self, id: PoolId) -> bool {
        self.model.pool_id(id.operator, id.strategy) == id
    }

    fn leaving(&self) -> Option<Leaving> {
        match *self.action {
            A::Withdraw { owner, pool: id, shares, .. }
            | A::Delegate { owner, pool: id, shares, .. }
            | A::QueueWithdrawal { owner, pool: id, shares, .. } => {
                let assets = leaving(self.model, id, shares);
                Some(Leaving { owner, id, shares, assets })
            }
            _ => None,
        }
    }

    /// Whose position it makes smaller, and by how much.
    fn moved(&self) -> Option<(Account, PoolId, u128)> {
        if let A::Transfer { from, pool: id, amount, .. } = *self.action {
            return Some((from, id, amount));
        }
        self.leaving().map(|it| (it.owner, it.id, it.shares))
    }

    fn entry(&self) -> Option<Entry> {
        let (into, token, staker, assets, least) = match *self.action {
            A::Deposit { strategy, operator, assets, min_shares, receiver, .. } => {
                (operator, strategy, receiver, assets, min_shares)
            }
            A::Delegate { owner, pool: id, to, min_shares, .. } => {
                (to, id.strategy, owner, self.leaving()?.assets, min_shares)
            }
            A::Redelegate { owner, pool: id, epoch: of, to, min_shares, .. } => {
                (to, id.strategy, owner, self.model.exit_value(id, of, owner), min_shares)
            }
            _ => return None,
        };
        let mut found = self.model.pool(into, token);
        // Idle stake that is delegated to nobody enters the pool that it has just left.
        let leaving = self.leaving().filter(|left| left.id.operator == into);
        if let Some(left) = leaving.filter(|left| self.lives(left.id)) {
            found.assets = found.assets.saturating_sub(left.assets);
            found.shares = found.shares.saturating_sub(left.shares);
        }
        Some(Entry { into, token, staker, assets, least, found })
    }

    fn exit(&self) -> Option<(PoolId, Epoch, Account)> {
        match *self.action {
            A::CompleteWithdrawal { owner, pool: id, epoch: of, .. }
            | A::Redelegate { owner, pool: id, epoch: of, .. } => Some((id, of, owner)),
            _ => None,
        }
    }

    /// Who has to be somebody's operator, where it is not the owner itself.
    fn acts_for(&self) -> Option<(Account, Account)> {
        match *self.action {
            A::Withdraw { by, owner, .. }
            | A::Delegate { by, owner, .. }
            | A::QueueWithdrawal { by, owner, .. }
            | A::CompleteWithdrawal { by, owner, .. }
            | A::Redelegate { by, owner, .. } => Some((by, owner)),
            A::ClaimRewards { by, owner, receiver, .. }
                if self.model.recipient_of(owner) != receiver =>
            {
                Some((by, owner))
            }
            A::CollectCommission { by, operator: of, receiver, .. }
                if self.model.recipient_of(of.account()) != receiver =>
            {
                Some((by, of.account()))
            }
            // To their owner, anybody may send credits.
            A::CollectCredit { by, owner, receiver, .. } if receiver != owner => Some((by, owner)),
            // Nobody else uses up an approval.
            A::Deposit { from, operator, receiver, .. } => {
                self.model.approver(operator).map(|_| (from, receiver))
            }
            _ => None,
        }
    }

    /// Who receives tokens or shares.
    fn receiver(&self) -> Option<Account> {
        match *self.action {
            A::Deposit { receiver, .. }
            | A::Withdraw { receiver, .. }
            | A::CompleteWithdrawal { receiver, .. }
            | A::CollectCredit { receiver, .. }
            | A::CollectCommission { receiver, .. }
            | A::ClaimRewards { receiver, .. } => Some(receiver),
            A::Delegate { owner, .. } | A::Redelegate { owner, .. } => Some(owner),
            A::Transfer { to, .. } => Some(to),
            _ => None,
        }
    }
}

/// Whether this is the generation's id.
fn pool_is(named: U256, id: PoolId) -> bool {
    named == pool(id).0
}

/// The most shares of a pool: they have 104 bits.
const MAX_SHARES: u128 = (1 << 104) - 1;
