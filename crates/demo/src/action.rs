//! What somebody does: one transaction each. An action holds inputs only, and chain and model carry it out on their own.

use std::fmt;

use crate::{
    cast::{Asset, Operator, Pool, Set, Share, Who},
    format::{amount, decimal, listed, share, units},
    payout::Payout,
};

/// What a report calls a step; the first word of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Register,
    CreateSet,
    Join,
    Allocate,
    Deposit,
    Delegate,
    Slash,
    WithdrawQueue,
    WithdrawComplete,
    Move,
    Transfer,
    ProposeSlash,
    CancelSlash,
    ExecuteSlash,
    Leave,
    Retire,
    Settle,
    Stake,
    Beacon,
    Pause,
    Govern,
    Commission,
    Pay,
    Stream,
    Claim,
    Drop,
}

impl Kind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::CreateSet => "create_set",
            Self::Join => "join",
            Self::Allocate => "allocate",
            Self::Deposit => "deposit",
            Self::Delegate => "delegate",
            Self::Slash => "slash",
            Self::WithdrawQueue => "withdraw_queue",
            Self::WithdrawComplete => "withdraw_complete",
            Self::Move => "move",
            Self::Transfer => "transfer",
            Self::ProposeSlash => "propose_slash",
            Self::CancelSlash => "cancel_slash",
            Self::ExecuteSlash => "execute_slash",
            Self::Leave => "leave",
            Self::Retire => "retire",
            Self::Settle => "settle",
            Self::Stake => "stake",
            Self::Beacon => "beacon",
            Self::Pause => "pause",
            Self::Govern => "govern",
            Self::Commission => "commission",
            Self::Pay => "pay",
            Self::Stream => "stream",
            Self::Claim => "claim",
            Self::Drop => "drop",
        }
    }
}

/// What becomes of slashed stake that nobody receives: tokens need not know how to burn.
const BURNED: &str = "are burned: they go to 0x…dEaD, whose key nobody has";

/// How many shares of a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Amount {
    /// As many as the actor holds at that moment.
    All,
    /// So many units.
    Units(u128),
}

/// Who takes an actor's tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spender {
    Vault,
    Router,
}

/// What the Router is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// Plain ETH, of which it makes staked ether, and of that the wrapped one.
    Ether,
    /// The token itself.
    Token,
}

/// What an order to the Router accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// The fewest units that are staked in the end.
    pub(crate) least: u128,
    /// The highest worst-case loss of the pool.
    pub(crate) loss: Share,
}

/// One transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    CreateSet(Set),
    Register(Operator),
    Join {
        operator: Operator,
        set: Set,
    },
    Allocate {
        operator: Operator,
        set: Set,
        asset: Asset,
        share: Share,
    },
    Open(Operator),
    /// Lets vault or Router take the actor's tokens.
    Approve {
        who: Who,
        asset: Asset,
        spender: Spender,
    },
    /// Stakes through the Router, in one call.
    Stake {
        who: Who,
        pool: Pool,
        source: Source,
        amount: u128,
        bounds: Bounds,
    },
    Deposit {
        who: Who,
        pool: Pool,
        assets: u128,
    },
    /// Moves idle stake to an operator.
    Delegate {
        who: Who,
        asset: Asset,
        shares: Amount,
        to: Operator,
    },
    /// Takes idle stake out.
    Withdraw {
        who: Who,
        asset: Asset,
        shares: Amount,
    },
    Queue {
        who: Who,
        pool: Pool,
        shares: Amount,
    },
    Complete {
        who: Who,
        pool: Pool,
        epoch: u32,
    },
    Move {
        who: Who,
        pool: Pool,
        epoch: u32,
        to: Operator,
    },
    Slash {
        set: Set,
        operator: Operator,
        cuts: Vec<(Asset, Share)>,
    },
    /// Gives a position, or a part of it, to somebody else.
    Transfer {
        who: Who,
        to: Who,
        pool: Pool,
        shares: Amount,
    },
    ProposeSlash {
        set: Set,
        operator: Operator,
        asset: Asset,
        cut: Share,
    },
    /// By the resolver.
    CancelSlash {
        set: Set,
        operator: Operator,
        asset: Asset,
    },
    ExecuteSlash {
        who: Who,
        set: Set,
        operator: Operator,
        asset: Asset,
    },
    /// Ends a membership with a promise of one token.
    Leave {
        operator: Operator,
        set: Set,
        asset: Asset,
    },
    Retire(Set),
    /// Writes down what has come due.
    Settle {
        who: Who,
        set: Set,
        operator: Operator,
        asset: Asset,
    },
    /// The beacon chain turns: so much ETH is the reward of all who staked ether.
    Reward(u128),
    /// The beacon chain turns: so much of the staked ether is lost.
    Penalize(u128),
    /// As guardian, pauses deposits for half an epoch.
    PauseDeposits,
    /// As council, proposes a deposit cap to the timelock.
    ProposeCap {
        asset: Asset,
        cap: u128,
    },
    /// Has the timelock set what was proposed.
    SetCap {
        who: Who,
        asset: Asset,
        cap: u128,
    },
    /// What is done about rewards.
    Payout(Payout),
}

/// What an action returned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Nothing,
    Shares(u128),
    Assets(u128),
    /// Takes effect in this epoch.
    Effective(u32),
    /// An exit that is ripe in this epoch.
    Queued {
        epoch: u32,
        assets: u128,
    },
    /// What a slash took, in the order in which it named the tokens.
    Taken(Vec<u128>),
    /// What was paid in reward tokens.
    Rewards(u128),
}

/// The token inside the wrapper.
pub(crate) const INSIDE: &str = "stETH";

/// What it is made of.
const ETHER: &str = "ETH";

impl fmt::Display for Spender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Vault => "the vault",
            Self::Router => "the Router",
        })
    }
}

impl Source {
    fn told(self, part: u128, asset: Asset) -> String {
        match self {
            Self::Ether => units(part, 18, ETHER),
            Self::Token => amount(part, asset),
        }
    }
}

impl Action {
    pub(crate) const fn kind(&self) -> Kind {
        match self {
            Self::CreateSet(_) => Kind::CreateSet,
            Self::Register(_) | Self::Open(_) => Kind::Register,
            Self::Join { .. } => Kind::Join,
            Self::Allocate { .. } => Kind::Allocate,
            Self::Approve { .. } | Self::Deposit { .. } => Kind::Deposit,
            Self::Stake { .. } => Kind::Stake,
            Self::Reward(_) | Self::Penalize(_) => Kind::Beacon,
            Self::PauseDeposits => Kind::Pause,
            Self::ProposeCap { .. } | Self::SetCap { .. } => Kind::Govern,
            Self::Delegate { .. } => Kind::Delegate,
            Self::Withdraw { .. } | Self::Complete { .. } => Kind::WithdrawComplete,
            Self::Queue { .. } => Kind::WithdrawQueue,
            Self::Move { .. } => Kind::Move,
            Self::Slash { .. } => Kind::Slash,
            Self::Transfer { .. } => Kind::Transfer,
            Self::ProposeSlash { .. } => Kind::ProposeSlash,
            Self::CancelSlash { .. } => Kind::CancelSlash,
            Self::ExecuteSlash { .. } => Kind::ExecuteSlash,
            Self::Leave { .. } => Kind::Leave,
            Self::Retire(_) => Kind::Retire,
            Self::Settle { .. } => Kind::Settle,
            Self::Payout(payout) => payout.kind(),
        }
    }

    /// Who signs.
    pub(crate) const fn actor(&self) -> Who {
        match self {
            Self::CreateSet(set) | Self::Retire(set) => set.terms().avs,
            Self::Register(operator)
            | Self::Open(operator)
            | Self::Join { operator, .. }
            | Self::Allocate { operator, .. }
            | Self::Leave { operator, .. } => operator.who(),
            Self::Approve { who, .. }
            | Self::Deposit { who, .. }
            | Self::Delegate { who, .. }
            | Self::Withdraw { who, .. }
            | Self::Queue { who, .. }
            | Self::Complete { who, .. }
            | Self::Move { who, .. }
            | Self::Transfer { who, .. }
            | Self::ExecuteSlash { who, .. }
            | Self::Settle { who, .. }
            | Self::Stake { who, .. }
            | Self::SetCap { who, .. } => *who,
            Self::Slash { set, .. } | Self::ProposeSlash { set, .. } => set.terms().slasher,
            Self::CancelSlash { set, .. } => match set.terms().resolver {
                Some(resolver) => resolver,
                None => set.terms().slasher,
            },
            Self::Reward(_) | Self::Penalize(_) | Self::PauseDeposits | Self::ProposeCap { .. } => {
                Who::Deployer
            }
            Self::Payout(payout) => payout.actor(),
        }
    }

    /// The promise that an action is about, which is neither made nor slashed at once by it.
    pub(crate) const fn promise(&self) -> Option<(Set, Operator, Asset)> {
        match *self {
            Self::ProposeSlash { set, operator, asset, .. }
            | Self::CancelSlash { set, operator, asset }
            | Self::ExecuteSlash { set, operator, asset, .. }
            | Self::Leave { set, operator, asset }
            | Self::Settle { set, operator, asset, .. } => Some((set, operator, asset)),
            _ => None,
        }
    }

    /// The step's name in the report, such as "deposit: alice 120 rETH → operator-1".
    pub(crate) fn step(&self) -> String {
        format!("{}: {} {}", self.kind().name(), self.actor(), self.brief())
    }

    fn brief(&self) -> String {
        match self {
            Self::CreateSet(set) => format!("{set}, cap {}", share(set.terms().cap)),
            Self::Register(_) => "as operator, closed".to_owned(),
            Self::Open(_) => "opens".to_owned(),
            Self::Join { set, .. } => format!("→ {set}"),
            Self::Allocate { set, asset, share: part, .. } => {
                format!("{} of {asset} → {set}", share(*part))
            }
            Self::Approve { asset, spender, .. } => format!("lets {spender} take {asset}"),
            Self::Stake { pool, source, amount, .. } => {
                format!("{} → {} {}", source.told(*amount, pool.asset), from(*pool), pool.asset)
            }
            Self::Deposit { pool, assets, .. } => {
                let to = pool.operator.map_or("idle", |operator| operator.who().name());
                format!("{} → {to}", amount(*assets, pool.asset))
            }
            Self::Delegate { asset, shares, to, .. } => {
                format!("{} idle → {to}", of_shares(*shares, *asset))
            }
            Self::Withdraw { asset, shares, .. } => format!("{} idle", of_shares(*shares, *asset)),
            Self::Queue { pool, shares, .. } => {
                format!("{} from {}", of_shares(*shares, pool.asset), from(*pool))
            }
            Self::Complete { pool, epoch, .. } => {
                format!("{} from {}, ripe in epoch {epoch}", pool.asset, from(*pool))
            }
            Self::Move { pool, to, .. } => format!("{} {} → {to}", pool.asset, from(*pool)),
            Self::Slash { set, operator, cuts } => {
                let parts = cuts.iter().map(|(asset, cut)| format!("{} of {asset}", share(*cut)));
                format!("{operator}: {} promised to {set}", listed(parts))
            }
            Self::Transfer { to, pool, shares, .. } => {
                format!("{} with {} → {to}", of_shares(*shares, pool.asset), from(*pool))
            }
            Self::ProposeSlash { set, operator, asset, cut } => {
                format!("{operator}: {} of {asset} promised to {set}", share(*cut))
            }
            Self::CancelSlash { set, operator, asset }
            | Self::ExecuteSlash { set, operator, asset, .. }
            | Self::Settle { set, operator, asset, .. } => format!("{set}, {operator}: {asset}"),
            Self::Leave { set, .. } | Self::Retire(set) => set.name().to_owned(),
            Self::Reward(ether) => format!("{} of reward", units(*ether, 18, ETHER)),
            Self::Penalize(ether) => format!("{} of penalty", units(*ether, 18, ETHER)),
            Self::PauseDeposits => "deposits".to_owned(),
            Self::ProposeCap { asset, cap } => {
                format!("proposes a cap of {}", amount(*cap, *asset))
            }
            Self::SetCap { asset, cap, .. } => format!("sets the cap of {}", amount(*cap, *asset)),
            Self::Payout(payout) => payout.brief(),
        }
    }

    /// What is told of it once it is done, in epoch `now`; the actor comes before.
    pub(crate) fn sentence(&self, outcome: &Outcome, now: u32) -> String {
        if let Self::Payout(payout) = self {
            return payout.sentence(outcome, now);
        }
        let told = self.deed();
        match (self, outcome) {
            (Self::Open(_), Outcome::Effective(epoch)) => format!("{told} from epoch {epoch} on"),
            (Self::Allocate { .. }, Outcome::Effective(epoch)) if *epoch == now => {
                format!("{told}, at once")
            }
            (Self::Allocate { .. }, Outcome::Effective(epoch)) => {
                format!("{told}, from epoch {epoch} on")
            }
            (Self::Leave { .. }, Outcome::Effective(epoch)) => {
                format!("{told}, and promises it nothing from epoch {epoch} on")
            }
            (Self::Queue { pool, .. }, Outcome::Queued { epoch, assets }) => {
                format!("{told}: {}, ripe in epoch {epoch}", amount(*assets, pool.asset))
            }
            (Self::Complete { pool, .. }, Outcome::Assets(assets)) => {
                format!("{told} with {}", amount(*assets, pool.asset))
            }
            (Self::Withdraw { asset, .. }, Outcome::Assets(assets)) => {
                format!("{told}: {}", amount(*assets, *asset))
            }
            (Self::Move { pool, .. }, Outcome::Shares(shares)) => {
                format!("{told}, for {} shares", decimal(*shares, pool.asset.decimals()))
            }
            _ => told,
        }
    }

    /// What a slash took, and what became of it.
    pub(crate) fn loot(&self, outcome: &Outcome) -> Option<String> {
        let Outcome::Taken(taken) = outcome else { return None };
        let (set, assets) = match self {
            Self::Slash { set, cuts, .. } => (set, cuts.iter().map(|(asset, _)| *asset).collect()),
            Self::ExecuteSlash { set, asset, .. } => (set, vec![*asset]),
            _ => return None,
        };
        let taken = assets.into_iter().zip(taken).map(|(asset, taken)| amount(*taken, asset));
        let fate =
            set.terms().recipient.map_or_else(|| BURNED.to_owned(), |who| format!("go to {who}"));
        Some(format!("{} {fate}.", listed(taken)))
    }

    /// What is told of it as long as it is not done.
    pub(crate) fn deed(&self) -> String {
        match self {
            Self::CreateSet(set) => {
                let terms = set.terms();
                let fate = terms.recipient.map_or("burned", Who::name);
                let to = if terms.recipient.is_some() { "to " } else { "" };
                let late = if terms.resolver.is_some() { ", after a challenge" } else { "" };
                let cap = share(terms.cap);
                format!("founds the set {set}: {cap} an epoch at most, {to}{fate}{late}")
            }
            Self::Register(_) => "registers as an operator, closed".to_owned(),
            Self::Open(_) => "opens its pools to stake".to_owned(),
            Self::Join { set, .. } => format!("joins {set}"),
            Self::Allocate { set, asset, share: part, .. } => {
                format!("allocates {} of its {asset} to {set}", share(*part))
            }
            Self::Approve { asset, spender, .. } => format!("lets {spender} take {asset}"),
            Self::Stake { pool, source, amount: part, bounds, .. } => {
                let (what, least) =
                    (source.told(*part, pool.asset), amount(bounds.least, pool.asset));
                let loss = share(bounds.loss);
                format!("stakes {what} with {} (≥ {least}, worst case ≤ {loss})", from(*pool))
            }
            Self::Deposit { pool, assets, .. } => pool.operator.map_or_else(
                || format!("stakes {} and keeps it idle", amount(*assets, pool.asset)),
                |operator| format!("stakes {} with {operator}", amount(*assets, pool.asset)),
            ),
            Self::Delegate { asset, shares, to, .. } => {
                format!("delegates {} of idle stake to {to}", of_shares(*shares, *asset))
            }
            Self::Withdraw { asset, .. } => format!("takes idle {asset} out"),
            Self::Queue { pool, shares: Amount::All, .. } => {
                format!("queues all {} with {}", pool.asset, from(*pool))
            }
            Self::Queue { pool, .. } => format!("queues some {} with {}", pool.asset, from(*pool)),
            Self::Complete { pool, .. } => format!("leaves {}", from(*pool)),
            Self::Move { pool, to, .. } => {
                format!("moves {} from {} to {to}", pool.asset, from(*pool))
            }
            Self::Slash { set, operator, cuts } => {
                let part = |(place, (asset, cut)): (usize, &(Asset, Share))| match place {
                    0 => format!("{} of {operator}'s promise to {set} in {asset}", share(*cut)),
                    _ => format!("{} in {asset}", share(*cut)),
                };
                let parts: Vec<_> = cuts.iter().enumerate().map(part).collect();
                format!("takes {}", parts.join(", "))
            }
            Self::Transfer { to, pool, shares, .. } => match shares {
                Amount::All => format!("gives all {} with {} to {to}", pool.asset, from(*pool)),
                Amount::Units(_) => {
                    format!("gives some {} with {} to {to}", pool.asset, from(*pool))
                }
            },
            Self::ProposeSlash { set, operator, asset, cut } => {
                let cut = share(*cut);
                format!("proposes to take {cut} of {operator}'s promise to {set} in {asset}")
            }
            Self::CancelSlash { set, operator, asset } => {
                let role = if set.terms().resolver.is_some() { "resolver" } else { "slasher" };
                format!("as {role} of {set}, cancels the slash of {operator} in {asset}")
            }
            Self::ExecuteSlash { set, operator, asset, .. } => {
                format!("executes the slash of {operator} in {asset} for {set}")
            }
            Self::Leave { set, .. } => format!("leaves {set}"),
            Self::Retire(set) => format!("gives the set {set} up"),
            Self::Settle { set, operator, asset, .. } => {
                format!("settles what {operator} promised to {set} in {asset}")
            }
            Self::Reward(ether) => {
                format!("as the beacon chain, gives {} to all {INSIDE}", units(*ether, 18, ETHER))
            }
            Self::Penalize(ether) => {
                format!("as the beacon chain, takes {} from all {INSIDE}", units(*ether, 18, ETHER))
            }
            Self::PauseDeposits => "as guardian, pauses deposits for half an epoch".to_owned(),
            Self::ProposeCap { asset, cap } => {
                format!("as council, proposes a deposit cap of {}", amount(*cap, *asset))
            }
            Self::SetCap { asset, cap, .. } => {
                format!("has the timelock set the deposit cap of {}", amount(*cap, *asset))
            }
            Self::Payout(payout) => payout.deed(),
        }
    }
}

fn from(pool: Pool) -> &'static str {
    pool.operator.map_or("the idle pool", |operator| operator.who().name())
}

fn of_shares(shares: Amount, asset: Asset) -> String {
    match shares {
        Amount::All => format!("all {asset}"),
        Amount::Units(shares) => amount(shares, asset),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_bear_kind_actor_and_amount() {
        let pool = Pool::of(Operator::One, Asset::REth);
        let deposit = Action::Deposit { who: Who::Alice, pool, assets: 12 * Asset::REth.one() };
        assert_eq!(deposit.step(), "deposit: alice 12 rETH → operator-1");
        let queue = Action::Queue { who: Who::Carol, pool, shares: Amount::All };
        assert_eq!(queue.step(), "withdraw_queue: carol all rETH from operator-1");
        let cuts = vec![(Asset::REth, Share::percent(25)), (Asset::WstEth, Share::percent(20))];
        let slash = Action::Slash { set: Set::Oracle, operator: Operator::One, cuts };
        assert_eq!(
            slash.step(),
            "slash: slasher-1 operator-1: 25 % of rETH and 20 % of wstETH promised to oracle"
        );
        assert_eq!(
            slash.deed(),
            "takes 25 % of operator-1's promise to oracle in rETH, 20 % in wstETH"
        );
    }

    #[test]
    fn sentences_tell_what_came_of_it() {
        let allocate = Action::Allocate {
            operator: Operator::One,
            set: Set::Oracle,
            asset: Asset::REth,
            share: Share::percent(55),
        };
        assert_eq!(
            allocate.sentence(&Outcome::Effective(5), 2),
            "allocates 55 % of its rETH to oracle, from epoch 5 on"
        );
        assert_eq!(
            allocate.sentence(&Outcome::Effective(1), 1),
            "allocates 55 % of its rETH to oracle, at once"
        );
        let cuts = vec![(Asset::StUsd, Share::percent(100))];
        let slash = Action::Slash { set: Set::Bridge, operator: Operator::Two, cuts };
        let outcome = Outcome::Taken(vec![125_375_000]);
        let told = slash.sentence(&outcome, 7);
        assert_eq!(told, "takes 100 % of operator-2's promise to bridge in stUSD");
        let loot = slash.loot(&outcome).unwrap();
        assert_eq!(loot, "125.375 stUSD are burned: they go to 0x…dEaD, whose key nobody has.");
    }
}
