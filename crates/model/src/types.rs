//! Identifiers and scaled quantities, each its own type so that none is passed for another.

use std::{cmp::Ordering, fmt};

/// The first 16 bytes and the last 4 as numbers, which have the order of the bytes.
fn words(bytes: &[u8; 20]) -> (u128, u32) {
    let mut head = [0; 16];
    let mut tail = [0; 4];
    head.copy_from_slice(&bytes[..16]);
    tail.copy_from_slice(&bytes[16..]);
    (u128::from_be_bytes(head), u32::from_be_bytes(tail))
}

/// Declares a 20-byte identifier.
macro_rules! address {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        pub struct $name(
            #[cfg_attr(feature = "serde", serde(with = "crate::text::hex"))] pub [u8; 20],
        );

        // The order of the bytes, compared as numbers: books are searched by it all the time.
        impl Ord for $name {
            fn cmp(&self, other: &Self) -> Ordering {
                words(&self.0).cmp(&words(&other.0))
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl $name {
            /// The id whose last eight bytes are `n`: for tests and demonstrations.
            #[must_use]
            pub const fn from_u64(n: u64) -> Self {
                let tail = n.to_be_bytes();
                let mut bytes = [0; 20];
                let mut i = 0;
                while i < tail.len() {
                    bytes[12 + i] = tail[i];
                    i += 1;
                }
                Self(bytes)
            }

            /// Whether all bytes are zero.
            #[must_use]
            pub fn is_zero(self) -> bool {
                self.0 == [0; 20]
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("0x")?;
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
    };
}

address! {
    /// Whoever can hold tokens, positions or a role. The vault itself is no `Account`: it can never
    /// be named as a recipient.
    Account
}

address! {
    /// An ERC-20 that can be staked; the id is the token's address.
    Strategy
}

address! {
    /// An account that runs services and to which stake is delegated, or [`Operator::IDLE`].
    Operator
}

impl Operator {
    /// Operator zero: the idle pool, never slashable, which is left at once.
    pub const IDLE: Self = Self([0; 20]);

    /// The account behind the operator.
    #[must_use]
    pub const fn account(self) -> Account {
        Account(self.0)
    }
}

impl From<Account> for Operator {
    fn from(account: Account) -> Self {
        Self(account.0)
    }
}

/// A number of the protocol's one clock. The first epoch is 1, so 0 is before all time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Epoch(pub u32);

impl Epoch {
    /// The epoch `n` later.
    #[must_use]
    pub const fn plus(self, n: u32) -> Self {
        Self(self.0.saturating_add(n))
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What 1 is in fixed point, and what a whole pool is in magnitude.
const SCALE: u64 = 1_000_000_000_000_000_000;

/// A share of a pool, out of 1e18.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Magnitude(#[cfg_attr(feature = "serde", serde(with = "crate::text::decimal"))] pub u64);

impl Magnitude {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// A whole pool: 1e18.
    pub const WHOLE: Self = Self(SCALE);

    /// `self - other`, or zero where that would be negative.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// `self + other`. Sums stay far below the width: 18 whole pools fit.
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl fmt::Display for Magnitude {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A fixed-point factor: 1e18 is one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Wad(#[cfg_attr(feature = "serde", serde(with = "crate::text::decimal"))] pub u64);

impl Wad {
    /// One.
    pub const ONE: Self = Self(SCALE);

    /// `floor(self × magnitude / 1e18)`.
    #[must_use]
    pub fn floor_of(self, magnitude: Magnitude) -> Magnitude {
        let product = u128::from(self.0) * u128::from(magnitude.0) / u128::from(SCALE);
        Magnitude(u64::try_from(product).unwrap_or(u64::MAX))
    }
}

impl fmt::Display for Wad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An operator set: the service that created it and a number of its choice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields)
)]
pub struct OperatorSetId {
    /// The service (AVS).
    pub avs: Account,
    /// Its number for this set.
    pub id: u32,
}

impl fmt::Display for OperatorSetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.avs, self.id)
    }
}

/// One generation of a pool. Positions, exits and history belong to a generation, so that the
/// shares of one that ended never touch new money (P9).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields)
)]
pub struct PoolId {
    /// To whom the stake is delegated.
    pub operator: Operator,
    /// What is staked.
    pub strategy: Strategy,
    /// Which life of the pool, counted from 0.
    pub generation: u32,
}

impl fmt::Display for PoolId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.operator, self.strategy, self.generation)
    }
}
