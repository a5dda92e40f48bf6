// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {Drop, DropClaim, IMerkleDrops} from "../interfaces/IMerkleDrops.sol";
import {Incoming} from "../libraries/Incoming.sol";

/// @notice A drop in five slots, and what each account has claimed of it. `latest` is in force from `activeFrom` on,
/// `previous` before; a withdrawn root is no `latest`.
struct DropRecord {
    address token;
    uint40 expiry;
    uint40 activeFrom;
    address payer;
    uint40 delay;
    uint128 funded;
    uint128 paid;
    bytes32 previous;
    bytes32 latest;
    mapping(address account => uint256 cumulative) claimed;
}

/// @title MerkleDrops
/// @notice SPEC
///
/// HOLDS tokens that payers have put into drops. A drop has one token and one payer, who posts roots of Merkle trees for
/// it. A leaf is an account and all that the drop owes it since it was made; what it got before is deducted. So a new
/// root replaces the one before, and no claim is lost to it or paid twice.
///
/// PROMISES
/// - A drop pays no more than was put into it: drops never touch each other's tokens, of the same token either.
/// - A drop never pays an account more than the largest amount that an active root of it gave the account.
/// - Only the account itself can have what it is owed sent elsewhere. Anybody can have it sent to the account.
/// - A root pays nothing before its drop's delay is over, and one that was withdrawn by then never does, unless it is
///   posted again. Until a root is active, the one before stays as it was.
/// - Until a drop expires its payer cannot take anything back but by a root, which everybody sees for the delay. The
///   expiry never comes earlier.
///
/// ASSUMES that a token moves what it is asked to move, and does not shrink by itself. One that delivers less to this
/// contract is refused. One that shrinks, or takes more from it than it is asked to, harms all drops of that token and
/// no other: who claims first is paid. More than was asked is nobody's.
///
/// ROUNDING. None.
///
/// ROLES. The payer of each drop, for that drop alone, for good. No owner, no fee, no pause, no upgrade.
///
/// DOES NOT GUARANTEE
/// - that a tree is just, or that it adds up to what its payer said: nobody can see that in a root. Where it gives more
///   than there is, the last to claim find the drop exhausted;
/// - that a later root gives an account what it has not claimed of an earlier one. The delay is the time to claim it;
/// - that a proof for a root is worth anything once the next one is active, though the account is in both;
/// - that an account can use what anybody may have sent to it;
/// - that a payer whom the token refuses gets the rest back.
contract MerkleDrops is IMerkleDrops, ReentrancyGuardTransient {
    using MerkleProof for bytes32[];
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    /// @inheritdoc IMerkleDrops
    uint256 public dropCount;

    mapping(uint256 drop => DropRecord) private _drops;

    /* PAYER */

    /// @inheritdoc IMerkleDrops
    function create(address token, uint256 delay, uint256 expiry) external nonReentrant returns (uint256 drop) {
        if (token.code.length == 0) revert NotAToken(token);
        if (expiry <= block.timestamp) revert BadExpiry(expiry, block.timestamp);
        if (delay == 0 || delay >= expiry - block.timestamp) revert BadDelay(delay, expiry);
        drop = ++dropCount;
        DropRecord storage record = _drops[drop];
        (record.token, record.expiry) = (token, expiry.toUint40());
        // Safe: it is less than the expiry.
        (record.payer, record.delay) = (msg.sender, uint40(delay));
        emit DropCreated(drop, msg.sender, token, delay, expiry);
    }

    /// @inheritdoc IMerkleDrops
    function post(uint256 drop, bytes32 root, uint256 total) external nonReentrant {
        DropRecord storage record = _drops[drop];
        _requirePayer(drop, record);
        if (root == 0) revert RootIsZero(drop);
        (uint256 from, uint256 expiry) = (record.activeFrom, record.expiry);
        if (block.timestamp < from) revert RootIsPending(drop, record.latest, from);
        uint256 activeFrom = block.timestamp + record.delay;
        if (activeFrom >= expiry) revert ActiveTooLate(drop, activeFrom, expiry);
        if (total > record.funded) revert TotalNotFunded(drop, total, record.funded);
        // The latest is active, unless it was withdrawn.
        if (from != 0) record.previous = record.latest;
        // Safe: it is less than the expiry.
        (record.latest, record.activeFrom) = (root, uint40(activeFrom));
        emit RootPosted(drop, root, total, activeFrom);
    }

    /// @inheritdoc IMerkleDrops
    function withdrawRoot(uint256 drop) external nonReentrant {
        DropRecord storage record = _drops[drop];
        _requirePayer(drop, record);
        if (block.timestamp >= record.activeFrom) revert NoPendingRoot(drop);
        bytes32 root = record.latest;
        (record.latest, record.activeFrom) = (0, 0);
        emit RootWithdrawn(drop, root);
    }

    /// @inheritdoc IMerkleDrops
    function extend(uint256 drop, uint256 expiry) external nonReentrant {
        DropRecord storage record = _drops[drop];
        _requirePayer(drop, record);
        uint256 earlier = _requireRunning(drop, record);
        if (expiry <= earlier) revert BadExpiry(expiry, earlier);
        record.expiry = expiry.toUint40();
        emit DropExtended(drop, expiry);
    }

    /// @inheritdoc IMerkleDrops
    function reclaim(uint256 drop) external nonReentrant returns (uint256 amount) {
        DropRecord storage record = _drops[drop];
        _requirePayer(drop, record);
        if (block.timestamp < record.expiry) revert DropNotExpired(drop, record.expiry);
        amount = record.funded - record.paid;
        if (amount == 0) revert NothingToMove(drop);
        record.funded = record.paid;
        emit DropReclaimed(drop, amount);
        _send(record.token, msg.sender, amount);
    }

    /* ANYONE */

    /// @inheritdoc IMerkleDrops
    function fund(uint256 drop, address payer, uint256 amount) external nonReentrant {
        DropRecord storage record = _drops[drop];
        _requireRunning(drop, record);
        if (record.payer != payer) revert NotDropPayer(drop, payer);
        if (amount == 0) revert NothingToMove(drop);
        record.funded = (uint256(record.funded) + amount).toUint128();
        emit DropFunded(drop, msg.sender, amount);
        Incoming.pull(record.token, amount);
    }

    /// @inheritdoc IMerkleDrops
    function claim(DropClaim[] calldata claims) external nonReentrant returns (uint256[] memory amounts) {
        amounts = new uint256[](claims.length);
        for (uint256 i; i < claims.length; ++i) {
            amounts[i] = _claim(claims[i], claims[i].account);
        }
    }

    /* ACCOUNT */

    /// @inheritdoc IMerkleDrops
    function claimTo(DropClaim[] calldata claims, address receiver)
        external
        nonReentrant
        returns (uint256[] memory amounts)
    {
        amounts = new uint256[](claims.length);
        for (uint256 i; i < claims.length; ++i) {
            if (claims[i].account != msg.sender) revert NotTheAccount(claims[i].account, msg.sender);
            amounts[i] = _claim(claims[i], receiver);
        }
    }

    /* VIEW */

    /// @inheritdoc IMerkleDrops
    function dropOf(uint256 drop) external view nonReentrantView returns (Drop memory) {
        DropRecord storage record = _drops[drop];
        bool pending = block.timestamp < record.activeFrom;
        return Drop({
            payer: record.payer,
            token: record.token,
            delay: record.delay,
            expiry: record.expiry,
            funded: record.funded,
            paid: record.paid,
            root: _rootOf(record),
            pending: pending ? record.latest : bytes32(0),
            activeFrom: pending ? record.activeFrom : 0
        });
    }

    /// @inheritdoc IMerkleDrops
    function claimedOf(uint256 drop, address account) external view returns (uint256) {
        return _drops[drop].claimed[account];
    }

    /// @inheritdoc IMerkleDrops
    function claimable(uint256 drop, address account, uint256 cumulative, bytes32[] calldata proof)
        external
        view
        nonReentrantView
        returns (uint256 amount)
    {
        amount = _owed(drop, account, cumulative, proof);
        if (amount > 0) _requireReceiver(account);
    }

    /* INTERNAL */

    function _claim(DropClaim calldata c, address receiver) private returns (uint256 amount) {
        amount = _owed(c.drop, c.account, c.cumulative, c.proof);
        if (amount == 0) return 0;
        _requireReceiver(receiver);
        DropRecord storage record = _drops[c.drop];
        record.claimed[c.account] = c.cumulative;
        // Safe: it is no more than the rest.
        record.paid += uint128(amount);
        emit DropClaimed(c.drop, c.account, receiver, amount);
        _send(record.token, receiver, amount);
    }

    function _send(address token, address receiver, uint256 amount) private {
        if (!IERC20(token).trySafeTransfer(receiver, amount)) revert TokenRefused(token, receiver, amount);
    }

    /// @dev Nothing where it was claimed already, whatever else there is to say against the claim.
    function _owed(uint256 drop, address account, uint256 cumulative, bytes32[] calldata proof)
        private
        view
        returns (uint256 amount)
    {
        DropRecord storage record = _drops[drop];
        uint256 claimed = record.claimed[account];
        if (cumulative <= claimed) return 0;
        _requireRunning(drop, record);
        bytes32 root = _rootOf(record);
        // Hashed twice, so that no two hashes of a tree are a leaf.
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(account, cumulative))));
        if (!proof.verifyCalldata(root, leaf)) revert WrongProof(drop, account, cumulative, root);
        amount = cumulative - claimed;
        uint256 rest = record.funded - record.paid;
        if (amount > rest) revert DropExhausted(drop, account, amount, rest);
    }

    function _rootOf(DropRecord storage record) private view returns (bytes32) {
        uint256 from = record.activeFrom;
        return from != 0 && block.timestamp >= from ? record.latest : record.previous;
    }

    function _requirePayer(uint256 drop, DropRecord storage record) private view {
        if (record.expiry == 0) revert NoSuchDrop(drop);
        if (record.payer != msg.sender) revert NotDropPayer(drop, msg.sender);
    }

    function _requireRunning(uint256 drop, DropRecord storage record) private view returns (uint256 expiry) {
        expiry = record.expiry;
        if (expiry == 0) revert NoSuchDrop(drop);
        if (block.timestamp >= expiry) revert DropExpired(drop, expiry);
    }

    function _requireReceiver(address receiver) private view {
        if (receiver == address(0) || receiver == address(this)) revert BadReceiver(receiver);
    }
}
