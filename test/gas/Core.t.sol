// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Epoch} from "palisade/types/Epoch.sol";
import {Wad} from "palisade/types/Magnitude.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Terms} from "palisade/types/Terms.sol";
import {Base, IMintable} from "../Base.t.sol";

/// @notice What each action costs: gas of one cold transaction, in steady state, written to `snapshots/core.json`.
/// @dev `isolate = true` makes each top-level call a transaction of its own.
contract CoreGas is Base {
    OperatorSetId internal set;
    PoolId internal pool;

    /// @dev Steady state: the operator is open, its pool and the vault hold others' stake, and the pool was touched in
    /// this epoch.
    function setUp() public override {
        super.setUp();
        registerOperator(operator);
        registerOperator(otherOperator);
        set = createSet(0, defaultTerms());
        openOperator(operator);
        openOperator(otherOperator);
        (pool,) = deposit(bob, operator, 1000e18);
        deposit(bob, otherOperator, 1000e18);
        fund(token, alice, 1000e18);
        token.mint(recipient, 1);
    }

    function snapshot(string memory key) internal {
        vm.snapshotGasLastCall("core", key);
    }

    /// @dev What is deployed and measured here is what the bindings ship.
    function test_MeasuresTheShippedArtifact() public view {
        string memory built = vm.readFile("out/Genesis.sol/Genesis.json");
        string memory shipped = vm.readFile("crates/bindings/artifacts/Genesis.json");
        bytes32 hash = keccak256(vm.parseJsonBytes(shipped, ".bytecode.object"));
        assertEq(keccak256(vm.parseJsonBytes(built, ".bytecode.object")), hash, "run: make artifacts");
    }

    /* STAKER */

    function test_Deposit() public {
        aliceDeposits();
        snapshot("deposit_new");
        aliceDeposits();
        snapshot("deposit_again");

        skipEpochs(1);
        deposit(bob, operator, 1e18);
        aliceDeposits();
        snapshot("deposit_later");

        skipEpochs(1);
        deposit(bob, operator, 1e18);
        aliceDeposits();
        snapshot("deposit_nth");
    }

    function test_DepositFirstOfEpoch() public {
        skipEpochs(1);
        aliceDeposits();
        snapshot("deposit_first_of_epoch");
    }

    function test_Withdraw() public {
        aliceDeposits();
        skipEpochs(1);
        queue(bob, pool, 1e18);
        (Epoch epoch,) = queue(alice, pool, 50e18);
        snapshot("withdraw_queue");

        skipEpochs(2);
        complete(alice, pool, epoch);
        snapshot("withdraw_complete");
    }

    function test_WithdrawQueueFirst() public {
        aliceDeposits();
        skipEpochs(1);
        queue(alice, pool, 50e18);
        snapshot("withdraw_queue_first");
    }

    /// @dev To a newcomer, and the sender's first change after the epoch of its deposit.
    function test_Transfer() public {
        aliceDeposits();
        skipEpochs(1);
        vm.prank(alice);
        vault.transfer(stranger, pool, 50e18);
        snapshot("transfer");
    }

    function test_Redelegate() public {
        aliceDeposits();
        skipEpochs(1);
        queue(bob, pool, 1e18);
        (Epoch epoch,) = queue(alice, pool, 50e18);
        uint256 gas = vm.lastCallGas().gasTotalUsed;

        skipEpochs(2);
        deposit(bob, otherOperator, 1e18);
        vm.prank(alice);
        vault.redelegate(pool, epoch, alice, otherOperator, 0);
        vm.snapshotValue("core", "redelegate", gas + vm.lastCallGas().gasTotalUsed);
    }

    /* OPERATOR AND AVS */

    function test_RegisterOperator() public {
        registerOperator(stranger);
        snapshot("register_operator");
    }

    function test_CreateSet() public {
        Terms memory terms = defaultTerms();
        (terms.window, terms.resolver) = (1 days, makeAddr("resolver"));
        createSet(1, terms);
        snapshot("create_set_1");
    }

    function test_Allocate() public {
        join(set, operator);
        snapshot("join_set");
        allocate(set, operator, HALF);
        snapshot("allocate_first");
        skipEpochs(3);
        allocate(set, operator, mag(0.6e18));
        snapshot("allocate_change");
    }

    /// @dev The manager does not know yet that the operator has opened, and asks the vault.
    function test_AllocateFirstJoinedBeforeOpening() public {
        registerOperator(stranger);
        join(set, stranger);
        openOperator(stranger);
        allocate(set, stranger, HALF);
        snapshot("allocate_first_joined_closed");
    }

    function test_Leave() public {
        join(set, operator);
        allocate(set, operator, HALF);
        skipEpochs(3);
        vm.prank(operator);
        manager.leave(set, operator, only(address(token)));
        snapshot("leave");
    }

    function test_Retire() public {
        vm.prank(avs);
        manager.retire(set);
        snapshot("retire");
    }

    /// @dev By the approver itself, and its first approval of this staker.
    function test_Admit() public {
        address approver = makeAddr("approver");
        vm.prank(stranger);
        vault.registerOperator(approver);
        vm.prank(approver);
        vault.admit(stranger, alice, vm.getBlockTimestamp() + 1 hours, "");
        snapshot("admit");
    }

    function test_Renew() public {
        join(set, operator);
        allocate(set, operator, WHOLE);
        skipEpochs(3);
        slash(set, operator, Wad.wrap(1e18 - 1));
        allocate(set, operator, mag(0));
        skipEpochs(2);
        manager.settle(set, operator, address(token));
        vm.prank(operator);
        manager.renew(operator, address(token));
        snapshot("renew");
        assertEq(vault.poolId(operator, address(token)), pool.atGeneration(1));
    }

    /* SLASHING */

    function test_Slash() public {
        join(set, operator);
        allocate(set, operator, HALF);
        prepareSlash(token);
        slash(set, operator, Wad.wrap(0.1e18));
        snapshot("slash_1");
    }

    function test_SlashFour() public {
        address[] memory strategies = new address[](4);
        Wad[] memory wads = new Wad[](4);
        for (uint256 i; i < 4; ++i) {
            strategies[i] = address(newToken("Token", "TKN", 18));
            wads[i] = Wad.wrap(0.1e18);
            IMintable(strategies[i]).mint(recipient, 1);
        }
        sort(strategies);
        OperatorSetId four = createSet(4, defaultTerms(), strategies);
        join(four, operator);
        for (uint256 i; i < 4; ++i) {
            vm.prank(operator);
            manager.allocate(four, operator, strategies[i], HALF);
            deposit(IMintable(strategies[i]), bob, operator, 1000e18);
        }
        skipEpochs(2);
        for (uint256 i; i < 4; ++i) {
            queue(bob, vault.poolId(operator, strategies[i]), 100e18);
        }
        skipEpochs(1);
        for (uint256 i; i < 4; ++i) {
            queue(bob, vault.poolId(operator, strategies[i]), 100e18);
        }
        vm.prank(slasher);
        uint256[] memory taken = manager.slash(four, operator, strategies, wads, keccak256("evidence"));
        snapshot("slash_4");
        for (uint256 i; i < 4; ++i) {
            assertEq(taken[i], 50e18);
        }
    }

    /// @dev Two transactions, with the same exits as in `slash_1`.
    function test_SlashChallenged() public {
        OperatorSetId challenged = prepareProposal();
        propose(challenged);
        snapshot("propose");
        uint256 gas = vm.lastCallGas().gasTotalUsed;
        skip(1 days);
        uint256 taken = manager.executeSlash(challenged, operator, address(token));
        snapshot("execute");
        vm.snapshotValue("core", "slash_challenged", gas + vm.lastCallGas().gasTotalUsed);
        assertEq(taken, 50e18);
    }

    function test_Cancel() public {
        OperatorSetId challenged = prepareProposal();
        propose(challenged);
        vm.prank(makeAddr("resolver"));
        manager.cancelSlash(challenged, operator, address(token));
        snapshot("cancel");
    }

    function test_ReadStake() public {
        address[] memory operators = new address[](50);
        for (uint256 i; i < 50; ++i) {
            operators[i] = makeAddr(string.concat("operator ", vm.toString(i)));
            registerOperator(operators[i]);
            join(set, operators[i]);
            allocate(set, operators[i], HALF);
            vm.prank(operators[i]);
            vault.open();
        }
        skipEpochs(1);
        for (uint256 i; i < 50; ++i) {
            deposit(bob, operators[i], 1e18);
        }
        Reader reader = new Reader();
        reader.read(address(manager), set, address(token), operators);
        vm.snapshotValue("core", "read_stake_50", reader.gasUsed());
        assertEq(reader.sum(), 25e18);
    }

    function test_Deploy() public {
        bytes memory initcode = bytes.concat(vm.getCode("out/Genesis.sol/Genesis.json"), abi.encode(authority, EPOCH));
        (bool ok,) = CREATE2_FACTORY.call(bytes.concat(bytes32(uint256(2)), initcode));
        snapshot("deploy_core");
        assertTrue(ok);
    }

    /* INTERNAL */

    function aliceDeposits() internal {
        vm.prank(alice);
        vault.deposit(address(token), operator, alice, 100e18, 1);
    }

    /// @dev A set with a window of a day that holds a half, and exits in both unripe buckets.
    function prepareProposal() internal returns (OperatorSetId challenged) {
        Terms memory terms = defaultTerms();
        (terms.window, terms.resolver) = (1 days, makeAddr("resolver"));
        challenged = createSet(1, terms);
        join(challenged, operator);
        allocate(challenged, operator, HALF);
        prepareSlash(token);
    }

    function propose(OperatorSetId challenged) internal {
        vm.prank(slasher);
        manager.proposeSlash(challenged, operator, address(token), Wad.wrap(0.1e18), keccak256("evidence"));
    }

    /// @dev Waits for the allocation, and puts exits into both unripe buckets.
    function prepareSlash(IMintable asset) internal {
        skipEpochs(2);
        queue(bob, vault.poolId(operator, address(asset)), 100e18);
        skipEpochs(1);
        queue(bob, vault.poolId(operator, address(asset)), 100e18);
    }

    function sort(address[] memory list) internal pure {
        for (uint256 i = 1; i < list.length; ++i) {
            for (uint256 j = i; j > 0 && list[j - 1] > list[j]; --j) {
                (list[j - 1], list[j]) = (list[j], list[j - 1]);
            }
        }
    }
}

/// @notice An AVS contract that reads stake, and what the call cost it.
contract Reader {
    uint256 public gasUsed;
    uint256 public sum;

    function read(address manager, OperatorSetId set, address strategy, address[] memory operators) external {
        bytes memory call = abi.encodeWithSignature(
            "guaranteedStake(uint192,address,address[])", OperatorSetId.unwrap(set), strategy, operators
        );
        uint256 before = gasleft();
        (bool ok, bytes memory answer) = manager.staticcall(call);
        gasUsed = before - gasleft();
        require(ok, "read failed");
        uint256[] memory stakes = abi.decode(answer, (uint256[]));
        for (uint256 i; i < stakes.length; ++i) {
            sum += stakes[i];
        }
    }
}
