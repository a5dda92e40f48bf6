//! What the vault returns and logs.

use alloy::primitives::{Address, U256};
use palisade_bindings::{AllocationManager as M, StakeVault as V};
use palisade_model::{Account, Action, Operator, Outcome, Pausable, PoolId, Strategy};

use super::{Telling, living, or_nobody};
use crate::{
    calls::pausable,
    world::{address, epoch, long, operator, pool, strategy, wide},
};

impl Telling<'_> {
    /// What governance, operators, approvers and owners do at the vault. Whether it was that.
    pub(super) fn vault(&mut self, action: &Action) -> bool {
        use Action as A;
        match *action {
            A::SetDepositCap { strategy: token, cap, .. } => {
                self.vault_logs(&V::DepositCapSet { strategy: strategy(token), cap: wide(cap) });
            }
            A::Pause { action, .. } => self.pause(action),
            A::RegisterOperator { operator: of, approver } => {
                let approver = or_nobody(approver);
                self.vault_logs(&V::OperatorRegistered { operator: operator(of), approver });
            }
            A::RemoveApprover { operator: of } => {
                self.vault_logs(&V::ApproverRemoved { operator: operator(of) });
            }
            A::Open { operator: of } => {
                let from = epoch(self.effective());
                self.vault_logs(&V::OperatorOpened { operator: operator(of), admitsFrom: from });
            }
            A::Close { operator: of } => {
                self.vault_logs(&V::OperatorClosed { operator: operator(of) });
            }
            A::Admit { operator: of, staker, deadline, .. } => {
                // The model counts in the approval that it has just taken.
                let nonce = self.model.admission(of, staker).nonce.saturating_sub(1);
                self.vault_logs(&V::Admitted {
                    operator: operator(of),
                    staker: address(staker),
                    nonce: U256::from(nonce),
                    deadline: long(deadline),
                });
            }
            A::Approve { owner, spender, pool: id, amount } => {
                let (owner, spender) = (address(owner), address(spender));
                self.vault_logs(&V::Approval { owner, spender, id: pool(id).into(), amount });
                self.returns::<V::approveCall>(&true);
            }
            A::SetOperator { owner, spender, approved } => {
                let (owner, spender) = (address(owner), address(spender));
                self.vault_logs(&V::OperatorSet { owner, spender, approved });
                self.returns::<V::setOperatorCall>(&true);
            }
            _ => return self.staking(action),
        }
        true
    }

    /// What moves stake at its owner's will. Whether it was that.
    fn staking(&mut self, action: &Action) -> bool {
        use Action as A;
        match *action {
            A::Deposit { from, strategy, operator, assets, receiver, .. } => {
                self.enter(from, operator, strategy, receiver);
                self.tokens_move(strategy, address(from), self.world.vault, assets);
                self.returns::<V::depositCall>(&U256::from(self.number()));
            }
            A::Withdraw { by, owner, pool: id, shares, receiver } => {
                self.withdraw((by, owner), id, shares, receiver);
            }
            A::Delegate { by, owner, pool: id, shares, to, .. } => {
                self.delegate((by, owner), id, shares, to);
            }
            A::QueueWithdrawal { by, owner, pool: id, shares, .. } => {
                self.queue((by, owner), id, shares);
            }
            A::CompleteWithdrawal { owner, pool: id, epoch: of, receiver, .. } => {
                let assets = self.number();
                self.vault_logs(&V::WithdrawalCompleted {
                    pool: pool(id).into(),
                    epoch: epoch(of),
                    owner: address(owner),
                    receiver: address(receiver),
                    assets: U256::from(assets),
                });
                if assets > 0 {
                    self.pay(id.strategy, receiver, assets);
                }
                self.returns::<V::completeWithdrawalCall>(&U256::from(assets));
            }
            A::Redelegate { by, owner, pool: id, epoch: of, to, .. } => {
                let shares = U256::from(self.number());
                let entered = self.enter(by, to, id.strategy, owner);
                self.vault_logs(&V::Redelegated {
                    pool: pool(id).into(),
                    epoch: epoch(of),
                    owner: address(owner),
                    to: entered,
                    assets: U256::from(self.before.moved),
                    shares,
                });
                self.returns::<V::redelegateCall>(&shares);
            }
            A::Transfer { by, from, to, pool: id, amount } => {
                self.shares_move(by, address(from), address(to), pool(id).into(), amount);
                if by == from {
                    self.returns::<V::transferCall>(&true);
                } else {
                    self.returns::<V::transferFromCall>(&true);
                }
            }
            A::CollectCredit { owner, strategy: token, receiver, .. } => {
                let assets = self.number();
                self.vault_logs(&V::Collected {
                    strategy: strategy(token),
                    account: address(owner),
                    receiver: address(receiver),
                    assets: U256::from(assets),
                });
                self.pay(token, receiver, assets);
                self.returns::<V::collectCall>(&U256::from(assets));
            }
            _ => return false,
        }
        true
    }

    /// Both contracts pause with the same log, each what it does itself.
    fn pause(&mut self, action: Pausable) {
        let pause = self.model.pause_of(action);
        let (until, rest) = (U256::from(pause.until), U256::from(pause.rest_until));
        let action = match action {
            Pausable::Deposit | Pausable::Open | Pausable::Complete => {
                let action = pausable(action);
                return self.vault_logs(&V::PauseSet { action, until, restUntil: rest });
            }
            Pausable::Join | Pausable::Raise | Pausable::CreateSet => pausable(action),
        };
        self.manager_logs(&M::PauseSet { action, until, restUntil: rest });
    }

    fn withdraw(
        &mut self,
        (by, owner): (Account, Account),
        id: PoolId,
        shares: u128,
        receiver: Account,
    ) {
        let assets = self.number();
        let left = pool(id).into();
        self.shares_move(by, address(owner), Address::ZERO, left, shares);
        self.vault_logs(&V::Withdrawn {
            pool: left,
            owner: address(owner),
            receiver: address(receiver),
            assets: U256::from(assets),
            shares: U256::from(shares),
        });
        self.pay(id.strategy, receiver, assets);
        self.returns::<V::withdrawCall>(&U256::from(assets));
    }

    fn delegate(
        &mut self,
        (by, owner): (Account, Account),
        id: PoolId,
        shares: u128,
        to: Operator,
    ) {
        let left = pool(id).into();
        let minted = U256::from(self.number());
        self.shares_move(by, address(owner), Address::ZERO, left, shares);
        let entered = self.enter(by, to, id.strategy, owner);
        self.vault_logs(&V::Delegated {
            from: left,
            to: entered,
            owner: address(owner),
            assets: U256::from(self.before.moved),
            burned: U256::from(shares),
            minted,
        });
        self.returns::<V::delegateCall>(&minted);
    }

    fn queue(&mut self, (by, owner): (Account, Account), id: PoolId, shares: u128) {
        let Outcome::Queued(exit) = self.outcome else { return };
        let (assets, ripe) = (U256::from(exit.assets), epoch(exit.epoch));
        let left = pool(id).into();
        self.shares_move(by, address(owner), Address::ZERO, left, shares);
        self.vault_logs(&V::WithdrawalQueued {
            pool: left,
            epoch: ripe,
            owner: address(owner),
            shares: U256::from(shares),
            assets,
            exitShares: exit.bucket_shares,
        });
        self.returns::<V::queueWithdrawalCall>(&V::queueWithdrawalReturn { epoch: ripe, assets });
    }

    /// Stake enters a pool as shares of `owner`, as many as the model returned. Returns the pool's id.
    fn enter(&mut self, by: Account, into: Operator, token: Strategy, owner: Account) -> U256 {
        let entered = living(self.model, into, token);
        if self.model.approver(into).is_some() {
            let (operator, staker) = (operator(into), address(owner));
            self.vault_logs(&V::AdmissionUsed { operator, staker });
        }
        if self.before.creates {
            let (operator, strategy) = (operator(into), strategy(token));
            self.vault_logs(&V::PoolCreated { pool: entered, operator, strategy });
        }
        self.shares_move(by, Address::ZERO, address(owner), entered, self.number());
        entered
    }

    /// The ERC-6909 log of shares that move: from address zero where they are minted, to it where they are burned.
    fn shares_move(
        &mut self,
        by: Account,
        sender: Address,
        receiver: Address,
        id: U256,
        amount: u128,
    ) {
        let (caller, amount) = (address(by), wide(amount));
        self.vault_logs(&V::Transfer { caller, sender, receiver, id, amount });
    }

    /// The vault pays out.
    fn pay(&mut self, token: Strategy, receiver: Account, assets: u128) {
        self.tokens_move(token, self.world.vault, address(receiver), assets);
    }
}
