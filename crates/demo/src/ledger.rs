//! What the forecast makes of rewards. The reference model knows who held which shares when; here is the rest, as the
//! contracts' interfaces promise it and in the plainest way: every payment is remembered, and what somebody earned is
//! added up anew each time.

use std::collections::BTreeMap;

use palisade_model::{self as model, Model, U256};

use crate::{
    cast::{Asset, Operator, Pool, Set, Share, Who},
    forecast::{account, operator as operator_of, strategy},
    payout::{BUDGET, Desk, List, total},
};

/// A part of what a service pays.
pub(crate) struct Part {
    pub(crate) operator: Operator,
    pub(crate) amount: u128,
}

/// All that there is in reward tokens, and whose it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    purses: BTreeMap<Who, u128>,
    desks: BTreeMap<Desk, u128>,
    rates: BTreeMap<Operator, Vec<(u32, Share)>>,
    collectable: BTreeMap<Operator, u128>,
    payments: BTreeMap<model::PoolId, Payments>,
    claimed: BTreeMap<(model::PoolId, Who), u128>,
    recipients: BTreeMap<Who, Who>,
    pub(crate) stream: Option<Stream>,
    drop: Drop,
}

/// What a pool was paid.
#[derive(Clone, Debug, Default)]
struct Payments {
    /// The epoch, and what a share got, in 2^-64 units.
    all: Vec<(model::Epoch, U256)>,
    /// What the last one left over, in the same.
    carried: U256,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Stream {
    pub(crate) set: Set,
    pub(crate) asset: Asset,
    per_epoch: u128,
    /// The first epoch that is not paid.
    next: u32,
    last: u32,
}

#[derive(Clone, Debug, Default)]
struct Drop {
    funded: u128,
    paid: u128,
    active: List,
    /// With the epoch in which it was posted: in the next it is active.
    pending: Option<(List, u32)>,
    claimed: BTreeMap<Who, u128>,
}

/// A part of a unit, as payments are divided.
const FRACTION_BITS: usize = 64;

const WHOLE: u64 = 10_u64.pow(18);

/// Half of it.
const MOST: Share = Share(WHOLE / 2);

/// Epochs from the announcement of a higher commission to its day.
const NOTICE: u32 = 3;

/// The contract's error of this name.
pub(crate) type Refusal = &'static str;

impl Ledger {
    /// As every network begins.
    pub(crate) fn new() -> Self {
        let purses = BTreeMap::from([(Who::Avs1, BUDGET), (Who::Avs2, BUDGET)]);
        Self { purses, ..Self::default() }
    }

    pub(crate) fn purse(&self, who: Who) -> u128 {
        self.purses.get(&who).copied().unwrap_or_default()
    }

    pub(crate) fn held(&self, desk: Desk) -> u128 {
        self.desks.get(&desk).copied().unwrap_or_default()
    }

    pub(crate) fn collectable(&self, operator: Operator) -> u128 {
        self.collectable.get(&operator).copied().unwrap_or_default()
    }

    pub(crate) fn dropped(&self, who: Who) -> u128 {
        self.drop.claimed.get(&who).copied().unwrap_or_default()
    }

    /// The commission of an epoch: the last that was to hold by then.
    pub(crate) fn commission(&self, operator: Operator, epoch: u32) -> Share {
        let rates = self.rates.get(&operator).map(Vec::as_slice).unwrap_or_default();
        let standing = rates.iter().rfind(|(from, _)| *from <= epoch);
        standing.map_or(Share(0), |(_, rate)| *rate)
    }

    /// Returns the epoch from which it holds. Whoever has never opened surprises nobody, and who lowers it neither.
    pub(crate) fn set_commission(
        &mut self,
        operator: Operator,
        rate: Share,
        (now, has_opened): (u32, bool),
    ) -> Result<u32, Refusal> {
        if rate > MOST {
            return Err("CommissionTooHigh");
        }
        let is_raise = rate > self.commission(operator, now);
        let rates = self.rates.entry(operator).or_default();
        let announced = rates.iter().rfind(|(day, _)| *day > now);
        let from = match announced {
            _ if !is_raise || !has_opened => now,
            // Cut, it keeps its day.
            Some((day, next)) if rate < *next => *day,
            _ => now + NOTICE,
        };
        // What was announced and has not come is withdrawn.
        rates.retain(|(day, _)| *day <= now && *day != from);
        rates.push((from, rate));
        Ok(from)
    }

    /// Pays pools for `epoch`, out of somebody's purse.
    pub(crate) fn pay(
        &mut self,
        model: &Model,
        from: Who,
        epoch: u32,
        payments: &[(Pool, u128)],
    ) -> Result<(), Refusal> {
        self.distribute(model, epoch, payments)?;
        let sum = payments.iter().map(|(_, amount)| amount).sum();
        self.give(from, Desk::Distributor, sum);
        Ok(())
    }

    /// The same, out of a stream.
    pub(crate) fn release(
        &mut self,
        model: &Model,
        weigh: impl Fn(Operator, &Stream, u32) -> U256,
    ) -> Result<u128, Refusal> {
        let closed = model.epoch().0 - 1;
        let stream = self.stream.ok_or("NoSuchStream")?;
        let due = self.due(closed);
        if due == 0 {
            return Err("NothingDue");
        }
        let parts = split(due, |operator| weigh(operator, &stream, closed));
        let payments = paid_to(&parts, stream.asset);
        if payments.is_empty() {
            return Err("NobodyToPay");
        }
        self.distribute(model, closed, &payments)?;
        *self.desks.entry(Desk::Streams).or_default() -= due;
        *self.desks.entry(Desk::Distributor).or_default() += due;
        if let Some(stream) = &mut self.stream {
            stream.next = closed.min(stream.last) + 1;
        }
        Ok(due)
    }

    fn distribute(
        &mut self,
        model: &Model,
        epoch: u32,
        payments: &[(Pool, u128)],
    ) -> Result<(), Refusal> {
        if epoch + 1 != model.epoch().0 {
            return Err("EpochNotPayable");
        }
        for &(pool, amount) in payments {
            let operator = pool.operator.ok_or("IdlePool")?;
            let at = model::Epoch(epoch);
            let (of, token) = (operator_of(pool.operator), strategy(pool.asset));
            // The epoch has closed.
            let id = model.pool_id_at(of, token, at).map_err(|_| "EpochNotPayable")?;
            let shares = model.total_shares_at(id, at).map_err(|_| "EpochNotPayable")?;
            let commission = part(amount, self.commission(operator, epoch));
            let scaled = U256::from(amount - commission) << FRACTION_BITS;
            let paid = self.payments.entry(id).or_default();
            let scaled = scaled + paid.carried;
            let Some(a_share) = scaled.checked_div(U256::from(shares)) else {
                return Err("NoStake");
            };
            paid.carried = scaled - a_share * U256::from(shares);
            paid.all.push((at, a_share));
            *self.collectable.entry(operator).or_default() += commission;
        }
        Ok(())
    }

    /// What somebody earned with a pool and did not claim: for every payment, by the shares when its epoch began.
    pub(crate) fn claimable(&self, model: &Model, who: Who, pool: model::PoolId) -> u128 {
        let owner = account(who);
        let earned = |(epoch, a_share): &(model::Epoch, U256)| {
            // Every epoch that was paid for has begun.
            let shares = model.shares_at(pool, owner, *epoch).unwrap_or_default();
            *a_share * U256::from(shares)
        };
        let payments = self.payments.get(&pool).map(|it| it.all.as_slice()).unwrap_or_default();
        let earned: U256 = payments.iter().map(earned).sum();
        let claimed = self.claimed.get(&(pool, who)).copied().unwrap_or_default();
        (earned >> FRACTION_BITS).saturating_to::<u128>() - claimed
    }

    /// Returns what was paid.
    pub(crate) fn claim(
        &mut self,
        model: &Model,
        (sender, owner, to): (Who, Who, Who),
        pools: &[model::PoolId],
    ) -> Result<u128, Refusal> {
        if sender != owner && self.recipients.get(&owner) != Some(&to) {
            return Err("NotOwnerNorOperator");
        }
        let mut sum = 0;
        for &pool in pools {
            let amount = self.claimable(model, owner, pool);
            *self.claimed.entry((pool, owner)).or_default() += amount;
            sum += amount;
        }
        self.take(Desk::Distributor, to, sum);
        Ok(sum)
    }

    /// Returns what was paid.
    pub(crate) fn collect(&mut self, operator: Operator) -> u128 {
        let amount = self.collectable.remove(&operator).unwrap_or_default();
        self.take(Desk::Distributor, operator.who(), amount);
        amount
    }

    pub(crate) fn set_recipient(&mut self, who: Who, to: Who) {
        self.recipients.insert(who, to);
    }

    /// Pays a stream in, of which the running epoch is the first.
    pub(crate) fn open_stream(
        &mut self,
        (set, asset): (Set, Asset),
        per_epoch: u128,
        (now, epochs): (u32, u32),
    ) {
        self.stream = Some(Stream { set, asset, per_epoch, next: now, last: now + epochs - 1 });
        self.give(set.terms().avs, Desk::Streams, per_epoch * u128::from(epochs));
    }

    /// What the stream owes once the epoch `closed` has.
    pub(crate) fn due(&self, closed: u32) -> u128 {
        let owed = |stream: &Stream| {
            let epochs = (closed.min(stream.last) + 1).saturating_sub(stream.next);
            stream.per_epoch * u128::from(epochs)
        };
        self.stream.as_ref().map_or(0, owed)
    }

    pub(crate) fn fund_drop(&mut self, from: Who, amount: u128) {
        self.give(from, Desk::Drops, amount);
        self.drop.funded += amount;
    }

    pub(crate) fn post(&mut self, list: List, now: u32) -> Result<(), Refusal> {
        self.activate(now);
        if self.drop.pending.is_some() {
            return Err("RootIsPending");
        }
        if total(list) > self.drop.funded {
            return Err("TotalNotFunded");
        }
        self.drop.pending = Some((list, now));
        Ok(())
    }

    pub(crate) fn withdraw_root(&mut self, now: u32) -> Result<(), Refusal> {
        self.activate(now);
        self.drop.pending.take().map(|_| ()).ok_or("NoPendingRoot")
    }

    /// Returns what was paid.
    pub(crate) fn claim_drop(&mut self, claims: List, now: u32) -> Result<u128, Refusal> {
        self.activate(now);
        let mut sum = 0;
        for &(who, cumulative) in claims {
            let claimed = self.dropped(who);
            if cumulative <= claimed {
                continue;
            }
            if !self.drop.active.contains(&(who, cumulative)) {
                return Err("WrongProof");
            }
            let amount = cumulative - claimed;
            if self.drop.paid + amount > self.drop.funded {
                return Err("DropExhausted");
            }
            self.drop.paid += amount;
            self.drop.claimed.insert(who, cumulative);
            self.take(Desk::Drops, who, amount);
            sum += amount;
        }
        Ok(sum)
    }

    fn activate(&mut self, now: u32) {
        if let Some((list, posted)) = self.drop.pending
            && posted < now
        {
            (self.drop.active, self.drop.pending) = (list, None);
        }
    }

    fn give(&mut self, from: Who, desk: Desk, amount: u128) {
        *self.purses.entry(from).or_default() -= amount;
        *self.desks.entry(desk).or_default() += amount;
    }

    fn take(&mut self, desk: Desk, to: Who, amount: u128) {
        *self.desks.entry(desk).or_default() -= amount;
        *self.purses.entry(to).or_default() += amount;
    }
}

/// Splits a sum among both operators by their weights. Each part is the difference of two sums that are rounded down, in
/// the order of the operators' addresses.
pub(crate) fn split(amount: u128, weigh: impl Fn(Operator) -> U256) -> Vec<Part> {
    let weights = Operator::BY_ADDRESS.map(|operator| (operator, weigh(operator)));
    let all: U256 = weights.iter().map(|(_, weight)| *weight).sum();
    let (mut weight, mut before) = (U256::ZERO, 0);
    let mut parts = Vec::new();
    for (operator, more) in weights {
        weight += more;
        let sum = (U256::from(amount) * weight).checked_div(all).unwrap_or_default();
        let sum: u128 = sum.saturating_to();
        parts.push(Part { operator, amount: sum - before });
        before = sum;
    }
    parts
}

/// The payments that such parts are, to pools of one token. Who has no part is not paid.
pub(crate) fn paid_to(parts: &[Part], asset: Asset) -> Vec<(Pool, u128)> {
    let paid = parts.iter().filter(|part| part.amount > 0);
    paid.map(|part| (Pool::of(part.operator, asset), part.amount)).collect()
}

fn part(amount: u128, rate: Share) -> u128 {
    let part = U256::from(amount) * U256::from(rate.0) / U256::from(WHOLE);
    part.saturating_to()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up_to_the_sum() {
        let weigh = |one: u64, two: u64| {
            move |operator| U256::from(if operator == Operator::One { one } else { two })
        };
        let amounts = |parts: Vec<Part>| parts.iter().map(|it| it.amount).collect::<Vec<_>>();
        assert_eq!(amounts(split(10, weigh(1, 2))), [6, 4]);
        assert_eq!(amounts(split(10, weigh(0, 2))), [10, 0]);
        assert_eq!(amounts(split(10, weigh(0, 0))), [0, 0]);
    }

    #[test]
    fn a_raise_has_its_notice_and_a_cut_has_none() {
        let mut ledger = Ledger::new();
        let (one, percent) = (Operator::One, Share::percent);
        let mut set = |rate, now, opened| ledger.set_commission(one, rate, (now, opened));
        assert_eq!(set(percent(10), 1, false), Ok(1));
        assert_eq!(set(percent(51), 4, true), Err("CommissionTooHigh"));
        assert_eq!(set(percent(20), 4, true), Ok(7));
        let of = |ledger: &Ledger, epoch| ledger.commission(one, epoch);
        assert_eq!([4, 6, 7].map(|it| of(&ledger, it)), [10, 10, 20].map(percent));
        assert_eq!(ledger.set_commission(one, percent(15), (5, true)), Ok(7));
        assert_eq!(ledger.set_commission(one, percent(16), (5, true)), Ok(8));
        assert_eq!(ledger.set_commission(one, percent(5), (5, true)), Ok(5));
        assert_eq!([4, 5, 9].map(|it| of(&ledger, it)), [10, 5, 5].map(percent));
    }

    #[test]
    fn a_stream_owes_what_was_missed() {
        let mut ledger = Ledger::new();
        ledger.open_stream((Set::Bridge, Asset::StUsd), 5, (4, 3));
        assert_eq!([3, 4, 5, 6, 9].map(|closed| ledger.due(closed)), [0, 5, 10, 15, 15]);
    }
}
