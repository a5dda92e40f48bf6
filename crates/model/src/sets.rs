//! Operator sets: what a service promises about its slashing, fixed when the set is created, until
//! it gives the set up.

use std::collections::BTreeSet;

use crate::{Account, Branch, Model, ModelError, OperatorSetId, Pausable, Result, Strategy, Wad};

/// Where slashed stake goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum Recipient {
    /// To this account; what it cannot receive becomes its credit.
    Account(Account),
    /// Out of circulation.
    Burn,
}

/// What a staker can rely on about a set. No one can change it, governance included (P8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields)
)]
pub struct Terms {
    /// Who slashes or, with a window, proposes to.
    pub slasher: Account,
    /// Where slashed stake goes.
    pub recipient: Recipient,
    /// The challenge window in seconds, at most half an epoch; zero for a set that slashes at once.
    #[cfg_attr(feature = "serde", serde(with = "crate::text::decimal"))]
    pub window: u64,
    /// Who may cancel a proposal besides the slasher.
    pub resolver: Option<Account>,
    /// The most that may be slashed of an allocation in one epoch.
    pub cap: Wad,
    /// The hash of the written slashing conditions.
    #[cfg_attr(feature = "serde", serde(with = "crate::text::hex"))]
    pub conditions: [u8; 32],
    /// Who is told of joining and leaving.
    pub registrar: Option<Account>,
}

/// An operator set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorSet {
    /// Its immutable terms.
    pub terms: Terms,
    /// The strategies in which an allocation may be raised.
    pub strategies: BTreeSet<Strategy>,
    /// Whether its AVS has given it up: nobody joins it, promises to it or slashes for it any more,
    /// and what was promised to it counts as nothing.
    pub retired: bool,
}

impl Model {
    /// Creates a set, by its AVS. Its id can never be used again, its terms never change.
    ///
    /// # Errors
    /// A pause, a zero AVS, slasher or recipient, a used id, a cap of zero or above one, a window
    /// above half an epoch, or a strategy that is zero or named twice.
    pub fn create_operator_set(
        &mut self,
        id: OperatorSetId,
        terms: Terms,
        strategies: &[Strategy],
    ) -> Result<()> {
        self.require_running(Pausable::CreateSet)?;
        let nobody = Recipient::Account(Account::default());
        if id.avs.is_zero() || terms.slasher.is_zero() || terms.recipient == nobody {
            return Err(ModelError::ZeroAccount);
        }
        if self.allocations.sets.contains_key(&id) {
            return Err(ModelError::SetExists { set: id });
        }
        if terms.cap == Wad(0) || terms.cap > Wad::ONE {
            return Err(ModelError::CapOutOfRange { cap: terms.cap });
        }
        // Guaranteed stake lasts at least one epoch: a window of at most half of it leaves time to
        // prove a fault and still execute (P4).
        let most = self.clock.epoch_length() / 2;
        if terms.window > most {
            return Err(ModelError::WindowTooLong { window: terms.window, most });
        }
        let mut accepted = BTreeSet::new();
        for &strategy in strategies {
            require_token(id, strategy)?;
            if !accepted.insert(strategy) {
                return Err(ModelError::StrategyAccepted { set: id, strategy });
            }
        }
        let instant = terms.window == 0;
        self.reached(if instant { Branch::CreatesInstant } else { Branch::CreatesChallengeable });
        self.reached_if(terms.recipient == Recipient::Burn, Branch::CreatesBurning);
        self.allocations
            .sets
            .insert(id, OperatorSet { terms, strategies: accepted, retired: false });
        Ok(())
    }

    /// Accepts one more strategy, at once, by the AVS: an operator must still opt in.
    ///
    /// # Errors
    /// [`ModelError::UnknownSet`], [`ModelError::SetRetired`], [`ModelError::StrategyAccepted`], or
    /// [`ModelError::StrategyNotAccepted`] for the zero address.
    pub fn add_strategy(&mut self, id: OperatorSetId, strategy: Strategy) -> Result<()> {
        self.live_set(id)?;
        require_token(id, strategy)?;
        if !self.set_mut(id)?.strategies.insert(strategy) {
            return Err(ModelError::StrategyAccepted { set: id, strategy });
        }
        Ok(())
    }

    /// Accepts a strategy no more, by the AVS. It ends raises, and frees nothing that is already
    /// promised: slashing reads the allocation (P4).
    ///
    /// # Errors
    /// [`ModelError::UnknownSet`], [`ModelError::StrategyNotAccepted`].
    pub fn remove_strategy(&mut self, id: OperatorSetId, strategy: Strategy) -> Result<()> {
        if !self.set_mut(id)?.strategies.remove(&strategy) {
            return Err(ModelError::StrategyNotAccepted { set: id, strategy });
        }
        Ok(())
    }

    /// Gives the set up, by its AVS, for good. It waives what was guaranteed to the set (P4); what
    /// counts as committed for it errs to the safe side until it is settled.
    ///
    /// # Errors
    /// [`ModelError::UnknownSet`], [`ModelError::SetRetired`].
    pub fn retire(&mut self, id: OperatorSetId) -> Result<()> {
        self.live_set(id)?;
        self.set_mut(id)?.retired = true;
        Ok(())
    }

    /// A set with its terms.
    ///
    /// # Errors
    /// [`ModelError::UnknownSet`].
    pub fn operator_set(&self, id: OperatorSetId) -> Result<&OperatorSet> {
        self.allocations.sets.get(&id).ok_or(ModelError::UnknownSet { set: id })
    }

    /// A set that its AVS has not given up.
    ///
    /// # Errors
    /// [`ModelError::UnknownSet`], [`ModelError::SetRetired`].
    pub(crate) fn live_set(&self, id: OperatorSetId) -> Result<&OperatorSet> {
        let set = self.operator_set(id)?;
        if set.retired { Err(ModelError::SetRetired { set: id }) } else { Ok(set) }
    }

    fn set_mut(&mut self, id: OperatorSetId) -> Result<&mut OperatorSet> {
        self.allocations.sets.get_mut(&id).ok_or(ModelError::UnknownSet { set: id })
    }
}

/// No set accepts the zero address.
fn require_token(set: OperatorSetId, strategy: Strategy) -> Result<()> {
    if strategy.is_zero() { Err(ModelError::StrategyNotAccepted { set, strategy }) } else { Ok(()) }
}
