//! What an action does, and what came of it, in a line each.

use palisade_model::{
    Account, Action, Claim, Delivery, OperatorSetId, Outcome, Parts, Payment, Proposal, QueuedExit,
    Recipient, Slashed, Strategy, Terms, U256,
};

use crate::{
    names::{account, operator, pool, set, token},
    state::fraction,
    world::{EPOCH_LENGTH, ORIGIN},
};

/// One line that says what an action does, or is refused to do.
#[must_use]
pub fn tell(action: &Action) -> String {
    let told = environment(action).or_else(|| stake(action)).or_else(|| position(action));
    told.or_else(|| service(action))
        .or_else(|| promise(action))
        .or_else(|| rewards(action))
        .unwrap_or_else(|| slash(action))
}

/// One line that says what came of an action that was carried out.
pub(crate) fn outcome(outcome: &Outcome) -> String {
    use Outcome as O;
    match outcome {
        O::Done => "done".to_owned(),
        O::Shares(shares) => format!("{shares} shares"),
        O::Assets(assets) => format!("{assets} paid out"),
        O::Queued(QueuedExit { epoch, assets, bucket_shares, .. }) => {
            format!(
                "{assets} leave the pool, for {bucket_shares} shares of its exits of epoch {epoch}"
            )
        }
        O::Effective(epoch) => format!("from epoch {epoch} on"),
        O::Left(days) => {
            list(days.iter().map(|(it, day)| format!("{}: from epoch {day} on", token(*it))))
        }
        O::Proposed(Proposal { magnitude, wad, executable_from, lapses_at, .. }) => format!(
            "{} of {}, to be executed from {} until {}",
            fraction(wad.0),
            fraction(magnitude.0),
            time(*executable_from),
            time(*lapses_at)
        ),
        O::Slashed(slashes) => list(slashes.iter().map(slashed)),
        O::Collected(amounts) => list(amounts.iter().map(|amount| format!("{amount} paid out"))),
        O::Claimed(amounts) => list(amounts.iter().map(|amount| {
            amount.map_or_else(|| "nothing to do".to_owned(), |amount| format!("{amount} paid out"))
        })),
        other => format!("{other:?}"),
    }
}

fn slashed(slash: &Slashed) -> String {
    let Slashed { assets: Parts { pool: own, exits: [next, last] }, delivery, .. } = slash;
    let of = pool(slash.pool);
    let to = match *delivery {
        Delivery::Nothing => return format!("nothing of {of}"),
        Delivery::Sent(to) => format!("to {}", account(to)),
        Delivery::Burned => "burned".to_owned(),
        Delivery::Credited(to) => format!("credited to {}", account(to)),
    };
    let end = if slash.ended_generation { "; its generation ends" } else { "" };
    format!("{own} of {of}, {next} and {last} of its exits of the next two epochs, {to}{end}")
}

fn list(items: impl Iterator<Item = String>) -> String {
    let items: Vec<_> = items.collect();
    if items.is_empty() { "nothing".to_owned() } else { items.join("; ") }
}

/// Time, tokens and governance.
fn environment(action: &Action) -> Option<String> {
    use Action as A;
    Some(match *action {
        A::AdvanceTo { timestamp } => format!("time passes until {}", time(timestamp)),
        A::Mint { strategy, to, amount } => {
            format!("{} of {} come into being for {}", number(amount), token(strategy), account(to))
        }
        A::Donate { strategy, from, amount } => {
            let amount = number(amount);
            format!("{} sends {amount} of {} to the vault unasked", account(from), token(strategy))
        }
        A::SetCanReceive { strategy, account: who, can } => {
            let verb = if can { "accepts" } else { "refuses" };
            format!("{} {verb} {} as a receiver", token(strategy), account(who))
        }
        A::SetDepositCap { by, strategy, cap } => {
            format!("{} caps deposits of {} at {}", account(by), token(strategy), number(cap))
        }
        A::SetCeiling { by, strategy, ceiling } => {
            let ceiling = fraction(ceiling.0);
            format!("{} sets the degree ceiling of {} to {ceiling}", account(by), token(strategy))
        }
        A::Pause { by, action, duration } => {
            format!("{} pauses {action:?} for {duration} s", account(by))
        }
        _ => return None,
    })
}

/// Operators, and stake that enters and leaves.
fn stake(action: &Action) -> Option<String> {
    use Action as A;
    Some(match *action {
        A::RegisterOperator { operator: who, approver } => {
            let gate = approver.map(|approver| format!(", approver {}", account(approver)));
            format!("{} registers{}", operator(who), gate.unwrap_or_default())
        }
        A::RemoveApprover { operator: who } => format!("{} removes its approver", operator(who)),
        A::Open { operator: who } => format!("{} opens", operator(who)),
        A::Close { operator: who } => format!("{} closes", operator(who)),
        A::Admit { by, operator: to, staker, deadline, ref signed } => {
            let signed = signed
                .as_ref()
                .map(|it| format!(" as number {}, signed by {}", it.nonce, account(it.signer)));
            let (to, until) = (operator(to), time(deadline));
            let signed = signed.unwrap_or_default();
            format!("{} admits {} to {to} until {until}{signed}", account(by), account(staker))
        }
        A::Deposit { from, strategy, operator: to, assets, min_shares, receiver } => {
            let (assets, what) = (number(assets), token(strategy));
            let least = least(min_shares, "shares");
            let whose = whose(from, receiver);
            format!(
                "{} deposits {assets} of {what} to {}{whose}{least}",
                account(from),
                operator(to)
            )
        }
        A::Withdraw { by, owner, pool: id, shares, receiver } => {
            let (shares, sent) = (number(shares), sent(owner, receiver));
            format!(
                "{} withdraws {shares} shares of {}{}{sent}",
                account(by),
                pool(id),
                whose(by, owner)
            )
        }
        A::Delegate { by, owner, pool: id, shares, to, min_shares } => {
            let (shares, least) = (number(shares), least(min_shares, "shares"));
            let (whose, to) = (whose(by, owner), operator(to));
            format!(
                "{} delegates {shares} shares of {} to {to}{whose}{least}",
                account(by),
                pool(id)
            )
        }
        A::QueueWithdrawal { by, owner, pool: id, shares, min_assets } => {
            let (shares, least) = (number(shares), least(min_assets, "assets"));
            format!(
                "{} queues {shares} shares of {}{}{least}",
                account(by),
                pool(id),
                whose(by, owner)
            )
        }
        A::CompleteWithdrawal { by, owner, pool: id, epoch, receiver } => {
            let (whose, sent) = (whose(by, owner), sent(owner, receiver));
            let (by, id) = (account(by), pool(id));
            format!("{by} completes the exit of epoch {epoch} from {id}{whose}{sent}")
        }
        A::Redelegate { by, owner, pool: id, epoch, to, min_shares } => {
            let (whose, least) = (whose(by, owner), least(min_shares, "shares"));
            let (by, id, to) = (account(by), pool(id), operator(to));
            format!("{by} redelegates the exit of epoch {epoch} from {id} to {to}{whose}{least}")
        }
        _ => return None,
    })
}

/// Positions, and who may act on them.
fn position(action: &Action) -> Option<String> {
    use Action as A;
    Some(match *action {
        A::Transfer { by, from, to, pool: id, amount } => {
            let (amount, to, whose) = (number(amount), account(to), whose(by, from));
            format!("{} transfers {amount} shares of {} to {to}{whose}", account(by), pool(id))
        }
        A::Approve { owner, spender, pool: id, amount } => {
            let amount =
                if amount == U256::MAX { "2^256 - 1".to_owned() } else { amount.to_string() };
            let (owner, spender) = (account(owner), account(spender));
            format!("{owner} lets {spender} transfer {amount} shares of {}", pool(id))
        }
        A::SetOperator { owner, spender, approved } => {
            let verb = if approved { "lets" } else { "no longer lets" };
            format!("{} {verb} {} act for it", account(owner), account(spender))
        }
        A::CollectCredit { by, owner, strategy, receiver } => {
            let (whose, sent) = (whose(by, owner), sent(owner, receiver));
            format!("{} collects the credit in {}{whose}{sent}", account(by), token(strategy))
        }
        A::Appoint { account: who, appointee, function, allowed } => {
            let verb = if allowed { "appoints" } else { "dismisses" };
            format!("{} {verb} {} for {}", account(who), account(appointee), function.name())
        }
        _ => return None,
    })
}

/// What services do.
fn service(action: &Action) -> Option<String> {
    use Action as A;
    Some(match *action {
        A::SetMetadata { by, avs, ref uri } => {
            format!("{} describes {} at {uri:?}", account(by), account(avs))
        }
        A::CreateOperatorSet { by, set: id, terms: ref it, ref strategies } => {
            let (id, accepted) = (set(id), tokens(strategies));
            format!("{} creates {id} for {accepted}: {}", account(by), terms(it))
        }
        A::AddStrategy { by, set: id, strategy } => {
            format!("{} adds {} to {}", account(by), token(strategy), set(id))
        }
        A::RemoveStrategy { by, set: id, strategy } => {
            format!("{} removes {} from {}", account(by), token(strategy), set(id))
        }
        A::Retire { by, set: id } => format!("{} retires {}", account(by), set(id)),
        A::Eject { by, operator: who, set: id, ref strategies } => {
            let (who, named) = (operator(who), tokens(strategies));
            format!("{} ejects {who} from {}, naming {named}", account(by), set(id))
        }
        _ => return None,
    })
}

/// What operators promise.
fn promise(action: &Action) -> Option<String> {
    use Action as A;
    Some(match *action {
        A::Join { by, operator: who, set: id } => {
            format!("{} joins {}{}", account(by), set(id), whose(by, who.account()))
        }
        A::Leave { by, operator: who, set: id, ref strategies } => {
            let (whose, named) = (whose(by, who.account()), tokens(strategies));
            format!("{} leaves {}{whose}, naming {named}", account(by), set(id))
        }
        A::Renew { by, operator: who, strategy } => {
            format!(
                "{} renews the pool of {}{}",
                account(by),
                token(strategy),
                whose(by, who.account())
            )
        }
        A::Allocate { by, operator: who, set: id, strategy, target } => {
            let (whose, target) = (whose(by, who.account()), fraction(target.0));
            format!(
                "{} allocates {target} of {} to {}{whose}",
                account(by),
                token(strategy),
                set(id)
            )
        }
        _ => return None,
    })
}

/// What is paid for stake, and who gets it.
fn rewards(action: &Action) -> Option<String> {
    use Action as A;
    Some(match *action {
        A::Distribute { by, epoch, token: paid, ref payments } => {
            let part = |it: &Payment| {
                let (whose, of) = (operator(it.operator), token(it.strategy));
                format!("{} to {whose}/{of}", number(it.amount))
            };
            let parts: Vec<_> = payments.iter().map(part).collect();
            let parts = if parts.is_empty() { "nothing".to_owned() } else { parts.join(" and ") };
            format!("{} pays {parts} for epoch {epoch}, in {}", account(by), token(paid))
        }
        A::SetCommission { operator: who, rate } => {
            format!("{} sets its commission to {}", operator(who), fraction(rate.0))
        }
        A::CollectCommission { by, operator: who, receiver, tokens: ref of } => {
            let (whose, sent) = (whose(by, who.account()), sent(who.account(), receiver));
            format!("{} collects commission in {}{whose}{sent}", account(by), tokens(of))
        }
        A::ClaimRewards { by, owner, receiver, through, ref claims } => {
            let part = |it: &Claim| format!("{} of {}", token(it.token), pool(it.pool));
            let parts: Vec<_> = claims.iter().map(part).collect();
            let parts = if parts.is_empty() { "nothing".to_owned() } else { parts.join(" and ") };
            let (whose, sent) = (whose(by, owner), sent(owner, receiver));
            format!("{} claims {parts} through epoch {through}{whose}{sent}", account(by))
        }
        A::SetRecipient { owner, recipient } if recipient.is_zero() => {
            format!("{} lets nobody send its rewards", account(owner))
        }
        A::SetRecipient { owner, recipient } => {
            format!("{} lets anybody send its rewards to {}", account(owner), account(recipient))
        }
        _ => return None,
    })
}

fn slash(action: &Action) -> String {
    use Action as A;
    let of = |id: OperatorSetId, who, strategy| {
        format!("{} of {} for {}", token(strategy), operator(who), set(id))
    };
    match *action {
        A::Slash { by, set: id, operator: who, ref fractions } => {
            let part = |(strategy, wad): &(Strategy, palisade_model::Wad)| {
                format!("{} of {}", fraction(wad.0), token(*strategy))
            };
            let parts: Vec<_> = fractions.iter().map(part).collect();
            let parts = if parts.is_empty() { "nothing".to_owned() } else { parts.join(" and ") };
            format!("{} slashes {parts} of {} for {}", account(by), operator(who), set(id))
        }
        A::ProposeSlash { by, set: id, operator: who, strategy, wad } => {
            let of = of(id, who, strategy);
            format!("{} proposes to slash {} of {of}", account(by), fraction(wad.0))
        }
        A::CancelSlash { by, set: id, operator: who, strategy } => {
            format!("{} cancels the slash of {}", account(by), of(id, who, strategy))
        }
        A::ExecuteSlash { by, set: id, operator: who, strategy } => {
            format!("{} executes the slash of {}", account(by), of(id, who, strategy))
        }
        A::Settle { by, operator: who, set: id, strategy } => {
            format!("{} settles the allocation of {}", account(by), of(id, who, strategy))
        }
        ref other => format!("{other:?}"),
    }
}

fn terms(terms: &Terms) -> String {
    let to = match terms.recipient {
        Recipient::Account(recipient) => format!("to {}", account(recipient)),
        Recipient::Burn => "burned".to_owned(),
    };
    let slasher = account(terms.slasher);
    let cap = fraction(terms.cap.0);
    let window = (terms.window > 0).then(|| format!(", window {} s", terms.window));
    let resolver = terms.resolver.map(|resolver| format!(", resolver {}", account(resolver)));
    let registrar = terms.registrar.map(|registrar| format!(", registrar {}", account(registrar)));
    let others: String = [window, resolver, registrar].into_iter().flatten().collect();
    format!("{slasher} slashes at most {cap} an epoch, {to}{others}")
}

fn tokens(strategies: &[Strategy]) -> String {
    let named: Vec<_> = strategies.iter().map(|strategy| token(*strategy)).collect();
    if named.is_empty() { "no token".to_owned() } else { named.join(", ") }
}

/// For whom, where that is not who acts.
fn whose(by: Account, owner: Account) -> String {
    if by == owner { String::new() } else { format!(" for {}", account(owner)) }
}

/// To whom, where that is not the owner.
fn sent(owner: Account, receiver: Account) -> String {
    if receiver == owner { String::new() } else { format!(", paid to {}", account(receiver)) }
}

fn least(least: u128, unit: &str) -> String {
    if least == 0 { String::new() } else { format!(", at least {} {unit}", number(least)) }
}

/// A number; the largest of the model stands for the largest of the chain.
fn number(number: u128) -> String {
    if number == u128::MAX { "2^256 - 1".to_owned() } else { number.to_string() }
}

/// A timestamp as an epoch and the seconds since its start.
fn time(timestamp: u64) -> String {
    match timestamp.checked_sub(ORIGIN) {
        _ if timestamp == u64::MAX => "2^256 - 1".to_owned(),
        None => format!("timestamp {timestamp}"),
        Some(since) => {
            format!("epoch {} + {} s", 1 + since / EPOCH_LENGTH, since % EPOCH_LENGTH)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use palisade_model::{ActionKind, Epoch, Magnitude, Operator, PoolId};

    use super::*;
    use crate::{
        Result, World,
        story::{INSTANT, OPERATOR, STAKER, story},
        world::{OPERATORS, RESOLVER, STRANGER, TREASURY},
    };

    /// What the story leaves out, and who acts for others.
    fn others(world: &World) -> Vec<(Action, &'static str)> {
        use Action as A;
        let (by, strategy, set) = (STRANGER, world.tokens[1], INSTANT);
        let (operator, owner) = (OPERATOR, STAKER);
        let pool = PoolId { operator, strategy, generation: 2 };
        let idle = PoolId { operator: Operator::IDLE, strategy, generation: 0 };
        let strategies = vec![strategy];
        vec![
            (A::RemoveApprover { operator }, "operator 1 removes its approver"),
            (A::Close { operator }, "operator 1 closes"),
            (
                A::Deposit {
                    from: by,
                    strategy,
                    operator,
                    assets: u128::MAX,
                    min_shares: 7,
                    receiver: owner,
                },
                "stranger deposits 2^256 - 1 of token 1 to operator 1 for staker 1, at least 7 shares",
            ),
            (
                A::Withdraw { by: owner, owner, pool: idle, shares: 5, receiver: TREASURY },
                "staker 1 withdraws 5 shares of idle/token 1, paid to treasury",
            ),
            (
                A::Delegate { by, owner, pool: idle, shares: 5, to: operator, min_shares: 0 },
                "stranger delegates 5 shares of idle/token 1 to operator 1 for staker 1",
            ),
            (
                A::Redelegate { by, owner, pool, epoch: Epoch(3), to: operator, min_shares: 1 },
                "stranger redelegates the exit of epoch 3 from operator 1/token 1/2 to operator 1 \
                 for staker 1, at least 1 shares",
            ),
            (
                A::CollectCredit { by, owner, strategy, receiver: by },
                "stranger collects the credit in token 1 for staker 1, paid to stranger",
            ),
            (
                A::SetMetadata { by, avs: set.avs, uri: "a\nb".into() },
                "stranger describes service 1 at \"a\\nb\"",
            ),
            (A::AddStrategy { by, set, strategy }, "stranger adds token 1 to set 1 of service 1"),
            (
                A::RemoveStrategy { by, set, strategy },
                "stranger removes token 1 from set 1 of service 1",
            ),
            (
                A::Leave { by, operator, set, strategies: vec![] },
                "stranger leaves set 1 of service 1 for operator 1, naming no token",
            ),
            (
                A::Eject { by, operator, set, strategies },
                "stranger ejects operator 1 from set 1 of service 1, naming token 1",
            ),
            (
                A::Renew { by, operator, strategy },
                "stranger renews the pool of token 1 for operator 1",
            ),
            (
                A::CancelSlash { by: RESOLVER, set, operator, strategy },
                "resolver cancels the slash of token 1 of operator 1 for set 1 of service 1",
            ),
            (
                A::Settle { by, operator, set, strategy },
                "stranger settles the allocation of token 1 of operator 1 for set 1 of service 1",
            ),
        ]
    }

    #[test]
    fn every_kind_of_action_is_told_in_words() -> Result<()> {
        let world = World::new()?;
        let others = others(&world);
        let mut kinds = BTreeSet::new();
        for action in story(&world).iter().chain(others.iter().map(|(action, _)| action)) {
            kinds.insert(action.kind());
            let told = tell(action);
            assert!(!told.contains(['{', '\n']), "{told}");
            assert!(!told.contains("0x"), "{told}");
        }
        assert_eq!(kinds, ActionKind::ALL.iter().copied().collect());
        for (action, expected) in others {
            assert_eq!(tell(&action), expected);
        }
        Ok(())
    }

    #[test]
    fn what_came_of_it_is_told_in_words() -> Result<()> {
        let strategy = World::new()?.tokens[1];
        let id = PoolId { operator: OPERATORS[0], strategy, generation: 0 };
        let slash = |exits, delivery, ended_generation| Slashed {
            pool: id,
            magnitude: Magnitude(1),
            assets: Parts { pool: 7, exits },
            delivery,
            ended_generation,
        };
        let slashes = vec![
            slash([2, 3], Delivery::Sent(TREASURY), false),
            slash([0, 0], Delivery::Burned, true),
            slash([0, 0], Delivery::Nothing, false),
        ];
        let queued =
            QueuedExit { pool: id, epoch: Epoch(4), assets: 5, bucket_shares: U256::from(6) };
        for (told, expected) in [
            (Outcome::Queued(queued), "5 leave the pool, for 6 shares of its exits of epoch 4"),
            (
                Outcome::Slashed(slashes),
                "7 of operator 1/token 1, 2 and 3 of its exits of the next two epochs, to treasury; \
                 7 of operator 1/token 1, 0 and 0 of its exits of the next two epochs, burned; its generation ends; \
                 nothing of operator 1/token 1",
            ),
            (Outcome::Left(vec![(strategy, Epoch(9))]), "token 1: from epoch 9 on"),
            (Outcome::Claimed(vec![Some(3), None]), "3 paid out; nothing to do"),
            (Outcome::Collected(Vec::new()), "nothing"),
        ] {
            assert_eq!(outcome(&told), expected);
        }
        Ok(())
    }

    #[test]
    fn time_is_told_in_epochs() {
        assert_eq!(time(ORIGIN + EPOCH_LENGTH + 5), "epoch 2 + 5 s");
        assert_eq!(time(7), "timestamp 7");
        assert_eq!(time(u64::MAX), "2^256 - 1");
    }
}
