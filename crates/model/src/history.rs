//! Balances in time, for rewards.

use std::collections::BTreeMap;

use crate::{Branch, Epoch};

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

    /// The epoch of the last change; `None` where the value was always 0.
    pub(crate) fn last_change(&self) -> Option<Epoch> {
        self.changes.last_key_value().map(|(epoch, _)| *epoch)
    }

    /// The value at the first instant of `epoch`: what the epochs before it left. A change made
    /// in an epoch counts from the next (a deposit earns from `e+1`).
    pub(crate) fn at(&self, epoch: Epoch) -> u128 {
        self.changes.range(..epoch).next_back().map_or(0, |(_, value)| *value)
    }

    /// Whether the value changed in an epoch from `from` on and before `to`.
    pub(crate) fn changed_within(&self, from: Epoch, to: Epoch) -> bool {
        from < to && self.changes.range(from..to).next().is_some()
    }

    /// What was in force at the first instants of the epochs `from` to `to`, newest first: since which
    /// epoch, and the value; since epoch 0 it is none.
    pub(crate) fn between(&self, from: Epoch, to: Epoch) -> Vec<(Epoch, u128)> {
        let mut earlier = self.changes.range(..to).rev().map(|(since, value)| (*since, *value));
        let mut next = earlier.next().unwrap_or_default();
        let mut held = vec![next];
        while next.0 != Epoch(0) && next.0 >= from {
            next = earlier.next().unwrap_or_default();
            held.push(next);
        }
        held
    }

    /// Which way a change of a position in epoch `now` goes.
    pub(crate) fn branch(&self, now: Epoch) -> Branch {
        match (self.changes.len(), self.changes.last_key_value()) {
            (_, None) => Branch::HistoryBegins,
            (_, Some((last, _))) if *last == now => Branch::HistoryRewrites,
            (1, _) => Branch::HistoryExtends,
            _ => Branch::HistoryOverflows,
        }
    }

    /// Records the value as of a change made in epoch `now`.
    pub(crate) fn record(&mut self, now: Epoch, value: u128) {
        if value != self.latest() {
            self.changes.insert(now, value);
        }
    }
}
