// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

/// @notice One generation of one pool: all stake of one strategy delegated to one operator. It is the ERC-6909 id of
/// the positions in it.
/// @dev ```
///  255        254 ................................ 24   23 ........ 0
///  at risk    keccak256(abi.encode(operator, strategy))   generation
/// ```
/// Bit 255 is clear for idle pools (operator zero) and set for all others. The id with generation 0 is the pool's key:
/// it names the storage slot in which its generations follow each other. 231 bits of the hash leave a collision
/// resistance of 115 bits, more than an address has.
type PoolId is uint256;

using {eq as ==, neq as !=} for PoolId global;
using {atGeneration, generation, isIdle, key} for PoolId global;

uint256 constant AT_RISK = 1 << 255;
uint256 constant GENERATION_MASK = 2 ** 24 - 1;

/// @notice The key of the pool of `strategy` delegated to `operator`; operator zero is the idle pool.
function poolKey(address operator, address strategy) pure returns (PoolId) {
    bytes32 hash = Hashes.efficientKeccak256(bytes32(uint256(uint160(operator))), bytes32(uint256(uint160(strategy))));
    uint256 name = uint256(hash) & ~GENERATION_MASK;
    return PoolId.wrap(operator == address(0) ? name & ~AT_RISK : name | AT_RISK);
}

function eq(PoolId a, PoolId b) pure returns (bool) {
    return PoolId.unwrap(a) == PoolId.unwrap(b);
}

function neq(PoolId a, PoolId b) pure returns (bool) {
    return PoolId.unwrap(a) != PoolId.unwrap(b);
}

/// @notice The id of generation `g` of the pool whose key this is.
function atGeneration(PoolId pool, uint256 g) pure returns (PoolId) {
    return PoolId.wrap(PoolId.unwrap(pool) | g);
}

function generation(PoolId pool) pure returns (uint256) {
    return PoolId.unwrap(pool) & GENERATION_MASK;
}

/// @notice The pool's key: its id without a generation.
function key(PoolId pool) pure returns (PoolId) {
    return PoolId.wrap(PoolId.unwrap(pool) & ~GENERATION_MASK);
}

/// @notice True for a pool of operator zero, which nobody can slash.
function isIdle(PoolId pool) pure returns (bool) {
    return PoolId.unwrap(pool) & AT_RISK == 0;
}
