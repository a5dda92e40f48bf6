//! Who differs.

use alloy_primitives::U256;
use palisade_rewards::tree::{Builder, Difference, Differences, Leaf, List, Tree, compare};

use crate::{csv, payouts, scratch};

#[test]
fn each_difference_is_told_by_account() {
    let should = payouts(9);
    let mut is = should.clone();
    is[4].amount += U256::ONE;
    let gone = is.remove(2);
    let more = Leaf { amount: U256::from(3), ..payouts(10)[9] };
    is.push(more);
    let mut wanted = [
        (gone.account, Difference::Missing { account: gone.account, should: gone.amount }),
        (more.account, Difference::Extra { account: more.account, is: more.amount }),
        (
            should[4].account,
            Difference::Amount {
                account: should[4].account,
                should: should[4].amount,
                is: should[4].amount + U256::ONE,
            },
        ),
    ];
    wanted.sort_by_key(|(account, _)| *account);
    let wanted = wanted.map(|(_, difference)| difference);

    let count = Differences { same: 7, missing: 1, extra: 1, amount: 1 };
    let (ours, theirs) = (Tree::new(should).unwrap(), Tree::new(is.clone()).unwrap());
    let mut told = Vec::new();
    let counted = compare(ours.by_account(), theirs.by_account(), |it| told.push(it)).unwrap();
    assert_eq!((counted, &told[..]), (count, &wanted[..]));
    assert!(!counted.is_none());

    // A list that is streamed can be compared with a tree in memory.
    let list = csv(&is);
    let mut streamed = Builder::new(&scratch).read(List::new(list.as_bytes()), &mut ()).unwrap();
    let mut told = Vec::new();
    let streamed = streamed.by_account().unwrap();
    assert_eq!(compare(ours.by_account(), streamed, |it| told.push(it)).unwrap(), count);
    assert_eq!(told, wanted);
}

#[test]
fn what_is_the_same_has_no_differences() {
    let tree = Tree::new(payouts(50)).unwrap();
    let told = |_| unreachable!("nothing differs");
    let count = compare(tree.by_account(), tree.by_account(), told).unwrap();
    assert_eq!(count, Differences { same: 50, ..Differences::default() });
    assert!(count.is_none());
}

#[test]
fn against_nothing_everybody_is_missing_or_too_much() {
    let tree = Tree::new(payouts(4)).unwrap();
    let nothing = || std::iter::empty();
    let missing = compare(tree.by_account(), nothing(), |_| ()).unwrap();
    assert_eq!(missing, Differences { missing: 4, ..Differences::default() });
    let extra = compare(nothing(), tree.by_account(), |_| ()).unwrap();
    assert_eq!(extra, Differences { extra: 4, ..Differences::default() });
}
