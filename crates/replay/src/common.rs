//! What both contracts keep: the clock, the authority, and pauses.

use alloy::primitives::{Address, U256};
use palisade_bindings::Epoch;

use crate::{
    Misfit,
    math::{Fit, same, time},
    replay::Now,
};

/// What both contracts keep.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Common {
    /// The clock, once it was logged.
    pub clock: Option<Clock>,
    /// Who governs the contract, once it was logged.
    pub authority: Option<Address>,
    /// The last pause of each action, in the order of `Pausable`.
    pub pauses: [Pause; PAUSABLE],
}

/// How many actions `Pausable` has.
pub(crate) const PAUSABLE: usize = 6;

/// How long an action rests from its pause, in seconds, however short that was.
const SHORTEST_REST: u64 = 3_600;

/// When epochs begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// The length of an epoch, in seconds.
    pub epoch_length: u64,
    /// The timestamp at which epoch 1 began.
    pub origin: u64,
}

/// A pause, and the rest after it. Timestamps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pause {
    /// Until when it lasts.
    pub until: u64,
    /// From when the action may be paused again.
    pub rest_until: u64,
}

impl Clock {
    /// The epoch of a block with this timestamp.
    #[must_use]
    pub fn epoch_at(self, timestamp: u64) -> Epoch {
        Epoch::at(timestamp, self.origin, self.epoch_length)
    }
}

impl Common {
    pub(crate) fn start(&mut self, epoch_length: U256, origin: U256) -> Fit {
        if self.clock.is_some() {
            return Err(Misfit::Twice { what: "clock of", key: "this contract".to_owned() });
        }
        let what = "epoch length";
        let epoch_length = u64::try_from(epoch_length)
            .map_err(|_| Misfit::TooLarge { what, value: epoch_length })?;
        self.clock = Some(Clock { epoch_length, origin: time("origin", origin)? });
        Ok(())
    }

    pub(crate) fn set_authority(&mut self, authority: Address) -> Fit {
        if self.authority.is_some() {
            return Err(Misfit::Twice { what: "authority of", key: "this contract".to_owned() });
        }
        self.authority = Some(authority);
        Ok(())
    }

    pub(crate) fn pause(&mut self, action: u8, until: U256, rest_until: U256, now: Now) -> Fit {
        let (until, rest_until) = (time("end", until)?, time("end of the rest", rest_until)?);
        let too_large = Misfit::TooLarge { what: "action", value: U256::from(action) };
        let pause = self.pauses.get_mut(usize::from(action)).ok_or(too_large)?;
        let lasts = until.saturating_sub(now.timestamp);
        let rest = until.saturating_add(lasts.max(SHORTEST_REST));
        same("end of the rest", U256::from(rest_until), U256::from(rest))?;
        *pause = Pause { until, rest_until };
        Ok(())
    }
}
