// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Magnitude, Wad} from "palisade/types/Magnitude.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Base, IMintable} from "../Base.t.sol";

/// @notice Where most unit tests begin: two open operators with empty pools, one set, and the third epoch just begun.
abstract contract Scene is Base {
    OperatorSetId internal set;

    /// @dev The operator's pool of the token, and the idle one, both in their first generation.
    PoolId internal pool;
    PoolId internal idle;

    function setUp() public virtual override {
        super.setUp();
        registerOperator(operator);
        registerOperator(otherOperator);
        set = createSet(0, defaultTerms());
        openOperator(operator);
        openOperator(otherOperator);
        pool = vault.poolId(operator, address(token));
        idle = vault.poolId(address(0), address(token));
    }

    /// @notice Joins, allocates, and waits until the allocation is in force.
    function commit(OperatorSetId to, address account, Magnitude magnitude) internal {
        join(to, account);
        allocate(to, account, magnitude);
        skipEpochs(3);
    }

    /// @notice A slash as the vault sees it: of `taken / left` of a pool and its unripe buckets.
    function cut(PoolId key, uint256 taken, uint256 left) internal returns (uint256 assets) {
        return cut(token, key, taken, left, recipient);
    }

    function cut(IMintable asset, PoolId key, uint256 taken, uint256 left, address to)
        internal
        returns (uint256 assets)
    {
        vm.prank(address(manager));
        return vault.slash(key, Magnitude.wrap(taken), Magnitude.wrap(left), address(asset), to);
    }

    function setDepositCap(uint256 cap) internal {
        vm.prank(authority);
        vault.setDepositCap(address(token), cap);
    }

    /// @notice An amount that fits the vault, in any number of decimals.
    function boundAmount(uint256 x) internal pure returns (uint256) {
        return bound(x, 1, 2 ** 88);
    }

    function expectNotWornOut(PoolId of_, uint256 assets, uint256 shares) internal {
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotWornOut.selector, of_, assets, shares));
    }

    function assertContested(Epoch until) internal view {
        assertEq(manager.contestedUntil(operator, address(token)), until);
    }

    function assertBudget(uint256 left, uint256 committed, uint256 generation) internal view {
        (Magnitude actualLeft, Magnitude actualCommitted, uint256 actualGeneration) =
            manager.budgetOf(operator, address(token));
        assertEq(Magnitude.unwrap(actualLeft), left, "left");
        assertEq(Magnitude.unwrap(actualCommitted), committed, "committed");
        assertEq(actualGeneration, generation, "generation");
    }

    function wad(uint256 w) internal pure returns (Wad) {
        return Wad.wrap(w);
    }
}
