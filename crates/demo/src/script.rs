//! What a story is written in.

use crate::{
    action::Action,
    cast::{Pool, Set},
    quantity::Quantity,
};

/// One line of the story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Beat {
    /// Begins a chapter.
    Chapter(&'static str),
    /// Something that a person should know.
    Note(&'static str),
    /// Time passes until the first second of this epoch; and what is waited for.
    Epoch(u32, &'static str),
    /// A transaction, which must succeed.
    Act(Action),
    /// A transaction that chain and model must refuse alike.
    Refused { name: &'static str, action: Action },
    /// Chain and model must tell the same.
    Agree { when: &'static str, quantity: Quantity },
    /// The chain must know a set's terms as they were given.
    Terms(Set),
    /// Keeps what the chain tells now, to compare with later.
    Remember(Key, Quantity),
    /// What was kept must have come to what is allowed since.
    Compare { name: &'static str, key: Key, quantity: Quantity, drift: Drift },
    /// The latest slash must have returned, for the token at this place, by how much this grew since it was kept.
    Moved { name: &'static str, key: Key, quantity: Quantity, place: usize },
    /// Carries an action out with so many more stakers in a pool, and takes everything back.
    Rehearse { crowd: u32, pool: Pool, action: Action },
    /// The latest action must have cost as much gas as in front of the crowd.
    SameGas(&'static str),
    /// Keeps these for a table of before and after.
    Before(Vec<Row>),
    /// Shows that table.
    After(&'static str),
    /// Shows a table of what is.
    Grid(Grid),
}

/// Names a value that was kept.
pub(crate) type Key = &'static str;

/// What a value may have done since it was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Drift {
    /// Nothing.
    None,
    /// Grown by so many units at most.
    Up(u128),
    /// Grown, or fallen by so many units at most.
    NotBelow(u128),
}

/// A line of a table of before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) label: String,
    pub(crate) quantity: Quantity,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grid {
    pub(crate) title: &'static str,
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<(String, Vec<Quantity>)>,
}

impl Beat {
    pub(crate) const fn agree(when: &'static str, quantity: Quantity) -> Self {
        Self::Agree { when, quantity }
    }

    /// Many of them, at the same moment.
    pub(crate) fn agree_on<const N: usize>(
        when: &'static str,
        quantities: [Quantity; N],
    ) -> Vec<Self> {
        quantities.map(|quantity| Self::agree(when, quantity)).to_vec()
    }
}

impl Row {
    pub(crate) fn new(label: impl Into<String>, quantity: Quantity) -> Self {
        Self { label: label.into(), quantity }
    }
}

impl Drift {
    /// What is expected of a value, in words.
    pub(crate) fn expected(self) -> String {
        match self {
            Self::None => "unchanged".to_owned(),
            Self::Up(most) => format!("not less, and at most {most} units more"),
            Self::NotBelow(0) => "not less".to_owned(),
            Self::NotBelow(most) => format!("not less, but for {most} units of rounding"),
        }
    }

    /// What a value did: what is expected, where it did that.
    pub(crate) fn actual(self, before: u128, after: u128) -> String {
        let allowed = match self {
            Self::None => after == before,
            Self::Up(most) => after >= before && after - before <= most,
            Self::NotBelow(most) => after.saturating_add(most) >= before,
        };
        match (allowed, after > before) {
            (true, _) => self.expected(),
            (false, true) => format!("{} units more", after - before),
            (false, false) => format!("{} units less", before - after),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drifts_are_judged() {
        let holds = |drift: Drift, before, after| drift.actual(before, after) == drift.expected();
        assert!(holds(Drift::None, 5, 5) && !holds(Drift::None, 5, 6));
        assert!(holds(Drift::Up(3), 5, 8) && !holds(Drift::Up(3), 5, 9));
        assert!(!holds(Drift::Up(3), 5, 4));
        assert!(holds(Drift::NotBelow(2), 5, 3) && !holds(Drift::NotBelow(2), 5, 2));
        assert!(holds(Drift::NotBelow(2), 5, 500));
        assert_eq!(Drift::None.actual(5, 3), "2 units less");
        assert_eq!(Drift::Up(1).actual(5, 8), "3 units more");
    }
}
