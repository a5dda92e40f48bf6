//! To the last bit of a slot.

use super::{Bucket, MAX_104, MAX_152, Pool};
use crate::{Magnitude, ModelError, U256};

fn wide(n: u128) -> U256 {
    U256::from(n)
}

#[test]
fn pool_is_filled_to_104_bits() {
    let pool = |assets, shares| Pool { generation: 3, assets, shares };
    let mut full = pool(MAX_104 - 5, MAX_104 - 5);
    assert_eq!(full.mint(5), Ok(5));
    assert_eq!(full, pool(MAX_104, MAX_104));
    let over = wide(MAX_104 + 1);
    let overflow = Err(ModelError::PoolOverflow { assets: over, shares: over });
    assert_eq!(pool(MAX_104 - 5, MAX_104 - 5).mint(6), overflow);
    assert_eq!(pool(0, 0).mint(MAX_104), Ok(MAX_104));
    assert_eq!(pool(0, 0).mint(MAX_104 + 1), overflow);

    // 2^104 - 1 is a multiple of 2^13 - 1: at that many shares for each 1,024th of 1,024 wei, 7,167 more
    // wei buy the last share there is.
    let price = MAX_104 / 8_191;
    let worn = pool(1_024, 1_024 * price);
    let mut full = worn;
    assert_eq!(full.mint(7_167), Ok(7_167 * price));
    assert_eq!(full, pool(8_191, MAX_104));
    let (assets, shares) = (wide(8_192), wide(8_192 * price));
    assert_eq!({ worn }.mint(7_168), Err(ModelError::PoolOverflow { assets, shares }));
}

#[test]
fn bucket_is_filled_to_104_and_152_bits() {
    let bucket = |assets, shares| Bucket { assets, shares };
    let par = bucket(MAX_104 - 5, wide(MAX_104 - 5));
    let mut full = par;
    assert_eq!(full.mint(5), Ok(wide(5)));
    assert_eq!(full, bucket(MAX_104, wide(MAX_104)));
    let over = wide(MAX_104 + 1);
    let overflow = ModelError::BucketOverflow { assets: over, shares: over };
    assert_eq!({ par }.mint(6), Err(overflow));

    // 2^152 - 1 is a multiple of 2^19 - 1.
    let price = MAX_152 / wide(524_287);
    let worn = bucket(1_024, wide(1_024) * price);
    let mut full = worn;
    assert_eq!(full.mint(523_263), Ok(wide(523_263) * price));
    assert_eq!(full, bucket(524_287, MAX_152));
    let (assets, shares) = (wide(524_288), wide(524_288) * price);
    assert_eq!({ worn }.mint(523_264), Err(ModelError::BucketOverflow { assets, shares }));
}

#[test]
fn worth_and_slashes_round_down() {
    let pool = Pool { generation: 0, assets: 700, shares: 1_000 };
    let bucket = Bucket { assets: 700, shares: wide(1_000) };
    for (shares, worth) in [(0, 0), (1, 0), (2, 1), (142, 99), (143, 100), (1_000, 700)] {
        assert_eq!(pool.value_of(shares), worth);
        assert_eq!(bucket.value_of(wide(shares)), worth);
    }
    let slashed = |magnitude, left| {
        let (magnitude, left) = (Magnitude(magnitude), Magnitude(left));
        assert_eq!(pool.slashed_by(magnitude, left), bucket.slashed_by(magnitude, left));
        pool.slashed_by(magnitude, left)
    };
    assert_eq!((slashed(1, 3), slashed(2, 3), slashed(3, 3)), (233, 466, 700));
    assert_eq!((slashed(0, 3), slashed(5, 3), slashed(0, 0)), (0, 700, 0));
}

#[test]
fn burned_shares_take_what_they_are_worth() {
    let mut pool = Pool { generation: 2, assets: 700, shares: 1_000 };
    assert_eq!(pool.burn(1), Err(ModelError::YieldsNothing { shares: 1 }));
    assert_eq!(pool.burn(143), Ok(100));
    assert_eq!(pool, Pool { generation: 2, assets: 600, shares: 857 });
    pool.end_generation();
    assert_eq!(pool, Pool { generation: 3, assets: 0, shares: 0 });
    let mut bucket = Bucket { assets: 700, shares: wide(1_000) };
    assert_eq!((bucket.burn(wide(1)), bucket.burn(wide(143))), (0, 100));
    assert_eq!(bucket, Bucket { assets: 600, shares: wide(856) });
}
