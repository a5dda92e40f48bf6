//! The whole state, its clock, and its tokens.

use std::collections::BTreeMap;

use crate::{
    Account, Branch, Clock, Epoch, ModelError, Operator, Pausable, Pause, PoolId, Result, Strategy,
    Wad, allocations::Allocations, branches::Trail, rewards::Rewards, tokens::Tokens, vault::Vault,
};

/// The whole core: a pure, deterministic state machine. Clone it to look ahead.
///
/// A method is an action of who may act; only where the contracts ask that of nobody but an owner, a
/// slasher or the like does it name the account and ask. [`Model::apply`] asks in every case. Every
/// action computes on copies and writes last: a refused one leaves no trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    pub(crate) authority: Account,
    pub(crate) clock: Clock,
    pub(crate) tokens: Tokens,
    pub(crate) vault: Vault,
    pub(crate) allocations: Allocations,
    pub(crate) rewards: Rewards,
    /// The restaking degree of each strategy, and the highest it ever was.
    pub(crate) ceilings: BTreeMap<Strategy, Ceiling>,
    pub(crate) pauses: BTreeMap<Pausable, Pause>,
    pub(crate) trail: Trail,
}

/// A strategy's ceiling for committed over left when an allocation is raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ceiling {
    pub(crate) now: Wad,
    /// No part of the protocol: what the invariant "committed is at most left where the ceiling
    /// was never above 1" (P3) is judged by.
    pub(crate) highest: Wad,
}

impl Default for Ceiling {
    fn default() -> Self {
        Self { now: Wad::ONE, highest: Wad::ONE }
    }
}

impl Model {
    /// An empty protocol at `origin`, the first instant of epoch 1.
    ///
    /// # Errors
    /// [`ModelError::EpochLengthZero`].
    pub fn new(origin: u64, epoch_length: u64) -> Result<Self> {
        Ok(Self {
            authority: Account::default(),
            clock: Clock::new(origin, epoch_length)?,
            tokens: Tokens::default(),
            vault: Vault::default(),
            allocations: Allocations::default(),
            rewards: Rewards::default(),
            ceilings: BTreeMap::new(),
            pauses: BTreeMap::new(),
            trail: Trail::default(),
        })
    }

    // -- time -------------------------------------------------------------------------------

    /// The clock.
    #[must_use]
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The current epoch.
    #[must_use]
    pub fn epoch(&self) -> Epoch {
        self.clock.epoch()
    }

    /// Lets time pass until `timestamp`. Nothing else changes: effects are read from the epoch.
    ///
    /// # Errors
    /// A time that has passed, or one too far away for an epoch number.
    pub fn advance_to(&mut self, timestamp: u64) -> Result<()> {
        let before = self.epoch();
        self.clock.advance_to(timestamp)?;
        self.reached(match self.epoch().0 - before.0 {
            0 => Branch::TimeWithinEpoch,
            1 => Branch::TimeToNextEpoch,
            _ => Branch::TimeSkipsEpochs,
        });
        Ok(())
    }

    // -- tokens -----------------------------------------------------------------------------

    /// Creates tokens, as the faucet of a test or a demonstration.
    ///
    /// # Errors
    /// The zero account, one that the token refuses, or a supply that would not fit.
    pub fn mint(&mut self, strategy: Strategy, to: Account, amount: u128) -> Result<()> {
        if to.is_zero() {
            return Err(ModelError::ZeroAccount);
        }
        if !self.tokens.can_receive(strategy, to) {
            return Err(ModelError::CannotReceive { strategy, account: to });
        }
        self.tokens.mint(strategy, to, amount)
    }

    /// Sends tokens to the vault unasked: that changes nothing but the room under the deposit cap
    /// (P1).
    ///
    /// # Errors
    /// [`ModelError::InsufficientBalance`].
    pub fn donate(&mut self, strategy: Strategy, from: Account, amount: u128) -> Result<()> {
        self.tokens.pull(strategy, from, amount)?;
        *self.tokens.unasked.entry(strategy).or_default() += amount;
        Ok(())
    }

    /// Lets a token accept or refuse an account as a receiver, as a blocklist would. Refusing
    /// stops no slash (its tokens become a credit) and no other strategy's exit (P6).
    pub fn set_can_receive(&mut self, strategy: Strategy, account: Account, can: bool) {
        if can {
            self.tokens.refused.remove(&(strategy, account));
            self.reached(Branch::TokenAccepts);
        } else {
            self.tokens.refused.insert((strategy, account));
            self.reached(Branch::TokenRefuses);
        }
    }

    /// The id of the current generation of a pool.
    #[must_use]
    pub fn pool_id(&self, operator: Operator, strategy: Strategy) -> PoolId {
        self.vault.pool_id(operator, strategy)
    }
}
