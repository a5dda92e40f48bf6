// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";

import {IAllocationManager} from "../interfaces/IAllocationManager.sol";
import {INativeToken} from "../interfaces/INativeToken.sol";
import {IRouter, Permit, Permit2, StakeOrder} from "../interfaces/IRouter.sol";
import {ISignatureTransfer} from "../interfaces/ISignatureTransfer.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {Epoch} from "../types/Epoch.sol";
import {Wad} from "../types/Magnitude.sol";

/// @title Router
/// @notice SPEC
///
/// HOLDS nothing between calls but dust, and has no storage. What a call takes in leaves with it, into the vault. What
/// a wrapper leaves of it goes back to the sender if it is more than two units: up to two a rebasing token may leave by
/// rounding, and often they cannot be moved. Amounts are differences of balances, so that what lies here counts for
/// nobody and stops nobody. It is lost: no function reaches it. (What a rebase adds to it amid a call goes to the
/// sender.)
///
/// PROMISES
/// - Only what is the sender's is ever taken: by its allowance, its permit, its Permit2 signature, or as its ETH. A
///   permit or a signature in another's hands is worth nothing here.
/// - Where a call succeeds, the position is the receiver's, neither less was staked nor fewer shares came of it than
///   the order accepts, and the conditions of the order on the pool hold once they are in.
/// - No allowance that it gave outlives a call: neither the vault's nor a wrapper's.
///
/// ASSUMES of a token and a wrapper only what the sender does who names them. One that lies harms those who name it.
/// Assumes that the vault takes what it is allowed, all of it or nothing, and answers truly, like its manager.
///
/// THE ORDER OF THINGS. The conditions on the pool come last, after every call to a token, so that no hook of a token
/// can announce a raise or propose a slash in between. That is not too late: the vault is locked from the moment the
/// stake counts as the pool's until its tokens are in, and after that nobody is called any more. So no slash can reach
/// the stake before the conditions are looked at.
///
/// THE LOCK. While a wrapper is called it holds an allowance. Were the Router then called for somebody else, whose
/// tokens it measures, a wicked wrapper could use its allowance amid the measuring, and have the other's tokens counted
/// as its own sender's. One transient lock over all functions rules that out.
///
/// ROUNDING. None.
///
/// ROLES. None.
///
/// DOES NOT GUARANTEE
/// - that the conditions on the pool hold a block later: who stakes has one full epoch from the announcement of a raise
///   to leave before it takes effect, and no notice of a proposal;
/// - that a strategy is worth anything: `maxLoss` knows what sets can take of a pool, and nothing of what befalls the
///   token, its wrapper, or what that holds;
/// - entry into a pool with an approver: the vault admits a staker or its ERC-6909 operator, and this is neither.
///   Nobody should make it one: whoever calls it could then use up an admission.
contract Router is IRouter, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using SafeTransferLib for address;

    /// @dev Uniswap's Permit2, at the same address on every chain that has it.
    ISignatureTransfer private constant PERMIT2 = ISignatureTransfer(0x000000000022D473030F116dDEE9F6B43aC78BA3);

    /// @dev What is not sent back.
    uint256 private constant DUST = 2;

    /// @inheritdoc IRouter
    IStakeVault public immutable VAULT;

    /// @inheritdoc IRouter
    IAllocationManager public immutable ALLOCATION_MANAGER;

    constructor(IStakeVault vault) {
        (VAULT, ALLOCATION_MANAGER) = (vault, IAllocationManager(vault.ALLOCATION_MANAGER()));
    }

    /* STAKER */

    /// @inheritdoc IRouter
    function stakeNative(StakeOrder calldata order, address token)
        external
        payable
        nonReentrant
        returns (uint256 shares)
    {
        uint256 before = _begin(order, token);
        INativeToken(token).deposit{value: msg.value}();
        return _stake(order, token, before);
    }

    /// @inheritdoc IRouter
    function stake(StakeOrder calldata order, address token, uint256 amount)
        external
        nonReentrant
        returns (uint256 shares)
    {
        return _pullAndStake(order, token, amount);
    }

    /// @inheritdoc IRouter
    function stakeWithPermit(StakeOrder calldata order, address token, uint256 amount, Permit calldata permit)
        external
        nonReentrant
        returns (uint256 shares)
    {
        // Anybody may have sent the permit before. Then the allowance is there, and is what counts.
        try IERC20Permit(token)
            .permit(msg.sender, address(this), amount, permit.deadline, permit.v, permit.r, permit.s) {}
            catch {}
        return _pullAndStake(order, token, amount);
    }

    /// @inheritdoc IRouter
    function stakeWithPermit2(StakeOrder calldata order, address token, uint256 amount, Permit2 calldata permit)
        external
        nonReentrant
        returns (uint256 shares)
    {
        uint256 before = _begin(order, token);
        PERMIT2.permitTransferFrom(
            ISignatureTransfer.PermitTransferFrom({
                permitted: ISignatureTransfer.TokenPermissions({token: token, amount: amount}),
                nonce: permit.nonce,
                deadline: permit.deadline
            }),
            ISignatureTransfer.SignatureTransferDetails({to: address(this), requestedAmount: amount}),
            msg.sender,
            permit.signature
        );
        return _stake(order, token, before);
    }

    /* INTERNAL */

    /// @return before what the Router holds of the token before anything of the sender is there
    function _begin(StakeOrder calldata order, address token) private view returns (uint256 before) {
        if (block.timestamp > order.deadline) revert DeadlinePassed(order.deadline);
        if (order.receiver == address(this)) revert ReceiverIsTheRouter();
        return token.balanceOf(address(this));
    }

    function _pullAndStake(StakeOrder calldata order, address token, uint256 amount) private returns (uint256 shares) {
        uint256 before = _begin(order, token);
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
        return _stake(order, token, before);
    }

    /// @dev Stakes what the Router holds of the token above `before`.
    function _stake(StakeOrder calldata order, address token, uint256 before) private returns (uint256 shares) {
        address strategy = order.strategy;
        uint256 assets = _received(token, before);
        if (strategy != token) assets = _wrap(strategy, token, assets, before);
        if (assets < order.minAssets) revert TooLittleToStake(strategy, assets, order.minAssets);

        IERC20(strategy).forceApprove(address(VAULT), assets);
        shares = VAULT.deposit(strategy, order.operator, order.receiver, assets, order.minShares);
        if (order.operator != address(0)) _requireConditions(order);
    }

    /// @dev Turns `amount` of the token into the strategy, and sends back what the wrapper leaves above `before`.
    function _wrap(address strategy, address token, uint256 amount, uint256 before) private returns (uint256 assets) {
        _requireWrapper(strategy, token);
        uint256 held = strategy.balanceOf(address(this));
        IERC20(token).forceApprove(strategy, amount);
        // What it returns is its word; what it delivered is measured.
        IERC4626(strategy).deposit(amount, address(this));
        assets = _received(strategy, held);

        if (IERC20(token).allowance(address(this), strategy) != 0) IERC20(token).forceApprove(strategy, 0);
        uint256 rest = token.balanceOf(address(this));
        if (rest > before + DUST) IERC20(token).safeTransfer(msg.sender, rest - before);
    }

    function _received(address token, uint256 before) private view returns (uint256) {
        uint256 held = token.balanceOf(address(this));
        if (held <= before) revert NothingReceived(token);
        return held - before;
    }

    /* INTERNAL: GUARDS */

    /// @dev Asked by hand: an address without code, or a token that knows no `asset`, is no reason to fail without one.
    function _requireWrapper(address strategy, address token) private view {
        (bool ok, bytes memory answer) = strategy.staticcall(abi.encodeCall(IERC4626.asset, ()));
        if (!ok || answer.length < 32 || abi.decode(answer, (uint256)) != uint160(token)) {
            revert NotAWrapperOf(strategy, token);
        }
    }

    /// @dev The idle pool has neither sets nor proposals.
    function _requireConditions(StakeOrder calldata order) private view {
        (address operator, address strategy) = (order.operator, order.strategy);
        address[] memory operators = new address[](1);
        operators[0] = operator;
        Wad loss = ALLOCATION_MANAGER.worstCaseLoss(strategy, operators)[0];
        if (loss > order.maxLoss) revert LossTooHigh(operator, strategy, loss, order.maxLoss);

        if (order.allowProposals) return;
        Epoch until = ALLOCATION_MANAGER.contestedUntil(operator, strategy);
        if (until > VAULT.currentEpoch()) revert PoolContested(operator, strategy, until);
    }
}
