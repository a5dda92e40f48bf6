// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Drop, DropClaim, IMerkleDrops} from "palisade/interfaces/IMerkleDrops.sol";
import {Base, IMintable} from "../../Base.t.sol";
import {Row, Tree} from "./Tree.sol";

/// @notice Where the tests of drops begin: a payer with tokens, and a drop of it that holds some and has no root.
abstract contract DropsScene is Base {
    uint256 internal constant DELAY = 2 days;

    IMerkleDrops internal drops;
    address internal payer = makeAddr("payer");
    address internal carol = makeAddr("carol");

    /// @dev A drop of the token, and when it expires.
    uint256 internal drop;
    uint256 internal expiry;

    /// @dev The first tree: alice 10, bob 20, carol 30 whole tokens.
    bytes32[] internal first;

    function setUp() public virtual override {
        super.setUp();
        drops = IMerkleDrops(vm.deployCode("out/MerkleDrops.sol/MerkleDrops.json"));
        give(token, payer, 1000 * unit);
        expiry = vm.getBlockTimestamp() + 30 days;
        drop = create(token);
        fund(drop, 100 * unit);
        first = Tree.build(rows(10 * unit, 20 * unit, 30 * unit));
    }

    /* SETTING THE SCENE */

    /// @notice Gives `account` tokens and lets the drops take them.
    function give(IMintable asset, address account, uint256 amount) internal {
        asset.mint(account, amount);
        vm.prank(account);
        asset.approve(address(drops), type(uint256).max);
    }

    function create(IMintable asset) internal returns (uint256) {
        vm.prank(payer);
        return drops.create(address(asset), DELAY, expiry);
    }

    function fund(uint256 drop_, uint256 amount) internal {
        vm.prank(payer);
        drops.fund(drop_, payer, amount);
    }

    function post(uint256 drop_, bytes32[] memory tree, uint256 total) internal {
        vm.prank(payer);
        drops.post(drop_, tree[0], total);
    }

    /// @notice Posts a tree and waits until it is active.
    function activate(uint256 drop_, bytes32[] memory tree, uint256 total) internal {
        post(drop_, tree, total);
        skip(DELAY);
    }

    function withdrawRoot() internal {
        vm.prank(payer);
        drops.withdrawRoot(drop);
    }

    function reclaim(uint256 drop_) internal returns (uint256) {
        vm.prank(payer);
        return drops.reclaim(drop_);
    }

    /// @notice Another drop of `asset`, with the first tree active and `amount` in it.
    function activeDropOf(IMintable asset, uint256 amount) internal returns (uint256 other) {
        give(asset, payer, amount);
        other = create(asset);
        fund(other, amount);
        activate(other, first, amount);
    }

    function rows(uint256 toAlice, uint256 toBob, uint256 toCarol) internal view returns (Row[] memory all) {
        all = new Row[](3);
        all[0] = Row(alice, toAlice);
        all[1] = Row(bob, toBob);
        all[2] = Row(carol, toCarol);
    }

    /* CLAIMING */

    function item(uint256 drop_, bytes32[] memory tree, address account, uint256 cumulative)
        internal
        pure
        returns (DropClaim memory)
    {
        return DropClaim(drop_, account, cumulative, Tree.proofOf(tree, Tree.leaf(account, cumulative)));
    }

    /// @notice What the first tree gives alice.
    function alices() internal view returns (DropClaim memory) {
        return item(drop, first, alice, 10 * unit);
    }

    function list(DropClaim memory a) internal pure returns (DropClaim[] memory claims) {
        claims = new DropClaim[](1);
        claims[0] = a;
    }

    function list(DropClaim memory a, DropClaim memory b) internal pure returns (DropClaim[] memory claims) {
        claims = new DropClaim[](2);
        (claims[0], claims[1]) = (a, b);
    }

    /// @notice By a stranger: anybody may.
    function claim(DropClaim memory a) internal returns (uint256) {
        vm.prank(stranger);
        uint256[] memory amounts = drops.claim(list(a));
        // Nothing is returned where a test expects a revert.
        return amounts.length == 0 ? 0 : amounts[0];
    }

    /* LOOKING */

    function assertDrop(uint256 drop_, uint256 funded, uint256 paid) internal view {
        Drop memory d = drops.dropOf(drop_);
        assertEq(d.funded, funded, "funded");
        assertEq(d.paid, paid, "paid");
    }

    function assertRoots(bytes32 root, bytes32 pending, uint256 activeFrom) internal view {
        Drop memory d = drops.dropOf(drop);
        assertEq(d.root, root, "active root");
        assertEq(d.pending, pending, "pending root");
        assertEq(d.activeFrom, activeFrom, "active from");
    }

    function held(IMintable asset) internal view returns (uint256) {
        return asset.balanceOf(address(drops));
    }
}
