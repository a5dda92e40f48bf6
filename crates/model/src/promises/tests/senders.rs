//! Who acts, and what changes by an action that is about it only.

use super::*;
use crate::{Admission, Function, Proposal, U256};

const ANYBODY: Account = Account::from_u64(7);
const OTHER: Strategy = Strategy::from_u64(11);
/// Has never opened.
const EAST: Operator = Operator::from_u64(22);

/// An action by whoever is asked for.
type Sent = Box<dyn Fn(Account) -> Action>;

/// A state, whose action it is, and the action.
type Case = (Model, Account, Sent);

/// A change that no action makes.
type Forge = fn(&mut Model);

/// [`world`] in epoch 4: Alice has stake, idle and not, a ripe exit and a credit; the court has proposed.
fn lively() -> Result<(Model, Epoch)> {
    let mut model = world()?;
    model.register_operator(EAST, None)?;
    let epoch = model.queue_withdrawal(ALICE, ALICE, POOL, 300, 0)?.epoch;
    model.advance_to(model.clock().start_of(epoch))?;
    model.apply(&propose())?;
    model.vault.credits.insert((TOKEN, ALICE), 40);
    *model.tokens.vault.entry(TOKEN).or_default() += 40;
    *model.tokens.supply.entry(TOKEN).or_default() += 40;
    assert_eq!(model.check(), Ok(()));
    Ok((model, epoch))
}

/// What an owner does, or whom it lets.
fn owned() -> Result<Vec<Case>> {
    let (model, epoch) = lively()?;
    let (owner, pool, receiver, to) = (ALICE, POOL, BOB, NORTH);
    let (shares, min_shares, min_assets) = (10, 0, 0);
    let through = Epoch(0);
    let cases: Vec<Sent> = vec![
        Box::new(move |by| Action::Withdraw { by, owner, pool: IDLE, shares, receiver }),
        Box::new(move |by| Action::Delegate { by, owner, pool: IDLE, shares, to, min_shares }),
        Box::new(move |by| Action::QueueWithdrawal { by, owner, pool, shares, min_assets }),
        Box::new(move |by| Action::CompleteWithdrawal { by, owner, pool, epoch, receiver }),
        Box::new(move |by| Action::Redelegate { by, owner, pool, epoch, to, min_shares }),
        Box::new(move |by| Action::Transfer { by, from: owner, to: BOB, pool, amount: 10 }),
        Box::new(move |by| Action::CollectCredit { by, owner, strategy: TOKEN, receiver }),
        Box::new(move |by| Action::ClaimRewards { by, owner, receiver, through, claims: vec![] }),
    ];
    let mut cases: Vec<Case> = cases.into_iter().map(|sent| (model.clone(), ALICE, sent)).collect();
    cases.push((
        model,
        NORTH.account(),
        Box::new(move |by| Action::CollectCommission {
            by,
            operator: NORTH,
            receiver,
            tokens: vec![],
        }),
    ));
    Ok(cases)
}

/// What a service and an operator do, or whom they appoint.
fn appointed() -> Result<Vec<Case>> {
    let (model, _) = lively()?;
    let (avs, set, operator, strategy) = (ORACLE.avs, ORACLE, NORTH, TOKEN);
    let terms = model.operator_set(set)?.terms;
    let created = OperatorSetId { avs, id: 9 };
    let strategies = || vec![TOKEN];
    let target = Magnitude(QUARTER.0 / 2);
    let of_service: Vec<Sent> = vec![
        Box::new(move |by| Action::SetMetadata { by, avs, uri: String::new() }),
        Box::new(move |by| Action::CreateOperatorSet {
            by,
            set: created,
            terms,
            strategies: strategies(),
        }),
        Box::new(move |by| Action::AddStrategy { by, set, strategy: OTHER }),
        Box::new(move |by| Action::RemoveStrategy { by, set, strategy }),
        Box::new(move |by| Action::Retire { by, set }),
        Box::new(move |by| Action::Eject { by, operator, set, strategies: strategies() }),
    ];
    let of_operator: Vec<Sent> = vec![
        Box::new(move |by| Action::Allocate { by, operator, set, strategy, target }),
        Box::new(move |by| Action::Leave { by, operator, set, strategies: strategies() }),
    ];
    let of = |account: Account, all: Vec<Sent>| -> Vec<Case> {
        all.into_iter().map(|sent| (model.clone(), account, sent)).collect()
    };
    let mut cases = of(avs, of_service);
    cases.extend(of(NORTH.account(), of_operator));
    let east = EAST.account();
    cases.push((model.clone(), east, Box::new(move |by| Action::Join { by, operator: EAST, set })));
    cases.push((
        worn()?.0,
        NORTH.account(),
        Box::new(move |by| Action::Renew { by, operator, strategy }),
    ));
    Ok(cases)
}

/// What is one account's alone.
fn own() -> Result<Vec<Case>> {
    let (model, _) = lively()?;
    let (operator, strategy) = (NORTH, TOKEN);
    let fresh = world()?;
    let again = |by| match propose() {
        Action::ProposeSlash { set, operator, strategy, wad, .. } => {
            Action::ProposeSlash { by, set, operator, strategy, wad }
        }
        other => other,
    };
    let (staker, deadline, signed) = (ALICE, 1_000, None);
    Ok(vec![
        (
            model.clone(),
            SLASHER,
            Box::new(move |by| Action::Slash {
                by,
                set: ORACLE,
                operator,
                fractions: vec![(TOKEN, Wad(HALF.0))],
            }),
        ),
        (fresh, SLASHER, Box::new(again)),
        (
            model.clone(),
            SLASHER,
            Box::new(move |by| Action::CancelSlash { by, set: COURT, operator, strategy }),
        ),
        (
            model,
            WARDEN,
            Box::new(move |by| Action::Admit { by, operator: GATED, staker, deadline, signed }),
        ),
    ])
}

/// Everything that an account can let anybody do.
fn let_all(model: &mut Model) {
    for account in [ALICE, NORTH.account(), EAST.account(), ORACLE.avs] {
        model.set_operator(account, ANYBODY, true);
        for &function in Function::ALL {
            model.appoint(account, ANYBODY, function, true);
        }
    }
}

#[test]
fn nobody_acts_for_who_does_not_let_it() -> Result<()> {
    let lent = owned()?.into_iter().chain(appointed()?).map(|case| (case, true));
    for ((mut model, account, sent), lent) in lent.chain(own()?.into_iter().map(|it| (it, false))) {
        let action = sent(account);
        let mut after = model.clone();
        let outcome = after.apply(&action);
        assert!(outcome.is_ok(), "{action:?}: {outcome:?}");
        assert_eq!(observed(&model, &after, &action, &outcome), None, "{action:?}");
        let stolen = sent(ANYBODY);
        let sender = Some(Broken::Sender { by: ANYBODY, account });
        assert_eq!(observed(&model, &after, &stolen, &outcome), sender, "{stolen:?}");
        let_all(&mut model);
        let_all(&mut after);
        let found = observed(&model, &after, &stolen, &outcome);
        assert_eq!(found, sender.filter(|_| !lent), "{stolen:?}");
    }
    Ok(())
}

#[test]
fn resolver_cancels_and_a_signed_approval_is_anybodys_to_hand_in() -> Result<()> {
    let (model, _) = lively()?;
    let cancel = Action::CancelSlash { by: WARDEN, set: COURT, operator: NORTH, strategy: TOKEN };
    assert_eq!(caught(&model, &cancel, |_, _| {}), None);

    let (operator, staker, deadline) = (GATED, ALICE, model.clock().now());
    let approval = crate::Approval { signer: WARDEN, operator, staker, nonce: 0, deadline };
    let admit = |signed| Action::Admit { by: ANYBODY, operator, staker, deadline, signed };
    let signed = admit(Some(approval));
    assert_eq!(caught(&model, &signed, |_, _| {}), None);
    let mut after = model.clone();
    let outcome = after.apply(&signed);
    let sender = Some(Broken::Sender { by: ANYBODY, account: WARDEN });
    for forged in [
        None,
        Some(crate::Approval { nonce: 1, ..approval }),
        Some(crate::Approval { operator: NORTH, ..approval }),
        Some(crate::Approval { signer: ANYBODY, ..approval }),
    ] {
        assert_eq!(observed(&model, &after, &admit(forged), &outcome), sender, "{forged:?}");
    }
    Ok(())
}

#[test]
fn spender_moves_what_it_may_and_uses_that_up() -> Result<()> {
    let mut model = world()?;
    let transfer = Action::Transfer { by: ANYBODY, from: ALICE, to: BOB, pool: POOL, amount: 10 };
    let allow = |model: &mut Model, amount: u64| {
        model.approve(ALICE, ANYBODY, POOL, U256::from(amount));
    };
    let right = Some(Broken::Right { book: "allowances" });
    allow(&mut model, 12);
    assert_eq!(caught(&model, &transfer, |model, _| allow(model, 12)), right);
    assert_eq!(caught(&model, &transfer, |model, _| allow(model, 1)), right);
    let mut after = model.clone();
    let outcome = after.apply(&transfer);
    allow(&mut model, 9);
    let found = observed(&model, &after, &transfer, &outcome);
    assert_eq!(found, Some(Broken::Sender { by: ANYBODY, account: ALICE }));
    // Without end, it is not used up.
    model.approve(ALICE, ANYBODY, POOL, U256::MAX);
    assert_eq!(caught(&model, &transfer, |model, _| allow(model, 0)), right);
    Ok(())
}

#[test]
fn rights_change_by_their_own_action() -> Result<()> {
    let (model, _) = lively()?;
    let key = (COURT, NORTH, TOKEN);
    let forged: [(&str, Forge); 9] = [
        ("operators of owners", |model| model.set_operator(ALICE, ANYBODY, true)),
        ("appointments", |model| model.appoint(ALICE, ANYBODY, Function::Retire, true)),
        ("allowances", |model| model.approve(ALICE, ANYBODY, POOL, U256::MAX)),
        ("operators", |model| {
            model.vault.operators.entry(NORTH).and_modify(|state| state.has_opened = false);
        }),
        ("admissions", |model| {
            let admission = Admission { nonce: 1, deadline: Some(1_000) };
            model.vault.admissions.insert((GATED, ALICE), admission);
        }),
        ("members", |model| {
            model.allocations.members.remove(&(BRIDGE, NORTH));
        }),
        ("accepted strategies", |model| {
            model.allocations.sets.entry(ORACLE).and_modify(|set| {
                set.strategies.clear();
            });
        }),
        ("proposals", |model| model.allocations.proposals.clear()),
        ("contests", |model| model.allocations.contested.clear()),
    ];
    for (book, forge) in forged {
        let found = caught(&model, &nothing(), |model, _| forge(model));
        assert_eq!(found, Some(Broken::Right { book }));
        // Nor does an action that is refused.
        let mut after = model.clone();
        forge(&mut after);
        let refused = Err(ModelError::SlashesNothing);
        let found = observed(&model, &after, &nothing(), &refused);
        assert_eq!(found, Some(Broken::Trace { book }));
    }
    let cancel = Action::CancelSlash { by: SLASHER, set: COURT, operator: NORTH, strategy: TOKEN };
    let found = caught(&model, &cancel, |model, _| {
        model.allocations.proposals.insert((ORACLE, NORTH, TOKEN), proposal_of(model, key));
    });
    assert_eq!(found, Some(Broken::Right { book: "proposals" }));
    Ok(())
}

fn proposal_of(model: &Model, key: (OperatorSetId, Operator, Strategy)) -> Proposal {
    let (generation, wad) = (model.pool_id(key.1, key.2).generation, Wad(1));
    Proposal { generation, magnitude: HALF, wad, executable_from: 0, lapses_at: 0 }
}

#[test]
fn rights_become_what_their_action_says() -> Result<()> {
    let (model, _) = lively()?;
    let (owner, spender) = (ALICE, ANYBODY);
    let account = ORACLE.avs;
    let function = Function::Retire;
    for allowed in [true, false] {
        let set = Action::SetOperator { owner, spender, approved: allowed };
        let found = caught(&model, &set, |model, _| model.set_operator(owner, spender, !allowed));
        assert_eq!(found, Some(Broken::Right { book: "operators of owners" }));
        let appoint = Action::Appoint { account, appointee: ANYBODY, function, allowed };
        let found = caught(&model, &appoint, |model, _| {
            model.appoint(account, ANYBODY, function, !allowed);
        });
        assert_eq!(found, Some(Broken::Right { book: "appointments" }));
    }
    let approve = Action::Approve { owner, spender, pool: POOL, amount: U256::from(5) };
    let found = caught(&model, &approve, |model, _| {
        model.approve(owner, spender, POOL, U256::from(6));
    });
    assert_eq!(found, Some(Broken::Right { book: "allowances" }));
    // At once, and not from the next epoch on.
    let now = model.epoch();
    let found = caught(&model, &Action::Open { operator: EAST }, |model, _| {
        model.vault.operators.entry(EAST).and_modify(|state| state.admits_from = Some(now));
    });
    assert_eq!(found, Some(Broken::Right { book: "operators" }));
    // An approval that counts again.
    let (by, operator, staker, deadline, signed) = (WARDEN, GATED, ALICE, 1_000, None);
    let admit = Action::Admit { by, operator, staker, deadline, signed };
    let found = caught(&model, &admit, |model, _| {
        model.vault.admissions.entry((GATED, ALICE)).and_modify(|it| it.nonce = 0);
    });
    assert_eq!(found, Some(Broken::Right { book: "admissions" }));
    Ok(())
}

#[test]
fn p1_tokens_that_were_made_or_lost_on_the_way() -> Result<()> {
    let (model, _) = lively()?;
    let forged: [Forge; 3] = [
        |model| *model.tokens.unasked.entry(TOKEN).or_default() += 1,
        |model| *model.tokens.burned.entry(TOKEN).or_default() += 1,
        |model| *model.tokens.supply.entry(TOKEN).or_default() += 1,
    ];
    let donate = Action::Donate { strategy: TOKEN, from: ALICE, amount: 5 };
    for action in [nothing(), donate, queue(10), slash(ORACLE, HALF)] {
        for forge in forged {
            let found = caught(&model, &action, |model, _| forge(model));
            assert_eq!(found, Some(Broken::Tokens { strategy: TOKEN }), "{action:?}");
        }
    }
    Ok(())
}

#[test]
fn p5_stake_that_is_not_admitted_yet() -> Result<()> {
    let (mut model, _) = lively()?;
    let (from, strategy, receiver) = (ALICE, TOKEN, ALICE);
    let deposit =
        Action::Deposit { from, strategy, operator: NORTH, assets: 10, min_shares: 0, receiver };
    let mut after = model.clone();
    let outcome = after.apply(&deposit);
    let next = model.epoch().plus(1);
    for from in [None, Some(next)] {
        for model in [&mut model, &mut after] {
            model.vault.operators.entry(NORTH).and_modify(|state| state.admits_from = from);
        }
        let found = observed(&model, &after, &deposit, &outcome);
        assert_eq!(found, Some(Broken::Closed { operator: NORTH }));
    }
    Ok(())
}
