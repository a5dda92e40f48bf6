// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CommonBase} from "forge-std/Base.sol";
import {console} from "forge-std/console.sol";

/// @notice How often each action was called, and did something. Forge forgets all state between the runs of a campaign,
/// so the sums are kept in the environment.
contract Tally is CommonBase {
    string public campaign;
    string[] public actions;
    mapping(string action => uint256) public calls;
    mapping(string action => uint256) public successes;

    constructor(string memory campaign_, string[] memory actions_) {
        (campaign, actions) = (campaign_, actions_);
    }

    function called(string calldata action) external {
        ++calls[action];
    }

    function succeeded(string calldata action) external {
        ++successes[action];
    }

    /// @notice Adds this run to the campaign and prints the sums.
    /// @return idle an action that never succeeded though each had been called `enough` times on average, or nothing
    function close(uint256 enough) external returns (string memory idle) {
        uint256 total;
        for (uint256 i; i < actions.length; ++i) {
            (uint256 called_, uint256 succeeded_) = _add(actions[i]);
            total += called_;
            if (succeeded_ == 0) idle = actions[i];
            console.log(actions[i], called_, succeeded_);
        }
        if (total < enough * actions.length) return "";
    }

    function _add(string storage action) private returns (uint256 called_, uint256 succeeded_) {
        string memory key = string.concat("PALISADE_TALLY_", campaign, "_", action);
        called_ = vm.envOr(key, uint256(0)) + calls[action];
        succeeded_ = vm.envOr(string.concat(key, "_OK"), uint256(0)) + successes[action];
        vm.setEnv(key, vm.toString(called_));
        vm.setEnv(string.concat(key, "_OK"), vm.toString(succeeded_));
    }
}
