// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";

import {StakeOrder} from "palisade/interfaces/IRouter.sol";
import {WAD} from "palisade/types/Magnitude.sol";
import {Scene} from "./Scene.sol";

/// @notice Staked ether as development networks have it, which rebases.
interface IStakedEther is IERC20 {
    error NothingToMint(uint256 sent);
    error PenaltyTooHigh(uint256 amount, uint256 held);

    function deposit() external payable;
    function redeem(uint256 amount) external;
    function reward() external payable;
    function penalize(uint256 amount) external;
    function sharesOf(address account) external view returns (uint256);
    function totalShares() external view returns (uint256);
}

/// @notice Staked ether, and its wrapper, from their artifacts; and how they come into the vault.
abstract contract Rebasing is Scene {
    function stakedEther() internal returns (IStakedEther) {
        bytes memory args = abi.encode("Staked Ether", "stETH");
        return IStakedEther(vm.deployCode("out/DevStakedEther.sol/DevStakedEther.json", args));
    }

    function rebasingWrapper(IERC20 asset) internal returns (IERC4626) {
        bytes memory args = abi.encode(asset, "Wrapped Staked Ether", "wstETH");
        return IERC4626(vm.deployCode("out/RebasingWrapper.sol/RebasingWrapper.json", args));
    }

    /// @notice One that somebody has been the first to use: it gives its next depositor one for one.
    function usedWrapper(IStakedEther steth) internal returns (IERC4626 wrapper) {
        wrapper = rebasingWrapper(steth);
        depositEther(steth, address(this), 1001);
        steth.approve(address(wrapper), 1001);
        wrapper.deposit(1001, address(this));
    }

    function depositEther(IStakedEther steth, address account, uint256 amount) internal returns (uint256) {
        vm.deal(account, account.balance + amount);
        vm.prank(account);
        steth.deposit{value: amount}();
        return amount;
    }

    function payReward(IStakedEther steth, uint256 amount) internal {
        vm.deal(address(this), address(this).balance + amount);
        steth.reward{value: amount}();
    }

    /// @notice An order of alice's for the operator's pool, at this very second the latest, that accepts any risk but
    /// proposals.
    function orderOf(address strategy) internal view returns (StakeOrder memory) {
        return StakeOrder({
            strategy: strategy,
            operator: operator,
            receiver: alice,
            minAssets: 0,
            minShares: 0,
            deadline: vm.getBlockTimestamp(),
            maxLoss: WAD,
            allowProposals: false
        });
    }
}
