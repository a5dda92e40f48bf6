// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEpochClock} from "palisade/interfaces/IEpochClock.sol";
import {IGoverned} from "palisade/interfaces/IGoverned.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Config, Deploy, Deployment} from "../../script/Deploy.s.sol";
import {Base} from "../Base.t.sol";

contract DeployTest is Base {
    Deploy internal script;

    function setUp() public override {
        super.setUp();
        script = new Deploy();
    }

    function test_RevertWhen_ASettingIsMissing() public {
        Config memory missing = config(2, EPOCH);
        missing.council = address(0);
        vm.expectRevert(Deploy.NoCouncil.selector);
        script.deploy(missing);
        missing = config(2, EPOCH);
        missing.guardian = address(0);
        vm.expectRevert(Deploy.NoGuardian.selector);
        script.deploy(missing);
        missing = config(2, EPOCH);
        missing.delay = 0;
        vm.expectRevert(Deploy.NoDelay.selector);
        script.deploy(missing);
    }

    function test_RevertWhen_EpochIsTooShort() public {
        Config memory short = config(2, 1);
        vm.expectPartialRevert(Deploy.Failed.selector);
        script.deploy(short);
    }

    function test_RevertWhen_NoCreate2Deployer() public {
        vm.etch(CREATE2_FACTORY, "");
        vm.expectRevert(abi.encodeWithSelector(Deploy.MissingCreate2Deployer.selector, CREATE2_FACTORY));
        script.deploy(config(2, EPOCH));
    }

    function test_CoreRefusesAZeroAuthority() public {
        vm.expectRevert(IGoverned.NoAuthority.selector);
        this.create(address(0), EPOCH);
    }

    function test_CoreRefusesAnEpochTooShort() public {
        vm.expectRevert(abi.encodeWithSelector(IEpochClock.EpochTooShort.selector, 1, 2));
        this.create(authority, 1);
    }

    function test_TheShortestEpoch() public {
        Deployment memory d = script.deploy(config(2, 2));
        assertEq(d.vault.EPOCH_LENGTH(), 2);
        skip(2);
        assertEq(d.vault.currentEpoch(), Epoch.wrap(2));
    }

    function test_SaysWhatIsFixed() public {
        address genesis = vm.computeCreateAddress(address(this), vm.getNonce(address(this)));
        for (uint256 nonce = 1; nonce <= 2; ++nonce) {
            address created = vm.computeCreateAddress(genesis, nonce);
            vm.expectEmit(created);
            emit IEpochClock.ClockStarted(EPOCH, vm.getBlockTimestamp());
            vm.expectEmit(created);
            emit IGoverned.AuthoritySet(authority);
        }
        vm.deployCode("out/Genesis.sol/Genesis.json", abi.encode(authority, EPOCH));
    }

    function test_WiresTheCoreToItself() public view {
        assertEq(vault.ALLOCATION_MANAGER(), address(manager));
        assertEq(address(manager.VAULT()), address(vault));
        assertEq(vault.AUTHORITY(), authority);
        assertEq(manager.AUTHORITY(), authority);
        assertEq(vault.EPOCH_LENGTH(), EPOCH);
        assertEq(manager.EPOCH_LENGTH(), EPOCH);
        assertEq(vault.ORIGIN(), vm.getBlockTimestamp());
        assertEq(manager.ORIGIN(), vm.getBlockTimestamp());
        assertEq(vault.currentEpoch(), Epoch.wrap(1));
    }

    function test_ASecondDeploymentIsTheFirst() public {
        deposit(alice, address(0), unit);
        Deployment memory d = script.deploy(config(1, EPOCH));
        assertEq(address(d.vault), address(vault));
        assertEq(address(d.allocationManager), address(manager));
        assertEq(vault.balanceOf(alice, vault.poolId(address(0), address(token))), unit);
    }

    function test_AddressesFollowFromTheConfiguration() public {
        address other = address(script.deploy(config(2, EPOCH)).vault);
        assertNotEq(other, address(vault));
        Config memory guarded = config(1, EPOCH);
        guarded.guardian = alice;
        assertNotEq(address(script.deploy(guarded).vault), address(vault));
        assertNotEq(address(script.deploy(config(1, EPOCH + 1)).vault), address(vault));
    }

    function test_TheClockStandsStillInTheEnd() public {
        uint256 last = 2 ** 24 - 9;
        vm.warp(vault.ORIGIN() + (last - 2) * EPOCH);
        assertEq(vault.currentEpoch(), Epoch.wrap(last - 1));
        skip(EPOCH);
        assertEq(vault.currentEpoch(), Epoch.wrap(last));
        skip(EPOCH);
        assertEq(vault.currentEpoch(), Epoch.wrap(last));
    }

    function config(uint256 salt, uint256 epochLength) internal view returns (Config memory made) {
        made = defaultConfig();
        (made.salt, made.epochLength) = (bytes32(salt), epochLength);
    }

    /// @dev The deployer hides why it failed; this does not.
    function create(address authority_, uint256 epochLength) external {
        vm.deployCode("out/Genesis.sol/Genesis.json", abi.encode(authority_, epochLength));
    }
}
