//! Every action as a value, for traces, fuzzers and replays.

use crate::{
    Account, Approval, Branch, Claim, Epoch, Function, Magnitude, Model, Operator, OperatorSetId,
    Pausable, Payment, PoolId, Proposal, QueuedExit, Result, Slashed, Strategy, Terms, U256, Wad,
};

/// One call to the protocol (or to the world around it). Each variant is the method of [`Model`] of
/// that name, with its arguments and, where that is not one of them, its sender `by`.
#[cfg_attr(
    feature = "serde",
    serde_with::apply(
        u64 => #[serde(with = "crate::text::decimal")],
        u128 => #[serde(with = "crate::text::decimal")],
        U256 => #[serde(with = "crate::text::decimal")],
    )
)]
#[derive(Debug, Clone, PartialEq, Eq, strum::EnumDiscriminants)]
#[strum_discriminants(
    name(ActionKind),
    derive(PartialOrd, Ord, Hash, strum::Display, strum::IntoStaticStr, strum::VariantArray),
    doc = "An [`Action`] without its fields.",
    non_exhaustive
)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case", deny_unknown_fields)
)]
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
    SetDepositCap { by: Account, strategy: Strategy, cap: u128 },
    /// [`Model::set_ceiling`].
    SetCeiling { by: Account, strategy: Strategy, ceiling: Wad },
    /// [`Model::pause`].
    Pause { by: Account, action: Pausable, duration: u64 },
    /// [`Model::register_operator`].
    RegisterOperator { operator: Operator, approver: Option<Account> },
    /// [`Model::remove_approver`].
    RemoveApprover { operator: Operator },
    /// [`Model::admit`].
    Admit {
        by: Account,
        operator: Operator,
        staker: Account,
        deadline: u64,
        signed: Option<Approval>,
    },
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
    Withdraw { by: Account, owner: Account, pool: PoolId, shares: u128, receiver: Account },
    /// [`Model::delegate`].
    Delegate {
        by: Account,
        owner: Account,
        pool: PoolId,
        shares: u128,
        to: Operator,
        min_shares: u128,
    },
    /// [`Model::queue_withdrawal`].
    QueueWithdrawal { by: Account, owner: Account, pool: PoolId, shares: u128, min_assets: u128 },
    /// [`Model::complete_withdrawal`].
    CompleteWithdrawal {
        by: Account,
        owner: Account,
        pool: PoolId,
        epoch: Epoch,
        receiver: Account,
    },
    /// [`Model::redelegate`].
    Redelegate {
        by: Account,
        owner: Account,
        pool: PoolId,
        epoch: Epoch,
        to: Operator,
        min_shares: u128,
    },
    /// [`Model::transfer`].
    Transfer { by: Account, from: Account, to: Account, pool: PoolId, amount: u128 },
    /// [`Model::approve`].
    Approve { owner: Account, spender: Account, pool: PoolId, amount: U256 },
    /// [`Model::set_operator`].
    SetOperator { owner: Account, spender: Account, approved: bool },
    /// [`Model::collect_credit`].
    CollectCredit { by: Account, owner: Account, strategy: Strategy, receiver: Account },
    /// [`Model::appoint`].
    Appoint { account: Account, appointee: Account, function: Function, allowed: bool },
    /// Says where a description of the AVS is found. It changes nothing that the model knows.
    SetMetadata { by: Account, avs: Account, uri: String },
    /// [`Model::create_operator_set`].
    CreateOperatorSet { by: Account, set: OperatorSetId, terms: Terms, strategies: Vec<Strategy> },
    /// [`Model::add_strategy`].
    AddStrategy { by: Account, set: OperatorSetId, strategy: Strategy },
    /// [`Model::remove_strategy`].
    RemoveStrategy { by: Account, set: OperatorSetId, strategy: Strategy },
    /// [`Model::retire`].
    Retire { by: Account, set: OperatorSetId },
    /// [`Model::join`].
    Join { by: Account, operator: Operator, set: OperatorSetId },
    /// [`Model::leave`].
    Leave { by: Account, operator: Operator, set: OperatorSetId, strategies: Vec<Strategy> },
    /// [`Model::eject`].
    Eject { by: Account, operator: Operator, set: OperatorSetId, strategies: Vec<Strategy> },
    /// [`Model::renew`].
    Renew { by: Account, operator: Operator, strategy: Strategy },
    /// [`Model::allocate`].
    Allocate {
        by: Account,
        operator: Operator,
        set: OperatorSetId,
        strategy: Strategy,
        target: Magnitude,
    },
    /// [`Model::settle`].
    Settle { by: Account, operator: Operator, set: OperatorSetId, strategy: Strategy },
    /// [`Model::slash`].
    Slash { by: Account, set: OperatorSetId, operator: Operator, fractions: Vec<(Strategy, Wad)> },
    /// [`Model::propose_slash`].
    ProposeSlash {
        by: Account,
        set: OperatorSetId,
        operator: Operator,
        strategy: Strategy,
        wad: Wad,
    },
    /// [`Model::cancel_slash`].
    CancelSlash { by: Account, set: OperatorSetId, operator: Operator, strategy: Strategy },
    /// [`Model::execute_slash`].
    ExecuteSlash { by: Account, set: OperatorSetId, operator: Operator, strategy: Strategy },
    /// [`Model::distribute`].
    Distribute { by: Account, epoch: Epoch, token: Strategy, payments: Vec<Payment> },
    /// [`Model::set_commission`].
    SetCommission { operator: Operator, rate: Wad },
    /// [`Model::collect_commission`].
    CollectCommission { by: Account, operator: Operator, receiver: Account, tokens: Vec<Strategy> },
    /// [`Model::claim_rewards`].
    ClaimRewards {
        by: Account,
        owner: Account,
        receiver: Account,
        through: Epoch,
        claims: Vec<Claim>,
    },
    /// [`Model::set_recipient`].
    SetRecipient { owner: Account, recipient: Account },
}

impl Action {
    /// Which it is.
    #[must_use]
    pub fn kind(&self) -> ActionKind {
        self.into()
    }
}

impl ActionKind {
    /// Every kind.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// Its name, as the variant is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
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
    /// Each allocation is nothing from its epoch on.
    Left(Vec<(Strategy, Epoch)>),
    /// A slash was proposed.
    Proposed(Proposal),
    /// A slash took this, strategy by strategy.
    Slashed(Vec<Slashed>),
    /// Commission was paid out, token by token.
    Collected(Vec<u128>),
    /// Rewards were paid out, claim by claim; `None` where there was nothing to do.
    Claimed(Vec<Option<u128>>),
}

impl Model {
    /// Carries out an action, or refuses it and stays exactly as it was.
    ///
    /// # Errors
    /// Those of the method that the action names; before them [`ModelError::NotAuthority`] and
    /// [`ModelError::NotAuthorized`], if its sender is not who may send it.
    ///
    /// [`ModelError::NotAuthority`]: crate::ModelError::NotAuthority
    /// [`ModelError::NotAuthorized`]: crate::ModelError::NotAuthorized
    pub fn apply(&mut self, action: &Action) -> Result<Outcome> {
        let lent = self.require_may_send(action)?;
        let outcome = self.carry_out(action)?;
        self.reached_if(lent, Branch::ActsAppointed);
        Ok(outcome)
    }

    fn carry_out(&mut self, action: &Action) -> Result<Outcome> {
        use Action as A;
        match *action {
            A::AdvanceTo { timestamp } => self.advance_to(timestamp)?,
            A::Mint { strategy, to, amount } => self.mint(strategy, to, amount)?,
            A::Donate { strategy, from, amount } => self.donate(strategy, from, amount)?,
            A::SetCanReceive { strategy, account, can } => {
                self.set_can_receive(strategy, account, can);
            }
            A::SetDepositCap { strategy, cap, .. } => self.set_deposit_cap(strategy, cap)?,
            A::SetCeiling { strategy, ceiling, .. } => self.set_ceiling(strategy, ceiling)?,
            A::Pause { action, duration, .. } => self.pause(action, duration)?,
            A::RegisterOperator { operator, approver } => {
                self.register_operator(operator, approver)?;
            }
            A::RemoveApprover { operator } => self.remove_approver(operator)?,
            A::Admit { by, operator, staker, deadline, signed } => {
                self.admit(by, operator, staker, deadline, signed)?;
            }
            A::Open { operator } => return self.open(operator).map(Outcome::Effective),
            A::Close { operator } => self.close(operator)?,
            A::Deposit { from, strategy, operator, assets, min_shares, receiver } => {
                return self
                    .deposit(from, strategy, operator, assets, min_shares, receiver)
                    .map(Outcome::Shares);
            }
            A::Withdraw { by, owner, pool, shares, receiver } => {
                return self.withdraw(by, owner, pool, shares, receiver).map(Outcome::Assets);
            }
            A::Delegate { by, owner, pool, shares, to, min_shares } => {
                return self.delegate(by, owner, pool, shares, to, min_shares).map(Outcome::Shares);
            }
            A::QueueWithdrawal { by, owner, pool, shares, min_assets } => {
                return self
                    .queue_withdrawal(by, owner, pool, shares, min_assets)
                    .map(Outcome::Queued);
            }
            A::CompleteWithdrawal { by, owner, pool, epoch, receiver } => {
                return self
                    .complete_withdrawal(by, owner, pool, epoch, receiver)
                    .map(Outcome::Assets);
            }
            A::Redelegate { by, owner, pool, epoch, to, min_shares } => {
                return self
                    .redelegate(by, owner, pool, epoch, to, min_shares)
                    .map(Outcome::Shares);
            }
            A::Transfer { by, from, to, pool, amount } => {
                self.transfer(by, from, to, pool, amount)?;
            }
            A::Approve { owner, spender, pool, amount } => {
                self.approve(owner, spender, pool, amount);
            }
            A::SetOperator { owner, spender, approved } => {
                self.set_operator(owner, spender, approved);
            }
            A::CollectCredit { by, owner, strategy, receiver } => {
                return self.collect_credit(by, owner, strategy, receiver).map(Outcome::Assets);
            }
            A::Appoint { account, appointee, function, allowed } => {
                self.appoint(account, appointee, function, allowed);
            }
            A::SetMetadata { .. } => {}
            A::CreateOperatorSet { set, terms, ref strategies, .. } => {
                self.create_operator_set(set, terms, strategies)?;
            }
            A::AddStrategy { set, strategy, .. } => self.add_strategy(set, strategy)?,
            A::RemoveStrategy { set, strategy, .. } => self.remove_strategy(set, strategy)?,
            A::Retire { set, .. } => self.retire(set)?,
            A::Join { operator, set, .. } => self.join(operator, set)?,
            A::Leave { operator, set, ref strategies, .. } => {
                return self.leave(operator, set, strategies).map(Outcome::Left);
            }
            A::Eject { operator, set, ref strategies, .. } => {
                return self.eject(operator, set, strategies).map(Outcome::Left);
            }
            A::Renew { operator, strategy, .. } => self.renew(operator, strategy)?,
            A::Allocate { operator, set, strategy, target, .. } => {
                return self.allocate(operator, set, strategy, target).map(Outcome::Effective);
            }
            A::Settle { operator, set, strategy, .. } => self.settle(operator, set, strategy)?,
            A::Slash { by, set, operator, ref fractions } => {
                return self.slash(by, set, operator, fractions).map(Outcome::Slashed);
            }
            A::ProposeSlash { by, set, operator, strategy, wad } => {
                return self.propose_slash(by, set, operator, strategy, wad).map(Outcome::Proposed);
            }
            A::CancelSlash { by, set, operator, strategy } => {
                self.cancel_slash(by, set, operator, strategy)?;
            }
            A::ExecuteSlash { set, operator, strategy, .. } => {
                let slashed = self.execute_slash(set, operator, strategy)?;
                return Ok(Outcome::Slashed(vec![slashed]));
            }
            A::Distribute { by, epoch, token, ref payments } => {
                self.distribute(by, epoch, token, payments)?;
            }
            A::SetCommission { operator, rate } => {
                return self.set_commission(operator, rate).map(Outcome::Effective);
            }
            A::CollectCommission { by, operator, receiver, ref tokens } => {
                let collected = self.collect_commission(by, operator, receiver, tokens);
                return collected.map(Outcome::Collected);
            }
            A::ClaimRewards { by, owner, receiver, through, ref claims } => {
                let claimed = self.claim_rewards(by, owner, receiver, through, claims);
                return claimed.map(Outcome::Claimed);
            }
            A::SetRecipient { owner, recipient } => self.set_recipient(owner, recipient),
        }
        Ok(Outcome::Done)
    }
}
