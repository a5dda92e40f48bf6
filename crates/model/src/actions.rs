//! Every action as a value, for traces, fuzzers and replays.

use crate::{
    Account, Epoch, Magnitude, Model, Operator, OperatorSetId, PoolId, QueuedExit, Result, Slashed,
    Strategy, Terms, Wad,
};

/// One call to the protocol (or to the world around it). Each variant is the method of [`Model`] of
/// that name, with its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the arguments of the method of that name")]
#[non_exhaustive]
pub enum Action {
    /// [`Model::advance_to`].
    AdvanceTo { timestamp: u64 },
    /// [`Model::mint`].
    Mint { strategy: Strategy, to: Account, amount: u128 },
    /// [`Model::donate`].
    Donate { strategy: Strategy, from: Account, amount: u128 },
    /// [`Model::set_can_receive`].
    SetCanReceive { strategy: Strategy, account: Account, can: bool },
    /// [`Model::set_deposit_cap`].
    SetDepositCap { strategy: Strategy, cap: u128 },
    /// [`Model::set_ceiling`].
    SetCeiling { strategy: Strategy, ceiling: Wad },
    /// [`Model::register_operator`].
    RegisterOperator { operator: Operator },
    /// [`Model::open`].
    Open { operator: Operator },
    /// [`Model::close`].
    Close { operator: Operator },
    /// [`Model::deposit`].
    Deposit {
        from: Account,
        strategy: Strategy,
        operator: Operator,
        assets: u128,
        min_shares: u128,
        receiver: Account,
    },
    /// [`Model::withdraw`].
    Withdraw { owner: Account, strategy: Strategy, shares: u128, receiver: Account },
    /// [`Model::delegate`].
    Delegate { owner: Account, strategy: Strategy, operator: Operator, idle_shares: u128 },
    /// [`Model::queue_withdrawal`].
    QueueWithdrawal { owner: Account, pool: PoolId, shares: u128, min_assets: u128 },
    /// [`Model::complete_withdrawal`].
    CompleteWithdrawal { owner: Account, pool: PoolId, epoch: Epoch, receiver: Account },
    /// [`Model::redelegate`].
    Redelegate { owner: Account, pool: PoolId, epoch: Epoch, to: Operator, min_shares: u128 },
    /// [`Model::collect_credit`].
    CollectCredit { owner: Account, strategy: Strategy, receiver: Account },
    /// [`Model::create_operator_set`].
    CreateOperatorSet { set: OperatorSetId, terms: Terms, strategies: Vec<Strategy> },
    /// [`Model::add_strategy`].
    AddStrategy { set: OperatorSetId, strategy: Strategy },
    /// [`Model::remove_strategy`].
    RemoveStrategy { set: OperatorSetId, strategy: Strategy },
    /// [`Model::join`].
    Join { operator: Operator, set: OperatorSetId },
    /// [`Model::allocate`].
    Allocate { operator: Operator, set: OperatorSetId, strategy: Strategy, target: Magnitude },
    /// [`Model::settle`].
    Settle { operator: Operator, set: OperatorSetId, strategy: Strategy },
    /// [`Model::slash`].
    Slash { by: Account, set: OperatorSetId, operator: Operator, fractions: Vec<(Strategy, Wad)> },
}

/// What an action did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It was done; there is nothing to tell.
    Done,
    /// Shares were minted.
    Shares(u128),
    /// Assets were paid out.
    Assets(u128),
    /// An exit was queued.
    Queued(QueuedExit),
    /// It takes effect in this epoch.
    Effective(Epoch),
    /// A slash took this, strategy by strategy.
    Slashed(Vec<Slashed>),
}

impl Model {
    /// Carries out an action, or refuses it and stays exactly as it was.
    ///
    /// # Errors
    /// Those of the method that the action names.
    pub fn apply(&mut self, action: &Action) -> Result<Outcome> {
        use Action as A;
        match *action {
            A::AdvanceTo { timestamp } => self.advance_to(timestamp)?,
            A::Mint { strategy, to, amount } => self.mint(strategy, to, amount)?,
            A::Donate { strategy, from, amount } => self.donate(strategy, from, amount)?,
            A::SetCanReceive { strategy, account, can } => {
                self.set_can_receive(strategy, account, can);
            }
            A::SetDepositCap { strategy, cap } => self.set_deposit_cap(strategy, cap),
            A::SetCeiling { strategy, ceiling } => self.set_ceiling(strategy, ceiling),
            A::RegisterOperator { operator } => self.register_operator(operator)?,
            A::Open { operator } => return self.open(operator).map(Outcome::Effective),
            A::Close { operator } => self.close(operator)?,
            A::Deposit { from, strategy, operator, assets, min_shares, receiver } => {
                return self
                    .deposit(from, strategy, operator, assets, min_shares, receiver)
                    .map(Outcome::Shares);
            }
            A::Withdraw { owner, strategy, shares, receiver } => {
                return self.withdraw(owner, strategy, shares, receiver).map(Outcome::Assets);
            }
            A::Delegate { owner, strategy, operator, idle_shares } => {
                return self.delegate(owner, strategy, operator, idle_shares).map(Outcome::Shares);
            }
            A::QueueWithdrawal { owner, pool, shares, min_assets } => {
                return self.queue_withdrawal(owner, pool, shares, min_assets).map(Outcome::Queued);
            }
            A::CompleteWithdrawal { owner, pool, epoch, receiver } => {
                return self.complete_withdrawal(owner, pool, epoch, receiver).map(Outcome::Assets);
            }
            A::Redelegate { owner, pool, epoch, to, min_shares } => {
                return self.redelegate(owner, pool, epoch, to, min_shares).map(Outcome::Shares);
            }
            A::CollectCredit { owner, strategy, receiver } => {
                return self.collect_credit(owner, strategy, receiver).map(Outcome::Assets);
            }
            A::CreateOperatorSet { set, ref terms, ref strategies } => {
                self.create_operator_set(set, terms.clone(), strategies)?;
            }
            A::AddStrategy { set, strategy } => self.add_strategy(set, strategy)?,
            A::RemoveStrategy { set, strategy } => self.remove_strategy(set, strategy)?,
            A::Join { operator, set } => self.join(operator, set)?,
            A::Allocate { operator, set, strategy, target } => {
                return self.allocate(operator, set, strategy, target).map(Outcome::Effective);
            }
            A::Settle { operator, set, strategy } => self.settle(operator, set, strategy)?,
            A::Slash { by, set, operator, ref fractions } => {
                return self.slash(by, set, operator, fractions).map(Outcome::Slashed);
            }
        }
        Ok(Outcome::Done)
    }
}
