//! What governance may do: limit new risk, and pause some actions for a while (P6, P8).

use crate::{
    Branch, Model, ModelError, Result, Strategy, Wad, model::Ceiling, vault::MAX_DEPOSIT_CAP,
};

/// The highest restaking degree that governance may admit. Committed, at most ten whole pools, then
/// fits 64 bits.
pub const HIGHEST_CEILING: Wad = Wad(10 * Wad::ONE.0);

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

/// How long an action must run after a pause, in seconds, however short that was. Longer than blocks
/// are apart: else pauses of a second, renewed first in every block, would never let a block through.
pub const SHORTEST_REST: u64 = HOUR;

/// What can be paused: only what adds risk and, for a shorter while, what pays out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum Pausable {
    /// Stake that enters a pool: deposits, delegations, redelegations.
    Deposit,
    /// Operators that open.
    Open,
    /// Stake that leaves the vault by its owner's will: withdrawals and completed exits.
    Complete,
    /// Operators that join a set.
    Join,
    /// Raised allocations.
    Raise,
    /// New operator sets.
    CreateSet,
}

impl Pausable {
    /// All of them, in the order of the contracts.
    pub const ALL: [Self; 6] =
        [Self::Deposit, Self::Open, Self::Complete, Self::Join, Self::Raise, Self::CreateSet];

    /// The longest that it may be paused, in seconds (P6).
    #[must_use]
    pub const fn longest(self) -> u64 {
        match self {
            Self::Complete => 3 * DAY,
            _ => 7 * DAY,
        }
    }

    const fn branch(self) -> Branch {
        match self {
            Self::Deposit => Branch::PausesDeposit,
            Self::Open => Branch::PausesOpen,
            Self::Complete => Branch::PausesComplete,
            Self::Join => Branch::PausesJoin,
            Self::Raise => Branch::PausesRaise,
            Self::CreateSet => Branch::PausesCreateSet,
        }
    }
}

/// The last pause of an action, as timestamps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pause {
    /// When it ends, by itself.
    pub until: u64,
    /// When the next may begin: the action runs for as long as it was paused, an hour at least.
    pub rest_until: u64,
}

impl Model {
    /// Sets the most the vault may hold of a token after a deposit. For new risk only: nothing that
    /// is staked is touched (P8).
    ///
    /// # Errors
    /// [`ModelError::DepositCapTooHigh`].
    pub fn set_deposit_cap(&mut self, strategy: Strategy, cap: u128) -> Result<()> {
        if cap > MAX_DEPOSIT_CAP {
            return Err(ModelError::DepositCapTooHigh { cap, highest: MAX_DEPOSIT_CAP });
        }
        self.vault.deposit_caps.insert(strategy, cap);
        self.reached_if(cap < self.vault_balance(strategy), Branch::CapsBelowHoldings);
        Ok(())
    }

    /// Sets the restaking degree's ceiling of a strategy. It limits raises only: it may come to
    /// lie below committed, and nothing is cut then (P8).
    ///
    /// # Errors
    /// [`ModelError::CeilingOutOfRange`].
    pub fn set_ceiling(&mut self, strategy: Strategy, ceiling: Wad) -> Result<()> {
        if !(Wad::ONE..=HIGHEST_CEILING).contains(&ceiling) {
            return Err(ModelError::CeilingOutOfRange {
                ceiling,
                lowest: Wad::ONE,
                highest: HIGHEST_CEILING,
            });
        }
        let before = self.ceiling(strategy);
        self.reached_if(ceiling > before, Branch::RaisesCeiling);
        self.reached_if(ceiling < before, Branch::LowersCeiling);
        let entry = self.ceilings.entry(strategy).or_default();
        *entry = Ceiling { now: ceiling, highest: entry.highest.max(ceiling) };
        Ok(())
    }

    /// Pauses an action for `duration` seconds. It ends by itself, and rests for as long, an hour at
    /// least, before the next (P6).
    ///
    /// # Errors
    /// [`ModelError::PauseTooLong`], [`ModelError::PausedTooRecently`].
    pub fn pause(&mut self, action: Pausable, duration: u64) -> Result<()> {
        let longest = action.longest();
        if duration > longest {
            return Err(ModelError::PauseTooLong { duration, longest });
        }
        let now = self.clock.now();
        let Pause { until: last, rest_until } = self.pause_of(action);
        if now < rest_until {
            return Err(ModelError::PausedTooRecently { action, rest_until });
        }
        let until = now.saturating_add(duration);
        let rest_until = until.saturating_add(duration.max(SHORTEST_REST));
        self.pauses.insert(action, Pause { until, rest_until });
        self.reached(action.branch());
        self.reached_if(duration == 0, Branch::PausesForNoTime);
        self.reached_if(last > 0, Branch::PausesAgain);
        Ok(())
    }

    /// The last pause of an action.
    #[must_use]
    pub fn pause_of(&self, action: Pausable) -> Pause {
        self.pauses.get(&action).copied().unwrap_or_default()
    }

    pub(crate) fn require_running(&self, action: Pausable) -> Result<()> {
        let until = self.pause_of(action).until;
        if self.clock.now() < until { Err(ModelError::Paused { action, until }) } else { Ok(()) }
    }
}
