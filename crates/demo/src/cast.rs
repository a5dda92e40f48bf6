//! Who and what the story is about. Nothing here knows a chain or a model: both have their own idea of an address.

use std::fmt;

/// Somebody in the story. The name is that of an account of the development network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Who {
    Deployer,
    Alice,
    Bob,
    Carol,
    Dave,
    Operator1,
    Operator2,
    Avs1,
    Avs2,
    Slasher1,
    Slasher2,
    Treasury1,
}

impl Who {
    pub(crate) const ALL: [Self; 12] = [
        Self::Deployer,
        Self::Alice,
        Self::Bob,
        Self::Carol,
        Self::Dave,
        Self::Operator1,
        Self::Operator2,
        Self::Avs1,
        Self::Avs2,
        Self::Slasher1,
        Self::Slasher2,
        Self::Treasury1,
    ];

    pub(crate) const STAKERS: [Self; 4] = [Self::Alice, Self::Bob, Self::Carol, Self::Dave];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Deployer => "deployer",
            Self::Alice => "alice",
            Self::Bob => "bob",
            Self::Carol => "carol",
            Self::Dave => "dave",
            Self::Operator1 => "operator-1",
            Self::Operator2 => "operator-2",
            Self::Avs1 => "avs-1",
            Self::Avs2 => "avs-2",
            Self::Slasher1 => "slasher-1",
            Self::Slasher2 => "slasher-2",
            Self::Treasury1 => "treasury-1",
        }
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One of the two who run services.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Operator {
    One,
    Two,
}

impl Operator {
    /// As their addresses ascend, which is how contracts want them named.
    pub(crate) const BY_ADDRESS: [Self; 2] = [Self::Two, Self::One];

    pub(crate) const fn who(self) -> Who {
        match self {
            Self::One => Who::Operator1,
            Self::Two => Who::Operator2,
        }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.who().fmt(f)
    }
}

/// A token that is staked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Asset {
    /// Plain.
    REth,
    /// An ERC-4626 wrapper of staked ether, whose rate follows the beacon chain.
    WstEth,
    /// With 6 decimals.
    StUsd,
}

impl Asset {
    pub(crate) const ALL: [Self; 3] = [Self::REth, Self::WstEth, Self::StUsd];

    pub(crate) const fn symbol(self) -> &'static str {
        match self {
            Self::REth => "rETH",
            Self::WstEth => "wstETH",
            Self::StUsd => "stUSD",
        }
    }

    pub(crate) const fn decimals(self) -> u8 {
        match self {
            Self::REth | Self::WstEth => 18,
            Self::StUsd => 6,
        }
    }

    /// How many whole tokens every staker begins with. What can be made of ETH is made of it.
    pub(crate) const fn endowment(self) -> u128 {
        match self {
            Self::REth | Self::StUsd => 1_000,
            Self::WstEth => 0,
        }
    }

    /// What one whole token is in units.
    pub(crate) const fn one(self) -> u128 {
        10_u128.pow(self.decimals() as u32)
    }
}

impl fmt::Display for Asset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.symbol())
    }
}

/// All stake of one token with one operator, or (without one) all that is kept idle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Pool {
    pub(crate) operator: Option<Operator>,
    pub(crate) asset: Asset,
}

impl Pool {
    pub(crate) const fn of(operator: Operator, asset: Asset) -> Self {
        Self { operator: Some(operator), asset }
    }

    pub(crate) const fn idle(asset: Asset) -> Self {
        Self { operator: None, asset }
    }

    /// Every pool that there can be of `asset`.
    pub(crate) const fn all_of(asset: Asset) -> [Self; 3] {
        [Self::idle(asset), Self::of(Operator::One, asset), Self::of(Operator::Two, asset)]
    }
}

impl fmt::Display for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.operator {
            Some(operator) => write!(f, "{operator}/{}", self.asset),
            None => write!(f, "idle/{}", self.asset),
        }
    }
}

/// A fraction, out of 1e18: of a pool (a magnitude) or of an allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Share(pub(crate) u64);

impl Share {
    pub(crate) const fn percent(percent: u64) -> Self {
        Self(percent * 10_u64.pow(16))
    }
}

/// An operator set: what a service asks of operators, and what it may do to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Set {
    Oracle,
    Bridge,
    /// Its slashes can be challenged.
    Storage,
}

/// What a staker can rely on about a set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    pub(crate) avs: Who,
    /// The number that the service gave to the set.
    pub(crate) number: u32,
    pub(crate) slasher: Who,
    /// Receives what is slashed; without one it is burned.
    pub(crate) recipient: Option<Who>,
    /// May cancel a slash for half an epoch after it was proposed; without one, slashes are at once.
    pub(crate) resolver: Option<Who>,
    /// The most that an epoch's slashes may take of an allocation.
    pub(crate) cap: Share,
    /// The written conditions, of which the set bears the hash.
    pub(crate) conditions: &'static str,
    pub(crate) assets: &'static [Asset],
}

impl Set {
    pub(crate) const ALL: [Self; 3] = [Self::Oracle, Self::Bridge, Self::Storage];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Oracle => "oracle",
            Self::Bridge => "bridge",
            Self::Storage => "storage",
        }
    }

    pub(crate) const fn terms(self) -> Terms {
        match self {
            Self::Oracle => Terms {
                avs: Who::Avs1,
                number: 1,
                slasher: Who::Slasher1,
                recipient: Some(Who::Treasury1),
                resolver: None,
                cap: Share::percent(50),
                conditions: "Slashed is who signs two prices for the same round.",
                assets: &[Asset::REth, Asset::WstEth],
            },
            Self::Bridge => Terms {
                avs: Who::Avs2,
                number: 7,
                slasher: Who::Slasher2,
                recipient: None,
                resolver: None,
                cap: Share::percent(100),
                conditions: "Slashed is who signs a transfer that the other chain does not know.",
                assets: &[Asset::REth, Asset::StUsd],
            },
            Self::Storage => Terms {
                avs: Who::Avs2,
                number: 8,
                slasher: Who::Slasher2,
                recipient: Some(Who::Treasury1),
                resolver: Some(Who::Avs2),
                cap: Share::percent(50),
                conditions: "Slashed is who cannot show a file that it promised to keep.",
                assets: &[Asset::REth],
            },
        }
    }
}

impl fmt::Display for Set {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
