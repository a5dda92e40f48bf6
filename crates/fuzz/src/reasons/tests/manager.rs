//! What the allocation manager refuses, played on both sides.

use palisade_model::{
    Account, Action, Function, Magnitude, OperatorSetId, Recipient, Strategy, Terms, Wad,
};

use crate::{
    game::*,
    world::{EPOCH_LENGTH, OPERATORS, RESOLVER, SERVICES, STRANGER},
};

pub(super) const HISTORIES: [fn() -> Game; 6] =
    [roles, terms, memberships, allocations, slashes, proposals];

fn roles() -> Game {
    let mut game = Game::staked();
    let (token, by) = (game.token(0), STRANGER);
    let strategies = vec![token];
    let (set, operator, avs, strategy) = (INSTANT, OPERATOR, SERVICE, token);
    // Of one function, not of another; and of this account, not of another.
    let (account, function) = (SERVICES[1], Function::Retire);
    game.does(Action::Appoint { account, appointee: by, function, allowed: true });
    let (account, function) = (OPERATOR.account(), Function::Leave);
    game.does(Action::Appoint { account, appointee: by, function, allowed: true });
    for action in [
        Action::SetMetadata { by, avs, uri: String::new() },
        Action::CreateOperatorSet { by, set, terms: instant(), strategies: strategies.clone() },
        Action::AddStrategy { by, set, strategy },
        Action::RemoveStrategy { by, set, strategy },
        Action::Retire { by, set },
        Action::Eject { by, operator, set, strategies: strategies.clone() },
        Action::Join { by, operator, set },
        Action::Leave { by: BOB, operator, set, strategies },
        Action::Renew { by, operator, strategy },
        Action::Allocate { by, operator, set, strategy, target: Magnitude(1) },
    ] {
        game.refuses(action, "NotAuthorized");
    }
    game
}

fn terms() -> Game {
    let mut game = Game::staked();
    let (token, more) = (game.token(0), game.token(1));
    let new = OperatorSetId { avs: SERVICE, id: 3 };
    game.refuses(create(INSTANT, instant(), &[]), "SetExists");
    let nobody = Account::default();
    let vault = Account(game.world.vault.into_array());
    let window = EPOCH_LENGTH / 2 + 1;
    for (terms, name) in [
        (Terms { slasher: nobody, ..instant() }, "NoSlasher"),
        (Terms { cap: Wad(0), ..instant() }, "BadCap"),
        (Terms { cap: Wad(ONE + 1), ..instant() }, "BadCap"),
        (Terms { cap: Wad(u64::MAX), ..instant() }, "BadCap"),
        (Terms { window, ..instant() }, "WindowTooLong"),
        (Terms { window: u64::MAX, ..instant() }, "WindowTooLong"),
    ] {
        game.refuses(create(new, terms, &[token]), name);
    }
    // The model knows no account that is the vault; it refuses this for the strategies.
    let into_vault = Terms { recipient: Recipient::Account(vault), ..instant() };
    game.refuses(create(new, into_vault, &[token, token]), "BadRecipient");
    let zero = Strategy::default();
    game.refuses(create(new, instant(), &[token, more, token]), "StrategyUnchanged");
    game.refuses(create(new, instant(), &[token, zero]), "StrategyNotAccepted");
    let add = |set: OperatorSetId, strategy| Action::AddStrategy { by: set.avs, set, strategy };
    let remove =
        |set: OperatorSetId, strategy| Action::RemoveStrategy { by: set.avs, set, strategy };
    game.refuses(add(new, token), "NoSuchSet");
    game.refuses(remove(new, token), "StrategyUnchanged");
    game.refuses(add(INSTANT, token), "StrategyUnchanged");
    game.refuses(add(INSTANT, zero), "StrategyNotAccepted");
    game.refuses(remove(INSTANT, more), "StrategyUnchanged");
    game.refuses(remove(INSTANT, zero), "StrategyNotAccepted");
    let retire = |set| Action::Retire { by: SERVICE, set };
    game.refuses(retire(new), "NoSuchSet");
    game.does(retire(INSTANT));
    game.refuses(retire(INSTANT), "SetRetired");
    game.refuses(add(INSTANT, more), "SetRetired");
    game.refuses(join(OTHER, INSTANT), "SetRetired");
    game.refuses(allocate(OPERATOR, INSTANT, token, 0), "SetRetired");
    game.refuses(slash(&[(token, 1)]), "SetRetired");
    game.does(retire(SLOW));
    game.refuses(propose(token, 1), "SetRetired");
    // A retired set has no slasher.
    game.refuses(cancel(SLASHER, token), "NotResolver");
    game.refuses(cancel(RESOLVER, token), "NoProposal");
    game
}

fn memberships() -> Game {
    let mut game = Game::staked();
    let token = game.token(0);
    let more = game.token(1);
    game.refuses(join(OPERATOR, INSTANT), "AlreadyMember");
    game.refuses(join(OTHER, INSTANT), "NotAnOperator");
    game.refuses(join(OTHER, OperatorSetId { id: 3, ..INSTANT }), "NoSuchSet");
    game.refuses(leave(OTHER, INSTANT, &[]), "NotMember");
    game.refuses(eject(OTHER, INSTANT, &[token]), "NotMember");
    game.refuses(leave(OPERATOR, INSTANT, &[]), "AllocationsUnnamed");
    game.refuses(eject(OPERATOR, INSTANT, &[more]), "AllocationsUnnamed");
    let mut named = [token, more];
    named.sort();
    named.reverse();
    game.refuses(leave(OPERATOR, INSTANT, &named), "StrategiesNotAscending");
    game.refuses(eject(OPERATOR, INSTANT, &[token, token]), "StrategiesNotAscending");
    game.does(allocate(OPERATOR, INSTANT, token, ONE / 4));
    game.refuses(leave(OPERATOR, INSTANT, &[token]), "LoweringPending");
    game.does(eject(OPERATOR, INSTANT, &[token]));
    game.refuses(join(OPERATOR, INSTANT), "AllocationsRemain");
    game.refuses(settle(OPERATOR, INSTANT, token), "NothingToSettle");
    game.refuses(settle(OTHER, INSTANT, more), "NothingToSettle");
    game
}

fn allocations() -> Game {
    let mut game = Game::staked();
    let (token, more) = (game.token(0), game.token(1));
    game.does(register(OTHER, None));
    let mut refuses = |operator, token, target, name| {
        game.refuses(allocate(operator, INSTANT, token, target), name);
    };
    refuses(OPERATOR, token, ONE + 1, "MagnitudeTooLarge");
    refuses(OPERATOR, token, u64::MAX, "MagnitudeTooLarge");
    refuses(OPERATOR, token, 999_999_999, "MagnitudeTooSmall");
    refuses(OPERATOR, token, ONE / 2, "MagnitudeUnchanged");
    refuses(OPERATOR, token, ONE / 2 + 1, "CeilingExceeded");
    refuses(OPERATOR, more, ONE, "StrategyNotAccepted");
    refuses(OTHER, token, ONE, "NotMember");
    refuses(OPERATORS[2], token, ONE, "NotMember");
    refuses(OPERATORS[2], token, 0, "MagnitudeUnchanged");
    let unknown = OperatorSetId { id: 3, ..INSTANT };
    game.refuses(allocate(OPERATOR, unknown, token, ONE), "NoSuchSet");
    // What another set has given back counts until it is settled.
    game.does(allocate(OPERATOR, SLOW, token, ONE / 4));
    game.refuses(allocate(OPERATOR, SLOW, token, ONE / 3), "LoweringPending");
    game.pass(2);
    game.refuses(allocate(OPERATOR, INSTANT, token, ONE / 2 + 5), "CeilingExceeded");
    // Its own does not.
    game.refuses(allocate(OPERATOR, SLOW, token, ONE / 2 + 7), "CeilingExceeded");
    game.does(slash(&[(token, ONE / 3)]));
    game.refuses(allocate(OPERATOR, SLOW, token, ONE), "CeilingExceeded");
    game
}

fn slashes() -> Game {
    let mut game = Game::staked();
    let (token, more) = (game.token(0), game.token(1));
    let mut fractions = [(token, ONE / 10), (more, ONE)];
    fractions.sort();
    let by = |by, set, fractions: &[(Strategy, u64)]| {
        let fractions = fractions.iter().map(|(strategy, wad)| (*strategy, Wad(*wad))).collect();
        Action::Slash { by, set, operator: OPERATOR, fractions }
    };
    let unknown = OperatorSetId { id: 3, ..INSTANT };
    game.refuses(by(SLASHER, unknown, &fractions), "NoSuchSet");
    game.refuses(by(BOB, INSTANT, &fractions), "NotSlasher");
    game.refuses(by(SLASHER, SLOW, &fractions), "SlashMustBeProposed");
    game.refuses(slash(&[(token, ONE + 1)]), "BadFraction");
    game.refuses(slash(&[(token, u64::MAX)]), "BadFraction");
    game.refuses(slash(&[(token, 1), (token, 1)]), "StrategiesNotAscending");
    let [last, first] = fractions;
    game.refuses(slash(&[first, last]), "StrategiesNotAscending");
    game.refuses(slash(&[]), "NothingToSlash");
    game.refuses(slash(&[(token, 1)]), "NothingToSlash");
    game.refuses(slash(&[(more, ONE)]), "NothingToSlash");

    // A set with a cap of a fifth.
    let (set, cap) = (OperatorSetId { id: 3, ..INSTANT }, Wad(ONE / 5));
    game.does(allocate(OPERATOR, SLOW, token, 0));
    game.pass(2);
    game.does(settle(OPERATOR, SLOW, token));
    game.does(create(set, Terms { cap, ..instant() }, &[token]));
    game.does(join(OPERATOR, set));
    game.does(allocate(OPERATOR, set, token, ONE / 2));
    game.pass(3);
    game.refuses(by(SLASHER, set, &[(token, ONE / 5 + 10)]), "CapExceeded");
    game.does(by(SLASHER, set, &[(token, ONE / 7)]));
    game.refuses(by(SLASHER, set, &[(token, ONE / 7)]), "CapExceeded");
    let mut with = [(token, ONE / 7), (more, 7)];
    with.sort();
    game.refuses(by(SLASHER, set, &with), "CapExceeded");
    game
}

fn proposals() -> Game {
    let mut game = Game::staked();
    let (token, more) = (game.token(0), game.token(1));
    let by = |by, set, wad| Action::ProposeSlash {
        by,
        set,
        operator: OPERATOR,
        strategy: token,
        wad: Wad(wad),
    };
    let unknown = OperatorSetId { id: 3, ..INSTANT };
    game.refuses(by(SLASHER, unknown, 1), "NoSuchSet");
    game.refuses(by(BOB, SLOW, 1), "NotSlasher");
    game.refuses(by(SLASHER, INSTANT, 1), "SlashIsInstant");
    game.refuses(by(SLASHER, SLOW, ONE + 1), "FractionAboveCap");
    game.refuses(by(SLASHER, SLOW, u64::MAX), "FractionAboveCap");
    game.refuses(by(SLASHER, SLOW, 1), "NothingToSlash");
    game.refuses(propose(more, ONE), "NothingToSlash");
    game.refuses(execute(token), "NoProposal");
    game.refuses(cancel(BOB, token), "NotResolver");
    game.refuses(cancel(RESOLVER, token), "NoProposal");
    game.does(propose(token, ONE / 2));
    game.refuses(propose(token, ONE), "ProposalPending");
    game.refuses(cancel(BOB, token), "NotResolver");
    game.refuses(execute(token), "WindowOpen");
    game.wait(3_600);
    game.refuses(cancel(RESOLVER, token), "WindowOver");
    game.pass(2);
    game.refuses(execute(token), "NoProposal");
    // A fraction of which no token moves, and a pool that its stakers have left.
    game.does(propose(token, ONE / 10_000));
    game.wait(3_600);
    game.refuses(execute(token), "NothingToSlash");
    game.does(cancel(SLASHER, token));

    // Twice in an epoch, under a cap for one of them.
    let set = OperatorSetId { id: 4, ..SLOW };
    game.does(allocate(OPERATOR, INSTANT, token, 0));
    game.pass(2);
    game.does(settle(OPERATOR, INSTANT, token));
    game.does(create(set, Terms { cap: Wad(ONE / 4), ..slow() }, &[token]));
    game.does(join(OPERATOR, set));
    game.does(allocate(OPERATOR, set, token, ONE / 2));
    game.pass(3);
    let execute = Action::ExecuteSlash { by: BOB, set, operator: OPERATOR, strategy: token };
    game.does(by(SLASHER, set, ONE / 4));
    game.wait(3_600);
    game.does(execute.clone());
    game.does(by(SLASHER, set, ONE / 4));
    game.wait(3_600);
    game.refuses(execute, "CapExceeded");
    game
}
