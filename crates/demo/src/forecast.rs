//! What the reference model makes of the story: it plays all of it before the chain sees the first transaction, from
//! the inputs alone.

use palisade_model::{self as model, Model, ModelError, U256};

use crate::{
    Error, Result,
    action::{Action, Amount, Bounds, Outcome, Source},
    cast::{Asset, Operator, Pool, Set, Who},
    ledger::{Ledger, Stream, paid_to, split},
    payout::Payout,
    quantity::Quantity,
    script::Beat,
};

/// What one line of the story comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// Nothing that can be told beforehand.
    Nothing,
    Outcome(Outcome),
    Value(u128),
    /// The contracts' error of this name.
    Refusal(&'static str),
}

/// Plays the whole story; one expectation for each line.
pub(crate) fn forecast(script: &[Beat]) -> Result<Vec<Expected>> {
    let mut world = World::new()?;
    let expected = script.iter().map(|beat| world.play(beat)).collect::<Result<_>>()?;
    world.model.check().map_err(|violation| Error::ModelBroken(violation.to_string()))?;
    Ok(expected)
}

/// The model, and what stands around the core: staked ether, the Router, the timelock, rewards.
#[derive(Clone)]
struct World {
    model: Model,
    ether: StakedEther,
    /// The caps that were proposed, and in which epoch.
    proposed: Vec<(Asset, u128, model::Epoch)>,
    ledger: Ledger,
}

/// Why something is refused.
enum Refused {
    /// By the core.
    Core(ModelError),
    /// By what stands around it, with the contract's error of this name.
    Edge(&'static str),
}

impl From<ModelError> for Refused {
    fn from(error: ModelError) -> Self {
        Self::Core(error)
    }
}

/// How long an epoch is, is all the same to the story: it counts in epochs.
const EPOCH_LENGTH: u64 = 2;

/// The staked ether that the deployer of the network has wrapped, as the first one, and how much of that is nobody's.
const FIRST: u128 = 10_u128.pow(18);
const NOBODYS: u128 = 1_000;

/// Epochs after which the timelock's delay has surely passed.
const DELAY: u32 = 2;

impl World {
    fn new() -> Result<Self> {
        let mut world = Self {
            model: Model::new(0, EPOCH_LENGTH).map_err(|source| refused("start", source))?,
            ether: StakedEther::first(FIRST),
            proposed: Vec::new(),
            ledger: Ledger::new(),
        };
        let deployers =
            world.model.mint(strategy(Asset::WstEth), account(Who::Deployer), FIRST - NOBODYS);
        deployers.map_err(|source| refused("mint", source))?;
        for who in Who::STAKERS {
            for asset in Asset::ALL {
                let amount = asset.endowment() * asset.one();
                let mint = world.model.mint(strategy(asset), account(who), amount);
                mint.map_err(|source| refused("mint", source))?;
            }
        }
        Ok(world)
    }

    fn play(&mut self, beat: &Beat) -> Result<Expected> {
        Ok(match beat {
            Beat::Epoch(epoch, _) => {
                let start = self.model.clock().start_of(model::Epoch(*epoch));
                self.model.advance_to(start).map_err(|source| refused("let time pass", source))?;
                Expected::Nothing
            }
            Beat::Act(action) => {
                let outcome = self.act(action);
                Expected::Outcome(outcome.map_err(|refusal| refusal.into_error(action.step()))?)
            }
            Beat::Refused { action, .. } => {
                let Err(refusal) = self.clone().act(action) else {
                    return Err(Error::NotRefused { by: "the model", what: action.step() });
                };
                Expected::Refusal(refusal.name().ok_or_else(|| refusal.into_error(action.step()))?)
            }
            Beat::Agree { quantity, .. } => Expected::Value(self.observe(*quantity)),
            _ => Expected::Nothing,
        })
    }

    fn act(&mut self, action: &Action) -> Result<Outcome, Refused> {
        let model = &mut self.model;
        Ok(match *action {
            Action::CreateSet(set) => {
                let strategies: Vec<_> = set.terms().assets.iter().copied().map(strategy).collect();
                model.create_operator_set(set_id(set), terms(set), &strategies)?;
                Outcome::Nothing
            }
            Action::Register(op) => {
                model.register_operator(operator(Some(op)), None)?;
                Outcome::Nothing
            }
            Action::Join { operator: op, set } => {
                model.join(operator(Some(op)), set_id(set))?;
                Outcome::Nothing
            }
            Action::Allocate { operator: op, set, asset, share } => {
                let magnitude = model::Magnitude(share.0);
                let epoch =
                    model.allocate(operator(Some(op)), set_id(set), strategy(asset), magnitude)?;
                Outcome::Effective(epoch.0)
            }
            Action::Open(op) => Outcome::Effective(model.open(operator(Some(op)))?.0),
            Action::Slash { set, operator: op, ref cuts } => self.slash(set, op, cuts)?,
            Action::Retire(set) => {
                model.retire(set_id(set))?;
                Outcome::Nothing
            }
            Action::Approve { .. } => Outcome::Nothing,
            Action::Stake { who, pool, source, amount, bounds } => {
                Outcome::Shares(self.route(who, pool, source, amount, bounds)?)
            }
            Action::Reward(ether) => {
                self.ether.held += U256::from(ether);
                Outcome::Nothing
            }
            Action::Penalize(ether) => {
                self.ether.held -= U256::from(ether);
                Outcome::Nothing
            }
            Action::PauseDeposits => {
                model.pause(model::Pausable::Deposit, EPOCH_LENGTH / 2)?;
                Outcome::Nothing
            }
            Action::ProposeCap { asset, cap } => {
                let now = model.epoch();
                self.proposed.push((asset, cap, now));
                Outcome::Nothing
            }
            Action::SetCap { asset, cap, .. } => {
                let now = model.epoch();
                let is_it = |(of, to, at): &(_, _, model::Epoch)| {
                    (*of, *to) == (asset, cap) && at.0 + DELAY <= now.0
                };
                let place = self.proposed.iter().position(is_it);
                let place = place.ok_or(Refused::Edge("TimelockUnexpectedOperationState"))?;
                self.proposed.remove(place);
                model.set_deposit_cap(strategy(asset), cap)?;
                Outcome::Nothing
            }
            Action::Payout(ref payout) => self.payout(payout)?,
            _ => match action.promise() {
                Some(promise) => self.end(action, promise)?,
                None => self.stake(action)?,
            },
        })
    }

    /// Stakes through the Router: wraps, deposits, and looks at the pool last.
    fn route(
        &mut self,
        who: Who,
        pool: Pool,
        source: Source,
        amount: u128,
        bounds: Bounds,
    ) -> Result<u128, Refused> {
        let (by, token, to) = (account(who), strategy(pool.asset), operator(pool.operator));
        let assets = match source {
            Source::Token => amount,
            Source::Ether => {
                let wrapped = self.ether.stake(amount);
                self.model.mint(token, by, wrapped)?;
                wrapped
            }
        };
        if assets < bounds.least {
            return Err(Refused::Edge("TooLittleToStake"));
        }
        let shares = self.model.deposit(by, token, to, assets, 1, by)?;
        if self.model.worst_case_loss(to, token).0 > bounds.loss.0 {
            return Err(Refused::Edge("LossTooHigh"));
        }
        if self.model.contested_until(to, token).is_some_and(|until| until > self.model.epoch()) {
            return Err(Refused::Edge("PoolContested"));
        }
        Ok(shares)
    }

    /// What stakers do with the vault.
    fn stake(&mut self, action: &Action) -> Result<Outcome, ModelError> {
        let model = &mut self.model;
        Ok(match *action {
            Action::Deposit { who, pool, assets } => {
                let (who, least) = (account(who), 1);
                let (token, to) = (strategy(pool.asset), operator(pool.operator));
                Outcome::Shares(model.deposit(who, token, to, assets, least, who)?)
            }
            Action::Delegate { who, asset, shares, to } => {
                let shares = self.shares(who, Pool::idle(asset), shares);
                let (who, to) = (account(who), operator(Some(to)));
                let idle = self.pool_id(Pool::idle(asset));
                Outcome::Shares(self.model.delegate(who, who, idle, shares, to, 1)?)
            }
            Action::Withdraw { who, asset, shares } => {
                let shares = self.shares(who, Pool::idle(asset), shares);
                let (who, idle) = (account(who), self.pool_id(Pool::idle(asset)));
                Outcome::Assets(self.model.withdraw(who, who, idle, shares, who)?)
            }
            Action::Transfer { who, to, pool, shares } => {
                let shares = self.shares(who, pool, shares);
                let (who, to, id) = (account(who), account(to), self.pool_id(pool));
                self.model.transfer(who, who, to, id, shares)?;
                Outcome::Nothing
            }
            Action::Queue { who, pool, shares } => {
                let shares = self.shares(who, pool, shares);
                let id = self.pool_id(pool);
                let who = account(who);
                let exit = self.model.queue_withdrawal(who, who, id, shares, 1)?;
                Outcome::Queued { epoch: exit.epoch.0, assets: exit.assets }
            }
            Action::Complete { who, pool, epoch } => {
                let (who, epoch) = (account(who), model::Epoch(epoch));
                let id = self.pool_id(pool);
                Outcome::Assets(self.model.complete_withdrawal(who, who, id, epoch, who)?)
            }
            Action::Move { who, pool, epoch, to } => {
                let (who, epoch, to) = (account(who), model::Epoch(epoch), operator(Some(to)));
                let id = self.pool_id(pool);
                Outcome::Shares(self.model.redelegate(who, who, id, epoch, to, 1)?)
            }
            _ => Outcome::Nothing,
        })
    }

    /// What becomes of a promise: slashes that wait, and its end.
    fn end(
        &mut self,
        action: &Action,
        (set, op, asset): (Set, Operator, Asset),
    ) -> Result<Outcome, ModelError> {
        let (by, model) = (account(action.actor()), &mut self.model);
        let (set, op, token) = (set_id(set), operator(Some(op)), strategy(asset));
        Ok(match *action {
            Action::ProposeSlash { cut, .. } => {
                model.propose_slash(by, set, op, token, model::Wad(cut.0))?;
                Outcome::Nothing
            }
            Action::CancelSlash { .. } => {
                model.cancel_slash(by, set, op, token)?;
                Outcome::Nothing
            }
            Action::ExecuteSlash { .. } => {
                Outcome::Taken(vec![model.execute_slash(set, op, token)?.assets.total()])
            }
            Action::Leave { .. } => {
                let effective = model.leave(op, set, &[token])?;
                effective.first().map_or(Outcome::Nothing, |(_, epoch)| Outcome::Effective(epoch.0))
            }
            // Of all actions about a promise only `Settle` is left.
            _ => {
                model.settle(op, set, token)?;
                Outcome::Nothing
            }
        })
    }

    fn slash(
        &mut self,
        set: Set,
        op: Operator,
        cuts: &[(Asset, crate::cast::Share)],
    ) -> Result<Outcome, ModelError> {
        let mut ascending: Vec<_> =
            cuts.iter().map(|(asset, cut)| (strategy(*asset), model::Wad(cut.0))).collect();
        ascending.sort_unstable();
        let by = account(set.terms().slasher);
        let slashed = self.model.slash(by, set_id(set), operator(Some(op)), &ascending)?;
        // Told in the order of `cuts`.
        let taken = |(asset, _): &(Asset, _)| {
            let of = |slashed: &&model::Slashed| slashed.pool.strategy == strategy(*asset);
            slashed.iter().find(of).map_or(0, |slashed| slashed.assets.total())
        };
        Ok(Outcome::Taken(cuts.iter().map(taken).collect()))
    }

    /// What is done about rewards.
    fn payout(&mut self, payout: &Payout) -> Result<Outcome, Refused> {
        let now = self.model.epoch().0;
        let done = match *payout {
            Payout::SetCommission { operator: op, rate } => {
                let has_opened = self.model.operator(operator(Some(op)))?.has_opened;
                self.ledger.set_commission(op, rate, (now, has_opened)).map(Outcome::Effective)
            }
            Payout::Pay { who, epoch, ref payments } => {
                let paid = self.ledger.pay(&self.model, who, epoch, payments);
                paid.map(|()| Outcome::Nothing)
            }
            Payout::Split { set, asset, epoch, amount } => {
                let weigh = |op| weight(&self.model, (set, op, asset), epoch);
                let payments = paid_to(&split(amount, weigh), asset);
                let paid = self.ledger.pay(&self.model, payout.actor(), epoch, &payments);
                paid.map(|()| Outcome::Nothing)
            }
            Payout::Release(_) => {
                let weigh = |op, stream: &Stream, epoch| {
                    weight(&self.model, (stream.set, op, stream.asset), epoch)
                };
                self.ledger.release(&self.model, weigh).map(Outcome::Rewards)
            }
            Payout::Claim { who, owner, to, ref pools } => {
                let pools: Vec<_> = pools.iter().map(|pool| self.pool_id(*pool)).collect();
                let paid = self.ledger.claim(&self.model, (who, owner, to), &pools);
                paid.map(Outcome::Rewards)
            }
            Payout::Post { list, .. } => self.ledger.post(list, now).map(|()| Outcome::Nothing),
            Payout::WithdrawRoot(_) => self.ledger.withdraw_root(now).map(|()| Outcome::Nothing),
            Payout::ClaimDrop { claims, .. } => {
                self.ledger.claim_drop(claims, now).map(Outcome::Rewards)
            }
            // What cannot be refused in the story.
            Payout::Collect(op) => Ok(Outcome::Rewards(self.ledger.collect(op))),
            Payout::SetRecipient { who, to } => {
                self.ledger.set_recipient(who, to);
                Ok(Outcome::Nothing)
            }
            Payout::Stream { set, asset, per_epoch, epochs } => {
                self.ledger.open_stream((set, asset), per_epoch, (now, epochs));
                Ok(Outcome::Nothing)
            }
            Payout::FundDrop { who, amount } => {
                self.ledger.fund_drop(who, amount);
                Ok(Outcome::Nothing)
            }
            Payout::Approve { .. } | Payout::CreateDrop(_) => Ok(Outcome::Nothing),
        };
        done.map_err(Refused::Edge)
    }

    fn shares(&self, who: Who, pool: Pool, shares: Amount) -> u128 {
        match shares {
            Amount::All => self.model.position_shares(self.pool_id(pool), account(who)),
            Amount::Units(shares) => shares,
        }
    }

    fn pool_id(&self, pool: Pool) -> model::PoolId {
        self.model.pool_id(operator(pool.operator), strategy(pool.asset))
    }

    fn pool(&self, pool: Pool) -> model::Pool {
        self.model.pool(operator(pool.operator), strategy(pool.asset))
    }

    fn observe(&self, quantity: Quantity) -> u128 {
        let model = &self.model;
        match quantity {
            Quantity::Epoch => model.epoch().0.into(),
            Quantity::Wallet(who, asset) => model.balance(strategy(asset), account(who)),
            Quantity::Vault(asset) => model.vault_balance(strategy(asset)),
            Quantity::Burned(asset) => self.burned(asset),
            Quantity::Supply(asset) => self.supply(asset),
            Quantity::PoolAssets(pool) => self.pool(pool).assets,
            Quantity::PoolShares(pool) => self.pool(pool).shares,
            Quantity::Generation(pool) => self.pool(pool).generation.into(),
            Quantity::Position(who, pool) => model.position_value(self.pool_id(pool), account(who)),
            Quantity::SharesAt(who, pool, epoch) => {
                // Fails for epochs that have not begun, and the story asks for none.
                let shares = model.shares_at(self.pool_id(pool), account(who), model::Epoch(epoch));
                shares.unwrap_or_default()
            }
            Quantity::Exit(who, pool, epoch) => {
                model.exit_value(self.pool_id(pool), model::Epoch(epoch), account(who))
            }
            Quantity::StakeLeft(asset) => {
                Pool::all_of(asset).into_iter().map(|pool| self.pool(pool).shares).sum()
            }
            Quantity::ExitsLeft => model.exits().map(|_| 1).sum(),
            Quantity::Rate => self.ether.worth(Asset::WstEth.one()),
            Quantity::Worth(who) => {
                self.ether.worth(model.balance(strategy(Asset::WstEth), account(who)))
            }
            Quantity::Cap(asset) => model.deposit_cap(strategy(asset)),
            Quantity::Outlook(op, asset, ahead) => self.outlook(op, asset, ahead).saturating_to(),
            Quantity::AtRisk(who, asset, ahead) => self.at_risk(who, asset, ahead),
            Quantity::Purse(who) => self.ledger.purse(who),
            Quantity::Held(desk) => self.ledger.held(desk),
            Quantity::Claimable(who, pool) => self.ledger.claimable(model, who, self.pool_id(pool)),
            Quantity::Commission(op, epoch) => self.ledger.commission(op, epoch).0.into(),
            Quantity::Collectable(op) => self.ledger.collectable(op),
            Quantity::StreamDue => self.ledger.due(model.epoch().0 - 1),
            Quantity::Dropped(who) => self.ledger.dropped(who),
            _ => self.promise(quantity),
        }
    }

    /// What operators promise.
    fn promise(&self, quantity: Quantity) -> u128 {
        let model = &self.model;
        match quantity {
            Quantity::Guaranteed(set, op, asset) => {
                model.guaranteed(set_id(set), operator(Some(op)), strategy(asset))
            }
            Quantity::Slashable(set, op, asset) => {
                model.slashable(set_id(set), operator(Some(op)), strategy(asset)).total()
            }
            Quantity::Allocated(set, op, asset) => {
                model.allocation(set_id(set), operator(Some(op)), strategy(asset)).current.0.into()
            }
            Quantity::Left(op, asset) => {
                model.budget(operator(Some(op)), strategy(asset)).left.0.into()
            }
            Quantity::Committed(op, asset) => {
                model.budget(operator(Some(op)), strategy(asset)).committed.0.into()
            }
            Quantity::WorstCase(op, asset) => {
                model.worst_case_loss(operator(Some(op)), strategy(asset)).0.into()
            }
            Quantity::Proposed(set, op, asset) => {
                let proposal = model.proposal(set_id(set), operator(Some(op)), strategy(asset));
                proposal.map_or(0, |proposal| proposal.wad.0.into())
            }
            Quantity::Contested(op, asset) => {
                let until = model.contested_until(operator(Some(op)), strategy(asset));
                until.map_or(0, |epoch| epoch.0.into())
            }
            _ => 0,
        }
    }

    /// What slashes could take of a pool at worst so many epochs from now: all that is promised then over what is left,
    /// rounded up.
    fn outlook(&self, op: Operator, asset: Asset, ahead: u8) -> U256 {
        let (by, token) = (operator(Some(op)), strategy(asset));
        let epoch = self.model.epoch().0 + u32::from(ahead);
        let promised = |set| {
            let allocation = self.model.allocation(set_id(set), by, token);
            let landed = allocation.effective.is_some_and(|it| it.0 <= epoch);
            if landed { allocation.next.0 } else { allocation.current.0 }
        };
        let promised = U256::from(Set::ALL.map(promised).iter().sum::<u64>());
        let left = U256::from(self.model.budget(by, token).left.0);
        let whole = U256::from(model::Wad::ONE.0);
        if promised < left { (promised * whole).div_ceil(left) } else { whole }
    }

    /// What slashes could take of what somebody has of a token at worst so many epochs from now: of positions, and of
    /// exits that are not ripe then, rounded up one by one.
    fn at_risk(&self, who: Who, asset: Asset, ahead: u8) -> u128 {
        let (owner, now) = (account(who), self.model.epoch().0);
        let mut risk = 0;
        for op in [Operator::One, Operator::Two] {
            let id = self.pool_id(Pool::of(op, asset));
            let exit = |epoch| self.model.exit_value(id, model::Epoch(epoch), owner);
            let unripe = (now + 1..=now + 2).filter(|epoch| now + u32::from(ahead) < *epoch);
            let values = unripe.map(exit).chain([self.model.position_value(id, owner)]);
            let (outlook, whole) = (self.outlook(op, asset, ahead), U256::from(model::Wad::ONE.0));
            let part =
                |value| (U256::from(value) * outlook).div_ceil(whole).saturating_to::<u128>();
            risk += values.map(part).sum::<u128>();
        }
        risk
    }

    /// All that anybody holds of a token, and what was burned.
    fn supply(&self, asset: Asset) -> u128 {
        let token = strategy(asset);
        let held = Who::ALL.map(|who| self.model.balance(token, account(who)));
        held.iter().sum::<u128>() + self.model.vault_balance(token) + self.burned(asset)
    }

    /// What was burned of a token, and what nobody ever had.
    fn burned(&self, asset: Asset) -> u128 {
        let nobodys = if asset == Asset::WstEth { NOBODYS } else { 0 };
        self.model.burned(strategy(asset)) + nobodys
    }
}

/// What a sum for an epoch is split by: the shares that stood when it began, as far as a share is guaranteed now.
fn weight(model: &Model, (set, op, asset): (Set, Operator, Asset), epoch: u32) -> U256 {
    let (by, token) = (operator(Some(op)), strategy(asset));
    let standing = || {
        let then = model.pool_id_at(by, token, model::Epoch(epoch))?;
        model.total_shares_at(then, model::Epoch(epoch)).map(|shares| (then, shares))
    };
    // Fails for epochs that have not begun: there is no weight either.
    let Ok((then, standing)) = standing() else { return U256::ZERO };
    let (pool, guaranteed) = (model.pool(by, token), model.guaranteed(set_id(set), by, token));
    if then != model.pool_id(by, token) || pool.shares == 0 {
        return U256::ZERO;
    }
    let (standing, shares) = (U256::from(standing), U256::from(pool.shares));
    U256::from(guaranteed) * standing / shares
}

/// Staked ether and its wrapper, to the unit: balances of the one are shares of the ETH that it holds, rounded down;
/// the other is a wrapper with one virtual share and one virtual unit.
#[derive(Clone, Debug)]
struct StakedEther {
    /// The ETH that it holds.
    held: U256,
    /// All shares of it.
    shares: U256,
    /// Those of the Router: what rounding leaves there.
    router: U256,
    /// Those of the wrapper.
    inside: U256,
    /// The wrapper's own shares.
    wrapped: U256,
}

impl StakedEther {
    /// As the first deposit of so much leaves it, all of which is wrapped.
    fn first(ether: u128) -> Self {
        let ether = U256::from(ether);
        Self { held: ether, shares: ether, router: U256::ZERO, inside: ether, wrapped: ether }
    }

    /// What the Router makes of ETH; returns the wrapped tokens.
    fn stake(&mut self, ether: u128) -> u128 {
        let (one, ether) = (U256::from(1), U256::from(ether));
        let before = self.balance(self.router);
        let minted = ether * self.shares / self.held;
        self.router += minted;
        self.shares += minted;
        self.held += ether;

        let all = self.balance(self.router);
        let (amount, inside) = (all - before, self.balance(self.inside));
        let moved = if amount == all { self.router } else { amount * self.shares / self.held };
        self.router -= moved;
        self.inside += moved;
        let received = (self.balance(self.inside) - inside).min(amount);
        let wrapped = received * (self.wrapped + one) / (inside + one);
        self.wrapped += wrapped;
        wrapped.saturating_to()
    }

    /// The balance of who has so many shares.
    fn balance(&self, shares: U256) -> U256 {
        (shares * self.held).checked_div(self.shares).unwrap_or_default()
    }

    /// What so many wrapped tokens can be changed back for.
    fn worth(&self, wrapped: u128) -> u128 {
        let one = U256::from(1);
        let inside = self.balance(self.inside);
        (U256::from(wrapped) * (inside + one) / (self.wrapped + one)).saturating_to()
    }
}

impl Refused {
    /// The contracts' name for it, if there is one.
    fn name(&self) -> Option<&'static str> {
        match self {
            Self::Core(error) => contract_error(error),
            Self::Edge(name) => Some(name),
        }
    }

    /// What the step comes to that it keeps from happening.
    fn into_error(self, what: String) -> Error {
        match self {
            Self::Core(source) => refused(what, source),
            Self::Edge(name) => Error::EdgeRefuses { what, name },
        }
    }
}

/// The contracts' name for what the model refuses.
fn contract_error(error: &ModelError) -> Option<&'static str> {
    Some(match error {
        ModelError::OperatorClosed { .. } | ModelError::NotYetAdmitting { .. } => {
            "OperatorClosedToStake"
        }
        ModelError::CeilingExceeded { .. } => "CeilingExceeded",
        ModelError::EpochCapExceeded { .. } => "CapExceeded",
        ModelError::ExitNotMatured { .. } => "ExitNotRipe",
        ModelError::WindowOpen { .. } => "WindowOpen",
        ModelError::NoProposal { .. } => "NoProposal",
        ModelError::NotInstant { .. } => "SlashMustBeProposed",
        ModelError::AllocationsRemain { .. } => "AllocationsRemain",
        ModelError::SetRetired { .. } => "SetRetired",
        ModelError::DepositCapExceeded { .. } => "DepositCapExceeded",
        ModelError::Paused { .. } => "Paused",
        _ => return None,
    })
}

fn refused(what: impl Into<String>, source: ModelError) -> Error {
    Error::ModelRefuses { what: what.into(), source: Box::new(source) }
}

pub(crate) fn account(who: Who) -> model::Account {
    model::Account::from_u64(1 + who as u64)
}

pub(crate) fn operator(operator: Option<Operator>) -> model::Operator {
    operator.map_or(model::Operator::IDLE, |operator| account(operator.who()).into())
}

pub(crate) fn strategy(asset: Asset) -> model::Strategy {
    model::Strategy::from_u64(1_001 + asset as u64)
}

fn set_id(set: Set) -> model::OperatorSetId {
    let terms = set.terms();
    model::OperatorSetId { avs: account(terms.avs), id: terms.number }
}

fn terms(set: Set) -> model::Terms {
    let terms = set.terms();
    let to = |who| model::Recipient::Account(account(who));
    model::Terms {
        slasher: account(terms.slasher),
        recipient: terms.recipient.map_or(model::Recipient::Burn, to),
        window: if terms.resolver.is_some() { EPOCH_LENGTH / 2 } else { 0 },
        resolver: terms.resolver.map(account),
        cap: model::Wad(terms.cap.0),
        // The hash plays no part in what happens.
        conditions: [0; 32],
        registrar: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        payout::{BUDGET, Desk},
        story::script,
    };

    fn values(at: &str) -> Vec<(Quantity, u128)> {
        let script = script();
        let expected = forecast(&script).unwrap();
        let pick = |(beat, expected)| match (beat, expected) {
            (Beat::Agree { when, quantity }, Expected::Value(value)) if when == at => {
                Some((quantity, value))
            }
            _ => None,
        };
        script.into_iter().zip(expected).filter_map(pick).collect()
    }

    #[test]
    fn everybody_leaves_and_nothing_is_left() {
        let last = values("in the end");
        let of = |quantity| last.iter().find(|(q, _)| *q == quantity).unwrap().1;
        for asset in Asset::ALL {
            assert_eq!((of(Quantity::Vault(asset)), of(Quantity::StakeLeft(asset))), (0, 0));
        }
        assert_eq!(of(Quantity::ExitsLeft), 0);
        assert_eq!(of(Quantity::Epoch), 10);
        // Carol's exit lost a tenth of 90.123456789012345678, and nothing later.
        assert!(of(Quantity::Wallet(Who::Carol, Asset::REth)) < 1_000 * Asset::REth.one());
    }

    #[test]
    fn what_services_pay_is_in_purses_but_for_a_few_units() {
        let last = values("in the end");
        let of = |quantity| last.iter().find(|(q, _)| *q == quantity).unwrap().1;
        let purses: u128 = last
            .iter()
            .filter(|(quantity, _)| matches!(quantity, Quantity::Purse(_)))
            .map(|(_, value)| value)
            .sum();
        let left = of(Quantity::Held(Desk::Distributor));
        assert_eq!(purses + left, 2 * BUDGET);
        assert!(left < 100, "{left} units");
        assert_eq!([Desk::Streams, Desk::Drops].map(|desk| of(Quantity::Held(desk))), [0, 0]);
    }

    #[test]
    fn stake_that_came_in_an_epoch_earns_from_the_next() {
        let dave = Quantity::Claimable(Who::Dave, Pool::of(Operator::One, Asset::REth));
        let of = |when| values(when).iter().find(|(quantity, _)| *quantity == dave).unwrap().1;
        assert_eq!(of("once epoch 6 is paid for"), 0);
        assert!(of("once epoch 7 is paid for") > 0);
    }

    #[test]
    fn exit_and_stake_lose_the_same_tenth() {
        let after = values("right after slash 1");
        let pool = Pool::of(Operator::One, Asset::REth);
        let of = |quantity| after.iter().find(|(q, _)| *q == quantity).unwrap().1;
        assert_eq!(of(Quantity::Position(Who::Alice, pool)), 81 * Asset::REth.one());
        assert_eq!(of(Quantity::Exit(Who::Alice, pool, 6)), 27 * Asset::REth.one());
        assert_eq!(of(Quantity::Exit(Who::Carol, pool, 5)), 81_111_111_110_111_111_111);
    }

    #[test]
    fn a_wrapper_is_worth_what_is_in_it() {
        let mut ether = StakedEther::first(1_000);
        assert_eq!(ether.stake(3_000), 3_000);
        ether.held += U256::from(400);
        assert_eq!(ether.worth(1_000), 1_099);
        // 51 shares are minted for 57, and are worth 56.
        assert_eq!(ether.stake(57), 50);
        ether.held -= U256::from(447);
        assert_eq!(ether.worth(1_000), 990);
    }

    #[test]
    fn a_raise_shows_in_the_outlook_before_it_is_in_force() {
        let foretold = values("once carol is leaving");
        let of = |ahead| {
            let it = Quantity::Outlook(Operator::One, Asset::REth, ahead);
            foretold.iter().find(|(quantity, _)| *quantity == it).unwrap().1
        };
        let percent = |percent: u128| percent * 10_u128.pow(16);
        assert_eq!([0, 1, 2, 3].map(of), [80, 80, 95, 95].map(percent));
    }
}
