// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";

import {ShortToken} from "../../mocks/RouterTokens.sol";
import {Rebasing} from "../Rebasing.sol";

/// @notice The wrapper of a token whose transfers lose what a test says, and whose balances it changes.
abstract contract WrapperScene is Rebasing {
    error DeliveredTooLittle(uint256 asked, uint256 received);
    error NothingToMint(uint256 received);

    ShortToken internal short;
    IERC4626 internal wrapper;

    function setUp() public virtual override {
        super.setUp();
        short = new ShortToken();
        wrapper = rebasingWrapper(short);
        // Somebody is the first, for whom nobody's shares are.
        give(address(this), 1001);
        assertEq(wrapper.deposit(1001, address(this)), 1);
        give(alice, 2 ** 100);
        give(bob, 2 ** 100);
    }

    function give(address account, uint256 amount) internal {
        short.mint(account, amount);
        vm.prank(account);
        short.approve(address(wrapper), type(uint256).max);
    }

    /// @notice Bob holds shares, worth more or less than a unit each, and transfers lose up to two units from now on.
    function atSomeRate(uint256 held, uint256 backing, uint256 lost) internal {
        depositFor(bob, boundAmount(held) + 2);
        // A share is worth a thousandth of a unit, or a thousand.
        uint256 assets = wrapper.totalAssets();
        short.rebase(address(wrapper), bound(backing, assets / 1000 + 1, assets * 1000));
        short.lose(bound(lost, 0, 2));
    }

    function depositFor(address account, uint256 assets) internal returns (uint256 shares) {
        vm.prank(account);
        return wrapper.deposit(assets, account);
    }

    /// @notice What a share is worth, as a fraction, with the virtual one.
    function rate() internal view returns (uint256 assets, uint256 shares) {
        return (wrapper.totalAssets() + 1, wrapper.totalSupply() + 1);
    }

    /// @notice A share is worth no less than it was.
    function assertRateNotBelow(uint256 assets, uint256 shares) internal view {
        (uint256 assetsNow, uint256 sharesNow) = rate();
        assertGe(assetsNow * shares, assets * sharesNow, "a share is worth less");
    }
}
