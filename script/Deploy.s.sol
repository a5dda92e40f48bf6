// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Script} from "forge-std/Script.sol";

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";

/// @notice What a deployment is made from.
struct Config {
    bytes32 salt;
    address authority;
    uint256 epochLength;
}

/// @notice What a deployment made.
struct Deployment {
    address genesis;
    IStakeVault vault;
    IAllocationManager allocationManager;
}

/// @notice Deploys Palisade at addresses that follow from the configuration alone, as `palisade deploy` does.
/// @dev The contracts come from their artifacts, not from `new`: scripts and tests are compiled without the optimiser.
contract Deploy is Script {
    error MissingCreate2Deployer(address deployer);
    error NoAuthority();
    error Failed(string what, address expected);
    error Miswired(string what, address expected, address actual);

    function run(string calldata configFile) external returns (Deployment memory) {
        string memory toml = vm.readFile(configFile);
        return deploy(
            Config({
                salt: vm.parseTomlBytes32(toml, ".salt"),
                authority: vm.parseTomlAddress(toml, ".authority"),
                epochLength: vm.parseTomlUint(toml, ".epoch_length")
            })
        );
    }

    function deploy(Config memory config) public returns (Deployment memory deployment) {
        require(CREATE2_FACTORY.code.length > 0, MissingCreate2Deployer(CREATE2_FACTORY));
        require(config.authority != address(0), NoAuthority());

        vm.startBroadcast();
        deployment.genesis = _create2("Genesis", config.salt, abi.encode(config.authority, config.epochLength));
        vm.stopBroadcast();

        deployment.vault = IStakeVault(vm.computeCreateAddress(deployment.genesis, 1));
        deployment.allocationManager = IAllocationManager(vm.computeCreateAddress(deployment.genesis, 2));
        _check(config, deployment);
    }

    /// @dev Does nothing where the contract stands already.
    function _create2(string memory name, bytes32 salt, bytes memory args) private returns (address deployed) {
        bytes memory initcode = bytes.concat(vm.getCode(string.concat("out/", name, ".sol/", name, ".json")), args);
        deployed = vm.computeCreate2Address(salt, keccak256(initcode), CREATE2_FACTORY);
        if (deployed.code.length > 0) return deployed;
        (bool ok,) = CREATE2_FACTORY.call(bytes.concat(salt, initcode));
        require(ok, Failed(name, deployed));
    }

    function _check(Config memory config, Deployment memory d) private view {
        _same("authority of vault", config.authority, d.vault.AUTHORITY());
        _same("allocation manager of vault", address(d.allocationManager), d.vault.ALLOCATION_MANAGER());
        _same("authority of allocation manager", config.authority, d.allocationManager.AUTHORITY());
        _same("vault of allocation manager", address(d.vault), address(d.allocationManager.VAULT()));
    }

    function _same(string memory what, address expected, address actual) private pure {
        require(expected == actual, Miswired(what, expected, actual));
    }
}
