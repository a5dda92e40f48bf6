// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

/// @notice A drop.
/// @param payer who made it: posts its roots, and takes back what is left of it
/// @param token what it pays
/// @param delay how many seconds after a root is posted it becomes active
/// @param expiry the timestamp from which on nothing is claimed any more, and the payer takes back the rest
/// @param funded what came in, less what the payer took back
/// @param paid what was claimed; never more than `funded`
/// @param root the active root; zero before the first is active
/// @param pending the root that becomes active next; zero where there is none
/// @param activeFrom the timestamp at which the pending root becomes active; zero where there is none
struct Drop {
    address payer;
    address token;
    uint256 delay;
    uint256 expiry;
    uint256 funded;
    uint256 paid;
    bytes32 root;
    bytes32 pending;
    uint256 activeFrom;
}

/// @notice A leaf of the active tree of a drop, and the proof of it.
/// @param drop the number of the drop
/// @param account who is paid
/// @param cumulative all that the drop owes the account since it was made, what was claimed before included
/// @param proof the hashes beside the way from the leaf to the root, from the bottom up
struct DropClaim {
    uint256 drop;
    address account;
    uint256 cumulative;
    bytes32[] proof;
}

/// @title IMerkleDrops
/// @notice Payouts to many accounts, by roots of Merkle trees that their payer posts.
interface IMerkleDrops {
    /* EVENTS */

    /// @notice `payer` made a drop of `token`.
    event DropCreated(
        uint256 indexed drop, address indexed payer, address indexed token, uint256 delay, uint256 expiry
    );

    /// @notice `from` put `amount` into the drop.
    event DropFunded(uint256 indexed drop, address indexed from, uint256 amount);

    /// @notice The payer posted the root of a tree whose amounts it says add up to `total`. It becomes active at
    /// timestamp `activeFrom`, unless it is withdrawn before.
    event RootPosted(uint256 indexed drop, bytes32 indexed root, uint256 total, uint256 activeFrom);

    /// @notice The payer withdrew the pending root.
    event RootWithdrawn(uint256 indexed drop, bytes32 indexed root);

    /// @notice `amount` was paid for `account`, to `receiver`.
    event DropClaimed(uint256 indexed drop, address indexed account, address indexed receiver, uint256 amount);

    /// @notice The drop expires later than it was to.
    event DropExtended(uint256 indexed drop, uint256 expiry);

    /// @notice The payer took back what was left of the drop.
    event DropReclaimed(uint256 indexed drop, uint256 amount);

    /* ERRORS */

    /// @notice There is no code at the token's address.
    error NotAToken(address token);
    /// @notice The delay must be a second at least, and shorter than the time until the expiry.
    error BadDelay(uint256 delay, uint256 expiry);
    /// @notice The expiry must lie in the future; an extended one, after the one before.
    error BadExpiry(uint256 expiry, uint256 earlier);
    /// @notice There is no such drop.
    error NoSuchDrop(uint256 drop);
    /// @notice The account (the sender, or whom a funder named) is not the drop's payer.
    error NotDropPayer(uint256 drop, address account);
    /// @notice The drop expired at `expiry`.
    error DropExpired(uint256 drop, uint256 expiry);
    /// @notice The drop does not expire before `expiry`.
    error DropNotExpired(uint256 drop, uint256 expiry);
    /// @notice Nothing is to be put into the drop, or taken back from it.
    error NothingToMove(uint256 drop);
    /// @notice Zero is no root.
    error RootIsZero(uint256 drop);
    /// @notice A root is pending until `activeFrom`. Withdraw it, or wait.
    error RootIsPending(uint256 drop, bytes32 root, uint256 activeFrom);
    /// @notice No root is pending.
    error NoPendingRoot(uint256 drop);
    /// @notice The root would not become active before the drop expires.
    error ActiveTooLate(uint256 drop, uint256 activeFrom, uint256 expiry);
    /// @notice The tree gives more than was put into the drop. Fund it first.
    error TotalNotFunded(uint256 drop, uint256 total, uint256 funded);
    /// @notice The proof does not lead from the account and its cumulative amount to the active root (zero: there is
    /// none yet).
    error WrongProof(uint256 drop, address account, uint256 cumulative, bytes32 root);
    /// @notice The account is owed `amount`, and `rest` is left in the drop: the tree gave more than its payer said,
    /// or gives some accounts less than they got before. Whoever claims less, or funds the drop, is not stopped.
    error DropExhausted(uint256 drop, address account, uint256 amount, uint256 rest);
    /// @notice Only the account itself names a receiver of what it is owed.
    error NotTheAccount(address account, address sender);
    /// @notice What is paid there would be lost: the zero address, or this contract.
    error BadReceiver(address receiver);
    /// @notice The token did not move, or said so. Leave its drops out of the list.
    error TokenRefused(address token, address receiver, uint256 amount);

    /* PAYER */

    /// @notice Makes a drop of `token`, with the sender as its payer. It holds nothing yet.
    /// @param delay how many seconds after it is posted a root becomes active: the time to look at it, and to withdraw it
    /// @param expiry the timestamp from which on nothing is claimed any more
    /// @return drop its number, from one on
    function create(address token, uint256 delay, uint256 expiry) external returns (uint256 drop);

    /// @notice Posts the root of a tree whose amounts add up to `total`. After the drop's delay it takes the place of
    /// the active one. While one is pending, none is posted.
    /// @dev A leaf is `keccak256(bytes.concat(keccak256(abi.encode(account, cumulative))))`, and a pair of hashes is
    /// sorted before it is hashed: what `StandardMerkleTree.of(values, ["address", "uint256"])` makes.
    function post(uint256 drop, bytes32 root, uint256 total) external;

    /// @notice Withdraws the pending root. The active one stays.
    function withdrawRoot(uint256 drop) external;

    /// @notice Lets the drop expire later. Only before it has expired.
    function extend(uint256 drop, uint256 expiry) external;

    /// @notice Takes back what is left of an expired drop.
    function reclaim(uint256 drop) external returns (uint256 amount);

    /* ANYONE */

    /// @notice Puts `amount` of the drop's token, which the sender lets this contract take, into the drop.
    /// @param payer whose drop the sender takes it for: a number alone may turn out to be another's
    function fund(uint256 drop, address payer, uint256 amount) external;

    /// @notice Pays each account what it is owed and has not got. What was claimed already is passed over; for any
    /// other reason not to pay one, none is paid.
    /// @return amounts what was paid, for each
    function claim(DropClaim[] calldata claims) external returns (uint256[] memory amounts);

    /* ACCOUNT */

    /// @notice The same for claims of the sender alone, paid to `receiver`.
    function claimTo(DropClaim[] calldata claims, address receiver) external returns (uint256[] memory amounts);

    /* VIEW */

    /// @notice How many drops were made: the number of the latest.
    function dropCount() external view returns (uint256);

    /// @notice A drop; zeros where there is none.
    function dropOf(uint256 drop) external view returns (Drop memory);

    /// @notice What the drop has paid for `account`.
    function claimedOf(uint256 drop, address account) external view returns (uint256);

    /// @notice What `claim` would pay now, unless the token refuses. Reverts where it would.
    function claimable(uint256 drop, address account, uint256 cumulative, bytes32[] calldata proof)
        external
        view
        returns (uint256 amount);
}
