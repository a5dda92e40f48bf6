//! The protocol's one clock (protocol.md, the clock).
//!
//! Everything that moves risk moves at an epoch boundary and is read lazily from the epoch number:
//! no queue, no crank, no keeper. So time passing is one number here, and no state follows it.

use crate::{Epoch, ModelError, Result};

/// Epochs from announcing a lowering or an exit until it takes effect: the rest of this epoch
/// and the whole next one stay slashable (P4).
pub(crate) const LOWERING_NOTICE: u32 = 2;

/// Epochs from announcing a raise until it takes effect: a staker who dislikes it has all of the
/// next epoch to queue and is out when it lands (P5).
pub(crate) const RAISE_NOTICE: u32 = 3;

/// The last epoch: on chain an epoch number has 24 bits, and the clock stands still eight epochs before it
/// would outgrow them.
pub const LAST_EPOCH: Epoch = Epoch((1 << 24) - 9);

/// Time, and the epochs in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    origin: u64,
    epoch_length: u64,
    now: u64,
}

impl Clock {
    /// A clock at `origin`, the first instant of epoch 1.
    ///
    /// # Errors
    /// [`ModelError::EpochLengthZero`].
    pub const fn new(origin: u64, epoch_length: u64) -> Result<Self> {
        if epoch_length == 0 {
            return Err(ModelError::EpochLengthZero);
        }
        Ok(Self { origin, epoch_length, now: origin })
    }

    /// The current time.
    #[must_use]
    pub const fn now(&self) -> u64 {
        self.now
    }

    /// How long an epoch lasts.
    #[must_use]
    pub const fn epoch_length(&self) -> u64 {
        self.epoch_length
    }

    /// The current epoch: `1 + (now - origin) / epoch_length`.
    #[must_use]
    pub fn epoch(&self) -> Epoch {
        self.epoch_of(self.now).unwrap_or(LAST_EPOCH)
    }

    /// The first instant of `epoch`.
    #[must_use]
    pub fn start_of(&self, epoch: Epoch) -> u64 {
        let epochs = u64::from(epoch.0.saturating_sub(1));
        self.origin.saturating_add(epochs.saturating_mul(self.epoch_length))
    }

    /// Lets time pass until `timestamp`.
    pub(crate) fn advance_to(&mut self, timestamp: u64) -> Result<()> {
        if timestamp < self.now {
            return Err(ModelError::TimeInPast { timestamp, now: self.now });
        }
        self.epoch_of(timestamp).ok_or(ModelError::TimeTooFar { timestamp })?;
        self.now = timestamp;
        Ok(())
    }

    fn epoch_of(&self, timestamp: u64) -> Option<Epoch> {
        let passed = timestamp.checked_sub(self.origin)? / self.epoch_length;
        let epoch = Epoch(u32::try_from(passed).ok()?.checked_add(1)?);
        (epoch <= LAST_EPOCH).then_some(epoch)
    }
}
