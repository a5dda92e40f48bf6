//! What the chosen histories are like, against the model alone.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use palisade_model::{Action, ActionKind, Branch, Branches, Model, ModelError, Recipient, Terms};

use super::{operator, set};
use crate::{
    World,
    choose::Chooser,
    genes::{Gene, Rng},
    world::{OPERATORS, address},
};

const LENGTH: usize = 1_000;
const HISTORIES: u64 = 200;

/// Kinds of which less than a quarter need be accepted, and how many of a hundred: what they need does
/// not come about more often.
const RARE: [(ActionKind, usize); 3] =
    [(ActionKind::Renew, 8), (ActionKind::CollectCredit, 14), (ActionKind::ExecuteSlash, 14)];

/// Why nothing is refused here: what no call can be or no action is, and a bucket that is slashed to
/// next to nothing while much more than it held is queued.
const NEVER: [&str; 7] = [
    "CommissionForgotten",
    "EpochLengthZero",
    "TimeInPast",
    "TimeTooFar",
    "EpochNotBegun",
    "SupplyOverflow",
    "BucketOverflow",
];

static TALLY: LazyLock<Tally> = LazyLock::new(|| Tally::of(1));

/// What happened in the histories of a seed.
struct Tally {
    /// Of each kind, how many were tried, and how many were accepted.
    kinds: BTreeMap<ActionKind, (usize, usize)>,
    reasons: BTreeMap<(ActionKind, &'static str), usize>,
    branches: Vec<(Branch, u64)>,
    /// How many of the last tenth of all histories were accepted.
    late: usize,
}

impl Tally {
    fn of(seed: u64) -> Self {
        let (mut kinds, mut reasons) = (BTreeMap::<_, (usize, usize)>::new(), BTreeMap::new());
        let (branches, mut late) = (Branches::default(), 0);
        for history in 0..HISTORIES {
            let model = live(seed, history, |place, action, refused| {
                let (tried, accepted) = kinds.entry(action.kind()).or_default();
                *tried += 1;
                if let Some(error) = refused {
                    *reasons.entry((action.kind(), error.name())).or_default() += 1;
                } else {
                    *accepted += 1;
                    late += usize::from(place >= LENGTH - LENGTH / 10);
                }
            });
            branches.add(model.branches());
        }
        Self { kinds, reasons, branches: branches.iter().collect(), late }
    }

    fn tried(&self) -> usize {
        self.kinds.values().map(|(tried, _)| tried).sum()
    }

    fn accepted(&self) -> usize {
        self.kinds.values().map(|(_, accepted)| accepted).sum()
    }

    fn missed_branches(&self) -> Vec<Branch> {
        self.branches.iter().filter(|(_, times)| *times == 0).map(|(branch, _)| *branch).collect()
    }

    fn missed_reasons(&self) -> Vec<&'static str> {
        let reached: BTreeSet<_> = self.reasons.keys().map(|(_, reason)| *reason).collect();
        ModelError::NAMES.iter().copied().filter(|name| !reached.contains(name)).collect()
    }
}

/// One history; the witness is told of each action, its place, and why it was refused.
fn live(
    seed: u64,
    history: u64,
    mut witness: impl FnMut(usize, &Action, Option<&ModelError>),
) -> Model {
    let world = World::new().unwrap();
    let (mut model, mut chooser) = (world.model().unwrap(), Chooser::new(&world));
    let mut numbers = Rng::of(seed, history);
    for place in 0..LENGTH {
        let action = chooser.choose(&model, Gene::random(&mut numbers));
        let outcome = model.apply(&action);
        witness(place, &action, outcome.as_ref().err());
    }
    model
}

#[test]
fn half_of_all_actions_are_accepted_to_the_end() {
    assert!(2 * TALLY.accepted() >= TALLY.tried(), "{} accepted", TALLY.accepted());
    assert!(20 * TALLY.late >= TALLY.tried(), "{} of the last are accepted", TALLY.late);
}

#[test]
fn every_kind_is_tried_and_accepted_often() {
    assert_eq!(TALLY.kinds.keys().copied().collect::<Vec<_>>(), ActionKind::ALL);
    for (&kind, &(tried, accepted)) in &TALLY.kinds {
        assert!(50 * tried >= TALLY.tried(), "{kind}: {tried} times");
        let least = RARE.iter().find(|(rare, _)| *rare == kind).map_or(25, |(_, least)| *least);
        assert!(100 * accepted >= least * tried, "{kind}: {accepted} of {tried} accepted");
    }
}

#[test]
fn next_to_every_branch_and_reason_is_reached() {
    let branches = TALLY.missed_branches();
    assert!(branches.len() <= 2, "missed: {branches:?}");
    let reasons = TALLY.missed_reasons();
    let new = reasons.iter().filter(|name| !NEVER.contains(name)).count();
    assert!(new <= 1, "missed: {reasons:?}");
}

#[test]
fn genes_decide_and_nothing_else() {
    let actions = |seed, history| {
        let mut actions = Vec::with_capacity(LENGTH);
        live(seed, history, |_, action, _| actions.push(action.clone()));
        actions
    };
    assert_eq!(actions(3, 4), actions(3, 4));
    assert_ne!(actions(3, 4), actions(3, 5));
    assert_ne!(actions(3, 4), actions(4, 4));
}

#[test]
fn every_action_can_be_a_call_and_the_world_refuses_none() {
    let world = World::new().unwrap();
    for history in 0..20 {
        live(5, history, |_, action, refused| match action {
            Action::CreateOperatorSet { set, terms, .. } => {
                let Terms { recipient, .. } = terms;
                let nobody = matches!(recipient, Recipient::Account(account) if account.is_zero());
                assert!(!set.avs.is_zero() && !nobody, "{action:?}");
            }
            Action::AdvanceTo { .. } | Action::Mint { .. } | Action::Donate { .. } => {
                assert_eq!(refused, None, "{action:?}");
            }
            Action::SetCanReceive { account, .. } => {
                assert!(!account.is_zero() && address(*account) != world.vault);
            }
            _ => assert!(action.by().is_some_and(|by| !by.is_zero()), "{action:?}"),
        });
    }
}

/// Mints go to who can receive them, which the model does not ask.
#[test]
fn nobody_is_minted_what_it_cannot_receive() {
    let world = World::new().unwrap();
    let (mut model, mut chooser) = (world.model().unwrap(), Chooser::new(&world));
    let (mut rng, mut minted) = (Rng::of(6, 0), 0);
    for _ in 0..10 * LENGTH {
        let action = chooser.choose(&model, Gene::random(&mut rng));
        if let Action::Mint { strategy, to, .. } = action {
            assert!(model.can_receive(strategy, to), "{action:?}");
            minted += 1;
        }
        let _ = model.apply(&action);
    }
    assert!(minted > 100, "{minted}");
}

/// A mutator may make any gene.
#[test]
fn every_gene_is_an_action() {
    let world = World::new().unwrap();
    for pick in [0, 1, u16::MAX - 1, u16::MAX] {
        let (mut model, mut chooser) = (world.model().unwrap(), Chooser::new(&world));
        let mut kinds = BTreeSet::new();
        for kind in 0..2_100 {
            let action = chooser.choose(&model, Gene { kind, picks: [pick; 8] });
            kinds.insert(action.kind());
            let _ = model.apply(&action);
        }
        assert_eq!(kinds.len(), ActionKind::ALL.len());
    }
}

#[test]
fn first_operators_are_those_of_the_world_and_names_never_meet() {
    assert!(OPERATORS.iter().enumerate().all(|(place, named)| operator(place) == *named));
    let operators: BTreeSet<_> = (0..100).map(operator).collect();
    let sets: BTreeSet<_> = (0..100).map(set).collect();
    assert_eq!((operators.len(), sets.len()), (100, 100));
}

/// `cargo test -p palisade-fuzz table -- --ignored --nocapture`
#[test]
#[ignore = "prints a table"]
fn table() {
    let all = TALLY.tried();
    println!("{all} tried, {} accepted", TALLY.accepted());
    for (kind, (tried, accepted)) in &TALLY.kinds {
        let (share, success) = (10_000 * tried / all, 100 * accepted / tried);
        let mut reasons: Vec<_> = TALLY.reasons.iter().filter(|((of, _), _)| of == kind).collect();
        reasons.sort_by_key(|(_, times)| std::cmp::Reverse(**times));
        let percent = |((_, name), times): (&(ActionKind, &str), &usize)| {
            format!("{name} {}", 100 * times / tried)
        };
        let reasons: Vec<_> = reasons.into_iter().map(percent).collect();
        let share = format!("{}.{:02}", share / 100, share % 100);
        println!("{:20} {share:>5} {success:>3}  {}", kind.name(), reasons.join(", "));
    }
    let rare = TALLY.branches.iter().filter(|(_, times)| *times < 50).collect::<Vec<_>>();
    println!("rare branches: {rare:?}");
    println!("missed reasons: {:?}", TALLY.missed_reasons());
}
