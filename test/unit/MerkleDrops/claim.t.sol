// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DropClaim, IMerkleDrops} from "palisade/interfaces/IMerkleDrops.sol";
import {IMintable} from "../../Base.t.sol";
import {BlocklistToken, NoZeroToken, PausableToken, RefusingToken, SilentToken} from "../../mocks/OddTokens.sol";
import {DropsScene} from "./DropsScene.sol";
import {Row, Tree} from "./Tree.sol";

contract MerkleDropsClaimTest is DropsScene {
    function setUp() public override {
        super.setUp();
        activate(drop, first, 60 * unit);
    }

    /* REVERTS */

    function test_RevertWhen_NoSuchDrop() public {
        DropClaim memory c = alices();
        c.drop = 2;
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.NoSuchDrop.selector, 2));
        claim(c);
    }

    function test_RevertWhen_Expired() public {
        vm.warp(expiry);
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.DropExpired.selector, drop, expiry));
        claim(alices());
    }

    function test_RevertWhen_NoRootWasPosted() public {
        uint256 other = create(token);
        fund(other, 100 * unit);
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.WrongProof.selector, other, alice, 10 * unit, 0));
        claim(item(other, first, alice, 10 * unit));
    }

    function test_RevertWhen_TheRootIsPending() public {
        uint256 other = create(token);
        fund(other, 100 * unit);
        post(other, first, 60 * unit);
        skip(DELAY - 1);
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.WrongProof.selector, other, alice, 10 * unit, 0));
        claim(item(other, first, alice, 10 * unit));
    }

    function test_RevertWhen_TheRootWasReplaced() public {
        bytes32[] memory second = Tree.build(rows(11 * unit, 22 * unit, 33 * unit));
        post(drop, second, 66 * unit);
        skip(DELAY);
        expectWrongProof(alice, 10 * unit, second[0]);
        claim(alices());
    }

    function test_RevertWhen_AnotherAmount() public {
        DropClaim memory c = alices();
        c.cumulative += 1;
        expectWrongProof(alice, 10 * unit + 1, first[0]);
        claim(c);
    }

    function test_RevertWhen_AnotherAccount() public {
        DropClaim memory c = alices();
        c.account = stranger;
        expectWrongProof(stranger, 10 * unit, first[0]);
        claim(c);
    }

    function test_RevertWhen_AnotherProof() public {
        DropClaim memory c = alices();
        c.proof = item(drop, first, bob, 20 * unit).proof;
        expectWrongProof(alice, 10 * unit, first[0]);
        claim(c);
    }

    /// @dev And the other items of the call are not paid either.
    function test_RevertWhen_OneOfSeveralIsWrong() public {
        DropClaim memory wrong = item(drop, first, bob, 20 * unit);
        wrong.cumulative -= 1;
        expectWrongProof(bob, 20 * unit - 1, first[0]);
        drops.claim(list(alices(), wrong));
        assertEq(token.balanceOf(alice), 0);
    }

    function test_RevertWhen_AccountIsZero() public {
        claimFor(address(0));
    }

    function test_RevertWhen_AccountIsTheContract() public {
        claimFor(address(drops));
    }

    function claimFor(address account) internal {
        Row[] memory lost = rows(1, 2, 3);
        lost[0] = Row(account, unit);
        bytes32[] memory tree = Tree.build(lost);
        activate(drop, tree, 60 * unit);
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.BadReceiver.selector, account));
        claim(item(drop, tree, account, unit));
    }

    /// @dev The payer said 60, and the tree gives 60; but another drop holds 40 of them.
    function test_RevertWhen_TheTreeGivesMoreThanThereIs() public {
        uint256 lied = create(token);
        fund(lied, 20 * unit + 1);
        activate(lied, first, 20 * unit);
        assertEq(claim(item(lied, first, bob, 20 * unit)), 20 * unit);
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.DropExhausted.selector, lied, alice, 10 * unit, 1));
        claim(item(lied, first, alice, 10 * unit));
        assertDrop(lied, 20 * unit + 1, 20 * unit);

        // No other drop pays for it, and all of that one are paid.
        assertEq(claimAllOf(drop), 60 * unit);
        fund(lied, 10 * unit - 1);
        assertEq(claim(item(lied, first, alice, 10 * unit)), 10 * unit, "once there is enough");
        assertDrop(lied, 30 * unit, 30 * unit);
    }

    /// @dev An amount that is more than any drop can hold.
    function test_RevertWhen_TheAmountIsHuge() public {
        uint256 huge = type(uint256).max;
        bytes32[] memory tree = Tree.build(rows(huge, 1, 1));
        activate(drop, tree, 60 * unit);
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.DropExhausted.selector, drop, alice, huge, 100 * unit));
        claim(item(drop, tree, alice, huge));
    }

    /* TOKENS THAT REFUSE */

    function test_RevertWhen_TokenReverts() public {
        PausableToken odd = new PausableToken();
        uint256 other = activeDropOf(IMintable(address(odd)), 60 * unit);
        odd.setPaused(true);
        refusedAndLeftOut(address(odd), other);
        odd.setPaused(false);
        assertEq(claim(item(other, first, alice, 10 * unit)), 10 * unit, "later");
    }

    function test_RevertWhen_TokenAnswersFalse() public {
        RefusingToken odd = new RefusingToken();
        uint256 other = activeDropOf(IMintable(address(odd)), 60 * unit);
        odd.refuse(true);
        refusedAndLeftOut(address(odd), other);
    }

    function test_RevertWhen_TokenRefusesTheAccount() public {
        BlocklistToken odd = new BlocklistToken();
        uint256 other = activeDropOf(IMintable(address(odd)), 60 * unit);
        odd.setBlocked(alice, true);
        refusedAndLeftOut(address(odd), other);
        assertEq(claim(item(other, first, bob, 20 * unit)), 20 * unit, "it refuses nobody else");
    }

    function test_RevertWhen_TokenIsGone() public {
        IMintable odd = IMintable(address(new SilentToken()));
        uint256 other = activeDropOf(odd, 60 * unit);
        vm.etch(address(odd), "");
        refusedAndLeftOut(address(odd), other);
    }

    /// @dev The drop of the token that refuses names it; without it the call goes through.
    function refusedAndLeftOut(address odd, uint256 other) internal {
        DropClaim memory bad = item(other, first, alice, 10 * unit);
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.TokenRefused.selector, odd, alice, 10 * unit));
        drops.claim(list(alices(), bad));
        assertEq(drops.claimedOf(other, alice), 0);
        assertDrop(other, 60 * unit, 0);
        drops.claim(list(alices()));
        assertEq(token.balanceOf(alice), 10 * unit);
    }

    /* PAYS */

    /// @dev Whoever calls: the account gets it.
    function test_PaysTheAccount() public {
        vm.expectEmit(address(drops));
        emit IMerkleDrops.DropClaimed(drop, alice, alice, 10 * unit);
        assertEq(claim(alices()), 10 * unit);
        assertEq(token.balanceOf(alice), 10 * unit);
        assertEq(token.balanceOf(stranger), 0);
        assertEq(drops.claimedOf(drop, alice), 10 * unit);
        assertDrop(drop, 100 * unit, 10 * unit);
    }

    function test_PaysManyInOneCall() public {
        uint256 other = activeDropOf(newToken("Other", "OTH", 18), 60 * unit);
        DropClaim[] memory claims = new DropClaim[](4);
        claims[0] = alices();
        claims[1] = item(other, first, carol, 30 * unit);
        claims[2] = item(drop, first, bob, 20 * unit);
        claims[3] = item(other, first, alice, 10 * unit);
        uint256[] memory amounts = drops.claim(claims);
        assertEq(amounts.length, 4);
        for (uint256 i; i < 4; ++i) {
            assertEq(amounts[i], claims[i].cumulative);
        }
        assertEq(token.balanceOf(alice), 10 * unit);
        assertEq(token.balanceOf(bob), 20 * unit);
        assertDrop(drop, 100 * unit, 30 * unit);
        assertDrop(other, 60 * unit, 40 * unit);
    }

    function test_PaysNothingForNothing() public {
        assertEq(drops.claim(new DropClaim[](0)).length, 0);
        assertDrop(drop, 100 * unit, 0);
    }

    /// @dev What came before is deducted, and what was never claimed is in it.
    function test_PaysWhatIsNew() public {
        claim(alices());
        bytes32[] memory second = Tree.build(rows(15 * unit, 25 * unit, 30 * unit));
        activate(drop, second, 70 * unit);
        vm.expectEmit(address(drops));
        emit IMerkleDrops.DropClaimed(drop, alice, alice, 5 * unit);
        assertEq(claim(item(drop, second, alice, 15 * unit)), 5 * unit);
        assertEq(claim(item(drop, second, bob, 25 * unit)), 25 * unit);
        assertEq(drops.claimedOf(drop, alice), 15 * unit);
        assertEq(claimAllOf(drop, second), 30 * unit);
        assertDrop(drop, 100 * unit, 70 * unit);
    }

    /// @dev Until the very second at which the next is active.
    function test_PaysByTheActiveRootWhileAnotherIsPending() public {
        post(drop, Tree.build(rows(1, 1, 1)), 3);
        skip(DELAY - 1);
        assertEq(claim(alices()), 10 * unit);
    }

    function test_PaysUntilTheExpiry() public {
        vm.warp(expiry - 1);
        assertEq(claim(alices()), 10 * unit);
    }

    /// @dev The only leaf is the root, and its proof is empty.
    function test_PaysByATreeOfOneLeaf() public {
        Row[] memory one = new Row[](1);
        one[0] = Row(alice, 7 * unit);
        bytes32[] memory tree = Tree.build(one);
        activate(drop, tree, 7 * unit);
        DropClaim memory c = item(drop, tree, alice, 7 * unit);
        assertEq(c.proof.length, 0);
        assertEq(claim(c), 7 * unit);
    }

    function test_PaysTheLargestOfSeveralLeaves() public {
        Row[] memory twice = rows(10 * unit, 20 * unit, 30 * unit);
        twice[1].account = alice;
        bytes32[] memory tree = Tree.build(twice);
        activate(drop, tree, 60 * unit);
        assertEq(claim(item(drop, tree, alice, 10 * unit)), 10 * unit);
        assertEq(claim(item(drop, tree, alice, 20 * unit)), 10 * unit);
        assertEq(token.balanceOf(alice), 20 * unit);
    }

    /// @dev A root in two drops pays by both.
    function test_PaysOnceByEachDrop() public {
        uint256 other = activeDropOf(token, 60 * unit);
        assertEq(claim(alices()), 10 * unit);
        assertEq(claim(item(other, first, alice, 10 * unit)), 10 * unit);
    }

    /* PASSES OVER */

    function test_PassesOverWhatWasClaimed() public {
        claim(alices());
        uint256[] memory amounts = drops.claim(list(alices(), item(drop, first, bob, 20 * unit)));
        assertEq(amounts[0], 0);
        assertEq(amounts[1], 20 * unit);
        assertEq(token.balanceOf(alice), 10 * unit);
    }

    function test_PassesOverASecondTimeInOneCall() public {
        uint256[] memory amounts = drops.claim(list(alices(), alices()));
        assertEq(amounts[0], 10 * unit);
        assertEq(amounts[1], 0);
        assertEq(token.balanceOf(alice), 10 * unit);
    }

    /// @dev A later root that gives less takes nothing back, and stops nobody's call.
    function test_PassesOverALowerAmount() public {
        claim(alices());
        bytes32[] memory second = Tree.build(rows(9 * unit, 20 * unit, 30 * unit));
        activate(drop, second, 59 * unit);
        assertEq(claim(item(drop, second, alice, 9 * unit)), 0);
        assertEq(drops.claimedOf(drop, alice), 10 * unit);
    }

    /// @dev By a root that is no more, of a drop that has expired and a token that is gone: it was claimed.
    function test_PassesOverWhateverElseIsWrong() public {
        claim(alices());
        activate(drop, Tree.build(rows(11 * unit, 22 * unit, 33 * unit)), 66 * unit);
        assertEq(claim(alices()), 0);
        vm.etch(address(token), "");
        vm.warp(expiry);
        assertEq(claim(alices()), 0);
    }

    /// @dev A token that refuses to move nothing is not asked to.
    function test_PassesOverNothing() public {
        IMintable odd = IMintable(address(new NoZeroToken()));
        give(odd, payer, 60 * unit);
        uint256 other = create(odd);
        fund(other, 60 * unit);
        bytes32[] memory tree = Tree.build(rows(0, 20 * unit, 30 * unit));
        activate(other, tree, 50 * unit);
        assertEq(claim(item(other, tree, alice, 0)), 0);
    }

    /* FUZZ */

    /// @dev Random trees, one after the other, claimed by whoever happens to: each account has in the end the largest
    /// amount of the last tree or what it took before, and the drop no unit less than the difference.
    function testFuzz_EverybodyGetsTheDifference(uint64[24] memory amounts, uint256 whoClaims) public {
        uint256 other = create(token);
        give(token, payer, 24 * uint256(type(uint64).max));
        fund(other, 24 * uint256(type(uint64).max));
        uint256 paid;
        uint256[8] memory due;
        for (uint256 round; round < 3; ++round) {
            Row[] memory all = new Row[](8);
            for (uint256 i; i < 8; ++i) {
                due[i] += amounts[8 * round + i];
                all[i] = Row(address(uint160(0xacc0 + i)), due[i]);
            }
            bytes32[] memory tree = Tree.build(all);
            activate(other, tree, 24 * uint256(type(uint64).max));
            for (uint256 i; i < 8; ++i) {
                // In the last round everybody does.
                if (round < 2 && whoClaims >> (8 * round + i) & 1 == 0) continue;
                uint256 before = drops.claimedOf(other, all[i].account);
                assertEq(claim(item(other, tree, all[i].account, due[i])), due[i] - before);
                paid += due[i] - before;
                assertEq(token.balanceOf(all[i].account), due[i]);
            }
            assertDrop(other, 24 * uint256(type(uint64).max), paid);
        }
        assertEq(held(token), 100 * unit + 24 * uint256(type(uint64).max) - paid);
    }

    /// @dev A tree that gives more than there is: whoever comes while there is enough is paid, the others are not, and
    /// the drop never pays more than it got.
    function testFuzz_NeverMoreThanFunded(uint64[8] memory amounts, uint256 funded, uint256 order) public {
        uint256 sum;
        Row[] memory all = new Row[](8);
        for (uint256 i; i < 8; ++i) {
            all[i] = Row(address(uint160(0xacc0 + i)), amounts[i]);
            sum += amounts[i];
        }
        funded = bound(funded, 1, sum + 1);
        give(token, payer, funded);
        uint256 other = create(token);
        fund(other, funded);
        bytes32[] memory tree = Tree.build(all);
        activate(other, tree, funded);
        uint256 rest = funded;
        for (uint256 i; i < 8; ++i) {
            Row memory row = all[(i + order % 8) % 8];
            if (row.cumulative > rest) {
                vm.expectRevert(
                    abi.encodeWithSelector(
                        IMerkleDrops.DropExhausted.selector, other, row.account, row.cumulative, rest
                    )
                );
                claim(item(other, tree, row.account, row.cumulative));
            } else {
                assertEq(claim(item(other, tree, row.account, row.cumulative)), row.cumulative);
                rest -= row.cumulative;
            }
        }
        assertDrop(other, funded, funded - rest);
        assertEq(held(token), 100 * unit + rest);
    }

    /* INTERNAL */

    function claimAllOf(uint256 of_) internal returns (uint256) {
        DropClaim[] memory claims = new DropClaim[](3);
        claims[0] = item(of_, first, alice, 10 * unit);
        claims[1] = item(of_, first, bob, 20 * unit);
        claims[2] = item(of_, first, carol, 30 * unit);
        return total(drops.claim(claims));
    }

    /// @dev Carol's part of it is all that is left.
    function claimAllOf(uint256 of_, bytes32[] memory tree) internal returns (uint256) {
        return total(drops.claim(list(item(of_, tree, alice, 15 * unit), item(of_, tree, carol, 30 * unit))));
    }

    function total(uint256[] memory amounts) internal pure returns (uint256 sum) {
        for (uint256 i; i < amounts.length; ++i) {
            sum += amounts[i];
        }
    }

    function expectWrongProof(address account, uint256 cumulative, bytes32 root) internal {
        vm.expectRevert(abi.encodeWithSelector(IMerkleDrops.WrongProof.selector, drop, account, cumulative, root));
    }
}
