// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

/// @notice A share of a pool, in units of 1e-18 of it. One allocation is at most 1e18; sums of allocations may be more.
type Magnitude is uint256;

/// @notice A fraction scaled by 1e18.
type Wad is uint256;

using {eq as ==, neq as !=, lt as <, lte as <=, gt as >, gte as >=, add as +, sub as -} for Magnitude global;
using {wadLt as <, wadGt as >} for Wad global;
using {isZero, mulDown, saturatingSub} for Magnitude global;

Magnitude constant WHOLE = Magnitude.wrap(1e18);
Wad constant WAD = Wad.wrap(1e18);

function eq(Magnitude a, Magnitude b) pure returns (bool) {
    return Magnitude.unwrap(a) == Magnitude.unwrap(b);
}

function neq(Magnitude a, Magnitude b) pure returns (bool) {
    return Magnitude.unwrap(a) != Magnitude.unwrap(b);
}

function lt(Magnitude a, Magnitude b) pure returns (bool) {
    return Magnitude.unwrap(a) < Magnitude.unwrap(b);
}

function lte(Magnitude a, Magnitude b) pure returns (bool) {
    return Magnitude.unwrap(a) <= Magnitude.unwrap(b);
}

function gt(Magnitude a, Magnitude b) pure returns (bool) {
    return Magnitude.unwrap(a) > Magnitude.unwrap(b);
}

function gte(Magnitude a, Magnitude b) pure returns (bool) {
    return Magnitude.unwrap(a) >= Magnitude.unwrap(b);
}

function add(Magnitude a, Magnitude b) pure returns (Magnitude) {
    // Safe: sums of allocations fit 112 bits, see `Budget`.
    unchecked {
        return Magnitude.wrap(Magnitude.unwrap(a) + Magnitude.unwrap(b));
    }
}

function sub(Magnitude a, Magnitude b) pure returns (Magnitude) {
    return Magnitude.wrap(Magnitude.unwrap(a) - Magnitude.unwrap(b));
}

function isZero(Magnitude a) pure returns (bool) {
    return Magnitude.unwrap(a) == 0;
}

/// @notice `a × fraction`, rounded down: a slash never takes more than it was allowed to.
function mulDown(Magnitude a, Wad fraction) pure returns (Magnitude) {
    // Safe: 112 bits and the 64 bits of a fraction of at most 18e18 fit.
    unchecked {
        return Magnitude.wrap(Magnitude.unwrap(a) * Wad.unwrap(fraction) / 1e18);
    }
}

/// @notice `a − b`, or zero where `b` is larger.
function saturatingSub(Magnitude a, Magnitude b) pure returns (Magnitude) {
    return a > b ? a - b : Magnitude.wrap(0);
}

function min(Magnitude a, Magnitude b) pure returns (Magnitude) {
    return a < b ? a : b;
}

function max(Magnitude a, Magnitude b) pure returns (Magnitude) {
    return a > b ? a : b;
}

function wadLt(Wad a, Wad b) pure returns (bool) {
    return Wad.unwrap(a) < Wad.unwrap(b);
}

function wadGt(Wad a, Wad b) pure returns (bool) {
    return Wad.unwrap(a) > Wad.unwrap(b);
}
