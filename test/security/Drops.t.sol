// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DropClaim, IMerkleDrops} from "palisade/interfaces/IMerkleDrops.sol";
import {DropsScene} from "../unit/MerkleDrops/DropsScene.sol";
import {Row, Tree} from "../unit/MerkleDrops/Tree.sol";

/// @notice Attacks on trees and proofs: D64 and D65.
contract DropCases is DropsScene {
    /// @dev Two hashes that stand side by side in a tree are 64 bytes, like an account and its amount. The hash of two
    /// that read as an account and an amount would be a leaf for the thief, were leaves hashed once.
    function test_D64_innerNode_asLeaf() public {
        address thief = address(0x7415f);
        bytes32[] memory hashes = new bytes32[](4);
        (hashes[0], hashes[1]) = (bytes32(uint256(uint160(thief))), bytes32(60 * unit));
        (hashes[2], hashes[3]) = (Tree.leaf(alice, 10 * unit), Tree.leaf(bob, 20 * unit));
        bytes32[] memory tree = Tree.fromLeaves(hashes);
        bytes32 node = keccak256(abi.encode(thief, 60 * unit));
        activate(drop, tree, 100 * unit);
        expectWrongProof(thief, 60 * unit, tree[0]);
        claim(DropClaim(drop, thief, 60 * unit, Tree.proofOf(tree, node)));
        // Nor as what a leaf is hashed from.
        expectWrongProof(thief, 60 * unit, tree[0]);
        claim(DropClaim(drop, thief, 60 * unit, Tree.proofOf(tree, hashes[0])));
        assertEq(claim(item(drop, tree, alice, 10 * unit)), 10 * unit, "the honest leaves pay");
    }

    /// @dev Every inner node of a tree, its two children taken for an account and an amount.
    function testFuzz_D64_noInnerNode_isALeaf(uint64[13] memory amounts) public {
        bytes32[] memory tree = treeOf(amounts);
        activate(drop, tree, 100 * unit);
        for (uint256 i; i < 12; ++i) {
            bytes32[] memory proof = Tree.proofOf(tree, tree[i]);
            for (uint256 j = 1; j <= 2; ++j) {
                address account = address(uint160(uint256(tree[2 * i + j])));
                uint256 amount = uint256(tree[2 * i + 3 - j]);
                expectWrongProof(account, amount, tree[0]);
                claim(DropClaim(drop, account, amount, proof));
            }
        }
    }

    /// @dev The bytes above an account's twenty are part of no leaf: a call that fills them is refused, not cut.
    function test_D65_dirtyPadding_isRefused() public {
        activate(drop, first, 60 * unit);
        bytes memory call = abi.encodeCall(IMerkleDrops.claim, (list(alices())));
        // Selector, offset of the list, its length, offset of the item, its drop; then the account.
        assertEq(wordAt(call, 132), bytes32(uint256(uint160(alice))));
        call[132] = 0x01;
        (bool ok,) = address(drops).call(call);
        assertFalse(ok);
        call[132] = 0x00;
        (ok,) = address(drops).call(call);
        assertTrue(ok);
        assertEq(token.balanceOf(alice), 10 * unit);
    }

    /// @dev A tree that another library filled up with leaves of zero. They pay nothing, to nobody, and the others pay.
    function test_D65_zeroPaddedTree_padsPayNothing() public {
        bytes32[] memory leaves = new bytes32[](4);
        for (uint256 i; i < 3; ++i) {
            leaves[i] = Tree.leaf([alice, bob, carol][i], 10 * unit);
        }
        bytes32[] memory tree = Tree.fromLeaves(leaves);
        activate(drop, tree, 30 * unit);
        bytes32[] memory proof = Tree.proofOf(tree, 0);
        address[3] memory accounts = [address(0), stranger, alice];
        for (uint256 i; i < 3; ++i) {
            assertEq(claim(DropClaim(drop, accounts[i], 0, proof)), 0);
            expectWrongProof(accounts[i], 1, tree[0]);
            claim(DropClaim(drop, accounts[i], 1, proof));
        }
        assertEq(claim(item(drop, tree, alice, 10 * unit)), 10 * unit);
        assertEq(claim(item(drop, tree, carol, 10 * unit)), 10 * unit);
        assertDrop(drop, 100 * unit, 20 * unit);
    }

    /// @dev No leaf and no proof is as good as none: while there is no root, nothing leads to it.
    function test_D65_emptyProof_ofNoRoot() public {
        expectWrongProof(stranger, unit, 0);
        claim(DropClaim(drop, stranger, unit, new bytes32[](0)));
        expectWrongProof(stranger, unit, 0);
        claim(DropClaim(drop, stranger, unit, new bytes32[](1)));
    }

    /// @dev A proof has no index, and no length of its own: any that is not the way from leaf to root is refused, be it
    /// cut, prolonged, or changed in a hash or the order of two.
    function testFuzz_D65_alteredProof_isRefused(uint64[13] memory amounts, uint256 who, uint256 at, bytes32 hash)
        public
    {
        bytes32[] memory tree = treeOf(amounts);
        activate(drop, tree, 100 * unit);
        who = bound(who, 0, 12);
        DropClaim memory c = item(drop, tree, accountOf(who), uint256(amounts[who]) + 1);
        bytes32[] memory proof = c.proof;
        uint256 n = proof.length;
        at = bound(at, 0, n - 1);

        c.proof = cut(proof, at);
        refused(c, tree[0]);
        c.proof = cut(proof, n + 1);
        refused(c, tree[0]);
        c.proof[n] = hash;
        refused(c, tree[0]);
        c.proof[n] = tree[0];
        refused(c, tree[0]);
        c.proof = cut(proof, n);
        c.proof[at] ^= bytes32(uint256(1) << (uint256(hash) % 256));
        refused(c, tree[0]);
        c.proof = cut(proof, n);
        uint256 other = (at + 1) % n;
        (c.proof[at], c.proof[other]) = (c.proof[other], c.proof[at]);
        refused(c, tree[0]);
        c.proof = proof;
        assertEq(drops.claimable(c.drop, c.account, c.cumulative, c.proof), c.cumulative);
    }

    /* INTERNAL */

    function treeOf(uint64[13] memory amounts) internal returns (bytes32[] memory) {
        Row[] memory all = new Row[](13);
        for (uint256 i; i < 13; ++i) {
            all[i] = Row(accountOf(i), uint256(amounts[i]) + 1);
        }
        give(token, payer, 14 * 2 ** 64);
        fund(drop, 14 * 2 ** 64);
        return Tree.build(all);
    }

    function accountOf(uint256 i) internal pure returns (address) {
        return address(uint160(0xacc0 + i));
    }

    /// @dev The first hashes of a proof; zeros where it has none.
    function cut(bytes32[] memory proof, uint256 length) internal pure returns (bytes32[] memory part) {
        part = new bytes32[](length);
        for (uint256 i; i < length && i < proof.length; ++i) {
            part[i] = proof[i];
        }
    }

    function refused(DropClaim memory c, bytes32 root) internal {
        expectWrongProof(c.account, c.cumulative, root);
        claim(c);
    }

    function wordAt(bytes memory data, uint256 offset) internal pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 32), offset))
        }
    }

    function expectWrongProof(address account, uint256 cumulative, bytes32 root) internal {
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.WrongProof.selector, drop, account, cumulative, root));
    }
}
