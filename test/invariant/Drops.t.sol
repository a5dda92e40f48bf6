// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {console} from "forge-std/console.sol";
import {Drop, DropClaim, IMerkleDrops} from "palisade/interfaces/IMerkleDrops.sol";
import {IMintable} from "../Base.t.sol";
import {DropsScene} from "../unit/MerkleDrops/DropsScene.sol";
import {Row, Tree} from "../unit/MerkleDrops/Tree.sol";

/// @notice A root that was posted, what its tree gives to whom, and what became of it.
struct Posted {
    uint256[5] amounts;
    bytes32 root;
    uint256 activeFrom;
    bool withdrawn;
}

/// @notice What a drop should be, by the calls that succeeded.
struct Expected {
    IMintable token;
    address payer;
    uint256 expiry;
    uint256 delay;
    uint256 funded;
    uint256 reclaimed;
    uint256[5] paid;
    Posted[] posted;
}

/// @notice Random payers, funders and claimers, honest and not, of drops of two tokens, beside a record of what was
/// posted and paid. It knows no pending and no active root: only when each was posted, and whether it was withdrawn.
contract DropsCampaign is DropsScene {
    /// @dev As many calls as the campaign has a run.
    uint256 private constant LENGTH = 800;

    uint256 private random;
    IMintable[2] private tokens;
    uint256[2] private gifts;
    address[2] private payers;
    address[5] private accounts;

    /// @dev By number; the first is no drop.
    Expected[] private drop_;

    /// @dev What each account got, of each token.
    mapping(address account => mapping(IMintable asset => uint256)) private got;

    /// @dev How often what succeeded, and what was refused.
    uint256 private calls;
    uint256 private posts;
    uint256 private withdrawals;
    uint256 private paid;
    uint256 private passedOver;
    uint256 private reclaims;
    mapping(bytes4 reason => uint256) private refused;

    function setUp() public override {
        super.setUp();
        drops = IMerkleDrops(vm.deployCode("out/MerkleDrops.sol/MerkleDrops.json"));
        tokens = [token, newToken("Other", "OTH", 6)];
        payers = [payer, makeAddr("other payer")];
        for (uint256 i; i < 5; ++i) {
            accounts[i] = address(uint160(0xacc0 + i));
        }
        for (uint256 i; i < 2; ++i) {
            give(tokens[0], payers[i], 2 ** 100);
            give(tokens[1], payers[i], 2 ** 100);
        }
        drop_.push();
        targetContract(address(this));
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = this.act.selector;
        targetSelector(FuzzSelector(address(this), selectors));
    }

    /// forge-config: default.invariant.runs = 2
    /// forge-config: default.invariant.depth = 800
    /// forge-config: default.invariant.dictionary-weight = 0
    function invariant_DropsKeepApart() public view {
        uint256[2] memory rests;
        for (uint256 id = 1; id < drop_.length; ++id) {
            rests[drop_[id].token == tokens[0] ? 0 : 1] += assertKept(id);
        }
        for (uint256 t; t < 2; ++t) {
            assertEq(held(tokens[t]), rests[t] + gifts[t], "balance = what is left of the drops");
            for (uint256 i; i < 5; ++i) {
                assertEq(tokens[t].balanceOf(accounts[i]), got[accounts[i]][tokens[t]], "what an account got");
            }
        }
    }

    function assertKept(uint256 id) internal view returns (uint256 rest) {
        Expected storage e = drop_[id];
        uint256 sum;
        for (uint256 i; i < 5; ++i) {
            assertEq(drops.claimedOf(id, accounts[i]), e.paid[i], "claimed");
            assertLe(e.paid[i], mostEver(e, i), "more than any active root gave");
            sum += e.paid[i];
        }
        Drop memory d = drops.dropOf(id);
        assertEq(d.paid, sum, "paid");
        assertEq(d.funded, e.funded - e.reclaimed, "funded");
        assertLe(d.paid, d.funded, "paid more than funded");
        assertEq(d.root, rootOf(e), "active root");
        assertEq(d.expiry, e.expiry, "expiry");
        return d.funded - d.paid;
    }

    function afterInvariant() public view {
        console.log("posted, withdrawn, paid, passed over, reclaimed");
        console.log(posts, withdrawals, paid, passedOver);
        console.log(reclaims);
        if (calls < LENGTH) return;
        uint256 wrong = refused[IMerkleDrops.WrongProof.selector];
        uint256 exhausted = refused[IMerkleDrops.DropExhausted.selector];
        uint256 late = refused[IMerkleDrops.DropExpired.selector];
        console.log("wrong, exhausted, expired", wrong, exhausted, late);
        assertGe(posts, 10, "too few roots");
        assertGe(withdrawals, 3, "too few withdrawn");
        assertGe(paid, 20, "too little paid");
        assertGe(passedOver, 5, "too little claimed again");
        assertGe(reclaims, 1, "nothing taken back");
        assertTrue(wrong >= 5 && exhausted >= 3 && late >= 1, "too little tried");
    }

    function act(uint256 seed) public {
        random = uint256(keccak256(abi.encode(seed, ++calls)));
        uint256 dice = pick(32);
        if (drop_.length == 1 || dice < 2) make();
        else if (dice < 3) fundSome();
        else if (dice < 10) postSome();
        else if (dice < 12) withdrawSome();
        else if (dice < 13) extendSome();
        else if (dice < 15) reclaimSome();
        else if (dice < 16) gift();
        else if (dice < 21) wait_();
        else claimSome();
        for (uint256 i; i < 4 && i + 1 < drop_.length; ++i) {
            assertKept(drop_.length - 1 - i);
        }
    }

    /* PAYERS */

    function make() internal {
        Expected storage e = drop_.push();
        (e.token, e.payer) = (tokens[pick(2)], payers[pick(2)]);
        (e.delay, e.expiry) = (1 + pick(12 hours), vm.getBlockTimestamp() + 1 days + pick(5 days));
        vm.prank(e.payer);
        assertEq(drops.create(address(e.token), e.delay, e.expiry), drop_.length - 1);
        fundIt(drop_.length - 1);
    }

    function fundSome() internal {
        (uint256 id,) = some();
        fundIt(id);
    }

    function fundIt(uint256 id) internal {
        Expected storage e = drop_[id];
        uint256 amount = 1 + pick(2 ** (1 + pick(60)));
        vm.prank(payers[pick(2)]);
        if (done(abi.encodeCall(drops.fund, (id, e.payer, amount)), expired(e))) e.funded += amount;
    }

    /// @dev One of the last tree's amounts or all of them grow, or shrink; the total is the sum, or a lie.
    function postSome() internal {
        (uint256 id, Expected storage e) = some();
        Posted memory next;
        if (e.posted.length > 0) next.amounts = e.posted[e.posted.length - 1].amounts;
        uint256 total;
        for (uint256 i; i < 5; ++i) {
            uint256 change = pick(1 + e.funded);
            if (pick(6) == 0) next.amounts[i] = change;
            else if (pick(2) == 0) next.amounts[i] += change;
            total += next.amounts[i];
        }
        next.root = treeOf(next)[0];
        next.activeFrom = vm.getBlockTimestamp() + e.delay;
        uint256 funded = e.funded - e.reclaimed;
        if (pick(4) > 0 && total > funded) total = funded;
        bytes4 reason;
        if (pick(6) == 0) {
            vm.prank(stranger);
            reason = IMerkleDrops.NotDropPayer.selector;
        } else {
            vm.prank(e.payer);
            if (pending(e)) reason = IMerkleDrops.RootIsPending.selector;
            else if (next.activeFrom >= e.expiry) reason = IMerkleDrops.ActiveTooLate.selector;
            else if (total > funded) reason = IMerkleDrops.TotalNotFunded.selector;
        }
        if (!done(abi.encodeCall(drops.post, (id, next.root, total)), reason)) return;
        e.posted.push(next);
        ++posts;
    }

    function withdrawSome() internal {
        (uint256 id, Expected storage e) = some();
        bool isPending = pending(e);
        vm.prank(e.payer);
        bytes4 reason = isPending ? bytes4(0) : IMerkleDrops.NoPendingRoot.selector;
        if (!done(abi.encodeCall(drops.withdrawRoot, (id)), reason)) return;
        e.posted[e.posted.length - 1].withdrawn = true;
        ++withdrawals;
    }

    function extendSome() internal {
        (uint256 id, Expected storage e) = some();
        uint256 expiry_ = e.expiry - 1 days + pick(2 days);
        bytes4 reason = expired(e);
        if (reason == 0 && expiry_ <= e.expiry) reason = IMerkleDrops.BadExpiry.selector;
        vm.prank(e.payer);
        if (done(abi.encodeCall(drops.extend, (id, expiry_)), reason)) e.expiry = expiry_;
    }

    function reclaimSome() internal {
        (uint256 id, Expected storage e) = some();
        uint256 rest = restOf(e);
        bytes4 reason;
        if (expired(e) == 0) reason = IMerkleDrops.DropNotExpired.selector;
        else if (rest == 0) reason = IMerkleDrops.NothingToMove.selector;
        uint256 before = e.token.balanceOf(e.payer);
        vm.prank(e.payer);
        if (!done(abi.encodeCall(drops.reclaim, (id)), reason)) return;
        assertEq(e.token.balanceOf(e.payer), before + rest);
        e.reclaimed += rest;
        ++reclaims;
    }

    /* CLAIMERS */

    function gift() internal {
        uint256 t = pick(2);
        gifts[t] += unit;
        tokens[t].mint(address(drops), unit);
    }

    /// @dev Some hours, or until the very second in which a root becomes active; then its payer may come too late.
    function wait_() internal {
        (, Expected storage e) = some();
        if (!pending(e) || pick(3) == 0) return skip(1 + pick(12 hours));
        vm.warp(e.posted[e.posted.length - 1].activeFrom);
        if (pick(2) == 0) withdrawSome();
    }

    /// @dev Up to four items, of any root that was ever posted, for anybody, or for the claimer alone and to another.
    function claimSome() internal {
        DropClaim[] memory claims = new DropClaim[](1 + pick(4));
        uint256 account = pick(5);
        bool own = pick(3) == 0;
        (uint256 id, Expected storage e) = some();
        for (uint256 n; n < claims.length; ++n) {
            for (uint256 tries = 2; tries > 0 && (activeOf(e) == 0 || pick(4) == 0); --tries) {
                (id, e) = some();
            }
            if (e.posted.length == 0) return;
            // Rather what is active.
            uint256 active = pick(4) > 0 ? activeOf(e) : 0;
            Posted memory p = e.posted[active > 0 ? active - 1 : pick(e.posted.length)];
            uint256 i = own ? account : pick(5);
            claims[n] = item(id, treeOf(p), accounts[i], p.amounts[i]);
        }
        address receiver = accounts[pick(5)];
        bytes4 reason;
        uint256[] memory amounts = new uint256[](claims.length);
        for (uint256 n; n < claims.length && reason == 0; ++n) {
            (reason, amounts[n]) = expect(claims[n]);
            drop_[claims[n].drop].paid[indexOf(claims[n])] += amounts[n];
        }
        vm.prank(own ? accounts[account] : stranger);
        bytes memory data =
            own ? abi.encodeCall(drops.claimTo, (claims, receiver)) : abi.encodeCall(drops.claim, claims);
        bool ok = done(data, reason);
        for (uint256 n; n < claims.length; ++n) {
            e = drop_[claims[n].drop];
            if (!ok) e.paid[indexOf(claims[n])] -= amounts[n];
            else if (amounts[n] == 0) ++passedOver;
            else ++paid;
            if (ok) got[own ? receiver : claims[n].account][e.token] += amounts[n];
        }
    }

    /// @dev What the item should pay, or why it should be refused.
    function expect(DropClaim memory c) internal view returns (bytes4 reason, uint256 amount) {
        Expected storage e = drop_[c.drop];
        uint256 before = e.paid[indexOf(c)];
        if (c.cumulative <= before) return (0, 0);
        if (expired(e) != 0) return (expired(e), 0);
        bytes32 root = Tree.leaf(c.account, c.cumulative);
        for (uint256 n; n < c.proof.length; ++n) {
            root = Tree.pair(root, c.proof[n]);
        }
        if (root != rootOf(e)) return (IMerkleDrops.WrongProof.selector, 0);
        amount = c.cumulative - before;
        return amount > restOf(e) ? (IMerkleDrops.DropExhausted.selector, 0) : (bytes4(0), amount);
    }

    /* INTERNAL */

    /// @dev The call that is pranked succeeds, or is refused for this reason.
    function done(bytes memory data, bytes4 reason) internal returns (bool) {
        (bool ok, bytes memory answer) = address(drops).call(data);
        assertEq(ok ? bytes4(0) : bytes4(answer), reason, "the answer");
        if (!ok) ++refused[reason];
        return ok;
    }

    /// @dev One of the last four: the others have expired, mostly.
    function some() internal returns (uint256 id, Expected storage e) {
        uint256 last = drop_.length - 1;
        id = last - pick(last < 4 ? last : 4);
        e = drop_[id];
    }

    function expired(Expected storage e) internal view returns (bytes4) {
        return vm.getBlockTimestamp() >= e.expiry ? IMerkleDrops.DropExpired.selector : bytes4(0);
    }

    function pending(Expected storage e) internal view returns (bool) {
        if (e.posted.length == 0) return false;
        Posted storage last = e.posted[e.posted.length - 1];
        return !last.withdrawn && last.activeFrom > vm.getBlockTimestamp();
    }

    function isActive(Posted storage p) internal view returns (bool) {
        return !p.withdrawn && p.activeFrom <= vm.getBlockTimestamp();
    }

    /// @dev The number, from one on, of the last root whose time has come and that was not withdrawn before.
    function activeOf(Expected storage e) internal view returns (uint256 number) {
        number = e.posted.length;
        while (number > 0 && !isActive(e.posted[number - 1])) {
            --number;
        }
    }

    function rootOf(Expected storage e) internal view returns (bytes32) {
        uint256 number = activeOf(e);
        return number == 0 ? bytes32(0) : e.posted[number - 1].root;
    }

    function indexOf(DropClaim memory c) internal pure returns (uint256) {
        return uint160(c.account) - 0xacc0;
    }

    function mostEver(Expected storage e, uint256 account) internal view returns (uint256 most) {
        for (uint256 i; i < e.posted.length; ++i) {
            if (isActive(e.posted[i]) && e.posted[i].amounts[account] > most) most = e.posted[i].amounts[account];
        }
    }

    function restOf(Expected storage e) internal view returns (uint256 rest) {
        rest = e.funded - e.reclaimed;
        for (uint256 i; i < 5; ++i) {
            rest -= e.paid[i];
        }
    }

    function treeOf(Posted memory p) internal view returns (bytes32[] memory) {
        Row[] memory all = new Row[](5);
        for (uint256 i; i < 5; ++i) {
            all[i] = Row(accounts[i], p.amounts[i]);
        }
        return Tree.build(all);
    }

    function pick(uint256 n) internal returns (uint256) {
        random = uint256(keccak256(abi.encode(random)));
        return random % n;
    }
}
