//! Operator sets, and who is in them.

use palisade_model::{
    Account, Action, Function, Model, Operator, OperatorSetId, Recipient, Strategy, Terms, Wad,
};

use super::{Chooser, FEW_MEMBERS, FEW_SETS, MANY_SETS, STEPS, is_live, picks::Picks, sender, set};
use crate::world::{EPOCH_LENGTH, REGISTRARS, RESOLVER, SLASHERS, STAKERS, STRANGER, TREASURY};

impl Chooser {
    pub(super) fn create_operator_set(&self, model: &Model, picks: &mut Picks) -> Action {
        let fresh = self.sets.len() < FEW_SETS
            || self.sets.len() < MANY_SETS && picks.below(4) > 0
            || picks.once_in(8);
        let id = set(if fresh { self.created } else { picks.below(self.created) });
        let by = sender(model, picks, id.avs, Function::CreateOperatorSet);
        let terms = terms(picks);
        let mut strategies = self.tokens.to_vec();
        match picks.below(16) {
            _ if picks.once_in(12) => {
                let token = self.token(picks);
                strategies.push(picks.one(&[token, Strategy::default()]));
            }
            0 => strategies.clear(),
            1 => strategies.reverse(),
            2..7 => {
                strategies.remove(picks.below(strategies.len()));
            }
            _ => {}
        }
        Action::CreateOperatorSet { by, set: id, terms, strategies }
    }

    pub(super) fn add_strategy(&self, model: &Model, picks: &mut Picks) -> Action {
        let (set, strategy) = self.set_with(model, picks, false);
        let strategy = if picks.once_in(32) { Strategy::default() } else { strategy };
        let by = sender(model, picks, set.avs, Function::AddStrategies);
        Action::AddStrategy { by, set, strategy }
    }

    pub(super) fn remove_strategy(&self, model: &Model, picks: &mut Picks) -> Action {
        let (live, strategy) = self.set_with(model, picks, true);
        // What a retired set accepts is still its service's to say.
        let set = if picks.once_in(12) { set(picks.below(self.created)) } else { live };
        let by = sender(model, picks, set.avs, Function::RemoveStrategies);
        Action::RemoveStrategy { by, set, strategy }
    }

    /// A set and a strategy that it accepts, or does not.
    fn set_with(
        &self,
        model: &Model,
        picks: &mut Picks,
        accepted: bool,
    ) -> (OperatorSetId, Strategy) {
        let strategy = self.token(picks);
        let suits = |id| {
            let set = model.operator_set(id);
            set.is_ok_and(|set| set.strategies.contains(&strategy) == accepted)
        };
        let found = picks.first(&self.sets, suits).filter(|_| !picks.once_in(12));
        (found.unwrap_or_else(|| self.set(picks)), strategy)
    }

    pub(super) fn retire(&self, model: &Model, picks: &mut Picks) -> Action {
        let ripe = self.sets.len() > FEW_SETS && picks.below(4) > 0;
        let id = if ripe { self.set(picks) } else { set(picks.below(self.created + 1)) };
        // Where there are too few a stranger may try.
        let spared = !ripe && is_live(model, id);
        let by = if spared { STRANGER } else { sender(model, picks, id.avs, Function::Retire) };
        Action::Retire { by, set: id }
    }

    pub(super) fn join(&self, model: &Model, picks: &mut Picks) -> Action {
        let operator = self.operator(picks);
        let by = sender(model, picks, operator.account(), Function::Join);
        // Whoever has left and has not settled all does not get in.
        let hasty = picks.once_in(8);
        let settled = |set| model.counted(operator, set).is_empty() != hasty;
        let outside = |set| !model.is_member(operator, set);
        let found = picks.first(&self.sets, |set| outside(set) && settled(set));
        let found = found.or_else(|| picks.first(&self.sets, |set| hasty && outside(set)));
        let found = found.filter(|_| !picks.once_in(12));
        Action::Join { by, operator, set: found.unwrap_or_else(|| self.set(picks)) }
    }

    /// Somebody who is in a set.
    pub(super) fn member(
        &self,
        model: &Model,
        picks: &mut Picks,
        suits: impl Fn(OperatorSetId, Operator) -> bool,
    ) -> (OperatorSetId, Operator) {
        let from = (self.set(picks), self.operator(picks));
        if picks.once_in(24) {
            return from;
        }
        let near = || model.members_from(from).take(STEPS);
        let found = near().find(|(set, operator)| suits(*set, *operator));
        found.or_else(|| near().next()).unwrap_or(from)
    }

    pub(super) fn leave(&self, model: &Model, picks: &mut Picks) -> Action {
        let (set, operator) = self.ending(model, picks);
        let by = sender(model, picks, operator.account(), Function::Leave);
        let strategies = self.named(model, picks, operator, set);
        Action::Leave { by, operator, set, strategies }
    }

    pub(super) fn eject(&self, model: &Model, picks: &mut Picks) -> Action {
        let (set, operator) = self.ending(model, picks);
        let by = sender(model, picks, set.avs, Function::Eject);
        let strategies = self.named(model, picks, operator, set);
        Action::Eject { by, operator, set, strategies }
    }

    /// A membership to end: one of a retired set, or any where there are many.
    fn ending(&self, model: &Model, picks: &mut Picks) -> (OperatorSetId, Operator) {
        let from = (self.set(picks), self.operator(picks));
        let members = || model.members_from(from).take(FEW_MEMBERS);
        if members().count() == FEW_MEMBERS {
            let lowers = picks.below(4) == 0;
            return self.member(model, picks, |set, operator| {
                let lowered = |token| {
                    let it = model.allocation(set, operator, token);
                    it.next < it.current
                };
                !lowers || self.tokens.into_iter().any(lowered)
            });
        }
        let ended = members().find(|(set, _)| !is_live(model, *set));
        let mut outside = || picks.first(&self.operators, |of| !model.is_member(of, from.0));
        ended.or_else(|| Some((from.0, outside()?))).unwrap_or(from)
    }

    /// What whoever ends a membership names: all that counts, or more; now and then too little, or
    /// not in order.
    fn named(
        &self,
        model: &Model,
        picks: &mut Picks,
        operator: Operator,
        set: OperatorSetId,
    ) -> Vec<Strategy> {
        let mut counted = model.counted(operator, set);
        match picks.below(16) {
            0 => {
                counted.pop();
            }
            1 => counted.reverse(),
            2 => counted.extend_from_within(..),
            3..8 => return self.tokens.to_vec(),
            _ => {}
        }
        counted
    }
}

/// Terms, now and then just outside what is allowed.
fn terms(picks: &mut Picks) -> Terms {
    let half = EPOCH_LENGTH / 2;
    let slasher = if picks.once_in(48) { Account::default() } else { picks.one(&SLASHERS) };
    let recipient = match picks.below(8) {
        0..5 => Recipient::Account(TREASURY),
        5 => Recipient::Account(picks.one(&STAKERS[..3])),
        6 => Recipient::Account(SLASHERS[0]),
        _ => Recipient::Burn,
    };
    let window = match picks.below(20) {
        _ if picks.once_in(12) => picks.one(&[half + 1, u64::MAX]),
        0..10 => 0,
        10..15 => 1,
        15 => half - 1,
        16 => half,
        _ => picks.up_to_long(half),
    };
    let Wad(one) = Wad::ONE;
    let cap = Wad(match picks.below(20) {
        _ if picks.once_in(8) => picks.one(&[0, one + 1, u64::MAX]),
        0 => 1,
        1..4 => one / 2,
        4 => one - 1,
        5 => picks.up_to_long(one),
        _ => one,
    });
    let resolver = match picks.below(4) {
        0 => None,
        1 => Some(slasher).filter(|slasher| !slasher.is_zero()),
        _ => Some(RESOLVER),
    };
    let registrar =
        picks.one(&[None, None, None, None, None, None, Some(REGISTRARS[0]), Some(REGISTRARS[1])]);
    let conditions = [picks.one(&[0, 1, 0x7f, 0xff]); 32];
    Terms { slasher, recipient, window, resolver, cap, conditions, registrar }
}
