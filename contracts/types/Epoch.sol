// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

/// @notice A number of the protocol's one clock. Epoch 1 begins when the core is deployed; 0 means "never".
/// @dev Stored in 24 bits: 321,000 years of 7-day epochs, 388 days of 2-second ones. `EpochClock` stands still after
/// that.
type Epoch is uint256;

using {eq as ==, neq as !=, lt as <, lte as <=, gt as >, gte as >=} for Epoch global;
using {isSet, plus} for Epoch global;

uint256 constant EPOCH_MASK = 2 ** 24 - 1;

function eq(Epoch a, Epoch b) pure returns (bool) {
    return Epoch.unwrap(a) == Epoch.unwrap(b);
}

function neq(Epoch a, Epoch b) pure returns (bool) {
    return Epoch.unwrap(a) != Epoch.unwrap(b);
}

function lt(Epoch a, Epoch b) pure returns (bool) {
    return Epoch.unwrap(a) < Epoch.unwrap(b);
}

function lte(Epoch a, Epoch b) pure returns (bool) {
    return Epoch.unwrap(a) <= Epoch.unwrap(b);
}

function gt(Epoch a, Epoch b) pure returns (bool) {
    return Epoch.unwrap(a) > Epoch.unwrap(b);
}

function gte(Epoch a, Epoch b) pure returns (bool) {
    return Epoch.unwrap(a) >= Epoch.unwrap(b);
}

/// @notice False for epoch 0, which stands for "never".
function isSet(Epoch a) pure returns (bool) {
    return Epoch.unwrap(a) != 0;
}

/// @notice The epoch `n` later.
function plus(Epoch a, uint256 n) pure returns (Epoch) {
    return Epoch.wrap(Epoch.unwrap(a) + n);
}
