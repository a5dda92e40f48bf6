// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";

import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {GatedScene} from "../Gated.sol";

/// @notice All that the vault logs in a call, in order. A test emits the logs that it expects itself, before the call,
/// and then compares.
contract LogsTest is GatedScene {
    PoolId internal otherPool;
    Epoch internal ripe;

    function setUp() public override {
        super.setUp();
        fund(token, alice, 1000 * unit);
        otherPool = vault.poolId(otherOperator, address(token));
    }

    /* MINTED */

    function test_OfADeposit() public {
        expectLogs();
        emit IStakeVault.PoolCreated(pool, operator, address(token));
        mints(alice, pool, 3 * unit);
        aliceDeposits(operator, 3 * unit);
        assertLogs();

        expectLogs();
        mints(alice, pool, unit);
        aliceDeposits(operator, unit);
        assertLogs();
    }

    function test_OfADepositIntoAGatedPool() public {
        admit(alice, vm.getBlockTimestamp());
        expectLogs();
        emit IStakeVault.AdmissionUsed(gate, alice);
        emit IStakeVault.PoolCreated(gated, gate, address(token));
        mints(alice, gated, unit);
        aliceDeposits(gate, unit);
        assertLogs();
    }

    function test_OfADelegation() public {
        aliceDeposits(address(0), 5 * unit);
        expectLogs();
        burns(alice, idle, 2 * unit);
        emit IStakeVault.PoolCreated(pool, operator, address(token));
        mints(alice, pool, 2 * unit);
        emit IStakeVault.Delegated(idle, pool, alice, 2 * unit, 2 * unit, 2 * unit);
        vm.prank(alice);
        vault.delegate(idle, 2 * unit, operator, 0, alice);
        assertLogs();
    }

    function test_OfARedelegation() public {
        aliceDeposits(operator, 5 * unit);
        aliceDeposits(otherOperator, unit);
        (ripe,) = queue(alice, pool, 2 * unit);
        skipEpochs(2);
        expectLogs();
        mints(alice, otherPool, 2 * unit);
        emit IStakeVault.Redelegated(pool, ripe, alice, otherPool, 2 * unit, 2 * unit);
        redelegate(alice, pool, ripe, otherOperator);
        assertLogs();
    }

    /* BURNED */

    function test_OfAnExit() public {
        aliceDeposits(operator, 8 * unit);
        cut(pool, 1, 2);
        ripe = vault.currentEpoch().plus(2);
        expectLogs();
        burns(alice, pool, 4 * unit);
        emit IStakeVault.WithdrawalQueued(pool, ripe, alice, 4 * unit, 2 * unit, 2 * unit);
        queue(alice, pool, 4 * unit);
        assertLogs();

        skipEpochs(2);
        expectLogs();
        emit IStakeVault.WithdrawalCompleted(pool, ripe, alice, alice, 2 * unit);
        complete(alice, pool, ripe);
        assertLogs();
    }

    function test_OfAWithdrawal() public {
        aliceDeposits(address(0), 5 * unit);
        expectLogs();
        burns(alice, idle, 2 * unit);
        emit IStakeVault.Withdrawn(idle, alice, bob, 2 * unit, 2 * unit);
        vm.prank(alice);
        vault.withdraw(idle, 2 * unit, bob, alice);
        assertLogs();
    }

    function test_OfARenewalAndWhatIsLeftAfterIt() public {
        aliceDeposits(operator, 10_000);
        cut(pool, 9998, 10_000);
        expectLogs();
        emit IStakeVault.PoolRenewed(pool, 2);
        vm.prank(address(manager));
        vault.renew(pool);
        assertLogs();

        expectLogs();
        burns(alice, pool, 5000);
        emit IStakeVault.Withdrawn(pool, alice, bob, 1, 5000);
        vm.prank(alice);
        vault.withdraw(pool, 5000, bob, alice);
        assertLogs();

        expectLogs();
        burns(alice, pool, 5000);
        mints(alice, pool.atGeneration(1), 1);
        emit IStakeVault.Delegated(pool, pool.atGeneration(1), alice, 1, 5000, 1);
        vm.prank(alice);
        vault.delegate(pool, 5000, operator, 0, alice);
        assertLogs();
    }

    function test_OfASlash() public {
        aliceDeposits(operator, 4 * unit);
        expectLogs();
        emit IStakeVault.Slashed(pool, unit, 0, 0);
        cut(pool, 1, 4);
        assertLogs();

        expectLogs();
        emit IStakeVault.Slashed(pool, 3 * unit, 0, 0);
        emit IStakeVault.GenerationEnded(pool);
        cut(pool, 1, 1);
        assertLogs();
    }

    function test_NameTheOperatorThatActs() public {
        aliceDeposits(address(0), 5 * unit);
        vm.prank(alice);
        vault.setOperator(bob, true);
        vm.startPrank(bob);
        expectLogs();
        emit IStakeVault.Transfer(bob, alice, address(0), idle, unit);
        emit IStakeVault.PoolCreated(pool, operator, address(token));
        emit IStakeVault.Transfer(bob, address(0), alice, pool, unit);
        emit IStakeVault.Delegated(idle, pool, alice, unit, unit, unit);
        vault.delegate(idle, unit, operator, 0, alice);
        assertLogs();

        expectLogs();
        emit IStakeVault.Transfer(bob, alice, address(0), pool, unit);
        emit IStakeVault.WithdrawalQueued(pool, vault.currentEpoch().plus(2), alice, unit, unit, unit);
        vault.queueWithdrawal(pool, unit, 0, alice);
        assertLogs();
        vm.stopPrank();
    }

    /* IN A LATER GENERATION */

    function test_NameTheGenerationThatASlashEnds() public {
        aliceDeposits(operator, 10_000);
        cut(pool, 1, 1);
        PoolId living = pool.atGeneration(1);
        aliceDeposits(operator, 10_000);
        expectLogs();
        emit IStakeVault.Slashed(living, 10_000, 0, 0);
        emit IStakeVault.GenerationEnded(living);
        cut(pool, 1, 1);
        assertLogs();
    }

    function test_NameTheGenerationThatARenewalEnds() public {
        aliceDeposits(operator, 10_000);
        cut(pool, 1, 1);
        PoolId living = pool.atGeneration(1);
        aliceDeposits(operator, 10_000);
        expectLogs();
        emit IStakeVault.Slashed(living, 9998, 0, 0);
        cut(pool, 9998, 10_000);
        emit IStakeVault.PoolRenewed(living, 2);
        vm.prank(address(manager));
        vault.renew(pool);
        assertLogs();
    }

    /* WHAT FOLLOWS FROM THE LOG OF A DEPOSIT */

    function testFuzz_AssetsAreTheAmountWhereThePoolWasEmpty(uint256 assets, bool ended) public {
        assets = boundAmount(assets);
        if (ended) {
            deposit(bob, operator, 7);
            cut(pool, 1, 1);
        }
        assertEq(loggedAmount(assets), assets);
    }

    /// @dev Two slashes with a deposit between them leave any price from 1 down to a worn-out pool's.
    function testFuzz_AssetsFollowFromTheLog(uint256 held, uint256 more, uint256[2] memory taken, uint256 assets)
        public
    {
        held = bound(held, 1, 2 ** 80);
        deposit(bob, operator, held);
        cut(pool, bound(taken[0], 0, 1e18 - 1), 1e18);
        deposit(bob, operator, bound(more, 1, mostThatFits(2 ** 60)));
        cut(pool, bound(taken[1], 0, 1e18 - 1), 1e18);
        (uint256 before, uint256 shares,,) = vault.poolState(pool);
        uint256 most = mostThatFits(2 ** 88);
        vm.assume(most > 0); // else the pool is worn out
        assets = bound(assets, 1, most);

        uint256 amount = loggedAmount(assets);
        assertEq((amount * before + shares - 1) / shares, assets);
    }

    /* INTERNAL */

    function aliceDeposits(address to, uint256 assets) internal {
        vm.prank(alice);
        vault.deposit(address(token), to, alice, assets, 0);
    }

    /// @dev The largest deposit, up to `most`, whose shares fit the pool.
    function mostThatFits(uint256 most) internal view returns (uint256) {
        (uint256 assets, uint256 shares,,) = vault.poolState(pool);
        uint256 fits = (2 ** 104 - 1 - shares) * assets / shares;
        return fits < most ? fits : most;
    }

    /// @dev What the Transfer log of a deposit says.
    function loggedAmount(uint256 assets) internal returns (uint256 amount) {
        fund(token, alice, assets);
        vm.recordLogs();
        aliceDeposits(operator, assets);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] != IStakeVault.Transfer.selector) continue;
            assertEq(amount, 0, "one log");
            (, amount) = abi.decode(logs[i].data, (address, uint256));
        }
    }

    function mints(address owner, PoolId id, uint256 shares) internal {
        emit IStakeVault.Transfer(owner, address(0), owner, id, shares);
    }

    function burns(address owner, PoolId id, uint256 shares) internal {
        emit IStakeVault.Transfer(owner, owner, address(0), id, shares);
    }

    function expectLogs() internal {
        vm.recordLogs();
    }

    /// @dev The vault's logs are this contract's, one by one.
    function assertLogs() internal {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        bytes32[] memory expected = new bytes32[](logs.length);
        bytes32[] memory actual = new bytes32[](logs.length);
        uint256 n;
        uint256 m;
        for (uint256 i; i < logs.length; ++i) {
            bytes32 content = keccak256(abi.encode(logs[i].topics, logs[i].data));
            if (logs[i].emitter == address(this)) expected[n++] = content;
            if (logs[i].emitter == address(vault)) actual[m++] = content;
        }
        assertGt(n, 0, "a test expects logs");
        assertEq(actual, expected, "logs");
    }
}
