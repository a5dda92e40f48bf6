// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Vm} from "forge-std/Vm.sol";

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {IEpochClock} from "palisade/interfaces/IEpochClock.sol";
import {IGoverned, Pausable} from "palisade/interfaces/IGoverned.sol";
import {Claim, IRewardsDistributor, Payment} from "palisade/interfaces/IRewardsDistributor.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Magnitude, Wad} from "palisade/types/Magnitude.sol";
import {OperatorSetId, toOperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId, poolKey} from "palisade/types/PoolId.sol";
import {Terms} from "palisade/types/Terms.sol";

/// @notice A token of the world: anyone mints, and names who is refused as a receiver.
interface IToken {
    function mint(address to, uint256 amount) external;
    function approve(address spender, uint256 value) external returns (bool);
    function transfer(address to, uint256 value) external returns (bool);
    function setBlocked(address account, bool blocked) external;
}

/// @notice The world of palisade-fuzz, at the same addresses, and the steps of the tests that it writes: see
/// crates/fuzz/src/world.rs and forge.rs. A call is made by `attempt`, whatever comes of it, or by what must come of it.
abstract contract Replay is Test {
    uint256 internal constant ORIGIN = 1_700_000_000;
    uint256 internal constant EPOCH_LENGTH = 86_400;
    uint256 internal constant ENDOWMENT = 2 ** 90;
    bytes32 internal constant EVIDENCE = 0xe7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7;

    address internal constant CREATOR = 0x00000000000000000000000000000000C0FfeE00;
    address internal constant VAULT = 0x38f035dF6df3968F7296019438BcFc7Ee814DC7c;
    address internal constant MANAGER = 0xd4c0A44767b5Be53d1407764CfF424bC4a2B2fA9;
    address internal constant REWARDS = 0x62D762Da6754eb4350A29aD60FA9186a866E6Cd3;
    address internal constant COIN = 0xf5ED6cB3873300b89aa2239d74F662880499eb58;
    address internal constant AUTHORITY = 0x000000000000000000000000000000000a070001;
    address internal constant RESOLVER = 0x0000000000000000000000000000000004e50001;
    address internal constant REGISTRAR_1 = 0x0000000000000000000000000000000004e60001;
    address internal constant REGISTRAR_2 = 0x0000000000000000000000000000000004e60002;
    address internal constant TREASURY = 0x00000000000000000000000000000000074e0001;
    address internal constant STRANGER = 0x0000000000000000000000000000000005770001;
    address internal constant APPROVER_1 = 0xA7ffa0CcE6ecA2De1099fB1Be1b59eC7C1CEa71E;
    address internal constant APPROVER_2 = 0x84a73F6e677EFFD411297aE8214A330AF803A584;
    address internal constant OPERATOR_1 = 0x00000000000000000000000000000000009e0001;
    address internal constant OPERATOR_2 = 0x00000000000000000000000000000000009e0002;
    address internal constant OPERATOR_3 = 0x00000000000000000000000000000000009e0003;
    address internal constant OPERATOR_4 = 0x00000000000000000000000000000000009e0004;
    address internal constant OPERATOR_5 = 0x00000000000000000000000000000000009E0005;
    address internal constant SERVICE_1 = 0x000000000000000000000000000000000a750001;
    address internal constant SERVICE_2 = 0x000000000000000000000000000000000A750002;
    address internal constant SERVICE_3 = 0x000000000000000000000000000000000A750003;
    address internal constant SLASHER_1 = 0x00000000000000000000000000000000051a0001;
    address internal constant SLASHER_2 = 0x00000000000000000000000000000000051A0002;
    address internal constant STAKER_1 = 0x00000000000000000000000000000000057A0001;
    address internal constant STAKER_2 = 0x00000000000000000000000000000000057a0002;
    address internal constant STAKER_3 = 0x00000000000000000000000000000000057A0003;
    address internal constant STAKER_4 = 0x00000000000000000000000000000000057a0004;
    address internal constant STAKER_5 = 0x00000000000000000000000000000000057a0005;
    address internal constant STAKER_6 = 0x00000000000000000000000000000000057A0006;
    address internal constant TOKEN_0 = 0x3296206F72CF7De4d93a01ca53ACd9de9098D829;
    address internal constant TOKEN_1 = 0x28e1CB730D380378ca57b6A8Af1198a122717Ccb;
    address internal constant TOKEN_2 = 0xE050f7aD01F9808262778657A0196E7fF4fC908A;

    bool private succeeded;
    bytes private output;
    Vm.Log[] private recording;

    function setUp() public {
        vm.warp(ORIGIN);
        // They log what they are told; the second one reverts where it is told of a leave.
        vm.etch(REGISTRAR_1, hex"365f5f37365fa000");
        vm.etch(REGISTRAR_2, hex"5f3560e01c63bcc1024414601657365f5f37365fa0005b5f5ffd");
        create("Genesis", abi.encode(AUTHORITY, EPOCH_LENGTH));
        assertEq(address(IAllocationManager(MANAGER).VAULT()), VAULT);
        assertEq(IStakeVault(VAULT).ALLOCATION_MANAGER(), MANAGER);
        address[4] memory tokens = [TOKEN_0, TOKEN_1, TOKEN_2, COIN];
        address[6] memory stakers = [STAKER_1, STAKER_2, STAKER_3, STAKER_4, STAKER_5, STAKER_6];
        for (uint256 i; i < tokens.length; ++i) {
            if (tokens[i] == COIN) assertEq(create("RewardsDistributor", abi.encode(VAULT)), REWARDS);
            string memory place = vm.toString(i);
            bytes memory arguments = abi.encode(string.concat("Token ", place), string.concat("TOKEN", place), 18);
            assertEq(create("BlocklistToken", arguments), tokens[i]);
            for (uint256 j; j < stakers.length; ++j) {
                IToken(tokens[i]).mint(stakers[j], ENDOWMENT);
                vm.startPrank(stakers[j]);
                IToken(tokens[i]).approve(VAULT, type(uint256).max);
                IToken(tokens[i]).approve(REWARDS, type(uint256).max);
                vm.stopPrank();
            }
        }
    }

    /// @dev Addresses follow from the creator and its nonce.
    function create(string memory name, bytes memory arguments) private returns (address created) {
        bytes memory code = bytes.concat(vm.getCode(string.concat("out/", name, ".sol/", name, ".json")), arguments);
        vm.prank(CREATOR);
        assembly ("memory-safe") {
            created := create(0, add(code, 0x20), mload(code))
        }
        assertTrue(created != address(0), name);
    }

    /* STEPS */

    /// @notice Time passes.
    function at(uint256 timestamp) internal {
        vm.warp(timestamp);
    }

    /// @notice A call, whatever comes of it.
    function attempt(address sender, address target, bytes memory data) internal {
        vm.prank(sender);
        (succeeded, output) = target.call(data);
    }

    /// @notice A call that must be carried out.
    function accepted(address sender, address target, bytes memory data) internal {
        attempt(sender, target, data);
        assertTrue(succeeded, string.concat("refused: ", vm.toString(output)));
    }

    /// @notice A call that must be refused.
    function refused(address sender, address target, bytes memory data) internal {
        attempt(sender, target, data);
        assertFalse(succeeded, "accepted");
    }

    /// @notice A call that must be refused, and not for this reason.
    function refusedOtherwise(address sender, address target, bytes memory data, bytes memory reason) internal {
        refused(sender, target, data);
        assertNotEq(output, reason, "refused for this reason");
    }

    /// @notice A call that must return this.
    function returned(address sender, address target, bytes memory data, bytes memory expected) internal {
        accepted(sender, target, data);
        assertEq(output, expected, "returned");
    }

    /// @notice A call whose logs are looked at.
    function recorded(address sender, address target, bytes memory data) internal {
        vm.recordLogs();
        accepted(sender, target, data);
        Vm.Log[] memory found = vm.getRecordedLogs();
        for (uint256 i; i < found.length; ++i) {
            recording.push(found[i]);
        }
    }

    /* WHAT MUST BE SO AFTERWARDS */

    /// @notice The log in this place of those recorded.
    function logged(uint256 place, address emitter, bytes memory topics, bytes memory data) internal view {
        assertGt(recording.length, place, "logs");
        assertEq(recording[place].emitter, emitter, "emitter");
        assertEq(abi.encodePacked(recording[place].topics), topics, "topics");
        assertEq(recording[place].data, data, "data");
    }

    /// @notice Nothing was logged in this place.
    function noLog(uint256 place) internal view {
        assertLe(recording.length, place, "logs");
    }

    /// @notice A stored word.
    function stored(address target, bytes32 slot, bytes32 expected, string memory what) internal view {
        assertEq(vm.load(target, slot), expected, what);
    }

    /// @notice What a view returns.
    function answers(address target, bytes memory data, bytes memory expected) internal view {
        (bool ok, bytes memory answer) = target.staticcall(data);
        assertTrue(ok, string.concat("refused: ", vm.toString(answer)));
        assertEq(answer, expected, "answer");
    }

    /// @notice A view, or what the sender may not do, that must be refused.
    function declines(address sender, address target, bytes memory data) internal returns (bytes memory reason) {
        bool ok;
        vm.prank(sender);
        (ok, reason) = target.call(data);
        assertFalse(ok, "answered");
    }

    /// @notice A view that must be refused with this error.
    function declinesWith(address sender, address target, bytes memory data, bytes4 selector) internal {
        assertEq(bytes4(declines(sender, target, data)), selector, "error");
    }

    /* VALUES */

    function pool(address operator, address strategy, uint256 generation) internal pure returns (PoolId) {
        return poolKey(operator, strategy).atGeneration(generation);
    }

    function set(address avs, uint32 id) internal pure returns (OperatorSetId) {
        return toOperatorSetId(avs, id);
    }

    /// @dev Lists from `abi.encode` of their items, or of the fields of all items.
    function addresses(bytes memory items) internal pure returns (address[] memory) {
        return abi.decode(list(items, 1), (address[]));
    }

    function pools(bytes memory items) internal pure returns (PoolId[] memory) {
        return abi.decode(list(items, 1), (PoolId[]));
    }

    function wads(bytes memory items) internal pure returns (Wad[] memory) {
        return abi.decode(list(items, 1), (Wad[]));
    }

    function payments(bytes memory items) internal pure returns (Payment[] memory) {
        return abi.decode(list(items, 3), (Payment[]));
    }

    function claims(bytes memory items) internal pure returns (Claim[] memory) {
        return abi.decode(list(items, 2), (Claim[]));
    }

    function list(bytes memory items, uint256 fields) private pure returns (bytes memory) {
        return bytes.concat(abi.encode(0x20, items.length / (32 * fields)), items);
    }
}
