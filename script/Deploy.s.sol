// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Script} from "forge-std/Script.sol";

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {IGovernance} from "palisade/interfaces/IGovernance.sol";
import {ILens} from "palisade/interfaces/ILens.sol";
import {IMerkleDrops} from "palisade/interfaces/IMerkleDrops.sol";
import {IRewardStreams} from "palisade/interfaces/IRewardStreams.sol";
import {IRewardsDistributor} from "palisade/interfaces/IRewardsDistributor.sol";
import {IRouter} from "palisade/interfaces/IRouter.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";

/// @notice What a deployment is made from.
struct Config {
    bytes32 salt;
    uint256 epochLength;
    address council;
    address guardian;
    uint256 delay;
}

/// @notice What a deployment made.
struct Deployment {
    address governanceGenesis;
    TimelockController timelock;
    AccessManager accessManager;
    IGovernance governance;
    address genesis;
    IStakeVault vault;
    IAllocationManager allocationManager;
    IRouter router;
    ILens lens;
    IRewardsDistributor rewards;
    IRewardStreams streams;
    IMerkleDrops drops;
}

/// @notice Deploys Palisade at addresses that follow from the configuration alone, as `palisade deploy` does.
/// @dev The contracts come from their artifacts, not from `new`: scripts and tests are compiled without the optimiser.
contract Deploy is Script {
    error MissingCreate2Deployer(address deployer);
    error NoCouncil();
    error NoGuardian();
    error NoDelay();
    error Failed(string what, address expected);
    error Miswired(string what, address expected, address actual);

    function run(string calldata configFile) external returns (Deployment memory) {
        string memory toml = vm.readFile(configFile);
        return deploy(
            Config({
                salt: vm.parseTomlBytes32(toml, ".salt"),
                epochLength: vm.parseTomlUint(toml, ".epoch_length"),
                council: vm.parseTomlAddress(toml, ".governance.council"),
                guardian: vm.parseTomlAddress(toml, ".governance.guardian"),
                delay: vm.parseTomlUint(toml, ".governance.delay")
            })
        );
    }

    function deploy(Config memory config) public returns (Deployment memory d) {
        require(CREATE2_FACTORY.code.length > 0, MissingCreate2Deployer(CREATE2_FACTORY));
        require(config.council != address(0), NoCouncil());
        require(config.guardian != address(0), NoGuardian());
        require(config.delay > 0, NoDelay());

        vm.startBroadcast();
        d.governanceGenesis =
            _create2("GovernanceGenesis", config.salt, abi.encode(config.council, config.guardian, config.delay));
        d.timelock = TimelockController(payable(vm.computeCreateAddress(d.governanceGenesis, 1)));
        d.accessManager = AccessManager(vm.computeCreateAddress(d.governanceGenesis, 2));
        d.governance = IGovernance(vm.computeCreateAddress(d.governanceGenesis, 3));

        d.genesis = _create2("Genesis", config.salt, abi.encode(d.governance, config.epochLength));
        d.vault = IStakeVault(vm.computeCreateAddress(d.genesis, 1));
        d.allocationManager = IAllocationManager(vm.computeCreateAddress(d.genesis, 2));

        d.router = IRouter(_create2("Router", config.salt, abi.encode(d.vault)));
        d.lens = ILens(_create2("Lens", config.salt, abi.encode(d.vault)));

        d.rewards = IRewardsDistributor(_create2("RewardsDistributor", config.salt, abi.encode(d.vault)));
        d.streams = IRewardStreams(_create2("RewardStreams", config.salt, abi.encode(d.rewards, d.allocationManager)));
        d.drops = IMerkleDrops(_create2("MerkleDrops", config.salt, ""));
        vm.stopBroadcast();
        _check(d);
    }

    /// @dev Does nothing where the contract stands already.
    function _create2(string memory name, bytes32 salt, bytes memory args) private returns (address deployed) {
        bytes memory initcode = bytes.concat(vm.getCode(string.concat("out/", name, ".sol/", name, ".json")), args);
        deployed = vm.computeCreate2Address(salt, keccak256(initcode), CREATE2_FACTORY);
        if (deployed.code.length > 0) return deployed;
        (bool ok,) = CREATE2_FACTORY.call(bytes.concat(salt, initcode));
        require(ok, Failed(name, deployed));
    }

    function _check(Deployment memory d) private view {
        _same("authority of vault", address(d.governance), d.vault.AUTHORITY());
        _same("allocation manager of vault", address(d.allocationManager), d.vault.ALLOCATION_MANAGER());
        _same("authority of allocation manager", address(d.governance), d.allocationManager.AUTHORITY());
        _same("vault of allocation manager", address(d.vault), address(d.allocationManager.VAULT()));
        _same("vault of router", address(d.vault), address(d.router.VAULT()));
        _same("vault of lens", address(d.vault), address(d.lens.VAULT()));
        _same("vault of rewards distributor", address(d.vault), address(d.rewards.VAULT()));
        _same("distributor of streams", address(d.rewards), address(d.streams.DISTRIBUTOR()));
        _same("manager of streams", address(d.allocationManager), address(d.streams.ALLOCATION_MANAGER()));
        _same("authority of governance", address(d.accessManager), IAccessManaged(address(d.governance)).authority());
    }

    function _same(string memory what, address expected, address actual) private pure {
        require(expected == actual, Miswired(what, expected, actual));
    }
}
