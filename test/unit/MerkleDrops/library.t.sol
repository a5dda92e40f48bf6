// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DropClaim} from "palisade/interfaces/IMerkleDrops.sol";
import {DropsScene} from "./DropsScene.sol";
import {Row, Tree} from "./Tree.sol";

/// @notice A tree and its proofs as the library makes them that payers use, and the tests' own trees beside it.
/// @dev Made by `@openzeppelin/merkle-tree` 1.0.8 on Node.js, from five accounts (0x11…11 to 0x55…55) and amounts:
///
///     const tree = StandardMerkleTree.build(rows, ["address", "uint256"]);
///     console.log(tree.root);
///     for (const [i] of tree.entries()) console.log(tree.getProof(i));
contract MerkleDropsLibraryTest is DropsScene {
    bytes32 internal constant ROOT = 0x21c9c4f5c1db37710f3a8125ed76d967577c361a6ce72fe2410cc35c999f3a37;
    uint256 internal constant TOTAL = 1_001_001_001_001_015;

    bytes32 internal constant LEAF_1 = 0x9a752981379673c347a373166043855e98ac66bde0d9215e560aef8995eb7e63;
    bytes32 internal constant LEAF_2 = 0xc449043f58c4f4ab3d23f328d163ca4973ecc0c67754d9714100221dd2973f60;
    bytes32 internal constant LEAF_3 = 0x04d47730ac6c91e3d7874f0e2d756c3fb0e9ce839f7d97d5ad7e126a8c6362a1;
    bytes32 internal constant LEAF_4 = 0x49396102896c2fe78d064c1b2485015dc3de3877af40e46d4a3b5248b57ab040;
    bytes32 internal constant LEAF_5 = 0x4d4bd895931e44b9c94e097be3fcc15b17442ce8fb5ecdcb7ff6711aa12e6563;
    bytes32 internal constant NODE_34 = 0x020bbaf04984f435add25d5fefc8321b9434284a0fa7240926508ebec5c58c4b;
    bytes32 internal constant NODE_15 = 0x96afb4cbadac9ad54fc81af0a54b29433aa6c02d1299f30a2f73bbcdda6a4ba4;
    bytes32 internal constant NODE_234 = 0xe910cc2cfeb61d417b991a87154f889fb22d2b3645b3457eaec9cce88a64b917;

    /// @dev The proofs as the library tells them, claimed in one call.
    function test_PaysByItsProofs() public {
        DropClaim[] memory claims = theirs();
        give(token, payer, TOTAL);
        fund(drop, TOTAL);
        vm.prank(payer);
        drops.post(drop, ROOT, TOTAL);
        skip(DELAY);
        uint256[] memory amounts = drops.claim(claims);
        uint256 sum;
        for (uint256 i; i < 5; ++i) {
            assertEq(amounts[i], claims[i].cumulative);
            assertEq(token.balanceOf(claims[i].account), claims[i].cumulative);
            sum += amounts[i];
        }
        assertEq(sum, TOTAL);
        assertDrop(drop, 100 * unit + TOTAL, TOTAL);
    }

    /// @dev So the other tests are about such trees.
    function test_TheTestsMakeTheSame() public view {
        DropClaim[] memory claims = theirs();
        Row[] memory all = new Row[](5);
        for (uint256 i; i < 5; ++i) {
            all[i] = Row(claims[i].account, claims[i].cumulative);
        }
        bytes32[] memory tree = Tree.build(all);
        assertEq(tree[0], ROOT);
        for (uint256 i; i < 5; ++i) {
            DropClaim memory own = item(drop, tree, all[i].account, all[i].cumulative);
            assertEq(abi.encode(own.proof), abi.encode(claims[i].proof));
        }
    }

    function theirs() internal view returns (DropClaim[] memory claims) {
        claims = new DropClaim[](5);
        claims[0] = DropClaim(drop, accountOf(1), 1001, proof(LEAF_5, NODE_234));
        claims[1] = DropClaim(drop, accountOf(2), 1_000_002, proof(NODE_34, NODE_15));
        claims[2] = DropClaim(drop, accountOf(3), 1_000_000_003, proof(LEAF_4, LEAF_2, NODE_15));
        claims[3] = DropClaim(drop, accountOf(4), 1_000_000_000_004, proof(LEAF_3, LEAF_2, NODE_15));
        claims[4] = DropClaim(drop, accountOf(5), 1_000_000_000_000_005, proof(LEAF_1, NODE_234));
    }

    function accountOf(uint160 digit) internal pure returns (address) {
        return address(digit * (type(uint160).max / 15));
    }

    function proof(bytes32 a, bytes32 b) internal pure returns (bytes32[] memory hashes) {
        hashes = new bytes32[](2);
        (hashes[0], hashes[1]) = (a, b);
    }

    function proof(bytes32 a, bytes32 b, bytes32 c) internal pure returns (bytes32[] memory hashes) {
        hashes = new bytes32[](3);
        (hashes[0], hashes[1], hashes[2]) = (a, b, c);
    }
}
