// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Wad} from "palisade/types/Magnitude.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {IMintable} from "../Base.t.sol";
import {Journey, Operator, Service, Staker} from "../journeys/Users.t.sol";

/// @notice Where the attacks of docs/security-cases.md begin: a service with one set, and whoever a test calls in. The
/// number in a test's name is the one of the table.
abstract contract Case is Journey {
    Service internal service;
    OperatorSetId internal set;

    function setUp() public virtual override {
        super.setUp();
        service = newService();
        set = service.createSet(0);
    }

    /* SETTING THE SCENE */

    /// @notice A staker with `assets` in the pool of `operator_`.
    function newStakerOf(Operator operator_, uint256 assets) internal returns (Staker staker) {
        staker = newStaker();
        staker.deposit(operator_, assets);
    }

    /// @notice An operator that takes stake and promises a part of its pool to each of two sets.
    function newOperatorOfTwo(OperatorSetId one, uint256 toOne, OperatorSetId two, uint256 toTwo)
        internal
        returns (Operator operator_)
    {
        operator_ = newOperator();
        operator_.join(one);
        operator_.join(two);
        operator_.allocate(one, toOne);
        operator_.allocate(two, toTwo);
        operator_.open();
        skipEpochs(1);
    }

    /// @notice The operator `operator` of one set of `avs`, with an account as slasher, and as much of its pools of each
    /// strategy promised.
    function newAccountOperatorOf(OperatorSetId of_, address[] memory strategies, uint256 magnitude) internal {
        registerOperator(operator);
        join(of_, operator);
        for (uint256 i; i < strategies.length; ++i) {
            vm.prank(operator);
            manager.allocate(of_, operator, strategies[i], mag(magnitude));
        }
        openOperator(operator);
    }

    /// @notice The promise of the operator's pool is over and settled, and made anew.
    function promiseAnew(OperatorSetId to, Operator operator_, uint256 magnitude) internal {
        operator_.allocate(to, 0);
        skipEpochs(2);
        settle(to, operator_);
        operator_.allocate(to, magnitude);
        skipEpochs(3);
    }

    function slash(OperatorSetId of_, address account, address[] memory strategies, uint256 fraction)
        internal
        returns (uint256[] memory)
    {
        Wad[] memory wads = new Wad[](strategies.length);
        for (uint256 i; i < wads.length; ++i) {
            wads[i] = Wad.wrap(fraction);
        }
        vm.prank(slasher);
        return manager.slash(of_, account, strategies, wads, "");
    }

    function both(address a, address b) internal pure returns (address[] memory list) {
        list = new address[](2);
        (list[0], list[1]) = a < b ? (a, b) : (b, a);
    }

    function both(IMintable a, IMintable b) internal pure returns (address[] memory) {
        return both(address(a), address(b));
    }

    /// @notice A slash, where there is anything to take; it may fail for no other reason.
    function trySlash(Service of_, OperatorSetId from, Operator operator_, uint256 fraction)
        internal
        returns (uint256 taken)
    {
        try of_.slash(from, operator_, fraction) returns (uint256 assets) {
            return assets;
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), IAllocationManager.NothingToSlash.selector);
        }
    }

    /// @notice An exit, where it is worth a unit; it may fail for no other reason.
    function tryQueue(Staker staker, Operator operator_, uint256 shares) internal {
        try staker.queue(operator_, shares) {}
        catch (bytes memory reason) {
            assertEq(bytes4(reason), IStakeVault.NothingToMove.selector);
        }
    }

    /* LOOKING */

    function held(IMintable asset) internal view returns (uint256) {
        return asset.balanceOf(address(vault));
    }
}
