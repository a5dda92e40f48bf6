// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Wad} from "palisade/types/Magnitude.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {MintableToken} from "./OddTokens.sol";

/// @notice Stakes what it does not have: it mints as a loan, and each call ends with the loan paid back where it says so.
contract FlashStaker {
    enum Way {
        Withdraw,
        Delegate,
        Complete,
        Redelegate
    }

    IStakeVault private immutable VAULT;
    IAllocationManager private immutable MANAGER;
    address private immutable TOKEN;

    constructor(IStakeVault vault, IAllocationManager manager, address token) {
        (VAULT, MANAGER, TOKEN) = (vault, manager, token);
        IERC20(token).approve(address(vault), type(uint256).max);
    }

    /// @notice Stakes a loan with `operator`, and tries to have it back in the same call.
    function borrow(address operator, uint256 amount, Way way) external {
        PoolId pool = _stake(operator, amount);
        PoolId idle = VAULT.poolId(address(0), TOKEN);
        Epoch ripe;
        if (way == Way.Withdraw) {
            VAULT.withdraw(pool, amount, address(this), address(this));
        } else if (way == Way.Delegate) {
            VAULT.delegate(pool, amount, address(0), 0, address(this));
            VAULT.withdraw(idle, amount, address(this), address(this));
        } else {
            (ripe,) = VAULT.queueWithdrawal(pool, amount, 0, address(this));
        }
        if (way == Way.Complete) {
            VAULT.completeWithdrawal(pool, ripe, address(this), address(this));
        } else if (way == Way.Redelegate) {
            VAULT.redelegate(pool, ripe, address(this), address(0), 0);
            VAULT.withdraw(idle, amount, address(this), address(this));
        }
        _repay(amount);
    }

    /// @notice Stakes a loan in the idle pool and withdraws it.
    /// @return shown what `operator` guarantees to `set` meanwhile
    function borrowIdle(OperatorSetId set, address operator, uint256 amount) external returns (uint256 shown) {
        PoolId idle = _stake(address(0), amount);
        shown = _guaranteed(set, operator);
        VAULT.withdraw(idle, amount, address(this), address(this));
        _repay(amount);
    }

    /// @notice Stakes with `operator` and queues the exit at once.
    /// @return shown what is guaranteed to `set` between the two
    /// @return shownThen the same after them
    function stakeAndQueue(OperatorSetId set, address operator, uint256 amount)
        external
        returns (uint256 shown, uint256 shownThen)
    {
        PoolId pool = _stake(operator, amount);
        shown = _guaranteed(set, operator);
        VAULT.queueWithdrawal(pool, amount, 0, address(this));
        shownThen = _guaranteed(set, operator);
    }

    /// @notice Stakes with `operator`, and has a set of its own, of which it is slasher and recipient, slash it back.
    /// @return shown what is guaranteed to `set` between the two
    /// @return back what it got
    function stakeAndSlashBack(OperatorSetId set, OperatorSetId friendly, address operator, uint256 amount)
        external
        returns (uint256 shown, uint256 back)
    {
        _stake(operator, amount);
        shown = _guaranteed(set, operator);
        (address[] memory strategies, Wad[] memory wads) = (new address[](1), new Wad[](1));
        (strategies[0], wads[0]) = (TOKEN, Wad.wrap(1e18));
        back = MANAGER.slash(friendly, operator, strategies, wads, "")[0];
    }

    function _stake(address operator, uint256 amount) private returns (PoolId pool) {
        MintableToken(TOKEN).mint(address(this), amount);
        VAULT.deposit(TOKEN, operator, address(this), amount, 0);
        return VAULT.poolId(operator, TOKEN);
    }

    function _repay(uint256 amount) private {
        require(IERC20(TOKEN).transfer(address(0xdead), amount));
    }

    function _guaranteed(OperatorSetId set, address operator) private view returns (uint256) {
        address[] memory operators = new address[](1);
        operators[0] = operator;
        return MANAGER.guaranteedStake(set, TOKEN, operators)[0];
    }
}
