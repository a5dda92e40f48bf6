//! Rewards: what anybody pays to pools, and how stakers and operators come by it.
//!
//! The rules, each with its reason:
//!
//! - Only the epoch that has just closed is paid for. Its balances cannot change any more, so nobody
//!   can enter for a payment that is seen coming; and a payment that lands late is refused rather than
//!   made to others.
//! - A payment belongs to those who held shares at the first instant of the epoch, by their shares
//!   then. Who came in the epoch bore its risk for a part of it only, and earns from the next.
//! - Idle stake secures nothing and earns nothing. A pool that nobody had a share of is refused: what
//!   was paid to it, nobody could claim.
//! - What does not divide is carried to the next payment of the same generation and token, so that
//!   nothing is lost by paying in many small parts.
//! - What was earned is a sum over payments of shares held then. Nothing that happens later is in that
//!   sum, so nothing later takes of it: no transfer, exit, slash, nor the end of the generation.
//! - An operator keeps its commission of the epoch that is paid for, rounded down, for the stakers. A
//!   raise is in force from the third epoch after its announcement: who queues an exit within one full
//!   epoch is out before (P5). A lowering harms nobody, and is in force at once.
//! - A claim pays the units that the sum comes to, less those it has paid before. So neither the number
//!   nor the order of claims changes what they come to.
//! - Where rewards go is the owner's to say, or an operator's of it. Who sets a recipient lets everybody
//!   have them sent there.
//!
//! The contract keeps rewards of a share and adds them up from one change of a balance to the next. Here
//! the sum is taken anew each time, over every payment, from the balances that the vault remembers.

use std::collections::BTreeMap;

use crate::{
    Account, Branch, Epoch, Model, ModelError, Operator, PoolId, Result, Strategy, U256, Wad,
    clock::RAISE_NOTICE, tokens::Tokens,
};

/// The most that an operator keeps of the rewards of its pools: a half.
pub const MAX_COMMISSION: Wad = Wad(Wad::ONE.0 / 2);

/// Rewards of a share are counted in units of which a token's unit has 2^64.
pub(crate) const FRACTION_BITS: usize = 64;

/// On chain they have 168 bits.
const PER_SHARE_BITS: usize = 168;

/// A payment to one pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields)
)]
pub struct Payment {
    /// Whose pool it is.
    pub operator: Operator,
    /// What is staked in it.
    pub strategy: Strategy,
    /// Units of the reward token, commission included.
    #[cfg_attr(feature = "serde", serde(with = "crate::text::decimal"))]
    pub amount: u128,
}

/// What to claim: the rewards of one position in one token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields)
)]
pub struct Claim {
    /// The pool generation.
    pub pool: PoolId,
    /// The reward token.
    pub token: Strategy,
}

/// How far a staker has claimed the rewards of one position in one token.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Claimed {
    /// The last epoch whose rewards were claimed, as far as it had been paid for.
    pub through: Epoch,
    /// The rewards of a share up to that epoch, when they were claimed; in 2^-64 units.
    pub per_share: U256,
    /// All that the position had earned then; in 2^-64 units. Its whole units were paid out.
    pub earned: U256,
}

impl Claimed {
    /// The units that were paid out.
    #[must_use]
    pub fn units(&self) -> u128 {
        units(self.earned)
    }

    /// What was earned and is less than a unit, in 2^-64 units.
    #[must_use]
    pub fn fraction(&self) -> U256 {
        self.earned - (U256::from(self.units()) << FRACTION_BITS)
    }
}

/// What a generation of a pool was paid in one token.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Paid {
    /// For each epoch that was paid for, the rewards of a share up to it, in 2^-64 units.
    pub(crate) per_share: BTreeMap<Epoch, U256>,
    /// What the last payment could not divide, in 2^-64 units.
    pub(crate) carried: U256,
    /// All payments together, less commissions. No part of the protocol: what the sums are judged by.
    pub(crate) net: U256,
}

impl Paid {
    fn up_to(&self, epoch: Epoch) -> U256 {
        self.per_share.range(..=epoch).next_back().map(|(_, sum)| *sum).unwrap_or_default()
    }

    /// Divides `amount`, and what was carried, by the shares of an epoch that is not before any that
    /// was paid for.
    fn pay(&mut self, epoch: Epoch, amount: u128, shares: u128) -> Result<()> {
        let scaled = (U256::from(amount) << FRACTION_BITS) + self.carried;
        let (each, rest) = scaled.div_rem(U256::from(shares));
        let sum = self.up_to(epoch) + each;
        if sum.bit_len() > PER_SHARE_BITS {
            return Err(ModelError::RewardsOverflow { per_share: sum });
        }
        self.per_share.insert(epoch, sum);
        self.carried = rest;
        self.net += U256::from(amount);
        Ok(())
    }
}

/// The rates of an operator, each by the epoch from which it is in force.
pub(crate) type Rates = BTreeMap<Epoch, Wad>;

/// What the distributor remembers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rewards {
    pub(crate) commissions: BTreeMap<Operator, Rates>,
    /// Commission that was not collected.
    pub(crate) collectable: BTreeMap<(Operator, Strategy), u128>,
    pub(crate) paid: BTreeMap<(PoolId, Strategy), Paid>,
    pub(crate) claimed: BTreeMap<(PoolId, Strategy, Account), Claimed>,
    /// Where anybody may have an owner's rewards sent.
    pub(crate) recipients: BTreeMap<Account, Account>,
}

impl Rewards {
    fn rates(&self, operator: Operator) -> Rates {
        self.commissions.get(&operator).cloned().unwrap_or_default()
    }

    /// The rate in force in an epoch, by what is announced.
    pub(crate) fn rate_at(&self, operator: Operator, epoch: Epoch) -> Wad {
        self.commissions.get(&operator).map_or(Wad(0), |rates| in_force(rates, epoch))
    }

    fn claimed(&self, Claim { pool, token }: Claim, owner: Account) -> Claimed {
        self.claimed.get(&(pool, token, owner)).copied().unwrap_or_default()
    }
}

fn in_force(rates: &Rates, epoch: Epoch) -> Wad {
    rates.range(..=epoch).next_back().map_or(Wad(0), |(_, rate)| *rate)
}

/// Whole units of 2^-64 units. They were all paid in, so they fit.
fn units(scaled: U256) -> u128 {
    (scaled >> FRACTION_BITS).saturating_to()
}

impl Model {
    /// Pays `token` to pools for `epoch`, which has just closed. Of each payment the operator's
    /// commission is set aside, and the rest divided by the shares at the start of the epoch.
    ///
    /// # Errors
    /// Another epoch; a payment of nothing, of more than fits, to the idle pool, or to one without
    /// stake then; rewards of a share that would not fit; or a payer without the tokens.
    pub fn distribute(
        &mut self,
        by: Account,
        epoch: Epoch,
        token: Strategy,
        payments: &[Payment],
    ) -> Result<()> {
        let closed = self.closed_epoch();
        if epoch != closed {
            return Err(ModelError::EpochNotPayable { epoch, closed });
        }
        let mut sum = 0u128;
        // What is written in the end: the pools paid, and what operators have to collect.
        let mut paid = BTreeMap::new();
        let mut collectable = BTreeMap::new();
        let mut ways = Vec::new();
        for &Payment { operator, strategy, amount } in payments {
            if operator == Operator::IDLE {
                return Err(ModelError::IdlePoolPaid { strategy });
            }
            // The largest number stands for those that have more than 128 bits.
            if amount == 0 || amount == u128::MAX {
                return Err(ModelError::BadPayment { operator, strategy, amount });
            }
            sum = sum.saturating_add(amount);
            let pool = self.pool_id_at(operator, strategy, epoch)?;
            let shares = self.total_shares_at(pool, epoch)?;
            if shares == 0 {
                return Err(ModelError::NoStake { operator, strategy, epoch });
            }
            let rate = self.rewards.rate_at(operator, epoch);
            let commission = commission_of(amount, rate);
            if commission > 0 {
                let before = self.commission_of(operator, token);
                let due: &mut u128 = collectable.entry((operator, token)).or_insert(before);
                // What nobody has is refused below.
                *due = due.saturating_add(commission);
                ways.push(Branch::PaysCommission);
            }
            let account: &mut Paid = paid.entry((pool, token)).or_insert_with(|| {
                self.rewards.paid.get(&(pool, token)).cloned().unwrap_or_default()
            });
            ways.push(match account.per_share.last_key_value() {
                None => Branch::PaysFirst,
                Some((last, _)) if *last == epoch => Branch::PaysEpochAgain,
                Some(_) => Branch::PaysLaterEpoch,
            });
            let (carried, before) = (account.carried, account.up_to(epoch));
            account.pay(epoch, amount - commission, shares)?;
            ways.extend(
                [
                    (!carried.is_zero()).then_some(Branch::PaysWithCarried),
                    (account.up_to(epoch) == before).then_some(Branch::PaysTooLittleToDivide),
                    self.vault.current(pool).is_err().then_some(Branch::PaysEndedGeneration),
                ]
                .into_iter()
                .flatten(),
            );
        }
        self.tokens.pull_rewards(token, by, sum)?;
        self.rewards.paid.extend(paid);
        self.rewards.collectable.extend(collectable);
        for way in ways {
            self.reached(way);
        }
        self.reached(match payments.len() {
            0 => Branch::PaysNothing,
            1 => Branch::PaysOnePool,
            _ => Branch::PaysSeveralPools,
        });
        Ok(())
    }

    /// Sets the part that an operator keeps. Returns the epoch from which it is in force: this one, or
    /// for a raise by who has opened before, the third after it. A raise that was announced and has not
    /// come is withdrawn by a lowering, keeps its day where it is cut, and is announced afresh where it
    /// grows.
    ///
    /// # Errors
    /// A rate above [`MAX_COMMISSION`], or the one that is in force or announced.
    pub fn set_commission(&mut self, operator: Operator, rate: Wad) -> Result<Epoch> {
        if rate > MAX_COMMISSION {
            return Err(ModelError::CommissionTooHigh { rate, highest: MAX_COMMISSION });
        }
        let now = self.epoch();
        let mut rates = self.rewards.rates(operator);
        let standing = in_force(&rates, now);
        let announced = rates.last_key_value().filter(|(day, _)| **day > now);
        let announced = announced.map(|(day, next)| (*day, *next));
        if rate == announced.map_or(standing, |(_, next)| next) {
            return Err(ModelError::CommissionUnchanged { rate });
        }
        // Before its pools first open nobody has staked on the rate.
        let opened = self.operator(operator).is_ok_and(|state| state.has_opened);
        let fresh = now.plus(RAISE_NOTICE);
        let (effective, way) = match announced {
            _ if rate <= standing && announced.is_some() => (now, Branch::CommissionWithdrawn),
            _ if rate <= standing => (now, Branch::CommissionLowered),
            _ if !opened => (now, Branch::CommissionBeforeOpening),
            None => (fresh, Branch::CommissionRaised),
            Some((day, next)) if rate < next => (day, Branch::CommissionCut),
            Some(_) => (fresh, Branch::CommissionRaisedAgain),
        };
        rates.retain(|day, _| *day <= now);
        rates.insert(effective, rate);
        self.rewards.commissions.insert(operator, rates);
        self.reached(way);
        Ok(effective)
    }

    /// Pays out an operator's commission in each of some tokens. Returns what was paid, token by
    /// token: nothing where there is none.
    ///
    /// # Errors
    /// The zero account as the receiver, who may not say so, or a receiver that cannot receive.
    pub fn collect_commission(
        &mut self,
        by: Account,
        operator: Operator,
        receiver: Account,
        tokens: &[Strategy],
    ) -> Result<Vec<u128>> {
        self.require_may_claim(by, operator.account(), receiver)?;
        let mut amounts = Vec::with_capacity(tokens.len());
        for (place, &token) in tokens.iter().enumerate() {
            let is_named_before = tokens[..place].contains(&token);
            let due = if is_named_before { 0 } else { self.commission_of(operator, token) };
            require_receives(&self.tokens, token, receiver, due)?;
            amounts.push(due);
        }
        for (&token, &due) in tokens.iter().zip(&amounts).filter(|(_, due)| **due > 0) {
            self.tokens.push_rewards(token, receiver, due)?;
            self.rewards.collectable.remove(&(operator, token));
        }
        let any = amounts.iter().any(|due| *due > 0);
        self.reached(if any { Branch::CollectsCommission } else { Branch::CollectsNoCommission });
        Ok(amounts)
    }

    /// Pays out what positions of an owner earned up to and including the epoch `through`, or the one
    /// that has just closed if that is earlier. Returns, claim by claim, what was paid; `None` where
    /// there was nothing to do: no payment since the last claim, and no epoch to step over in which the
    /// balance changed.
    ///
    /// # Errors
    /// The zero account as the receiver, who may not say so, or a receiver that cannot receive.
    pub fn claim_rewards(
        &mut self,
        by: Account,
        owner: Account,
        receiver: Account,
        through: Epoch,
        claims: &[Claim],
    ) -> Result<Vec<Option<u128>>> {
        self.require_may_claim(by, owner, receiver)?;
        let through = through.min(self.closed_epoch());
        let mut amounts = Vec::with_capacity(claims.len());
        let mut ways = Vec::new();
        let mut states = BTreeMap::new();
        for &claim in claims {
            let key = (claim.pool, claim.token, owner);
            let before =
                states.get(&key).copied().unwrap_or_else(|| self.rewards.claimed(claim, owner));
            let after = self.claimed_through(claim, owner, before, through);
            let amount = after.map(|after| after.units() - before.units());
            require_receives(&self.tokens, claim.token, receiver, amount.unwrap_or_default())?;
            if let Some(after) = after {
                ways.extend(self.ways_of_claim(claim, owner, before, after));
                states.insert(key, after);
            }
            amounts.push(amount);
        }
        for (claim, amount) in claims.iter().zip(&amounts) {
            self.tokens.push_rewards(claim.token, receiver, amount.unwrap_or_default())?;
        }
        self.rewards.claimed.extend(states);
        self.reached_if(amounts.iter().all(Option::is_none), Branch::ClaimsNothing);
        for way in ways {
            self.reached(way);
        }
        self.reached(match by {
            by if by == owner => Branch::ClaimsByOwner,
            by if self.is_operator(owner, by) => Branch::ClaimsByAgent,
            _ => Branch::ClaimsByAnybody,
        });
        self.reached_if(receiver != owner, Branch::ClaimsElsewhere);
        Ok(amounts)
    }

    /// The state of a position's claims once it has claimed through an epoch that has closed; `None`
    /// where nothing changes.
    fn claimed_through(
        &self,
        Claim { pool, token }: Claim,
        owner: Account,
        before: Claimed,
        through: Epoch,
    ) -> Option<Claimed> {
        if through < before.through || through == Epoch(0) {
            return None;
        }
        let per_share = self.rewards_per_share(pool, token, through);
        let changed = self
            .vault
            .positions
            .get(&(pool, owner))
            .is_some_and(|history| history.changed_within(before.through, through));
        if per_share == before.per_share && !changed {
            return None;
        }
        Some(Claimed { through, per_share, earned: self.earned(pool, token, owner, through) })
    }

    fn ways_of_claim(
        &self,
        Claim { pool, .. }: Claim,
        owner: Account,
        before: Claimed,
        after: Claimed,
    ) -> Vec<Branch> {
        let history = self.vault.positions.get(&(pool, owner));
        let changed = history.is_some_and(|it| it.changed_within(before.through, after.through));
        let paid = after.units() > before.units();
        let ways = [
            Some(if paid { Branch::ClaimPays } else { Branch::ClaimGetsOn }),
            (before.through == after.through).then_some(Branch::ClaimsEpochAgain),
            (changed && paid).then_some(Branch::ClaimsOverChanges),
            (paid && self.vault.current(pool).is_err()).then_some(Branch::ClaimsEndedGeneration),
        ];
        ways.into_iter().flatten().collect()
    }

    /// Lets anybody have rewards and commission of `owner` sent to `recipient`; the zero account
    /// stands for nobody.
    pub fn set_recipient(&mut self, owner: Account, recipient: Account) {
        if recipient.is_zero() {
            self.rewards.recipients.remove(&owner);
            self.reached(Branch::ClearsRecipient);
        } else {
            self.rewards.recipients.insert(owner, recipient);
            self.reached(Branch::SetsRecipient);
        }
    }

    fn require_may_claim(&self, by: Account, owner: Account, receiver: Account) -> Result<()> {
        if receiver.is_zero() {
            return Err(ModelError::ZeroAccount);
        }
        if self.recipient_of(owner) == receiver {
            return Ok(());
        }
        self.require_may_act(by, owner)
    }

    // -- what can be read -------------------------------------------------------------------

    /// The epoch that has just closed, the only one that can be paid for; 0 in the first epoch.
    #[must_use]
    pub fn closed_epoch(&self) -> Epoch {
        Epoch(self.epoch().0 - 1)
    }

    /// What a claim of each of these would pay now, by itself.
    #[must_use]
    pub fn claimable(&self, owner: Account, through: Epoch, claims: &[Claim]) -> Vec<u128> {
        let through = through.min(self.closed_epoch());
        let due = |claim: &Claim| {
            let before = self.rewards.claimed(*claim, owner);
            let after = self.claimed_through(*claim, owner, before, through);
            after.map_or(0, |after| after.units() - before.units())
        };
        claims.iter().map(due).collect()
    }

    /// An operator's commission in an epoch: the one that has closed, this one, or any to come, as
    /// announced.
    ///
    /// # Errors
    /// [`ModelError::CommissionForgotten`].
    pub fn commission_at(&self, operator: Operator, epoch: Epoch) -> Result<Wad> {
        let earliest = self.closed_epoch();
        if epoch < earliest {
            return Err(ModelError::CommissionForgotten { epoch, earliest });
        }
        Ok(self.rewards.rate_at(operator, epoch))
    }

    /// Commission that an operator has not collected.
    #[must_use]
    pub fn commission_of(&self, operator: Operator, token: Strategy) -> u128 {
        self.rewards.collectable.get(&(operator, token)).copied().unwrap_or_default()
    }

    /// The rewards of one share up to and including an epoch, in 2^-64 units.
    #[must_use]
    pub fn rewards_per_share(&self, pool: PoolId, token: Strategy, epoch: Epoch) -> U256 {
        self.rewards.paid.get(&(pool, token)).map(|paid| paid.up_to(epoch)).unwrap_or_default()
    }

    /// What the last payment could not divide among the shares, in 2^-64 units.
    #[must_use]
    pub fn carried(&self, pool: PoolId, token: Strategy) -> U256 {
        self.rewards.paid.get(&(pool, token)).map(|paid| paid.carried).unwrap_or_default()
    }

    /// How far an owner has claimed.
    #[must_use]
    pub fn claimed_of(&self, pool: PoolId, token: Strategy, owner: Account) -> Claimed {
        self.rewards.claimed(Claim { pool, token }, owner)
    }

    /// Where anybody may have an owner's rewards sent; the zero account where it named nobody.
    #[must_use]
    pub fn recipient_of(&self, owner: Account) -> Account {
        self.rewards.recipients.get(&owner).copied().unwrap_or_default()
    }

    /// What the distributor holds of a token.
    #[must_use]
    pub fn rewards_balance(&self, token: Strategy) -> u128 {
        self.tokens.rewards.get(&token).copied().unwrap_or_default()
    }

    /// All that a position earned in a token up to and including an epoch, claimed or not, in 2^-64
    /// units: for each payment, the shares that it held at the start of the epoch that was paid for,
    /// times what a share was paid.
    #[must_use]
    pub fn earned(&self, pool: PoolId, token: Strategy, owner: Account, through: Epoch) -> U256 {
        let (paid, history) =
            (self.rewards.paid.get(&(pool, token)), self.vault.positions.get(&(pool, owner)));
        let (Some(paid), Some(history)) = (paid, history) else { return U256::ZERO };
        let mut before = U256::ZERO;
        let mut earned = U256::ZERO;
        for (epoch, sum) in paid.per_share.range(..=through) {
            // Fits: all that positions earn was paid in, which has 192 bits.
            earned += U256::from(history.at(*epoch)) * (*sum - before);
            before = *sum;
        }
        earned
    }

    /// Which pool generations were ever paid, and in which token.
    pub fn rewarded(&self) -> impl Iterator<Item = (PoolId, Strategy)> {
        self.rewards.paid.keys().copied()
    }

    /// The same, once round, beginning with the first that is not before `from`.
    pub fn rewarded_from(
        &self,
        from: (PoolId, Strategy),
    ) -> impl Iterator<Item = (PoolId, Strategy)> {
        let paid = &self.rewards.paid;
        paid.range(from..).chain(paid.range(..from)).map(|(key, _)| *key)
    }

    /// Who ever claimed what.
    pub fn claimants(&self) -> impl Iterator<Item = (PoolId, Strategy, Account)> {
        self.rewards.claimed.keys().copied()
    }

    /// Who has commission to collect, in which token.
    pub fn commissions(&self) -> impl Iterator<Item = (Operator, Strategy)> {
        self.rewards.collectable.keys().copied()
    }

    /// Who named a recipient, and whom.
    pub fn recipients(&self) -> impl Iterator<Item = (Account, Account)> {
        self.rewards.recipients.iter().map(|(owner, recipient)| (*owner, *recipient))
    }
}

/// The commission of a payment: its part, rounded down.
fn commission_of(amount: u128, rate: Wad) -> u128 {
    let product = U256::from(amount) * U256::from(rate.0);
    (product / U256::from(Wad::ONE.0)).saturating_to()
}

fn require_receives(tokens: &Tokens, token: Strategy, account: Account, due: u128) -> Result<()> {
    if due > 0 && !tokens.can_receive(token, account) {
        return Err(ModelError::CannotReceive { strategy: token, account });
    }
    Ok(())
}
