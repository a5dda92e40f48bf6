// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {OperatorSetId, toOperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId, poolKey} from "palisade/types/PoolId.sol";

contract IdsTest is Test {
    function testFuzz_OperatorSetId(address avs, uint32 id) public pure {
        OperatorSetId set = toOperatorSetId(avs, id);
        assertEq(set.avs(), avs);
        assertEq(set.id(), id);
        assertEq(OperatorSetId.unwrap(set), uint256(uint160(avs)) * 2 ** 32 + id);
    }

    function testFuzz_PoolId(address operator, address strategy, uint24 generation) public pure {
        PoolId key = poolKey(operator, strategy);
        PoolId pool = key.atGeneration(generation);
        assertEq(pool.generation(), generation);
        assertTrue(pool.key() == key);
        assertEq(key.generation(), 0);
        assertEq(pool == key, generation == 0);
        assertEq(pool != key, generation != 0);
        assertEq(pool.isIdle(), operator == address(0));
        uint256 hash = uint256(keccak256(abi.encode(operator, strategy)));
        assertEq(PoolId.unwrap(key) << 1 >> 25, hash << 1 >> 25, "231 bits of the hash");
    }

    function testFuzz_IdlePool(address strategy) public pure {
        assertTrue(poolKey(address(0), strategy).isIdle());
        assertTrue(poolKey(address(0), strategy).atGeneration(2 ** 24 - 1).isIdle());
    }
}
