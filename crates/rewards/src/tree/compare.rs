use std::{cmp::Ordering, iter::Peekable};

use alloy_primitives::{Address, U256};

use super::{Leaf, Result};

/// How an account fares in a published list or tree, beside what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// It should be in what is published, and is not.
    Missing {
        /// Which account.
        account: Address,
        /// What it should have.
        should: U256,
    },
    /// It should not be in what is published.
    Extra {
        /// Which account.
        account: Address,
        /// What it has there.
        is: U256,
    },
    /// It has another amount than it should.
    Amount {
        /// Which account.
        account: Address,
        /// What it should have.
        should: U256,
        /// What it has there.
        is: U256,
    },
}

/// How many accounts are the same, and how many differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// Accounts that have what they should.
    pub same: u64,
    /// Accounts that are missing.
    pub missing: u64,
    /// Accounts that should not be there.
    pub extra: u64,
    /// Accounts with another amount.
    pub amount: u64,
}

impl Differences {
    /// Whether there are none.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.missing + self.extra + self.amount == 0
    }
}

/// Compares what is published with what it should be, both sorted by account, and tells each difference in that order.
/// Nothing is kept: both may be longer than memory.
///
/// # Errors
/// Those of the two.
pub fn compare(
    should: impl Iterator<Item = Result<Leaf>>,
    published: impl Iterator<Item = Result<Leaf>>,
    mut each: impl FnMut(Difference),
) -> Result<Differences> {
    let (mut should, mut published) = (should.peekable(), published.peekable());
    let mut count = Differences::default();
    loop {
        let order = match (peek(&mut should)?, peek(&mut published)?) {
            (None, None) => return Ok(count),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(one), Some(other)) => one.account.cmp(&other.account),
        };
        let ours = if order.is_le() { should.next().transpose()? } else { None };
        let theirs = if order.is_ge() { published.next().transpose()? } else { None };
        let difference = match (ours, theirs) {
            (Some(Leaf { account, amount: should }), None) => {
                count.missing += 1;
                Difference::Missing { account, should }
            }
            (None, Some(Leaf { account, amount: is })) => {
                count.extra += 1;
                Difference::Extra { account, is }
            }
            (Some(Leaf { account, amount: should }), Some(Leaf { amount: is, .. }))
                if should != is =>
            {
                count.amount += 1;
                Difference::Amount { account, should, is }
            }
            _ => {
                count.same += 1;
                continue;
            }
        };
        each(difference);
    }
}

/// The next leaf, without taking it. An error is taken.
fn peek<I: Iterator<Item = Result<Leaf>>>(leaves: &mut Peekable<I>) -> Result<Option<Leaf>> {
    match leaves.peek() {
        Some(Ok(leaf)) => Ok(Some(*leaf)),
        Some(Err(_)) => leaves.next().transpose(),
        None => Ok(None),
    }
}
