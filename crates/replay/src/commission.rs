use alloy::primitives::U256;
use palisade_bindings::Epoch;

use crate::{
    Misfit,
    math::{Fit, require, same},
};

/// The highest commission, out of 1e18.
pub const MAX_COMMISSION: u64 = 500_000_000_000_000_000;

/// Epochs from that of the announcement of a raised commission to that of its effect.
const RAISE_DELAY: u32 = 3;

/// What an operator keeps of the rewards paid to its pools. Rates are out of 1e18.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Commission {
    /// The rate before `since`.
    pub previous: u64,
    /// The rate from `since` on.
    pub current: u64,
    /// The rate from `effective` on, if that is set.
    pub next: u64,
    /// The epoch in which a rate was set last.
    pub since: Epoch,
    /// From when the rate that was announced last is in force; 0 where none was since the rate was last lowered.
    pub effective: Epoch,
}

impl Commission {
    /// The rate in force in `epoch`, which is no earlier than the one before that of the last log.
    #[must_use]
    pub fn at(&self, epoch: Epoch) -> u64 {
        if self.effective.is_set() && self.effective <= epoch {
            self.next
        } else if self.since <= epoch {
            self.current
        } else {
            self.previous
        }
    }

    /// What it is after a rate was set in epoch `now`, by an operator that has opened its pools or not.
    pub(crate) fn set(self, rate: U256, effective: U256, now: Epoch, opened: bool) -> Fit<Self> {
        let too_large = Misfit::TooLarge { what: "commission", value: rate };
        let rate = u64::try_from(rate).ok().filter(|it| *it <= MAX_COMMISSION).ok_or(too_large)?;
        let standing = self.at(now);
        let announced = self.effective > now;
        let known = if announced { self.next } else { standing };
        require(rate != known, "the commission has this rate already")?;
        let raised = rate > standing && opened;
        let day = if !raised {
            now
        } else if announced && rate < self.next {
            self.effective
        } else {
            now.plus(RAISE_DELAY)
        };
        same("first epoch", effective, day.into())?;
        let previous = self.at(Epoch(now.0.saturating_sub(1)));
        Ok(if raised {
            Self { previous, current: standing, next: rate, since: now, effective: day }
        } else {
            Self { previous, current: rate, next: 0, since: now, effective: Epoch::default() }
        })
    }
}
