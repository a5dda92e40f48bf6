// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What an account is owed, all in all.
struct Row {
    address account;
    uint256 cumulative;
}

/// @notice Merkle trees as `StandardMerkleTree.build(rows, ["address", "uint256"])` makes them, written down from its words:
/// leaves are hashed twice and sorted, and stand at the end of the list, the least last; node i is the hash of nodes
/// 2i+1 and 2i+2, the lesser first; node 0 is the root.
library Tree {
    error NotInTheTree(bytes32 hash);

    function build(Row[] memory rows) internal pure returns (bytes32[] memory nodes) {
        bytes32[] memory leaves = new bytes32[](rows.length);
        for (uint256 i; i < rows.length; ++i) {
            leaves[i] = leaf(rows[i].account, rows[i].cumulative);
        }
        return fromLeaves(leaves);
    }

    function fromLeaves(bytes32[] memory leaves) internal pure returns (bytes32[] memory nodes) {
        uint256 n = leaves.length;
        nodes = new bytes32[](2 * n - 1);
        for (uint256 i; i < n; ++i) {
            uint256 rank;
            for (uint256 j; j < n; ++j) {
                if (leaves[j] < leaves[i] || leaves[j] == leaves[i] && j < i) ++rank;
            }
            nodes[2 * n - 2 - rank] = leaves[i];
        }
        for (uint256 i = n - 1; i > 0; --i) {
            nodes[i - 1] = pair(nodes[2 * i - 1], nodes[2 * i]);
        }
    }

    /// @notice The hashes beside the way from a leaf, or an inner node, to the root.
    function proofOf(bytes32[] memory nodes, bytes32 hash) internal pure returns (bytes32[] memory proof) {
        uint256 at;
        while (at < nodes.length && nodes[at] != hash) {
            ++at;
        }
        if (at == nodes.length) revert NotInTheTree(hash);
        uint256 depth;
        for (uint256 i = at; i > 0; i = (i - 1) / 2) {
            ++depth;
        }
        proof = new bytes32[](depth);
        for (uint256 i; at > 0; at = (at - 1) / 2) {
            proof[i++] = nodes[at % 2 == 1 ? at + 1 : at - 1];
        }
    }

    function leaf(address account, uint256 cumulative) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(keccak256(abi.encodePacked(uint256(uint160(account)), cumulative))));
    }

    function pair(bytes32 a, bytes32 b) internal pure returns (bytes32) {
        return a < b ? keccak256(abi.encodePacked(a, b)) : keccak256(abi.encodePacked(b, a));
    }
}
