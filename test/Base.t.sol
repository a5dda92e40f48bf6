// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {Test} from "forge-std/Test.sol";

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {IGovernance} from "palisade/interfaces/IGovernance.sol";
import {IGoverned, Pausable} from "palisade/interfaces/IGoverned.sol";
import {ILens} from "palisade/interfaces/ILens.sol";
import {IRewardStreams} from "palisade/interfaces/IRewardStreams.sol";
import {IRewardsDistributor} from "palisade/interfaces/IRewardsDistributor.sol";
import {IRouter} from "palisade/interfaces/IRouter.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Magnitude, Wad} from "palisade/types/Magnitude.sol";
import {OperatorSetId, toOperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Terms} from "palisade/types/Terms.sol";
import {Config, Deploy, Deployment} from "../script/Deploy.s.sol";

/// @notice A token as the tests use it: anyone mints.
interface IMintable {
    function mint(address to, uint256 amount) external;
    function approve(address spender, uint256 amount) external returns (bool);
    function transfer(address to, uint256 amount) external returns (bool);
    function balanceOf(address account) external view returns (uint256);
    function decimals() external view returns (uint8);
}

/// @notice Deploys the shipped artifacts through the deploy script, and holds the cast that tests share.
abstract contract Base is Test {
    uint256 internal constant EPOCH = 7 days;
    Magnitude internal constant WHOLE = Magnitude.wrap(1e18);
    Magnitude internal constant HALF = Magnitude.wrap(0.5e18);

    IStakeVault internal vault;
    IAllocationManager internal manager;
    IGovernance internal governance;
    AccessManager internal accessManager;
    TimelockController internal timelock;
    IRouter internal router;
    ILens internal lens;
    IRewardsDistributor internal rewards;
    IRewardStreams internal streams;
    IMintable internal token;

    /// @dev One whole token, from which tests derive their amounts. `DECIMALS` runs the suite at other decimals.
    uint256 internal unit;

    address internal council = makeAddr("council");
    address internal guardian = makeAddr("guardian");

    /// @dev What the core heeds: the contract `governance`. Tests of the core act as it; those of governance go through
    /// its roles.
    address internal authority;
    address internal alice = makeAddr("alice");
    address internal bob = makeAddr("bob");
    address internal operator = makeAddr("operator");
    address internal otherOperator = makeAddr("other operator");
    address internal avs = makeAddr("avs");
    address internal slasher = makeAddr("slasher");
    address internal recipient = makeAddr("recipient");
    address internal stranger = makeAddr("stranger");

    function setUp() public virtual {
        vm.warp(1_750_000_000);
        Deployment memory d = new Deploy().deploy(defaultConfig());
        (vault, manager, router, lens) = (d.vault, d.allocationManager, d.router, d.lens);
        (rewards, streams) = (d.rewards, d.streams);
        (governance, accessManager, timelock) = (d.governance, d.accessManager, d.timelock);
        authority = address(governance);
        uint8 decimals = uint8(vm.envOr("DECIMALS", uint256(18)));
        token = newToken("Staked Ether", "stETH", decimals);
        unit = 10 ** decimals;
    }

    /* SETTING THE SCENE */

    function defaultConfig() internal view returns (Config memory) {
        return
            Config({salt: bytes32(uint256(1)), epochLength: EPOCH, council: council, guardian: guardian, delay: 2 days});
    }

    function newToken(string memory name, string memory symbol, uint8 decimals) internal returns (IMintable) {
        return IMintable(vm.deployCode("out/DevToken.sol/DevToken.json", abi.encode(name, symbol, decimals)));
    }

    /// @notice Gives `account` tokens and lets the vault take them.
    function fund(IMintable asset, address account, uint256 amount) internal {
        asset.mint(account, amount);
        vm.prank(account);
        asset.approve(address(vault), type(uint256).max);
    }

    /// @notice To the first second of the epoch `n` epochs from now.
    function skipEpochs(uint256 n) internal {
        vm.warp(startOf(vault.currentEpoch().plus(n)));
    }

    /// @notice To the last second of the epoch `n` epochs from now.
    function skipToEnd(uint256 n) internal {
        vm.warp(startOf(vault.currentEpoch().plus(n + 1)) - 1);
    }

    function pause(IGoverned core, Pausable action, uint256 duration) internal returns (uint256 until) {
        vm.prank(authority);
        core.pause(action, duration);
        return vm.getBlockTimestamp() + duration;
    }

    /// @notice How long an action rests after a pause: as long as that, but for a short one: blocks that are some seconds apart must fall into the rest.
    function restOf(uint256 duration) internal pure returns (uint256) {
        return duration < 1 hours ? 1 hours : duration;
    }

    function registerOperator(address account) internal {
        vm.prank(account);
        vault.registerOperator(address(0));
    }

    /// @notice Opens the operator's pools and waits until they take stake.
    function openOperator(address account) internal {
        vm.prank(account);
        vault.open();
        skipEpochs(1);
    }

    function deposit(address staker, address to, uint256 assets) internal returns (PoolId pool, uint256 shares) {
        return deposit(token, staker, to, assets);
    }

    function deposit(IMintable asset, address staker, address to, uint256 assets)
        internal
        returns (PoolId pool, uint256 shares)
    {
        fund(asset, staker, assets);
        vm.prank(staker);
        shares = vault.deposit(address(asset), to, staker, assets, 0);
        pool = vault.poolId(to, address(asset));
    }

    function queue(address staker, PoolId pool, uint256 shares) internal returns (Epoch epoch, uint256 assets) {
        vm.prank(staker);
        return vault.queueWithdrawal(pool, shares, 0, staker);
    }

    function queueAll(address staker, PoolId pool) internal returns (Epoch epoch, uint256 assets) {
        return queue(staker, pool, vault.balanceOf(staker, pool));
    }

    function complete(address staker, PoolId pool, Epoch epoch) internal returns (uint256 assets) {
        vm.prank(staker);
        return vault.completeWithdrawal(pool, epoch, staker, staker);
    }

    function redelegate(address staker, PoolId pool, Epoch epoch, address to) internal returns (uint256 shares) {
        vm.prank(staker);
        return vault.redelegate(pool, epoch, staker, to, 0);
    }

    function setDegreeCeiling(address strategy, uint256 ceiling) internal {
        vm.prank(authority);
        manager.setDegreeCeiling(strategy, Wad.wrap(ceiling));
    }

    function defaultTerms() internal view returns (Terms memory) {
        return Terms({
            slasher: slasher,
            cap: Wad.wrap(1e18),
            window: 0,
            recipient: recipient,
            resolver: address(0),
            conditions: keccak256("conditions"),
            registrar: address(0)
        });
    }

    function createSet(uint32 id, Terms memory terms) internal returns (OperatorSetId set) {
        return createSet(id, terms, only(address(token)));
    }

    function createSet(uint32 id, Terms memory terms, address[] memory strategies)
        internal
        returns (OperatorSetId set)
    {
        set = toOperatorSetId(avs, id);
        vm.prank(avs);
        manager.createOperatorSet(set, terms, strategies);
    }

    function join(OperatorSetId set, address account) internal {
        vm.prank(account);
        manager.join(set, account, "");
    }

    function allocate(OperatorSetId set, address account, Magnitude magnitude) internal returns (Epoch) {
        vm.prank(account);
        return manager.allocate(set, account, address(token), magnitude);
    }

    function slash(OperatorSetId set, address account, Wad wad) internal returns (uint256) {
        vm.prank(slasher);
        uint256[] memory assets = manager.slash(set, account, only(address(token)), only(wad), "");
        // Nothing is returned where a test expects a revert.
        return assets.length == 0 ? 0 : assets[0];
    }

    /* LOOKING */

    function startOf(Epoch epoch) internal view returns (uint256) {
        return vault.ORIGIN() + (Epoch.unwrap(epoch) - 1) * EPOCH;
    }

    function assertPool(PoolId pool, uint256 assets, uint256 shares) internal view {
        (uint256 actualAssets, uint256 actualShares,,) = vault.poolState(pool);
        assertEq(actualAssets, assets, "pool assets");
        assertEq(actualShares, shares, "pool shares");
    }

    function assertBucket(PoolId pool, Epoch epoch, uint256 assets, uint256 shares) internal view {
        (uint256 actualAssets, uint256 actualShares) = vault.bucketOf(pool, epoch);
        assertEq(actualAssets, assets, "bucket assets");
        assertEq(actualShares, shares, "bucket shares");
    }

    function slashableBy(OperatorSetId set, address account) internal view returns (uint256) {
        return manager.slashableStake(set, address(token), only(account))[0];
    }

    function guaranteedTo(OperatorSetId set, address account) internal view returns (uint256) {
        return manager.guaranteedStake(set, address(token), only(account))[0];
    }

    function worstCaseLoss(address account) internal view returns (Wad) {
        return manager.worstCaseLoss(address(token), only(account))[0];
    }

    /* SIGNATURES */

    /// @notice What an approver signs, written down from the interface's words alone.
    function admissionDigest(
        uint256 chain,
        address verifier,
        address operator_,
        address staker,
        uint256 nonce,
        uint256 deadline
    ) internal pure returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Palisade StakeVault"),
                keccak256("1"),
                chain,
                verifier
            )
        );
        bytes32 message = keccak256(
            abi.encode(
                keccak256("Admission(address operator,address staker,uint256 nonce,uint256 deadline)"),
                operator_,
                staker,
                nonce,
                deadline
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, message));
    }

    function sign(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    /* SMALL THINGS */

    function only(address a) internal pure returns (address[] memory list) {
        list = new address[](1);
        list[0] = a;
    }

    function only(Wad w) internal pure returns (Wad[] memory list) {
        list = new Wad[](1);
        list[0] = w;
    }

    function mag(uint256 m) internal pure returns (Magnitude) {
        return Magnitude.wrap(m);
    }

    function assertEq(Epoch a, Epoch b) internal pure {
        assertEq(Epoch.unwrap(a), Epoch.unwrap(b), "epoch");
    }

    function assertEq(Magnitude a, Magnitude b) internal pure {
        assertEq(Magnitude.unwrap(a), Magnitude.unwrap(b), "magnitude");
    }

    function assertEq(Wad a, Wad b) internal pure {
        assertEq(Wad.unwrap(a), Wad.unwrap(b), "wad");
    }

    function assertEq(PoolId a, PoolId b) internal pure {
        assertEq(PoolId.unwrap(a), PoolId.unwrap(b), "pool");
    }
}
