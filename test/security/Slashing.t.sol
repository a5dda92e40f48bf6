// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Magnitude} from "palisade/types/Magnitude.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {IMintable} from "../Base.t.sol";
import {Operator, Service, Staker} from "../journeys/Users.t.sol";
import {BlocklistToken} from "../mocks/OddTokens.sol";
import {Case} from "./Case.sol";

/// @notice Attacks on the arithmetic of slashes: D01 to D18.
contract SlashingCases is Case {
    /// @dev Twenty exits of one unit each beside one of a hundred, so that half of each small one is no whole unit: to escape
    /// the slash, or to be paid more than it left. A bucket is cut as one, half of 120; and whoever completes last has no
    /// less than half.
    function test_D01_queuedSlash_cutsTheSumOfExits() public {
        Operator operator_ = newOperatorOf(set, 0.5e18);
        newStakerOf(operator_, 100 * unit);
        Staker large = newStakerOf(operator_, 100);
        Staker[] memory crowd = new Staker[](20);
        PoolId pool = operator_.pool();
        Epoch ripe = large.queue(operator_, 100);
        for (uint256 i; i < crowd.length; ++i) {
            crowd[i] = newStakerOf(operator_, 1);
            crowd[i].queue(operator_, 1);
        }

        assertEq(service.slash(set, operator_, 1e18), 50 * unit + 60);

        skipEpochs(2);
        uint256 paid;
        for (uint256 i; i < crowd.length; ++i) {
            paid += crowd[i].complete(pool, ripe);
        }
        uint256 last = large.complete(pool, ripe);
        assertGe(last, 50);
        assertEq(paid + last, 60);
        assertEq(held(token), 50 * unit);
    }

    /// @dev Whatever the exits: what a slash moves and what is paid afterwards add up to what was queued, and no exit loses
    /// more than its part (and the units by which it rounds down).
    function testFuzz_D01_queuedSlash_neverExceedsRemovedShares(uint88[6] memory amounts, uint256 fraction) public {
        Operator operator_ = newOperatorOf(set, 1e18);
        PoolId pool = operator_.pool();
        Staker[] memory stakers = new Staker[](amounts.length);
        Epoch[] memory ripe = new Epoch[](amounts.length);
        uint256 queued;
        for (uint256 i; i < amounts.length; ++i) {
            uint256 amount = bound(amounts[i], 1, 2 ** 88);
            if (i == amounts.length / 2) skipEpochs(1); // two buckets
            stakers[i] = newStakerOf(operator_, amount);
            ripe[i] = stakers[i].queue(operator_, amount);
            queued += amount;
        }
        fraction = bound(fraction, 2e18 / queued + 1, 1e18 - 1);
        uint256 moved = service.slash(set, operator_, fraction);
        assertLe(moved, queued * fraction / 1e18);

        skipEpochs(2);
        uint256 paid;
        for (uint256 i; i < amounts.length; ++i) {
            uint256 amount = bound(amounts[i], 1, 2 ** 88);
            uint256 got = stakers[i].complete(pool, ripe[i]);
            assertGe(got + 1, amount * (1e18 - fraction) / 1e18, "an exit lost more than its part");
            paid += got;
        }
        assertEq(paid + moved, queued);
        assertEq(held(token), 0);
    }

    /// @dev The view, the record of what is left and the tokens follow one fraction, in the pool and in both buckets.
    function testFuzz_D02_queueSlash_oneFraction(uint256 a, uint256 b, uint256 c, uint256 magnitude, uint256 fraction)
        public
    {
        (a, b, c) = (bound(a, 1, 2 ** 80), bound(b, 1, 2 ** 80), bound(c, 1, 2 ** 80));
        magnitude = bound(magnitude, 1e9, 1e18 - 1);
        Operator operator_ = newOperatorOf(set, magnitude);
        Staker staker = newStakerOf(operator_, a + b + c);
        staker.queue(operator_, a);
        skipEpochs(1);
        staker.queue(operator_, b);
        uint256 told = service.canSlash(set, operator_);
        vm.assume(told > 0);

        uint256 start = vm.snapshotState();
        assertEq(service.slash(set, operator_, 1e18), told, "told one sum, took another");
        vm.revertToState(start);

        fraction = bound(fraction, 1, 1e18 - 1);
        try service.slash(set, operator_, fraction) {
            (Magnitude left,,) = manager.budgetOf(address(operator_), address(token));
            (uint256 inPool, uint256 inNext, uint256 inLast) = vault.slashable(operator_.pool());
            // What is left of each, rounded up: ⌈A·left'/left⌉.
            assertEq(inPool, ceil(c, Magnitude.unwrap(left)), "pool");
            assertEq(inNext, ceil(a, Magnitude.unwrap(left)), "next");
            assertEq(inLast, ceil(b, Magnitude.unwrap(left)), "last");
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), IAllocationManager.NothingToSlash.selector);
        }
    }

    /// @dev Magnitudes that a cast to 60, 64, 112 or 128 bits would turn into one that fits; then ten sets at the highest
    /// degree, and one more.
    function test_D03_encumberedMagnitude_noCastWrap() public {
        setDegreeCeiling(address(token), 10e18);
        Operator operator_ = newOperatorOf(set, 1e18);
        uint256[6] memory wraps = [uint256(2 ** 60), 2 ** 64, 2 ** 112, 2 ** 127, 2 ** 128, 2 ** 255];
        for (uint256 i; i < wraps.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAllocationManager.MagnitudeTooLarge.selector, wraps[i] + 0.5e18));
            operator_.allocate(set, wraps[i] + 0.5e18);
        }
        OperatorSetId other;
        for (uint32 i = 1; i < 10; ++i) {
            other = service.createSet(i);
            operator_.join(other);
            operator_.allocate(other, 1e18);
        }
        assertBudget(operator_, 1e18, 10e18);
        other = service.createSet(10);
        operator_.join(other);
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.CeilingExceeded.selector, 10e18 + 1e9, 10e18));
        operator_.allocate(other, 1e9);

        // Committed counts down exactly, too: one set takes half of itself.
        newStakerOf(operator_, 100 * unit);
        assertEq(service.slash(set, operator_, 0.5e18), 50 * unit);
        assertBudget(operator_, 0.5e18, 9.5e18);
    }

    /// @dev The operator has a set of its own wear the pool's magnitudes down, unit by unit, so that an honest set's slash
    /// would find nothing. What the honest set reaches never falls.
    function testFuzz_D04_slashingFactor_roundsAgainstAttacker(uint256 stake, uint256[12] memory fractions) public {
        stake = bound(stake, 1e9, 2 ** 80);
        Service friend = newService();
        OperatorSetId friendly = friend.createSet(0);
        Operator operator_ = newOperatorOfTwo(set, 0.5e18, friendly, 0.5e18);
        newStakerOf(operator_, stake);
        uint256 before = service.canSlash(set, operator_);
        for (uint256 i; i < fractions.length; ++i) {
            // From slashes of a few units to such as leave a few.
            uint256 fraction = bound(fractions[i], 1, 2) == 1 ? fractions[i] % 1e10 : 1e18 - fractions[i] % 1e10;
            trySlash(friend, friendly, operator_, fraction);
            uint256 reach = service.canSlash(set, operator_);
            assertGe(reach, before, "worn down");
            assertLe(reach, before + 1, "more than a unit");
            before = reach;
        }
        assertEq(service.isGuaranteed(set, operator_), before);
        assertGe(service.slash(set, operator_, 0.5e18) + 1, stake / 4);
    }

    /// @dev Shares that an addition or a cast would wrap to fewer.
    function testFuzz_D05_queueWithdrawal_overflow(uint256 shares) public {
        Operator operator_ = newOperatorOf(set, 1e18);
        newStakerOf(operator_, 100 * unit);
        Staker thief = newStakerOf(operator_, unit);
        PoolId pool = operator_.pool();
        shares = bound(shares, unit + 1, type(uint256).max);
        uint256[5] memory tries = [shares, unit + 2 ** 104, unit + 2 ** 152, 2 ** 255, type(uint256).max];
        for (uint256 i; i < tries.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IStakeVault.InsufficientShares.selector, pool, thief, unit, tries[i])
            );
            thief.queue(operator_, tries[i]);
        }
        assertEq(vault.balanceOf(address(thief), pool), unit);
        assertPool(pool, 101 * unit, 101 * unit);
    }

    /// @dev All but 1e-18 is slashed, again and again: the factors of a staker would round to zero long before the stake
    /// does. No slash short of all takes the last unit, and one of all takes just that.
    function test_D06_factorRoundsToZero_losesAll() public {
        Operator operator_ = newOperatorOf(set, 1e18);
        Staker staker = newStakerOf(operator_, 3e18);
        PoolId pool = operator_.pool();
        service.slash(set, operator_, 1e18 - 1);
        assertEq(staker.stakeWith(operator_), 3);
        promiseAnew(set, operator_, 1e18);
        assertEq(service.slash(set, operator_, 1e18 - 1), 2);
        promiseAnew(set, operator_, 1e18);
        expectNothingToSlash(set, operator_);
        service.slash(set, operator_, 1e18 - 1);
        assertEq(staker.stakeWith(operator_), 1);

        Epoch ripe = staker.queue(operator_, 3e18);
        skipEpochs(2);
        assertEq(staker.complete(pool, ripe), 1);
    }

    /// @dev A slash of 1e-18 would cost the set's allocation magnitude and the staker nothing. Nothing moves: nothing is
    /// written, also where another strategy of the same slash does move.
    function test_D07_tinySlash_movesMagnitudeAndTokensOrNeither() public {
        IMintable other = newToken("Other", "OTHER", 18);
        address[] memory strategies = both(token, other);
        OperatorSetId both_ = createSet(0, defaultTerms(), strategies);
        newAccountOperatorOf(both_, strategies, 1e18);
        deposit(token, alice, operator, 1000);
        deposit(other, bob, operator, 1e18);

        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NothingToSlash.selector, both_, operator));
        slash(both_, operator, only(address(token)), 1);
        uint256[] memory moved = slash(both_, operator, strategies, 1e14);
        assertEq(moved[strategies[0] == address(other) ? 0 : 1], 1e14);

        // A ten-thousandth of 1,000 units is nothing, and the token's allocation is whole.
        (Magnitude current,,, Magnitude taken) = manager.allocationOf(both_, operator, address(token));
        (Magnitude left,,) = manager.budgetOf(operator, address(token));
        assertEq(current, WHOLE);
        assertEq(taken, mag(0));
        assertEq(left, WHOLE);
        assertEq(slash(both_, operator, only(address(token)), 0.001e18)[0], 1);
    }

    /// @dev Two services slash in one order and in the other: nobody gains from being first. Each of pool and buckets may
    /// differ by the unit that it rounds by.
    function testFuzz_D08_dualSlash_order(uint256 stake, uint256 one, uint256 two, uint256 first, uint256 second)
        public
    {
        stake = bound(stake, 1e6, 2 ** 80);
        one = bound(one, 0.01e18, 0.9e18);
        (first, second) = (bound(first, 0.01e18, 1e18), bound(second, 0.01e18, 1e18));
        Service peer = newService();
        OperatorSetId peers = peer.createSet(0);
        Operator operator_ = newOperatorOfTwo(set, one, peers, bound(two, 0.01e18, 1e18 - one));
        Staker staker = newStakerOf(operator_, stake);
        Epoch ripe = staker.queue(operator_, stake / 3);

        uint256 start = vm.snapshotState();
        service.slash(set, operator_, first);
        peer.slash(peers, operator_, second);
        (uint256 toOne, uint256 toTwo) = (service.tokens(), peer.tokens());
        uint256 kept = staker.stakeWith(operator_) + staker.exit(operator_.pool(), ripe);
        vm.revertToState(start);
        assertApproxEqAbs(peer.slash(peers, operator_, second), toTwo, 2);
        assertApproxEqAbs(service.slash(set, operator_, first), toOne, 2);
        assertApproxEqAbs(staker.stakeWith(operator_) + staker.exit(operator_.pool(), ripe), kept, 2);
    }

    /// @dev All stake is queued, half of it an epoch after the other: all of it is still counted, and taken.
    function test_D09_queuedShares_counted() public {
        Operator operator_ = newOperatorOf(set, 0.5e18);
        Staker staker = newStakerOf(operator_, 100 * unit);
        staker.queue(operator_, 50 * unit);
        skipEpochs(1);
        staker.queue(operator_, 50 * unit);
        assertPool(operator_.pool(), 0, 0);
        assertEq(service.canSlash(set, operator_), 50 * unit);
        assertEq(service.slash(set, operator_, 1e18), 50 * unit);
    }

    /// @dev Slashed, then gone and back: through the queue into the same pool, through another operator, and with the
    /// pool's magnitudes whole again. None of it gives a unit back.
    function test_D10_slashedBeforeDelegation_notReset() public {
        Operator operator_ = newOperatorOf(set, 0.5e18);
        Operator other = newOperatorOf(set, 0.5e18);
        Staker staker = newStakerOf(operator_, 80 * unit);
        assertEq(service.slash(set, operator_, 0.5e18), 20 * unit);

        promiseAnew(set, operator_, 1e18);
        assertBudget(operator_, 1e18, 1e18);
        assertEq(staker.stakeWith(operator_), 60 * unit);

        PoolId pool = operator_.pool();
        Epoch ripe = staker.queue(operator_, 80 * unit);
        skipEpochs(2);
        staker.move(pool, ripe, other);
        assertEq(staker.stakeWith(other), 60 * unit);
        PoolId otherPool = other.pool();
        ripe = staker.queue(other, 60 * unit);
        skipEpochs(2);
        staker.move(otherPool, ripe, operator_);
        assertEq(staker.stakeWith(operator_), 60 * unit);
        assertEq(service.slash(set, operator_, 0.5e18), 30 * unit);
        assertEq(staker.stakeWith(operator_), 30 * unit);
    }

    /// @dev Everything is slashed while a second promise stands. Neither the dead promise nor the dead shares block what
    /// comes next: stake, an allocation, a slash, a full exit.
    function test_D12_fullySlashed_newDepositRecoverable() public {
        setDegreeCeiling(address(token), 2e18);
        OperatorSetId other = service.createSet(1);
        Operator operator_ = newOperatorOfTwo(set, 1e18, other, 1e18);
        Staker victim = newStakerOf(operator_, 100 * unit);
        PoolId ended = operator_.pool();
        assertEq(service.slash(set, operator_, 1e18), 100 * unit);

        Staker late = newStakerOf(operator_, 40 * unit);
        assertEq(late.stakeWith(operator_), 40 * unit);
        assertEq(service.canSlash(other, operator_), 0, "a dead promise reaches new money");
        operator_.allocate(set, 0.5e18);
        operator_.allocate(other, 0.25e18);
        skipEpochs(3);
        assertEq(service.slash(other, operator_, 1e18), 10 * unit);
        PoolId pool = operator_.pool();
        Epoch ripe = late.queue(operator_, 40 * unit);
        skipEpochs(2);
        assertEq(late.complete(pool, ripe), 30 * unit);
        operator_.leave(set);
        operator_.leave(other);

        // The victim's shares name the ended generation, and that has nothing.
        assertEq(vault.positionValue(ended, address(victim)), 0);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.PoolGenerationEnded.selector, ended));
        vm.prank(address(victim));
        vault.queueWithdrawal(ended, 1, 0, address(victim));
    }

    /// @dev Two sets propose to take all of a pool that was promised to both. The first execution ends the generation; the
    /// second would find fresh stake.
    function test_D13_freshDeposit_notSlashedRetroactively() public {
        setDegreeCeiling(address(token), 2e18);
        OperatorSetId one = service.createSet(1, 1 days, address(0));
        OperatorSetId two = service.createSet(2, 1 days, address(0));
        Operator operator_ = newOperatorOfTwo(one, 1e18, two, 1e18);
        newStakerOf(operator_, 100 * unit);
        service.propose(one, operator_, 1e18);
        service.propose(two, operator_, 1e18);
        skip(1 days);
        assertEq(execute(one, operator_), 100 * unit);

        Staker fresh = newStakerOf(operator_, 30 * unit);
        expectNoProposal(two, operator_);
        execute(two, operator_);
        assertEq(fresh.stakeWith(operator_), 30 * unit);
        assertEq(service.canSlash(one, operator_) + service.canSlash(two, operator_), 0);
    }

    /// @dev Who stakes while a slash is proposed shares its loss; so the pool says that it is contested for as long as the
    /// proposal can be executed. After it, a newcomer loses nothing.
    function test_D13_pendingProposal_isShownToNewcomers() public {
        OperatorSetId challenged = service.createSet(1, 1 days, address(0));
        Operator operator_ = newOperatorOf(challenged, 0.5e18);
        newStakerOf(operator_, 60 * unit);
        service.propose(challenged, operator_, 1e18);
        Staker warned = newStakerOf(operator_, 40 * unit);
        skipToEnd(1);
        assertTrue(manager.contestedUntil(address(operator_), address(token)) > vault.currentEpoch());
        assertEq(execute(challenged, operator_), 50 * unit);
        assertEq(warned.stakeWith(operator_), 20 * unit);

        skip(1);
        assertEq(manager.contestedUntil(address(operator_), address(token)), vault.currentEpoch());
        Staker fresh = newStakerOf(operator_, 40 * unit);
        expectNoProposal(challenged, operator_);
        execute(challenged, operator_);
        assertEq(fresh.stakeWith(operator_), 40 * unit);
    }

    /// @dev Accepted as it stands.
    function test_D13_contestedMark_isTakenBack() public {
        vm.skip(
            true,
            "contestedUntil is a mark: after a cancellation or an execution it says contested for up to two epochs more. It errs to the safe side and costs a slash nothing. Reopen where routers or wallets refuse stake to pools for it often, or a slasher does it on purpose"
        );
        OperatorSetId challenged = service.createSet(1, 1 days, address(0));
        Operator operator_ = newOperatorOf(challenged, 0.5e18);
        newStakerOf(operator_, 60 * unit);
        service.propose(challenged, operator_, 1e18);
        vm.prank(address(service));
        manager.cancelSlash(challenged, address(operator_), address(token));
        assertFalse(manager.contestedUntil(address(operator_), address(token)) > vault.currentEpoch());
    }

    /// @dev Near-total slashes and deposits in turn, so that shares for the next deposit overflow. Instead it is refused;
    /// exits go on, and a renewed pool takes stake one for one. Amounts are in the smallest units.
    function test_D14_repeatSlash_shareRatioOverflow() public {
        Operator operator_ = newOperatorOf(set, 1e18);
        Staker staker = newStakerOf(operator_, 1e18);
        PoolId pool = operator_.pool();
        service.slash(set, operator_, 1e18 - 1); // 1 unit, 1e18 shares
        newStakerOf(operator_, 1e12); // 1e30 shares
        promiseAnew(set, operator_, 1e18);
        service.slash(set, operator_, 1e18 - 1); // 1 unit, 1e30 + 1e18 shares

        // 20 units would make 2e31 shares; 2^104 is 2.03e31.
        Staker late = newStaker();
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.PoolWornOut.selector, pool, 20));
        late.deposit(operator_, 20);
        late.deposit(operator_, 18);
        assertEq(late.stakeWith(operator_), 18);
        Epoch ripe = late.queue(operator_, vault.balanceOf(address(late), pool));
        skipEpochs(2);
        assertEq(late.complete(pool, ripe), 18);

        operator_.allocate(set, 0);
        skipEpochs(2);
        settle(set, operator_);
        operator_.renew();
        late.deposit(operator_, 2 ** 90);
        assertEq(vault.balanceOf(address(late), operator_.pool()), 2 ** 90);
        assertEq(late.stakeWith(operator_), 2 ** 90);
        assertEq(vault.balanceOf(address(staker), operator_.pool()), 0);
    }

    /// @dev A pool without shares or without assets has no price. It is never left with one and not the other: after the
    /// last exit, after all is slashed, and where only exits are slashed, the next deposit counts one for one.
    function test_D15_zeroSupply_or_zeroAssets_state() public {
        Operator operator_ = newOperatorOf(set, 1e18);
        Staker staker = newStakerOf(operator_, 100 * unit);
        PoolId pool = operator_.pool();
        Epoch ripe = staker.queue(operator_, 100 * unit);
        assertPool(pool, 0, 0);

        // All that there is stands in an exit: it goes, and the generation with it.
        assertEq(service.slash(set, operator_, 1e18), 100 * unit);
        assertEq(operator_.pool(), pool.atGeneration(1));
        assertEq(staker.exit(pool, ripe), 0);
        staker.deposit(operator_, 7);
        assertPool(operator_.pool(), 7, 7);
        Epoch again = staker.queue(operator_, 7);
        assertEq(again, ripe);
        assertPool(operator_.pool(), 0, 0);
        staker.deposit(operator_, 9);
        assertPool(operator_.pool(), 9, 9);

        // The worthless exit and the good one ripen on one day, apart.
        skipEpochs(2);
        assertEq(staker.complete(pool, ripe), 0);
        assertEq(staker.complete(pool.atGeneration(1), ripe), 7);
    }

    /// @dev One pool is promised in whole to two sets, and both take all they can. Together they get what there was, and a
    /// second operator's pool, promised to the same sets, is not touched.
    function test_D16_multiOperator_cumulativeSlashBound() public {
        setDegreeCeiling(address(token), 2e18);
        OperatorSetId other = service.createSet(1);
        Operator operator_ = newOperatorOfTwo(set, 1e18, other, 1e18);
        Operator bystander = newOperatorOfTwo(set, 1e18, other, 1e18);
        newStakerOf(operator_, 100 * unit);
        Staker staker = newStakerOf(bystander, 50 * unit);
        assertEq(service.canSlash(set, operator_) + service.canSlash(other, operator_), 200 * unit);

        assertEq(service.slash(set, operator_, 0.6e18), 60 * unit);
        // A half of the 40 that are left: and that is what is logged.
        vm.expectEmit(address(manager));
        emit IAllocationManager.OperatorSlashed(other, address(operator_), address(token), mag(0.2e18), 20 * unit, "");
        assertEq(service.slash(other, operator_, 0.5e18), 20 * unit);
        assertEq(service.slash(other, operator_, 1e18), 20 * unit);
        expectNothingToSlash(set, operator_);
        service.slash(set, operator_, 1e18);
        assertEq(service.tokens(), 100 * unit);
        assertEq(staker.stakeWith(bystander), 50 * unit);
        assertEq(service.canSlash(set, bystander), 50 * unit);
    }

    /// @dev Between the moment a service reads its stake and the slash, stakers queue in both epochs and the operator lowers
    /// and leaves: what was guaranteed is there to the last second of the next epoch, but for the unit that each bucket may
    /// cost.
    function testFuzz_D17_withdrawBetweenCaptureAndSlash(uint256 stake, uint256 magnitude, uint256 one, uint256 two)
        public
    {
        stake = bound(stake, 10, 2 ** 88);
        magnitude = bound(magnitude, 1e9, 1e18);
        Operator operator_ = newOperatorOf(set, magnitude);
        Staker staker = newStakerOf(operator_, stake);
        uint256 captured = service.isGuaranteed(set, operator_);
        vm.assume(captured > 2);

        one = bound(one, 1, stake - 1);
        two = bound(two, 1, stake - one);
        operator_.leave(set);
        staker.queue(operator_, one);
        skipEpochs(1);
        staker.queue(operator_, two);
        skipToEnd(0);
        assertGe(service.slash(set, operator_, 1e18) + 2, captured);
    }

    /// @dev Accepted as it stands: 99 are guaranteed, three quarters of 132. Three quarters of 41, of 41 and of 50, each
    /// rounded down, are 30 + 30 + 37 = 97.
    function test_D17_guaranteed_toTheUnit() public {
        vm.skip(
            true,
            "a guarantee may fall short by a unit for each of the two buckets that stake moves into, since a slash rounds down in each. Reopen where two units of some strategy are worth the gas of a slash"
        );
        Operator operator_ = newOperatorOf(set, 0.75e18);
        Staker staker = newStakerOf(operator_, 132);
        uint256 captured = service.isGuaranteed(set, operator_);
        staker.queue(operator_, 41);
        skipEpochs(1);
        staker.queue(operator_, 41);
        assertEq(service.slash(set, operator_, 1e18), captured);
    }

    /// @dev Requests for one day add up: exits of a staker, with a slash between them, and credits of a recipient that
    /// cannot receive. Each is paid once, in full.
    function test_D18_debtRepeatedRequest_noStranding() public {
        Operator operator_ = newOperatorOf(set, 0.5e18);
        Staker staker = newStakerOf(operator_, 100 * unit);
        PoolId pool = operator_.pool();
        Epoch ripe = staker.queue(operator_, 40 * unit);
        assertEq(service.slash(set, operator_, 0.5e18), 25 * unit);
        // 40 shares more are worth 30, as the exit is by now.
        staker.queue(operator_, 40 * unit);
        assertEq(staker.exit(pool, ripe), 60 * unit);
        skipEpochs(2);
        assertEq(staker.complete(pool, ripe), 60 * unit);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NoExit.selector, pool, ripe, staker));
        staker.complete(pool, ripe);
        assertBucket(pool, ripe, 0, 0);
        assertEq(held(token), 15 * unit);
    }

    function test_D18_debtRepeatedCredit_noStranding() public {
        BlocklistToken blocklist = new BlocklistToken();
        IMintable odd = IMintable(address(blocklist));
        OperatorSetId of_ = createSet(0, defaultTerms(), only(address(odd)));
        newAccountOperatorOf(of_, only(address(odd)), 1e18);
        deposit(odd, alice, operator, 100 * unit);
        blocklist.setBlocked(recipient, true);
        for (uint256 i; i < 3; ++i) {
            slash(of_, operator, only(address(odd)), 0.5e18); // 50, 25, 12.5
        }
        assertEq(vault.creditOf(address(odd), recipient), 875 * unit / 10);
        blocklist.setBlocked(recipient, false);
        assertEq(vault.collect(address(odd), recipient, recipient), 875 * unit / 10);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NoCredit.selector, odd, recipient));
        vault.collect(address(odd), recipient, recipient);
        assertEq(odd.balanceOf(recipient), 875 * unit / 10);
        assertEq(held(odd), 125 * unit / 10);
    }

    /* INTERNAL */

    function ceil(uint256 assets, uint256 left) internal pure returns (uint256) {
        return (assets * left + 1e18 - 1) / 1e18;
    }
}
