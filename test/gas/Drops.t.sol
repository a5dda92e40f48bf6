// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DropClaim} from "palisade/interfaces/IMerkleDrops.sol";
import {DropsScene} from "../unit/MerkleDrops/DropsScene.sol";
import {Row, Tree} from "../unit/MerkleDrops/Tree.sol";

/// @notice What a drop costs, by a tree of 1,024 accounts, whose proofs have ten hashes; written to
/// `snapshots/rewards.json`.
/// @dev As in `Core.t.sol`: every top-level call is a cold transaction. Others have claimed of the drop before; who is
/// paid now has none of the token and has claimed nothing.
contract DropsGasTest is DropsScene {
    bytes32[] internal tree;

    function setUp() public override {
        super.setUp();
        Row[] memory all = new Row[](1024);
        for (uint256 i; i < 1024; ++i) {
            all[i] = Row(accountOf(i), 1e16 + i);
        }
        tree = Tree.build(all);
        activate(drop, first, 60 * unit);
        claim(alices());
        activate(drop, tree, 11e18);
        claim(itemOf(1023));
    }

    function test_Claim() public {
        DropClaim[] memory claims = list(itemOf(0));
        assertEq(claims[0].proof.length, 10);
        vm.prank(stranger);
        drops.claim(claims);
        vm.snapshotGasLastCall("rewards", "drop_claim");
        assertEq(token.balanceOf(accountOf(0)), 1e16);
    }

    function test_ClaimForTen() public {
        DropClaim[] memory claims = new DropClaim[](10);
        for (uint256 i; i < 10; ++i) {
            claims[i] = itemOf(i);
        }
        vm.prank(stranger);
        drops.claim(claims);
        vm.snapshotGasLastCall("rewards", "drop_claim_10");
        assertEq(token.balanceOf(accountOf(9)), 1e16 + 9);
    }

    /// @dev The one before is active, and becomes the one below.
    function test_Post() public {
        vm.prank(payer);
        drops.post(drop, "next", 11e18);
        vm.snapshotGasLastCall("rewards", "drop_post");
    }

    function accountOf(uint256 i) internal pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode("account", i)))));
    }

    function itemOf(uint256 i) internal view returns (DropClaim memory) {
        return item(drop, tree, accountOf(i), 1e16 + i);
    }
}
