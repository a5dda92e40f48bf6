//! A check can fail: for each equation a state that breaks it and nothing else, and the states next to it
//! that do not. No action leads to what is written here.

use super::{Check, Pools, REST, Scope, Sums};
use crate::{
    Account, Admission, Allocation, Budget, Epoch, LAST_DEADLINE, Magnitude, Model, Operator,
    OperatorSetId, OperatorState, Pausable, Pause, Pool, PoolId, Recipient, Result, SHORTEST_REST,
    Strategy, Terms, U256, Violation, Wad,
    history::History,
    model::Ceiling,
    pool::{Bucket, MAX_104, MAX_152},
};

const ALICE: Account = Account::from_u64(1);
const BOB: Account = Account::from_u64(2);
const SLASHER: Account = Account::from_u64(3);
const TOKEN: Strategy = Strategy::from_u64(10);
const OTHER: Strategy = Strategy::from_u64(11);
const NORTH: Operator = Operator::from_u64(20);
const SOUTH: Operator = Operator::from_u64(21);
const SET: OperatorSetId = OperatorSetId { avs: Account::from_u64(30), id: 1 };
const POOL: PoolId = PoolId { operator: NORTH, strategy: TOKEN, generation: 1 };
const ENDED: PoolId = PoolId { generation: 0, ..POOL };
const KEY: (OperatorSetId, Operator, Strategy) = (SET, NORTH, TOKEN);
const ALL: Pools = Pools(None);
const NOW: Epoch = Epoch(10);
/// The challenge window of [`SET`].
const WINDOW: u64 = 40;

/// Epoch 10, at its first instant; NORTH has opened and is a member of [`SET`], its pool is in
/// generation 1.
fn world() -> Result<Model> {
    let mut model = Model::new(0, 100)?;
    let recipient = Recipient::Burn;
    let (cap, conditions) = (Wad(Wad::ONE.0 / 2), [0; 32]);
    let (slasher, window, resolver, registrar) = (SLASHER, WINDOW, None, None);
    let terms = Terms { slasher, recipient, window, resolver, cap, conditions, registrar };
    model.create_operator_set(SET, terms, &[TOKEN])?;
    model.register_operator(NORTH, None)?;
    model.register_operator(SOUTH, None)?;
    model.join(NORTH, SET)?;
    model.open(NORTH)?;
    model.advance_to(900)?;
    model.vault.pools.insert((NORTH, TOKEN), Pool { generation: 1, ..Pool::default() });
    assert_eq!(model.check(), Ok(()));
    Ok(model)
}

fn pools(id: (Operator, Strategy)) -> Pools {
    Pools(Some(vec![id]))
}

/// The check holds of this state if it should, and else does not; and whoever asks of another pool
/// only does not hear of it.
#[track_caller]
fn assert_check(model: &Model, check: impl Fn(&Model, &Pools) -> Check, sound: bool, what: &str) {
    let found = check(model, &ALL);
    assert_eq!(found.is_ok(), sound, "{what}: {found:?}");
    assert_eq!(check(model, &pools((NORTH, TOKEN))), found, "{what}");
    for other in [(SOUTH, TOKEN), (NORTH, OTHER)] {
        assert_eq!(check(model, &pools(other)), Ok(()), "{what}, asked of {other:?}");
    }
}

#[test]
fn sums_are_by_key() {
    let mut sums = Sums::<u32, u32>::default();
    for (key, value) in [(1, 2), (5, 3), (1, 40), (7, 5), (5, 60)] {
        *sums.of(key) += value;
    }
    assert_eq!(sums.0, [(1, 42), (5, 63), (7, 5)]);
}

#[test]
fn tokens_are_what_is_owed_and_what_was_made() -> Result<()> {
    let mut model = world()?;
    model.mint(TOKEN, ALICE, 100)?;
    model.mint(OTHER, ALICE, 100)?;
    model.tokens.push(TOKEN, BOB, 0)?;
    // Of the 90 that the vault got: 40 in pools, 20 queued, 13 credited, 17 unasked.
    model.tokens.pull(TOKEN, ALICE, 90)?;
    model.tokens.burn(TOKEN, 0);
    let pool = |assets| Pool { assets, shares: 50, ..Pool::default() };
    model.vault.pools.insert((NORTH, TOKEN), pool(30));
    model.vault.pools.insert((SOUTH, TOKEN), pool(10));
    for (epoch, assets) in [(11, 15), (12, 5)] {
        model.vault.buckets.insert((POOL, Epoch(epoch)), Bucket { assets, shares: U256::MAX });
    }
    for (account, credit) in [(ALICE, 8), (BOB, 5)] {
        model.vault.credits.insert((TOKEN, account), credit);
    }
    model.tokens.unasked.insert(TOKEN, 17);
    assert_eq!(model.check_tokens(), Ok(()));

    let insolvent =
        |held, owed| Err(Violation::Solvency { strategy: TOKEN, held, owed, unasked: 17 });
    let mut less = model.clone();
    less.tokens.vault.insert(TOKEN, 89);
    assert_eq!(less.check_tokens(), insolvent(89, 73));
    let mut credited = model.clone();
    credited.vault.credits.insert((OTHER, BOB), 1);
    let (strategy, held, owed, unasked) = (OTHER, 0, 1, 0);
    let found = credited.check_tokens();
    assert_eq!(found, Err(Violation::Solvency { strategy, held, owed, unasked }));

    // 10 with Alice, 90 with the vault; and then 3 of the 10 burned.
    let mut made = model.clone();
    made.tokens.balances.insert((TOKEN, BOB), 1);
    let found = made.check_tokens();
    let accounted = 101;
    assert_eq!(found, Err(Violation::Supply { strategy: TOKEN, supply: 100, accounted }));
    model.tokens.balances.insert((TOKEN, ALICE), 7);
    model.tokens.burned.insert(TOKEN, 3);
    assert_eq!(model.check_tokens(), Ok(()));

    // Of a token that was never minted nothing can be owed.
    let never = Strategy::from_u64(12);
    model.vault.pools.insert((NORTH, never), pool(4));
    let (strategy, held, owed, unasked) = (never, 0, 4, 0);
    let found = model.check_tokens();
    assert_eq!(found, Err(Violation::Solvency { strategy, held, owed, unasked }));
    Ok(())
}

#[test]
fn pools_are_worth_no_more_than_their_shares() -> Result<()> {
    let mut model = world()?;
    let cases = [
        (0, 0, true),
        (5, 5, true),
        (4, 5, true),
        (1, MAX_104, true),
        (MAX_104, MAX_104, true),
        (6, 5, false),
        (0, 5, false),
        (5, 0, false),
        (MAX_104, MAX_104 + 1, false),
    ];
    for (assets, shares, sound) in cases {
        model.vault.pools.insert((NORTH, TOKEN), Pool { generation: 1, assets, shares });
        assert_check(&model, Model::check_pools, sound, &format!("{assets} of {shares}"));
    }
    Ok(())
}

#[test]
fn idle_pool_is_one_for_one_and_needs_nobody_to_open() -> Result<()> {
    let mut model = world()?;
    for (generation, assets, shares, sound) in
        [(0, 5, 5, true), (0, 0, 0, true), (0, 4, 5, false), (1, 5, 5, false)]
    {
        model.vault.pools.insert((Operator::IDLE, TOKEN), Pool { generation, assets, shares });
        let found = model.check_pools(&ALL);
        assert_eq!(found.is_ok(), sound, "{assets} of {shares} in {generation}: {found:?}");
    }
    Ok(())
}

#[test]
fn who_never_opened_has_no_stake() -> Result<()> {
    let mut model = world()?;
    model.vault.operators.insert(NORTH, OperatorState::default());
    assert_eq!(model.check_pools(&ALL), Ok(()));
    model.vault.pools.insert((NORTH, TOKEN), Pool { generation: 1, assets: 5, shares: 5 });
    let (operator, strategy, shares) = (NORTH, TOKEN, 5);
    let early = Violation::StakeBeforeOpening { operator, strategy, shares };
    assert_eq!(model.check_pools(&ALL), Err(early));
    Ok(())
}

/// A model with this bucket and the exits in it.
fn with_bucket(id: PoolId, epoch: u32, assets: u128, shares: U256, exit: bool) -> Result<Model> {
    let mut model = world()?;
    model.vault.buckets.insert((id, Epoch(epoch)), Bucket { assets, shares });
    if exit {
        // Two owners, if there is something to share.
        let one = U256::from(u8::from(shares > U256::from(1_u64)));
        model.vault.exits.insert((id, Epoch(epoch), BOB), one);
        model.vault.exits.insert((id, Epoch(epoch), ALICE), shares - one);
    }
    Ok(model)
}

#[test]
fn buckets_of_a_living_generation() -> Result<()> {
    let five = U256::from(5_u64);
    let cases = [
        (11, 4, five, true),
        (12, 5, five, true),
        (10, 5, five, true),
        (3, 4, five, true),
        (3, 0, U256::ZERO, true),
        (11, MAX_104, U256::from(MAX_104), true),
        (11, 5, MAX_152, true),
        (11, 6, five, false),
        (11, 0, five, false),
        (3, 0, five, false),
        (13, 4, five, false),
        (11, MAX_104 + 1, MAX_152, false),
        (11, 5, MAX_152 + U256::from(1_u64), false),
    ];
    for (epoch, assets, shares, sound) in cases {
        let model = with_bucket(POOL, epoch, assets, shares, true)?;
        let what = format!("{assets} of {shares} in {epoch}");
        assert_check(&model, Model::check_buckets, sound, &what);
    }
    // What is left of a generation is no bucket of one that lives.
    let model = with_bucket(POOL, REST.0, 4, five, false)?;
    assert_check(&model, Model::check_buckets, false, "rest of a living generation");
    Ok(())
}

#[test]
fn buckets_of_a_generation_that_a_slash_ended() -> Result<()> {
    let five = U256::from(5_u64);
    let cases = [
        (9, 4, five, true),
        (10, 4, five, true),
        (11, 0, five, true),
        (12, 0, five, true),
        (9, 0, five, true),
        (11, 0, U256::ZERO, true),
        (11, 4, five, false),
        (9, 6, five, false),
        (13, 0, five, false),
    ];
    for (epoch, assets, shares, sound) in cases {
        let model = with_bucket(ENDED, epoch, assets, shares, true)?;
        let what = format!("{assets} of {shares} in {epoch}");
        assert_check(&model, Model::check_buckets, sound, &what);
    }
    Ok(())
}

#[test]
fn buckets_of_a_generation_that_was_renewed() -> Result<()> {
    let five = U256::from(5_u64);
    for (assets, sound) in [(4, true), (5, true), (6, false), (0, false)] {
        let mut model = with_bucket(ENDED, REST.0, assets, five, false)?;
        assert_check(&model, Model::check_buckets, sound, &format!("{assets} left"));
        if sound {
            // Its exits keep their day, and what they are worth.
            model.vault.buckets.insert((ENDED, Epoch(12)), Bucket { assets: 3, shares: five });
            model.vault.exits.insert((ENDED, Epoch(12), ALICE), five);
            assert_check(&model, Model::check_buckets, true, "queued exits");
        }
    }
    Ok(())
}

#[test]
fn exits_sum_to_their_buckets() -> Result<()> {
    let five = U256::from(5_u64);
    let mut model = with_bucket(POOL, 11, 5, five, true)?;
    model.vault.exits.insert((POOL, Epoch(11), SLASHER), U256::from(1_u64));
    let (pool, epoch) = (POOL, Epoch(11));
    let found = model.check_buckets(&ALL);
    let exits = U256::from(6_u64);
    assert_eq!(found, Err(Violation::Exits { pool, epoch, exits, shares: five }));
    model.vault.buckets.clear();
    let found = model.check_buckets(&ALL);
    assert_eq!(found, Err(Violation::Exits { pool, epoch, exits, shares: U256::ZERO }));
    assert_check(&model, Model::check_buckets, false, "exits without a bucket");
    Ok(())
}

fn history(changes: &[(u32, u128)]) -> History {
    let mut history = History::default();
    for &(epoch, value) in changes {
        history.record(Epoch(epoch), value);
    }
    history
}

/// A generation with 3 of Alice and 4 of Bob since epoch 5, and 2 more of Bob in this one.
fn with_positions(id: PoolId) -> Result<Model> {
    let mut model = world()?;
    model.vault.positions.insert((id, ALICE), history(&[(5, 3)]));
    model.vault.positions.insert((id, BOB), history(&[(5, 4), (10, 6)]));
    model.vault.totals.insert(id, history(&[(5, 7), (10, 9)]));
    Ok(model)
}

#[test]
fn positions_sum_to_the_shares_of_their_stake() -> Result<()> {
    let mut model = with_positions(POOL)?;
    for (shares, sound) in [(9, true), (8, false), (10, false)] {
        model.vault.pools.insert((NORTH, TOKEN), Pool { generation: 1, assets: 1, shares });
        assert_check(&model, Model::check_positions, sound, &format!("{shares} in the pool"));
    }
    let mut model = with_positions(ENDED)?;
    assert_check(&model, Model::check_positions, true, "ended by a slash");
    for (shares, sound) in [(9_u64, true), (8, false)] {
        let rest = Bucket { assets: 1, shares: U256::from(shares) };
        model.vault.buckets.insert((ENDED, REST), rest);
        assert_check(&model, Model::check_positions, sound, &format!("{shares} left"));
    }
    Ok(())
}

#[test]
fn positions_sum_to_the_total_through_time() -> Result<()> {
    let mut model = with_positions(ENDED)?;
    let (pool, positions) = (ENDED, 9);
    model.vault.totals.insert(ENDED, history(&[(5, 7), (10, 8)]));
    let found = model.check_positions(&ALL);
    assert_eq!(found, Err(Violation::Positions { pool, positions, total: 8, shares: None }));
    model.vault.totals.insert(ENDED, history(&[(5, 6), (10, 9)]));
    let found = model.check_positions(&ALL);
    let (epoch, positions, total) = (NOW, 7, 6);
    assert_eq!(found, Err(Violation::HistoricPositions { pool, epoch, positions, total }));
    // The total of a pool of the current generation must be the pool's, also where positions agree.
    let mut model = with_positions(POOL)?;
    model.vault.pools.insert((NORTH, TOKEN), Pool { generation: 1, assets: 9, shares: 9 });
    model.vault.totals.insert(POOL, history(&[(5, 7), (10, 8)]));
    assert_check(&model, Model::check_positions, false, "another total");
    Ok(())
}

const fn allocation(current: u64, next: u64, effective: Option<Epoch>) -> Allocation {
    Allocation {
        generation: 1,
        current: Magnitude(current),
        next: Magnitude(next),
        effective,
        taken: Magnitude::ZERO,
        taken_in: Epoch(0),
    }
}

fn with_budget(left: u64, committed: u64, sides: &[u64]) -> Result<Model> {
    let mut model = world()?;
    let budget = Budget { left: Magnitude(left), committed: Magnitude(committed) };
    model.allocations.budgets.insert((NORTH, TOKEN), budget);
    for (id, &side) in (1..).zip(sides) {
        let set = OperatorSetId { id, ..SET };
        model.allocations.entries.insert((set, NORTH, TOKEN), allocation(side, side, None));
    }
    // Of another generation: it counts as nothing.
    let ended = Allocation { generation: 0, ..allocation(7, 7, None) };
    model.allocations.entries.insert((OperatorSetId { id: 99, ..SET }, NORTH, TOKEN), ended);
    Ok(model)
}

#[test]
fn budgets_count_the_sides_of_their_allocations() -> Result<()> {
    let whole = Magnitude::WHOLE.0;
    for (committed, sides, sound) in
        [(7, &[3, 4][..], true), (0, &[], true), (8, &[3, 4], false), (0, &[3], false)]
    {
        let model = with_budget(whole, committed, sides)?;
        let what = format!("{committed} committed, {sides:?}");
        assert_check(&model, Model::check_budgets, sound, &what);
    }
    let mut unwritten = with_budget(whole, 3, &[3])?;
    unwritten.allocations.budgets.clear();
    assert_check(&unwritten, Model::check_budgets, false, "no budget");
    let mut model = with_budget(whole, 5, &[])?;
    model.allocations.entries.insert(KEY, allocation(3, 5, Some(Epoch(12))));
    assert_check(&model, Model::check_budgets, true, "the larger side");
    Ok(())
}

#[test]
fn left_is_something_and_whole_where_nothing_is_committed() -> Result<()> {
    let whole = Magnitude::WHOLE.0;
    for (left, committed, sound) in [
        (whole, 0, true),
        (whole, whole, true),
        (1, 1, true),
        (5, 4, true),
        (0, 1, false),
        (whole + 1, 1, false),
        (whole + 1, 0, false),
        (5, 0, false),
    ] {
        let model = with_budget(left, committed, &[committed])?;
        let found = model.check_budgets(&ALL);
        if sound {
            assert_eq!(found, Ok(()));
        } else {
            assert!(matches!(found, Err(Violation::Left { .. })), "{left}, {committed}: {found:?}");
        }
    }
    Ok(())
}

#[test]
fn committed_is_within_a_ceiling_that_was_never_above_one() -> Result<()> {
    let mut model = with_budget(5, 6, &[6])?;
    let found = model.check_budgets(&ALL);
    assert!(matches!(found, Err(Violation::Degree { .. })), "{found:?}");
    let ceiling = Ceiling { now: Wad::ONE, highest: Wad(Wad::ONE.0 + 1) };
    model.ceilings.insert(TOKEN, ceiling);
    assert_eq!(model.check_budgets(&ALL), Ok(()));
    Ok(())
}

#[test]
fn allocations_change_with_their_notice() -> Result<()> {
    let whole = Magnitude::WHOLE.0;
    let mut model = world()?;
    let at = |epoch| Some(Epoch(epoch));
    let cases = [
        (0, 0, None, true),
        (5, 5, None, true),
        (whole, whole, None, true),
        (5, 3, at(12), true),
        (3, 5, at(13), true),
        (3, 5, at(2), true),
        (whole + 1, whole + 1, None, false),
        (5, whole + 1, at(12), false),
        (5, 3, None, false),
        (5, 5, at(12), false),
        (5, 3, at(13), false),
        (3, 5, at(14), false),
    ];
    for (current, next, effective, sound) in cases {
        let allocation = allocation(current, next, effective);
        model.allocations.entries.insert(KEY, allocation);
        assert_check(&model, Model::check_allocations, sound, &format!("{allocation:?}"));
    }
    Ok(())
}

/// An allocation of 40 of which slashes took this much in this epoch, of a pool with this much left
/// and committed.
fn with_taken(taken: u64, left: u64, committed: u64) -> Result<Model> {
    let mut model = with_budget(left, committed, &[])?;
    let slashed = Allocation { taken: Magnitude(taken), taken_in: NOW, ..allocation(40, 40, None) };
    model.allocations.entries.insert(KEY, slashed);
    Ok(model)
}

#[test]
fn slashes_of_an_epoch_are_within_the_cap() -> Result<()> {
    // The cap is a half.
    let whole = Magnitude::WHOLE.0;
    for (taken, left, committed, sound) in [
        (40, whole, 40, true),
        (41, whole, 40, false),
        (41, 40, 40, false),
        // Where more is committed than is left, another set may have taken first.
        (41, 39, 40, true),
    ] {
        let model = with_taken(taken, left, committed)?;
        let what = format!("{taken} taken of {left}, {committed} committed");
        assert_check(&model, Model::check_allocations, sound, &what);
    }
    // Those of another epoch do not count.
    let mut model = with_taken(41, whole, 40)?;
    model.allocations.entries.entry(KEY).or_default().taken_in = Epoch(9);
    assert_check(&model, Model::check_allocations, true, "an epoch later");
    Ok(())
}

#[test]
fn who_is_no_member_is_about_to_promise_nothing() -> Result<()> {
    let mut model = with_taken(0, Magnitude::WHOLE.0, 40)?;
    assert_check(&model, Model::check_allocations, true, "a member");
    model.allocations.members.clear();
    let found = model.check_allocations(&ALL);
    assert!(matches!(found, Err(Violation::Membership { .. })), "{found:?}");
    model.allocations.entries.insert(KEY, allocation(40, 0, Some(Epoch(12))));
    assert_check(&model, Model::check_allocations, true, "who left");
    Ok(())
}

#[test]
fn proposals_keep_their_rules() -> Result<()> {
    let mut model = world()?;
    model.allocate(NORTH, SET, TOKEN, Magnitude::WHOLE)?;
    model.advance_to(1_200)?;
    let wad = Wad(Wad::ONE.0 / 2);
    // At the first instant of epoch 13: it lapses two whole epochs later.
    let made = model.propose_slash(SLASHER, SET, NORTH, TOKEN, wad)?;
    assert_eq!((made.executable_from, made.lapses_at), (1_240, 1_400));
    assert_check(&model, Model::check_proposals, true, "as it was made");
    let forge: [(&str, Forge); 10] = [
        ("of nothing", |m| edit(m, |p| p.magnitude = Magnitude::ZERO)),
        ("of no fraction", |m| edit(m, |p| p.wad = Wad(0))),
        ("above the cap", |m| edit(m, |p| p.wad.0 += 1)),
        ("made later than now", |m| edit(m, |p| p.executable_from += 1)),
        ("lapses a second too late", |m| {
            edit(m, |p| p.lapses_at += 1);
            m.allocations.contested.insert(POOL, Epoch(16));
        }),
        ("lapses too late for the mark", |m| {
            m.allocations.contested.insert(POOL, Epoch(14));
        }),
        ("without a mark", |m| m.allocations.contested.clear()),
        ("lapses when it can be executed", |m| {
            window(m, 200);
            edit(m, |p| p.executable_from = p.lapses_at);
        }),
        ("of a set without a window", |m| {
            window(m, 0);
            edit(m, |p| p.executable_from = 1_200);
        }),
        ("of a set with another cap", |m| {
            if let Some(set) = m.allocations.sets.get_mut(&SET) {
                set.terms.cap.0 -= 1;
            }
        }),
    ];
    for (what, forge) in forge {
        let mut forged = model.clone();
        forge(&mut forged);
        assert_check(&forged, Model::check_proposals, false, what);
    }
    // Later in the epoch it lapses sooner after; and one that has lapsed is none.
    model.advance_to(1_299)?;
    assert_check(&model, Model::check_proposals, true, "later");
    edit(&mut model, |proposal| proposal.magnitude = Magnitude::ZERO);
    model.advance_to(1_400)?;
    assert_check(&model, Model::check_proposals, true, "lapsed");
    Ok(())
}

/// Writes what no action writes.
type Forge = fn(&mut Model);

fn edit(model: &mut Model, change: impl FnOnce(&mut crate::Proposal)) {
    model.allocations.proposals.entry(KEY).and_modify(change);
}

fn window(model: &mut Model, window: u64) {
    if let Some(set) = model.allocations.sets.get_mut(&SET) {
        set.terms.window = window;
    }
}

#[test]
fn admissions_were_approved() -> Result<()> {
    let mut model = world()?;
    let stranger = Operator::from_u64(29);
    for (operator, nonce, deadline, sound) in [
        (NORTH, 1, Some(LAST_DEADLINE), true),
        (NORTH, 2, None, true),
        (NORTH, 1, Some(LAST_DEADLINE + 1), false),
        (NORTH, 0, Some(5), false),
        (NORTH, 0, None, false),
        (stranger, 1, Some(5), false),
    ] {
        model.vault.admissions.clear();
        model.vault.admissions.insert((operator, ALICE), Admission { nonce, deadline });
        let found = model.check_admissions();
        assert_eq!(found.is_ok(), sound, "{operator}, {nonce}, {deadline:?}: {found:?}");
    }
    Ok(())
}

#[test]
fn pauses_rest_as_long_as_they_last() -> Result<()> {
    let mut model = world()?;
    let (now, longest) = (model.clock().now(), Pausable::Open.longest());
    for (until, rest, sound) in [
        (now + 10, SHORTEST_REST, true),
        (now + 7_200, 7_200, true),
        (now + longest, longest, true),
        (now - 800, longest, true),
        (now + 7_201, 7_200, false),
        (now + 10, SHORTEST_REST - 1, false),
        (now, longest + 1, false),
    ] {
        model.pauses.insert(Pausable::Open, Pause { until, rest_until: until + rest });
        let found = model.check_pauses();
        assert_eq!(found.is_ok(), sound, "until {until}, {rest} of rest: {found:?}");
    }
    model.pauses.insert(Pausable::Open, Pause { until: 5, rest_until: 4 });
    assert!(model.check_pauses().is_err());
    Ok(())
}

/// What is wrong with one pool does not stop who asks of others; whoever asks of all hears of it.
#[test]
fn check_asks_of_the_pools_of_its_scope() -> Result<()> {
    let (north, south) = ((NORTH, TOKEN), (SOUTH, TOKEN));
    let mut model = world()?;
    model.mint(TOKEN, ALICE, 6)?;
    model.tokens.pull(TOKEN, ALICE, 6)?;
    model.vault.pools.insert(north, Pool { generation: 1, assets: 6, shares: 5 });
    assert_eq!(model.check_within(&Scope::of(vec![south], vec![north], vec![])), Ok(()));
    let found = model.check_within(&Scope::of(vec![north], vec![south], vec![]));
    assert!(matches!(found, Err(Violation::Pool { .. })), "{found:?}");
    assert_eq!(model.check(), found);

    let model = with_budget(5, 6, &[6])?;
    assert_eq!(model.check_within(&Scope::of(vec![north], vec![south], vec![])), Ok(()));
    let found = model.check_within(&Scope::of(vec![south], vec![north], vec![]));
    assert!(matches!(found, Err(Violation::Degree { .. })), "{found:?}");
    Ok(())
}

/// As the slots of the vault have them.
#[test]
fn widths_are_104_and_152_bits() {
    assert_eq!((MAX_104 + 1).trailing_zeros(), 104);
    assert_eq!((MAX_152 + U256::from(1_u64)).trailing_zeros(), 152);
    assert_eq!(MAX_152.count_ones(), 152);
}
