// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

import {EPOCH_MASK, Epoch} from "./Epoch.sol";

/// @notice Shares as they stood before a change, in one word.
/// @dev ```
///  151 ....... 128  127 ... 104  103 ... 0
///  generation       since        shares
/// ```
/// `since` is the epoch in which they had changed last. It is filed under the epoch of the change that ended it, so a
/// history runs backwards without pointers: before the checkpoint filed under `e` comes the one filed under its
/// `since`.
type Checkpoint is uint256;

/// @notice The living generation of a pool, in one word.
/// @dev ```
///  255 .... 152  151 ....... 128  127 ... 104  103 ... 0
///  assets        generation       since        shares
/// ```
/// The lower part is the checkpoint that its next change will file. Assets never exceed shares.
type Pool is uint256;

/// @notice A staker's shares of a pool's generation, and those before the last epoch that changed them, in one word.
/// @dev ```
///  255 ......... 232  231 ....... 128  127 ... 104  103 ... 0
///  previous since     previous shares  since        shares
/// ```
type Position is uint256;

/// @notice What the stakers who queued for one epoch own together, in one word.
/// @dev ```
///  255 .... 152  151 ... 0
///  assets        shares
/// ```
/// Assets never exceed shares.
type Bucket is uint256;

using {CheckpointMath.shares, CheckpointMath.since, CheckpointMath.generation} for Checkpoint global;
using {PoolMath.assets, PoolMath.checkpoint, PoolMath.less} for Pool global;
using {
    PositionMath.shares,
    PositionMath.since,
    PositionMath.standing,
    PositionMath.previous,
    PositionMath.changed
} for Position global;
using {BucketMath.assets, BucketMath.shares, BucketMath.less} for Bucket global;

uint256 constant SHARES_MASK = 2 ** 104 - 1;
uint256 constant CHECKPOINT_MASK = 2 ** 152 - 1;
uint256 constant BUCKET_SHARES_MASK = 2 ** 152 - 1;

library CheckpointMath {
    function shares(Checkpoint c) internal pure returns (uint256) {
        return Checkpoint.unwrap(c) & SHARES_MASK;
    }

    function since(Checkpoint c) internal pure returns (Epoch) {
        return Epoch.wrap((Checkpoint.unwrap(c) >> 104) & EPOCH_MASK);
    }

    function generation(Checkpoint c) internal pure returns (uint256) {
        return Checkpoint.unwrap(c) >> 128;
    }
}

library PoolMath {
    /// @dev The caller proves that assets and shares fit 104 bits.
    function pack(uint256 assets_, uint256 shares_, uint256 generation_, Epoch since_) internal pure returns (Pool) {
        return Pool.wrap(assets_ << 152 | generation_ << 128 | Epoch.unwrap(since_) << 104 | shares_);
    }

    function assets(Pool p) internal pure returns (uint256) {
        return Pool.unwrap(p) >> 152;
    }

    /// @notice Its shares, since when they stand, and its generation.
    function checkpoint(Pool p) internal pure returns (Checkpoint) {
        return Checkpoint.wrap(Pool.unwrap(p) & CHECKPOINT_MASK);
    }

    /// @dev With `assets_` less, which it must have; its shares stay.
    function less(Pool p, uint256 assets_) internal pure returns (Pool) {
        return Pool.wrap(Pool.unwrap(p) - (assets_ << 152));
    }
}

library PositionMath {
    function shares(Position p) internal pure returns (uint256) {
        return Position.unwrap(p) & SHARES_MASK;
    }

    function since(Position p) internal pure returns (Epoch) {
        return Epoch.wrap((Position.unwrap(p) >> 104) & EPOCH_MASK);
    }

    /// @notice What it holds, and since when.
    function standing(Position p) internal pure returns (Checkpoint) {
        return Checkpoint.wrap(Position.unwrap(p) & (2 ** 128 - 1));
    }

    /// @notice What it held before the epoch of its last change.
    function previous(Position p) internal pure returns (Checkpoint) {
        return Checkpoint.wrap(Position.unwrap(p) >> 128);
    }

    /// @dev With `shares_` from epoch `current` on. The first change of an epoch moves the standing value back.
    function changed(Position p, uint256 shares_, Epoch current) internal pure returns (Position) {
        uint256 word = Position.unwrap(p);
        if (since(p) == current) return Position.wrap((word & ~SHARES_MASK) | shares_);
        return Position.wrap(word << 128 | Epoch.unwrap(current) << 104 | shares_);
    }
}

library BucketMath {
    /// @dev The caller proves that assets fit 104 bits and shares 152.
    function pack(uint256 assets_, uint256 shares_) internal pure returns (Bucket) {
        return Bucket.wrap(assets_ << 152 | shares_);
    }

    function assets(Bucket b) internal pure returns (uint256) {
        return Bucket.unwrap(b) >> 152;
    }

    function shares(Bucket b) internal pure returns (uint256) {
        return Bucket.unwrap(b) & BUCKET_SHARES_MASK;
    }

    /// @dev With `assets_` less, which it must have; its shares stay.
    function less(Bucket b, uint256 assets_) internal pure returns (Bucket) {
        return Bucket.wrap(Bucket.unwrap(b) - (assets_ << 152));
    }
}
