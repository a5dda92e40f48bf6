//! Balances in time, for rewards.

use std::collections::BTreeMap;

use crate::Epoch;

/// A number of shares through the epochs: the value after the last change of each epoch that
/// changed it.
///
/// On chain a position keeps the newest two in its slot and links the older ones; what can be read
/// is the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct History {
    changes: BTreeMap<Epoch, u128>,
}

impl History {
    /// The value now.
    pub(crate) fn latest(&self) -> u128 {
        self.changes.last_key_value().map_or(0, |(_, value)| *value)
    }

    /// The value at the first instant of `epoch`: what the epochs before it left. A change made
    /// in an epoch counts from the next (a deposit earns from `e+1`).
    pub(crate) fn at(&self, epoch: Epoch) -> u128 {
        self.changes.range(..epoch).next_back().map_or(0, |(_, value)| *value)
    }

    /// Records the value as of a change made in epoch `now`.
    pub(crate) fn record(&mut self, now: Epoch, value: u128) {
        if value != self.latest() {
            self.changes.insert(now, value);
        }
    }
}
