// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";

import {StakeOrder} from "palisade/interfaces/IRouter.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {IMintable} from "../../Base.t.sol";
import {PlainWrapper} from "../../mocks/RouterTokens.sol";
import {Rebasing} from "../Rebasing.sol";

/// @notice Where the Router's tests begin: alice has tokens and lets the Router take them, and there is a wrapper.
abstract contract RouterScene is Rebasing {
    IERC4626 internal wrapper;
    PoolId internal wrappedPool;

    function setUp() public virtual override {
        super.setUp();
        wrapper = new PlainWrapper(IERC20(address(token)));
        wrappedPool = vault.poolId(operator, address(wrapper));
        give(token, alice, 1000 * unit);
    }

    /// @notice Gives `account` tokens and lets the Router take them.
    function give(IMintable asset, address account, uint256 amount) internal {
        asset.mint(account, amount);
        vm.prank(account);
        asset.approve(address(router), type(uint256).max);
    }

    function order() internal view returns (StakeOrder memory) {
        return orderOf(address(token));
    }

    function stake(StakeOrder memory order_, uint256 amount) internal returns (uint256 shares) {
        return stake(order_, address(token), amount);
    }

    function stake(StakeOrder memory order_, address asset, uint256 amount) internal returns (uint256 shares) {
        vm.prank(alice);
        return router.stake(order_, asset, amount);
    }

    function valueOf(address strategy, address owner) internal view returns (uint256) {
        return vault.positionValue(vault.poolId(operator, strategy), owner);
    }

    /// @notice The Router holds none of the token, and nobody may take any from it.
    function assertHoldsNothing(address asset, address strategy) internal view {
        assertEq(IERC20(asset).balanceOf(address(router)), 0, "token in the router");
        assertEq(IERC20(strategy).balanceOf(address(router)), 0, "strategy in the router");
        assertEq(address(router).balance, 0, "ether in the router");
        assertAllowsNobody(asset, strategy);
    }

    function assertAllowsNobody(address asset, address strategy) internal view {
        assertEq(IERC20(asset).allowance(address(router), address(vault)), 0, "the vault may take the token");
        assertEq(IERC20(strategy).allowance(address(router), address(vault)), 0, "the vault may take the strategy");
        if (asset != strategy) assertEq(IERC20(asset).allowance(address(router), strategy), 0, "the wrapper may take");
    }
}
