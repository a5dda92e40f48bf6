// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {PoolId} from "palisade/types/PoolId.sol";

/// @notice Pools many stakers' positions in one generation of a pool: one ERC-20 token for each ERC-6909 share. Since a
/// slash changes what shares are worth and not how many there are, nothing has to be accounted for.
contract PooledStake is ERC20("Pooled stake", "pSTAKE") {
    using SafeERC20 for IERC20;

    IStakeVault public immutable VAULT;
    PoolId public immutable POOL;
    IERC20 public immutable STRATEGY;

    /// @notice Shares of this contract's exits, and what was paid for those that are over.
    mapping(Epoch epoch => mapping(address owner => uint256)) public exitShares;
    mapping(Epoch epoch => uint256) public allExitShares;
    mapping(Epoch epoch => uint256) public paid;

    constructor(IStakeVault vault, PoolId pool) {
        (VAULT, POOL) = (vault, pool);
        (, address strategy) = vault.poolOf(pool);
        STRATEGY = IERC20(strategy);
    }

    function wrap(uint256 shares) external {
        VAULT.transferFrom(msg.sender, address(this), POOL, shares);
        _mint(msg.sender, shares);
    }

    function unwrap(uint256 shares) external {
        _burn(msg.sender, shares);
        VAULT.transfer(msg.sender, POOL, shares);
    }

    /// @notice Queues the sender's part; everybody's of one epoch is one exit.
    function queue(uint256 shares) external returns (Epoch epoch) {
        _burn(msg.sender, shares);
        uint256 before = VAULT.exitOf(POOL, VAULT.currentEpoch().plus(2), address(this));
        (epoch,) = VAULT.queueWithdrawal(POOL, shares, 1, address(this));
        uint256 minted = VAULT.exitOf(POOL, epoch, address(this)) - before;
        exitShares[epoch][msg.sender] += minted;
        allExitShares[epoch] += minted;
    }

    function claim(Epoch epoch) external returns (uint256 assets) {
        if (VAULT.exitOf(POOL, epoch, address(this)) > 0) {
            paid[epoch] = VAULT.completeWithdrawal(POOL, epoch, address(this), address(this));
        }
        assets = paid[epoch] * exitShares[epoch][msg.sender] / allExitShares[epoch];
        delete exitShares[epoch][msg.sender];
        STRATEGY.safeTransfer(msg.sender, assets);
    }
}
