// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CommonBase} from "forge-std/Base.sol";

/// @notice Reads from a shipped artifact which functions of a contract change state, so that no test forgets one.
abstract contract Selectors is CommonBase {
    function stateChanging(string memory name) internal view returns (bytes4[] memory selectors) {
        string memory json = artifactOf(name);
        string[] memory signatures = vm.parseJsonKeys(json, ".methodIdentifiers");
        selectors = new bytes4[](signatures.length);
        uint256 n;
        uint256 functions;
        for (uint256 i; vm.keyExistsJson(json, entry(i, "")); ++i) {
            if (!equal(vm.parseJsonString(json, entry(i, ".type")), "function")) continue;
            ++functions;
            string memory mutability = vm.parseJsonString(json, entry(i, ".stateMutability"));
            if (equal(mutability, "view") || equal(mutability, "pure")) continue;
            string memory called = vm.parseJsonString(json, entry(i, ".name"));
            for (uint256 j; j < signatures.length; ++j) {
                // Of functions with one name all count: rather one too many than one too few.
                if (!equal(vm.split(signatures[j], "(")[0], called)) continue;
                selectors[n++] = bytes4(keccak256(bytes(signatures[j])));
            }
        }
        require(functions == signatures.length, "the artifact contradicts itself");
        assembly ("memory-safe") {
            mstore(selectors, n)
        }
    }

    /// @dev Of a library's contract, which tests compile for themselves too, forge may write two, and name them by profile.
    function artifactOf(string memory name) internal view returns (string memory json) {
        string memory file = string.concat("out/", name, ".sol/", name);
        string memory plain = string.concat(file, ".json");
        return vm.readFile(vm.exists(plain) ? plain : string.concat(file, ".default.json"));
    }

    function entry(uint256 i, string memory field) private pure returns (string memory) {
        return string.concat(".abi[", vm.toString(i), "]", field);
    }

    function equal(string memory a, string memory b) private pure returns (bool) {
        return keccak256(bytes(a)) == keccak256(bytes(b));
    }
}
