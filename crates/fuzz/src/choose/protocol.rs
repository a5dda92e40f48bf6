//! Time, tokens and governance.

use palisade_model::{
    Account, Action, HIGHEST_CEILING, MAX_DEPOSIT_CAP, Model, Operator, Pausable, Strategy, Wad,
};

use super::{Chooser, governor, picks::Picks};
use crate::world::{SLASHERS, STAKERS, STRANGER, TREASURY};

/// The most that is minted or given away at a time, so that neither the supply nor the vault's caps
/// are used up.
const MOST_TOKENS: u128 = 1 << 88;

/// The most epochs that pass at a time, in 256: timestamps still fit 40 bits.
const FARTHEST: u16 = 48_000;

/// Who may be refused by a token: whoever receives slashed stake, most often.
const REFUSED: [Account; 8] =
    [TREASURY, TREASURY, TREASURY, STAKERS[0], STAKERS[0], STAKERS[1], STAKERS[2], SLASHERS[0]];

impl Chooser {
    pub(super) fn advance_to(&self, model: &Model, picks: &mut Picks) -> Action {
        let (clock, epoch) = (model.clock(), model.epoch());
        let (now, next) = (clock.now(), clock.start_of(epoch.plus(1)));
        let timestamp = match picks.below(32) {
            // Operators take stake from their second epoch on.
            _ if epoch.0 == 1 && !picks.once_in(2) => next,
            // So far that every bit of an epoch's number is set now and then.
            _ if epoch.0 < 1 << 16 && picks.once_in(256) => {
                clock.start_of(epoch.plus(picks.few(FARTHEST) << 8 | picks.few(1 << 8)))
            }
            0 => now,
            1 | 2 => now + 1,
            3..8 => now + picks.up_to_long(clock.epoch_length()),
            8 => next - 1,
            9..16 => next,
            16 => next + 1,
            17 => clock.start_of(epoch.plus(2)),
            18 => clock.start_of(epoch.plus(2 + picks.few(5))),
            19..30 => self.proposal_time(model, picks).unwrap_or(next),
            _ => {
                let lasts = |action| model.pause_of(action).rest_until > now;
                let pause =
                    model.pause_of(picks.first(&Pausable::ALL, lasts).unwrap_or(Pausable::ALL[0]));
                picks.one(&[pause.until.saturating_sub(1), pause.until, pause.rest_until])
            }
        };
        Action::AdvanceTo { timestamp: timestamp.max(now) }
    }

    /// When something about a proposal changes, or a second before.
    fn proposal_time(&self, model: &Model, picks: &mut Picks) -> Option<u64> {
        let from = (self.set(picks), Operator::IDLE, Strategy::default());
        let proposals = model.written_proposals_from(from).take(super::STEPS);
        let now = model.clock().now();
        let (_, proposal) = proposals.into_iter().find(|(_, proposal)| now < proposal.lapses_at)?;
        let (end, lapse) = (proposal.executable_from, proposal.lapses_at);
        Some(picks.one(&[end, end, end, end, end - 1, end + 1, lapse - 1, lapse]))
    }

    pub(super) fn mint(&self, model: &Model, picks: &mut Picks) -> Action {
        let strategy = self.token(picks);
        let accepted = |to| model.can_receive(strategy, to);
        let to = picks.first(&STAKERS, |to| accepted(to) && model.balance(strategy, to) < 1 << 80);
        let to = to.or_else(|| picks.first(&STAKERS, accepted)).unwrap_or(STRANGER);
        let amount = match picks.below(8) {
            0 => 0,
            1 => 1,
            2 => MOST_TOKENS,
            _ => picks.up_to(MOST_TOKENS),
        };
        Action::Mint { strategy, to, amount }
    }

    pub(super) fn donate(&self, model: &Model, picks: &mut Picks) -> Action {
        let strategy = self.token(picks);
        let from = if picks.once_in(4) { TREASURY } else { picks.one(&STAKERS) };
        let most = model.balance(strategy, from).min(1 << 64);
        let amount = picks.part(most).min(most);
        Action::Donate { strategy, from, amount }
    }

    pub(super) fn set_can_receive(&self, model: &Model, picks: &mut Picks) -> Action {
        let (strategy, account) = (self.token(picks), picks.one(&REFUSED));
        // Most often it is not accepted.
        let can = !model.can_receive(strategy, account) && picks.once_in(3) || picks.once_in(8);
        Action::SetCanReceive { strategy, account, can }
    }

    pub(super) fn set_deposit_cap(&self, model: &Model, picks: &mut Picks) -> Action {
        let by = governor(picks);
        let lowered = |token| model.deposit_cap(token) < MAX_DEPOSIT_CAP;
        let strategy = picks.first(&self.tokens, lowered);
        let repairs = strategy.is_some() && !picks.once_in(4);
        let strategy = strategy.unwrap_or_else(|| self.token(picks));
        let held = model.vault_balance(strategy);
        let cap = match picks.below(16) {
            0 => 0,
            1 => held.saturating_sub(1),
            2 => held,
            3 => held + 1,
            4 => held + picks.up_to(1 << 64),
            6 => MAX_DEPOSIT_CAP + 1,
            7 => u128::MAX,
            _ => MAX_DEPOSIT_CAP,
        };
        let cap = if repairs { MAX_DEPOSIT_CAP } else { cap };
        Action::SetDepositCap { by, strategy, cap }
    }

    pub(super) fn set_ceiling(&self, picks: &mut Picks) -> Action {
        let (by, strategy) = (governor(picks), self.token(picks));
        let ceiling = match picks.below(16) {
            0 => Wad(0),
            1 => Wad(Wad::ONE.0 - 1),
            2 => Wad(HIGHEST_CEILING.0 + 1),
            3 => Wad(u64::MAX),
            4 => HIGHEST_CEILING,
            5..8 => Wad(Wad::ONE.0 * 2),
            8 | 9 => Wad(Wad::ONE.0 + picks.up_to_long(Wad::ONE.0)),
            _ => Wad::ONE,
        };
        Action::SetCeiling { by, strategy, ceiling }
    }
}

/// Mostly a short pause, so that little is paused for long.
pub(super) fn pause(model: &Model, picks: &mut Picks) -> Action {
    let by = governor(picks);
    let rested = |action| model.pause_of(action).rest_until <= model.clock().now();
    let action = picks.first(&Pausable::ALL, rested);
    let action = action.filter(|_| !picks.once_in(8)).unwrap_or_else(|| picks.one(&Pausable::ALL));
    let duration = match picks.below(32) {
        0..3 => 0,
        3..14 => 1,
        14..20 => 3_600,
        20 => picks.up_to_long(action.longest()),
        21 => action.longest(),
        22 | 23 => action.longest() + 1,
        24 => u64::MAX,
        _ => model.clock().start_of(model.epoch().plus(1)) - model.clock().now(),
    };
    Action::Pause { by, action, duration }
}
