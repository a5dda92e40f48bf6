//! Random but sensible histories: each gene is read against the state that it finds.
//!
//! What an action needs is looked for, and mostly found, so that most actions are accepted and histories
//! stay alive; and each choice is now and then a wrong one. What is looked for is searched from a random
//! place and for a few steps only: a choice costs about as much as carrying it out.

mod allocations;
mod operators;
mod picks;
mod positions;
mod protocol;
mod rewards;
mod sets;
mod slashing;
mod staking;
#[cfg(test)]
mod tests;

use palisade_model::{
    Account, Action, ActionKind, Function, Model, Operator, OperatorSetId, Strategy,
};

use crate::{
    genes::Gene,
    world::{AUTHORITY, OPERATORS, SERVICES, SLASHERS, STAKERS, STRANGER, TREASURY, World},
};
use picks::Picks;

/// How many operators a history attends to: the newest.
const LIVE_OPERATORS: usize = 5;

/// How many live sets are enough.
const MANY_SETS: usize = 8;

/// With fewer live sets than this, none is retired.
const FEW_SETS: usize = 5;

/// With fewer memberships than this, none is ended.
const FEW_MEMBERS: usize = 18;

/// How many steps a search goes before it gives up.
const STEPS: usize = 16;

/// Who may act for others, where they let it.
const AGENTS: [Account; 4] = [STRANGER, STAKERS[1], STAKERS[4], SLASHERS[1]];

/// Who is a wrong sender.
const OTHERS: [Account; 6] =
    [STRANGER, STAKERS[0], SERVICES[0], OPERATORS[0].account(), SLASHERS[0], AUTHORITY];

/// How often each kind is tried, of 2,048 times: a power of two, for what chooses is 16 random bits. 45 or so are enough for 2 % of
/// all actions, less where every history begins with some of the kind. What others live on comes oftener: time, stake,
/// memberships, allocations, slashes.
const WEIGHTS: &[(ActionKind, usize)] = {
    use ActionKind as K;
    &[
        (K::AdvanceTo, 78),
        (K::Mint, 45),
        (K::Donate, 45),
        (K::SetCanReceive, 41),
        (K::SetDepositCap, 45),
        (K::SetCeiling, 45),
        (K::Pause, 45),
        (K::RegisterOperator, 43),
        (K::RemoveApprover, 45),
        (K::Admit, 45),
        (K::Open, 37),
        (K::Close, 45),
        (K::Deposit, 68),
        (K::Withdraw, 45),
        (K::Delegate, 45),
        (K::QueueWithdrawal, 45),
        (K::CompleteWithdrawal, 45),
        (K::Redelegate, 45),
        (K::Transfer, 45),
        (K::Approve, 45),
        (K::SetOperator, 45),
        (K::CollectCredit, 45),
        (K::Appoint, 45),
        (K::SetMetadata, 45),
        (K::CreateOperatorSet, 35),
        (K::AddStrategy, 45),
        (K::RemoveStrategy, 45),
        (K::Retire, 45),
        (K::Join, 40),
        (K::Leave, 45),
        (K::Eject, 45),
        (K::Renew, 45),
        (K::Allocate, 85),
        (K::Settle, 47),
        (K::Slash, 60),
        (K::ProposeSlash, 74),
        (K::CancelSlash, 45),
        (K::ExecuteSlash, 45),
        (K::Distribute, 45),
        (K::SetCommission, 45),
        (K::CollectCommission, 45),
        (K::ClaimRewards, 45),
        (K::SetRecipient, 45),
    ]
};

/// With what every history begins, so that much can happen soon: how often each kind, in order.
const OPENING: &[(ActionKind, usize)] = {
    use ActionKind as K;
    &[
        (K::RegisterOperator, 4),
        (K::CreateOperatorSet, 5),
        (K::Join, 10),
        (K::Allocate, 10),
        (K::SetCanReceive, 2),
        (K::Open, 4),
        (K::AdvanceTo, 2),
        (K::Deposit, 6),
    ]
};

/// Turns genes into actions.
#[derive(Clone, Debug)]
pub(crate) struct Chooser {
    /// In ascending order.
    tokens: [Strategy; crate::world::TOKENS],
    /// Nobody stakes it.
    coin: Strategy,
    approvers: [Account; 2],
    /// Every kind as often as its weight.
    kinds: Vec<ActionKind>,
    /// The kinds of the first actions, the last of them first.
    opening: Vec<ActionKind>,
    /// How many operators were registered, and how many sets created.
    registered: usize,
    created: usize,
    /// The operators that the history attends to.
    operators: Vec<Operator>,
    /// The sets that were created, until one is seen to be retired.
    sets: Vec<OperatorSetId>,
    /// A set that the last action perhaps retired.
    retiring: Option<OperatorSetId>,
}

impl Chooser {
    /// A chooser for a history that begins.
    #[must_use]
    pub(crate) fn new(world: &World) -> Self {
        let mut tokens = world.tokens;
        tokens.sort_unstable();
        let repeated = |kinds: &[(ActionKind, usize)]| -> Vec<ActionKind> {
            kinds.iter().flat_map(|&(kind, times)| std::iter::repeat_n(kind, times)).collect()
        };
        let mut opening = repeated(OPENING);
        opening.reverse();
        Self {
            tokens,
            coin: world.coin,
            approvers: world.approvers,
            kinds: repeated(WEIGHTS),
            opening,
            registered: 0,
            created: 0,
            operators: Vec::with_capacity(LIVE_OPERATORS + 1),
            sets: Vec::with_capacity(MANY_SETS + 1),
            retiring: None,
        }
    }

    /// The action that a gene is in this state of the model.
    pub(crate) fn choose(&mut self, model: &Model, gene: Gene) -> Action {
        self.notice(model);
        let opening = self.opening.pop();
        let kind = opening.unwrap_or_else(|| self.kinds[usize::from(gene.kind) % self.kinds.len()]);
        let action = self.action(model, kind, &mut Picks::of(gene, opening.is_some()));
        if let Action::Retire { set, .. } = action {
            self.retiring = Some(set);
        }
        action
    }

    fn action(&self, model: &Model, kind: ActionKind, picks: &mut Picks) -> Action {
        use ActionKind as K;
        match kind {
            K::AdvanceTo => self.advance_to(model, picks),
            K::Mint => self.mint(model, picks),
            K::Donate => self.donate(model, picks),
            K::SetCanReceive => self.set_can_receive(model, picks),
            K::SetDepositCap => self.set_deposit_cap(model, picks),
            K::SetCeiling => self.set_ceiling(picks),
            K::Pause => protocol::pause(model, picks),
            K::RegisterOperator => self.register_operator(picks),
            K::RemoveApprover => self.remove_approver(model, picks),
            K::Admit => self.admit(model, picks),
            K::Open => self.open(model, picks),
            K::Close => self.close(model, picks),
            K::Deposit => self.deposit(model, picks),
            K::Withdraw => self.withdraw(model, picks),
            K::Delegate => self.delegate(model, picks),
            K::QueueWithdrawal => self.queue_withdrawal(model, picks),
            K::CompleteWithdrawal => self.complete_withdrawal(model, picks),
            K::Redelegate => self.redelegate(model, picks),
            K::Transfer => self.transfer(model, picks),
            K::Approve => self.approve(model, picks),
            K::SetOperator => positions::set_operator(model, picks),
            K::CollectCredit => self.collect_credit(model, picks),
            K::Appoint => self.appoint(picks),
            K::CreateOperatorSet => self.create_operator_set(model, picks),
            K::AddStrategy => self.add_strategy(model, picks),
            K::RemoveStrategy => self.remove_strategy(model, picks),
            K::Retire => self.retire(model, picks),
            K::Join => self.join(model, picks),
            K::Leave => self.leave(model, picks),
            K::Eject => self.eject(model, picks),
            K::Renew => self.renew(model, picks),
            K::Allocate => self.allocate(model, picks),
            K::Settle => self.settle(model, picks),
            K::Slash => self.slash(model, picks),
            K::ProposeSlash => self.propose_slash(model, picks),
            K::CancelSlash => self.cancel_slash(model, picks),
            K::ExecuteSlash => self.execute_slash(model, picks),
            K::Distribute => self.distribute(model, picks),
            K::SetCommission => self.set_commission(model, picks),
            K::CollectCommission => self.collect_commission(model, picks),
            K::ClaimRewards => self.claim_rewards(model, picks),
            K::SetRecipient => self.set_recipient(model, picks),
            // `SetMetadata`; a test holds that there are no others.
            _ => operators::set_metadata(model, picks),
        }
    }

    /// Takes notice of what the last action made.
    fn notice(&mut self, model: &Model) {
        while model.operator(operator(self.registered)).is_ok() {
            self.operators.push(operator(self.registered));
            self.registered += 1;
            if self.operators.len() > LIVE_OPERATORS {
                self.operators.remove(0);
            }
        }
        while model.operator_set(set(self.created)).is_ok() {
            self.sets.push(set(self.created));
            self.created += 1;
        }
        if let Some(retired) = self.retiring.take().filter(|set| !is_live(model, *set)) {
            self.sets.retain(|set| *set != retired);
        }
    }

    // -- what there is --------------------------------------------------------------------------

    /// An operator; now and then one that the history has left behind, or none yet.
    fn operator(&self, picks: &mut Picks) -> Operator {
        match picks.below(48) {
            0 => operator(self.registered),
            1 => operator(picks.below(self.registered)),
            place if self.operators.is_empty() => operator(place),
            place => self.operators[place % self.operators.len()],
        }
    }

    /// A set; now and then one that was retired, or none yet.
    fn set(&self, picks: &mut Picks) -> OperatorSetId {
        match picks.below(48) {
            0 => set(self.created),
            1 => set(picks.below(self.created)),
            place if self.sets.is_empty() => set(place % self.created.max(1)),
            place => self.sets[place % self.sets.len()],
        }
    }

    /// A token: most often the first, so that things meet.
    fn token(&self, picks: &mut Picks) -> Strategy {
        let [first, second, third] = self.tokens;
        picks.one(&[first, first, first, second, second, third])
    }
}

/// The operators of a history, in the order in which they register.
fn operator(place: usize) -> Operator {
    OPERATORS.get(place).copied().unwrap_or(Operator::from_u64(0x09e_0001 + place as u64))
}

/// The sets of a history, in the order in which they are created.
fn set(place: usize) -> OperatorSetId {
    let id = u32::try_from(place / SERVICES.len()).unwrap_or(u32::MAX);
    OperatorSetId { avs: SERVICES[place % SERVICES.len()], id }
}

fn is_live(model: &Model, set: OperatorSetId) -> bool {
    model.operator_set(set).is_ok_and(|set| !set.retired)
}

/// Governance; now and then somebody else.
fn governor(picks: &mut Picks) -> Account {
    if picks.once_in(16) { picks.one(&OTHERS) } else { AUTHORITY }
}

/// Who uses a function of an account: often an appointee where there is one; now and then somebody
/// who is none.
fn sender(model: &Model, picks: &mut Picks, account: Account, function: Function) -> Account {
    let appointed = |agent| model.is_appointed(account, agent, function);
    if picks.once_in(16) {
        return picks.one(&OTHERS);
    }
    if picks.below(2) == 0 { picks.first(&AGENTS, appointed).unwrap_or(account) } else { account }
}

/// Who acts for an owner: often an operator of it where there is one; now and then somebody else.
fn actor(model: &Model, picks: &mut Picks, owner: Account) -> Account {
    if picks.once_in(16) {
        return picks.one(&OTHERS);
    }
    let lets = |agent| model.is_operator(owner, agent);
    if picks.below(2) == 0 { picks.first(&AGENTS, lets).unwrap_or(owner) } else { owner }
}

/// Who receives a token instead of its owner: mostly the owner; now and then nobody.
fn receiver(model: &Model, picks: &mut Picks, token: Strategy, owner: Account) -> Account {
    match picks.below(48) {
        0 => Account::default(),
        1..8 => picks.one(&STAKERS),
        8 => TREASURY,
        9..12 => owner,
        _ if model.can_receive(token, owner) => owner,
        _ => picks.one(&STAKERS),
    }
}
