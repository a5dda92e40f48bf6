// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What the proofs need of the cheats that forge and halmos share.
interface Cheats {
    function assume(bool condition) external pure;
    function envOr(string calldata name, string calldata otherwise) external view returns (string memory);
    function etch(address account, bytes calldata code) external;
    function getCode(string calldata artifact) external view returns (bytes memory);
    function load(address account, bytes32 slot) external view returns (bytes32);
    function prank(address sender) external;
    function store(address account, bytes32 slot, bytes32 value) external;
    function warp(uint256 timestamp) external;
}

/// @notice What they need of halmos alone. Each `create` gives a value that stands for all values.
interface Symbols {
    function createAddress(string calldata name) external returns (address);
    function createBytes(uint256 size, string calldata name) external returns (bytes memory);
    function createBytes32(string calldata name) external returns (bytes32);
    function createCalldata(string calldata contractName) external returns (bytes memory);
    function createUint(uint256 bits, string calldata name) external returns (uint256);
    function createUint256(string calldata name) external returns (uint256);
    function enableSymbolicStorage(address account) external;
}

/// @notice The base of all proofs. A proof is a function `check_…`, which halmos runs for all values at once; forge does not run it.
/// One named `check_control_…` claims what is false: halmos must find a counterexample.
abstract contract Symbolic {
    Cheats internal constant vm = Cheats(address(uint160(uint256(keccak256("hevm cheat code")))));
    Symbols internal constant svm = Symbols(address(uint160(uint256(keccak256("svm cheat code")))));

    error NotDeployed(string name);

    /// @dev From the artifact as shipped, or from the folder that `PROVEN` names: one with a planted bug.
    function deploy(string memory name, bytes memory args) internal returns (address made) {
        string memory artifact = string.concat(vm.envOr("PROVEN", "artifacts"), "/", name, ".sol/", name, ".json");
        bytes memory code = abi.encodePacked(vm.getCode(artifact), args);
        assembly ("memory-safe") {
            made := create(0, add(code, 32), mload(code))
        }
        if (made == address(0)) revert NotDeployed(name);
    }
}
