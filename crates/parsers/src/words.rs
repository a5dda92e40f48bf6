//! Words of storage and ids, taken apart.

use alloy::primitives::{Address, B256, FixedBytes, U256, aliases::U192};
use palisade_bindings::{Epoch, OperatorSetId, PoolId};
use palisade_replay::{Contract, Place};

/// A place of every kind, of the same keys.
fn places(key: B256, epoch: Epoch) -> [Place; 32] {
    use Place as P;
    let (one, two) = (Address::from_word(key), Address::from_slice(&key[..20]));
    let pool = PoolId(key.into());
    let set = OperatorSetId::new(one, epoch.0);
    let selector = FixedBytes::<4>::from_slice(&key[..4]);
    [
        P::PausedUntil(Contract::Vault),
        P::RestUntil(Contract::Manager),
        P::Operator(one),
        P::Admission(one, two),
        P::Pool(pool),
        P::PoolOperator(pool),
        P::PoolStrategy(pool),
        P::PoolHistory(pool, epoch),
        P::Position(pool, one),
        P::PositionHistory(pool, one, epoch),
        P::Bucket(pool, epoch),
        P::Exit(pool, epoch, one),
        P::Credit(one, two),
        P::DepositCap(one),
        P::IsOperator(one, two),
        P::Allowance(one, two, pool),
        P::TermsSlasher(set),
        P::TermsConditions(set),
        P::Accepted(set, one),
        P::Membership(set, one),
        P::Allocation(set, one, two),
        P::Proposal(set, one, two),
        P::Budget(one, two),
        P::Ceiling(one),
        P::Appointee(one, two, selector),
        P::Commission(one),
        P::Collectable(one, two),
        P::Cumulative(pool, one, epoch),
        P::Window(pool, one, epoch.0),
        P::Windows(pool, one, epoch.0),
        P::Claim(pool, one, two),
        P::Recipient(one),
    ]
}

/// A word (32 bytes), a key of places (32) and an epoch (4): all of them are taken.
///
/// # Panics
/// Where a promise is broken.
#[must_use]
pub fn words(data: &[u8]) -> bool {
    let Some((word, rest)) = data.split_first_chunk::<32>() else { return false };
    let Some((key, rest)) = rest.split_first_chunk::<32>() else { return false };
    let Ok(epoch) = rest.try_into().map(u32::from_be_bytes) else { return false };
    let (word, key, epoch) = (U256::from_be_bytes(*word), B256::from(*key), Epoch(epoch));
    for place in places(key, epoch) {
        assert_parts(place, word);
    }
    assert_ids(word, epoch);
    true
}

/// The fields of a word are the word, and nothing is lost of it.
fn assert_parts(place: Place, word: U256) {
    let fields = place.decode(word);
    // Bit by bit, without the table of widths: each set bit of the word is in exactly one field.
    let ones: usize = fields.iter().map(|(_, value)| value.count_ones()).sum();
    assert_eq!(ones, word.count_ones(), "{place}: {fields:?} of {word:#x}");
    let mut names: Vec<_> = fields.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), fields.len(), "{place}: {fields:?}");
    // The lowest field stands lowest.
    assert_eq!(fields[0].1.bit(0), word.bit(0), "{place}");
    let shown = place.to_string();
    assert!(!shown.is_empty() && !shown.contains('\n'));
    let _ = place.slot();
}

fn assert_ids(word: U256, epoch: Epoch) {
    let packed: U192 = word.wrapping_to();
    let set = OperatorSetId::from(packed);
    assert_eq!(set.packed(), packed);
    let pool = PoolId::from(word);
    assert_eq!(pool.0, word);
    assert_eq!(pool.to_key().at_generation(pool.generation()), pool);
    assert_eq!(pool.to_key().generation(), 0);
    assert_eq!(pool.to_string().len(), 66);
    // The clock: whatever logs say of it, epochs are counted without a panic, and never backwards.
    let [timestamp, origin, length, _] = *word.as_limbs();
    let now = Epoch::at(timestamp, origin, length);
    assert!(now <= Epoch::LAST && Epoch::at(timestamp.saturating_add(1), origin, length) >= now);
    assert!(epoch.start(origin, length) >= origin);
    if now.is_set() && now < Epoch::LAST {
        assert!(now.start(origin, length) <= timestamp, "{now} starts after {timestamp}");
        assert!(
            now.plus(1).start(origin, length) > timestamp || length == 0 || timestamp == u64::MAX
        );
    }
}
