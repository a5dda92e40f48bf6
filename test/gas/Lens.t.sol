// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PoolRef} from "palisade/interfaces/ILens.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Base} from "../Base.t.sol";

/// @notice What a read through the Lens costs, as a call of its own: it should fit what nodes give an `eth_call`.
contract LensGas is Base {
    function test_Pool() public {
        OperatorSetId[] memory sets = new OperatorSetId[](3);
        for (uint32 i; i < 3; ++i) {
            sets[i] = createSet(i, defaultTerms());
        }
        prepare(operator, sets);
        PoolRef[] memory refs = new PoolRef[](1);
        refs[0] = PoolRef(operator, address(token));
        assertEq(lens.pools(refs, sets)[0].promises.length, 3);
        vm.snapshotGasLastCall("periphery", "lens_pool");
    }

    function test_FiftyPools() public {
        OperatorSetId[] memory sets = oneSet();
        PoolRef[] memory refs = new PoolRef[](50);
        for (uint256 i; i < 50; ++i) {
            address to = makeAddr(string.concat("operator ", vm.toString(i)));
            prepare(to, sets);
            refs[i] = PoolRef(to, address(token));
        }
        assertEq(lens.pools(refs, sets)[49].promises.length, 1);
        vm.snapshotGasLastCall("periphery", "lens_pools_50");
    }

    /// @dev One exit on its way in each pool, none looked for further back.
    function test_Owner() public {
        OperatorSetId[] memory sets = oneSet();
        PoolId[] memory pools = new PoolId[](5);
        for (uint256 i; i < 5; ++i) {
            address to = makeAddr(string.concat("operator ", vm.toString(i)));
            prepare(to, sets);
            pools[i] = vault.poolId(to, address(token));
            queue(bob, pools[i], 10 * unit);
        }
        sort(pools);
        Epoch current = vault.currentEpoch();
        assertEq(lens.owners(only(bob), pools, sets, current)[0].holdings[0].staked, 450 * unit);
        vm.snapshotGasLastCall("periphery", "lens_owner");
    }

    /// @dev A tenth of the operator's pool of 100 for each set, in force from the next epochs on.
    function prepare(address to, OperatorSetId[] memory sets) internal {
        registerOperator(to);
        for (uint256 i; i < sets.length; ++i) {
            join(sets[i], to);
            allocate(sets[i], to, mag(0.1e18));
        }
        openOperator(to);
        deposit(bob, to, 100 * unit);
    }

    function oneSet() internal returns (OperatorSetId[] memory sets) {
        sets = new OperatorSetId[](1);
        sets[0] = createSet(0, defaultTerms());
    }

    function sort(PoolId[] memory list) internal pure {
        for (uint256 i = 1; i < list.length; ++i) {
            for (uint256 j = i; j > 0 && PoolId.unwrap(list[j - 1]) > PoolId.unwrap(list[j]); --j) {
                (list[j - 1], list[j]) = (list[j], list[j - 1]);
            }
        }
    }
}
