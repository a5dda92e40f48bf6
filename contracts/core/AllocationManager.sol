// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {Pausable} from "../interfaces/IGoverned.sol";
import {IAllocationManager, Membership} from "../interfaces/IAllocationManager.sol";
import {IRegistrar} from "../interfaces/IRegistrar.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {Allocation, noAllocation} from "../types/Allocation.sol";
import {Budget} from "../types/Budget.sol";
import {Epoch} from "../types/Epoch.sol";
import {Magnitude, WAD, WHOLE, Wad, min} from "../types/Magnitude.sol";
import {OperatorSetId} from "../types/OperatorSetId.sol";
import {PoolId, poolKey} from "../types/PoolId.sol";
import {Terms} from "../types/Terms.sol";
import {EpochClock} from "../libraries/EpochClock.sol";
import {Governed} from "../libraries/Governed.sol";

/// @notice The stored form of `Terms`, ordered so that a join reads one slot of it and a slash two.
/// @param flags `HAS_REGISTRAR`; the rest is free
struct StoredTerms {
    address slasher;
    uint64 cap;
    uint24 window;
    uint8 flags;
    address recipient;
    address resolver;
    bytes32 conditions;
    address registrar;
}

uint8 constant HAS_REGISTRAR = 1;

/// @title AllocationManager
/// @notice SPEC
///
/// HOLDS promises: operator sets and their immutable terms, memberships, allocations (what share of a pool an operator
/// promises to a set) and budgets (what slashes have left of a pool, and how much of it is promised).
///
/// PROMISES
/// - A slash takes at most its fraction of the set's allocation, and in one epoch at most the set's cap.
/// - Nothing that raises a staker's risk takes effect before the third epoch after the one it was announced in, once
///   the operator has opened its pools. Nothing that frees stake from a promise takes effect before the second.
/// - While no more is committed than is left, a slash by one set leaves what every other set can slash unchanged.
/// - What is returned and logged is what the vault really moved.
///
/// ASSUMES that the vault is the one it was deployed with. A registrar may refuse a join, and nothing else.
///
/// ROUNDING. A slash rounds the magnitude down, then the assets: both in favour of the staker. A guarantee rounds down,
/// a worst case up.
///
/// ROLES. An operator (or who it appointed) joins and allocates. An AVS (or who it appointed) creates sets and says
/// which strategies they accept. A set's slasher slashes. Governance (`AUTHORITY`) sets how much may be committed,
/// and may pause joins, raises and new sets for a while; slashing and lowering it cannot pause.
///
/// DOES NOT GUARANTEE that a slash is just: the terms say who decides. Where more is committed than is left (possible
/// only above a restaking degree of 1), one set may take what another counted on, apart from its guaranteed part.
contract AllocationManager is IAllocationManager, EpochClock, Governed {
    using SafeCast for uint256;

    /// @inheritdoc IAllocationManager
    Magnitude public constant LEAST_MAGNITUDE = Magnitude.wrap(1e9);

    /// @dev The highest restaking degree that governance may admit: sums of allocations stay far below 112 bits.
    Wad private constant HIGHEST_CEILING = Wad.wrap(10e18);

    /// @dev Epochs from that of the announcement of a raised allocation to that of its effect.
    uint256 private constant RAISE_DELAY = 3;

    /// @dev The same for a lowered one.
    uint256 private constant LOWER_DELAY = 2;

    /// @inheritdoc IAllocationManager
    IStakeVault public immutable VAULT;

    mapping(OperatorSetId set => StoredTerms) private _terms;
    mapping(OperatorSetId set => mapping(address strategy => bool)) private _accepted;
    mapping(OperatorSetId set => mapping(address operator => Membership)) private _memberships;
    mapping(OperatorSetId set => mapping(PoolId key => Allocation)) private _allocations;
    mapping(PoolId key => Budget) private _budgets;

    /// @dev How far each ceiling lies above 1, so that nothing need be stored for the lowest.
    mapping(address strategy => uint256) private _aboveLowestCeiling;

    /// @inheritdoc IAllocationManager
    mapping(address account => mapping(address appointee => mapping(bytes4 selector => bool))) public isAppointed;

    constructor(address authority, IStakeVault vault, uint256 epochLength) EpochClock(epochLength) Governed(authority) {
        VAULT = vault;
    }

    /* OPERATOR OR AVS */

    /// @inheritdoc IAllocationManager
    function appoint(address appointee, bytes4 selector, bool allowed) external nonReentrant {
        if (selector == this.appoint.selector) revert CannotAppointAppoint();
        isAppointed[msg.sender][appointee][selector] = allowed;
        emit Appointed(msg.sender, appointee, selector, allowed);
    }

    /* AVS */

    /// @inheritdoc IAllocationManager
    function setMetadataURI(address avs, string calldata uri) external nonReentrant {
        _requireAuthorized(avs);
        emit MetadataUpdated(avs, uri);
    }

    /// @inheritdoc IAllocationManager
    function createOperatorSet(OperatorSetId set, Terms calldata terms, address[] calldata strategies)
        external
        nonReentrant
    {
        _requireAuthorized(set.avs());
        _requireRunning(Pausable.CreateSet);
        if (_terms[set].slasher != address(0)) revert SetExists(set);
        if (terms.slasher == address(0)) revert NoSlasher();
        if (Wad.unwrap(terms.cap) == 0 || terms.cap > WAD) revert BadCap(terms.cap);
        if (terms.window > EPOCH_LENGTH / 2) revert WindowTooLong(terms.window, EPOCH_LENGTH / 2);
        if (terms.recipient == address(VAULT)) revert BadRecipient(terms.recipient);

        _terms[set] = StoredTerms({
            slasher: terms.slasher,
            // Safe: it is at most 1e18.
            cap: uint64(Wad.unwrap(terms.cap)),
            window: terms.window.toUint24(),
            flags: terms.registrar == address(0) ? 0 : HAS_REGISTRAR,
            recipient: terms.recipient,
            resolver: terms.resolver,
            conditions: terms.conditions,
            registrar: terms.registrar
        });
        emit OperatorSetCreated(set, terms);
        _addStrategies(set, strategies);
    }

    /// @inheritdoc IAllocationManager
    function addStrategies(OperatorSetId set, address[] calldata strategies) external nonReentrant {
        _requireAuthorized(set.avs());
        _requireSet(set);
        _addStrategies(set, strategies);
    }

    /// @inheritdoc IAllocationManager
    function removeStrategies(OperatorSetId set, address[] calldata strategies) external nonReentrant {
        _requireAuthorized(set.avs());
        for (uint256 i; i < strategies.length; ++i) {
            if (!_accepted[set][strategies[i]]) revert StrategyUnchanged(set, strategies[i]);
            _accepted[set][strategies[i]] = false;
            emit StrategyRemoved(set, strategies[i]);
        }
    }

    /// @inheritdoc IAllocationManager
    function slash(
        OperatorSetId set,
        address operator,
        address[] calldata strategies,
        Wad[] calldata wads,
        bytes32 evidence
    ) external nonReentrant returns (uint256[] memory assets) {
        StoredTerms storage terms = _terms[set];
        if (msg.sender != terms.slasher) revert NotSlasher(set, msg.sender);
        if (terms.window != 0) revert SlashMustBeProposed(set);
        if (strategies.length != wads.length) revert LengthMismatch(strategies.length, wads.length);

        Wad cap = Wad.wrap(terms.cap);
        address recipient = terms.recipient;
        Epoch epoch = currentEpoch();
        assets = new uint256[](strategies.length);
        address previous;
        uint256 total;
        for (uint256 i; i < strategies.length; ++i) {
            address strategy = strategies[i];
            if (strategy <= previous) revert StrategiesNotAscending(previous, strategy);
            previous = strategy;
            (Magnitude taken, uint256 moved) = _slash(set, operator, strategy, epoch, wads[i], cap, recipient);
            emit OperatorSlashed(set, operator, strategy, taken, moved, evidence);
            assets[i] = moved;
            // Safe: the vault moves less than 2^106 at a time.
            unchecked {
                total += moved;
            }
        }
        if (total == 0) revert NothingToSlash(set, operator);
    }

    /* OPERATOR */

    /// @inheritdoc IAllocationManager
    function join(OperatorSetId set, address operator, bytes calldata data) external {
        if (_join(set, operator)) IRegistrar(_terms[set].registrar).onJoin(set, operator, data);
    }

    /// @inheritdoc IAllocationManager
    function allocate(OperatorSetId set, address operator, address strategy, Magnitude magnitude)
        external
        nonReentrant
        returns (Epoch effective)
    {
        _requireAuthorized(operator);
        if (magnitude > WHOLE) revert MagnitudeTooLarge(magnitude);
        PoolId key = poolKey(operator, strategy);
        Epoch epoch = currentEpoch();
        (Budget budget, Allocation a, bool counted) = _load(set, key, epoch);
        Membership memory member = _memberships[set][operator];
        bool knownOpen = member.opened;

        Magnitude current = a.current();
        Magnitude next = a.next();
        if (magnitude == next) revert MagnitudeUnchanged(magnitude);
        if (magnitude < LEAST_MAGNITUDE && !magnitude.isZero() && magnitude != current) {
            revert MagnitudeTooSmall(magnitude, LEAST_MAGNITUDE);
        }
        if (next < current && a.isPending()) revert LoweringPending(next, a.effective());
        if (magnitude < current) effective = epoch.plus(LOWER_DELAY);
        else if (magnitude == current) effective = epoch; // a pending raise is withdrawn
        else if (magnitude < next) effective = a.effective(); // a pending raise is cut, and keeps its day
        else effective = epoch.plus(_raiseDelay(operator, member));

        Magnitude before = a.side();
        a = a.scheduled(magnitude, effective);
        if (effective == epoch) a = a.landed();
        budget = budget.recommitted(before, a.side());
        if (a.side() > before) _requireMayRaise(set, operator, strategy, member, budget);

        _store(set, key, a, budget);
        if (a.counts() && !counted) ++member.allocations;
        if (counted && !a.counts()) --member.allocations;
        if (a.counts() != counted || member.opened != knownOpen) _memberships[set][operator] = member;
        emit Allocated(set, operator, strategy, magnitude, effective);
    }

    /* ANYONE */

    /// @inheritdoc IAllocationManager
    function settle(OperatorSetId set, address operator, address strategy) external nonReentrant {
        PoolId key = poolKey(operator, strategy);
        (Budget budget, Allocation a, bool counted) = _load(set, key, currentEpoch());
        if (!counted || Allocation.unwrap(a) == Allocation.unwrap(_allocations[set][key])) {
            revert NothingToSettle(set, operator, strategy);
        }
        _settle(set, operator, key, a, budget);
        emit Settled(set, operator, strategy);
    }

    /* GOVERNANCE */

    /// @inheritdoc IAllocationManager
    function setDegreeCeiling(address strategy, Wad ceiling) external nonReentrant {
        _requireAuthority();
        if (ceiling < WAD || ceiling > HIGHEST_CEILING) revert DegreeCeilingOutOfRange(ceiling, WAD, HIGHEST_CEILING);
        _aboveLowestCeiling[strategy] = Wad.unwrap(ceiling) - Wad.unwrap(WAD);
        emit DegreeCeilingSet(strategy, ceiling);
    }

    /* VIEW */

    /// @inheritdoc IAllocationManager
    function degreeCeilingOf(address strategy) public view returns (Wad) {
        return Wad.wrap(Wad.unwrap(WAD) + _aboveLowestCeiling[strategy]);
    }

    /// @inheritdoc IAllocationManager
    function termsOf(OperatorSetId set) external view returns (Terms memory) {
        StoredTerms memory t = _terms[set];
        return Terms({
            slasher: t.slasher,
            cap: Wad.wrap(t.cap),
            window: t.window,
            recipient: t.recipient,
            resolver: t.resolver,
            conditions: t.conditions,
            registrar: t.registrar
        });
    }

    /// @inheritdoc IAllocationManager
    function isAccepted(OperatorSetId set, address strategy) external view returns (bool) {
        return _accepted[set][strategy];
    }

    /// @inheritdoc IAllocationManager
    function membershipOf(OperatorSetId set, address operator) external view returns (Membership memory) {
        return _memberships[set][operator];
    }

    /// @inheritdoc IAllocationManager
    function allocationOf(OperatorSetId set, address operator, address strategy)
        external
        view
        nonReentrantView
        returns (Magnitude current, Magnitude next, Epoch effective, Magnitude taken)
    {
        Epoch epoch = currentEpoch();
        (, Allocation a,) = _load(set, poolKey(operator, strategy), epoch);
        // A slash of both sides to nothing leaves no change to wait for.
        effective = a.current() == a.next() ? Epoch.wrap(0) : a.effective();
        return (a.current(), a.next(), effective, a.takenDuring(epoch));
    }

    /// @inheritdoc IAllocationManager
    function budgetOf(address operator, address strategy)
        external
        view
        nonReentrantView
        returns (Magnitude left, Magnitude committed, uint256 generation)
    {
        Budget budget = _budgets[poolKey(operator, strategy)];
        return (budget.left(), budget.committed(), budget.generation());
    }

    /// @inheritdoc IAllocationManager
    function slashableStake(OperatorSetId set, address strategy, address[] calldata operators)
        external
        view
        nonReentrantView
        returns (uint256[] memory assets)
    {
        Epoch epoch = currentEpoch();
        assets = new uint256[](operators.length);
        for (uint256 i; i < operators.length; ++i) {
            PoolId key = poolKey(operators[i], strategy);
            (Budget budget, Allocation a,) = _load(set, key, epoch);
            (uint256 inPool, uint256 inNext, uint256 inLast) = VAULT.slashable(key);
            uint256 left = Magnitude.unwrap(budget.left());
            uint256 reach = Magnitude.unwrap(min(a.current(), budget.left()));
            assets[i] = inPool * reach / left + inNext * reach / left + inLast * reach / left;
        }
    }

    /// @inheritdoc IAllocationManager
    function guaranteedStake(OperatorSetId set, address strategy, address[] calldata operators)
        external
        view
        nonReentrantView
        returns (uint256[] memory assets)
    {
        Epoch epoch = currentEpoch();
        PoolId[] memory keys = new PoolId[](operators.length);
        for (uint256 i; i < operators.length; ++i) {
            keys[i] = poolKey(operators[i], strategy);
        }
        assets = VAULT.assetsOf(keys);
        for (uint256 i; i < operators.length; ++i) {
            (Budget budget, Allocation a,) = _load(set, keys[i], epoch);
            Magnitude left = budget.left();
            // What is left beyond everybody else's promises: no other set's slash can take it first.
            Magnitude unique = left.saturatingSub(budget.committed() - a.side());
            Magnitude guaranteed = min(min(a.current(), a.next()), unique);
            // Of so little, parts cannot be taken precisely.
            if (guaranteed < LEAST_MAGNITUDE) guaranteed = Magnitude.wrap(0);
            assets[i] = assets[i] * Magnitude.unwrap(guaranteed) / Magnitude.unwrap(left);
        }
    }

    /// @inheritdoc IAllocationManager
    function worstCaseLoss(address operator, address strategy) external view nonReentrantView returns (Wad) {
        Budget budget = _budgets[poolKey(operator, strategy)];
        if (budget.committed() > budget.left()) return WAD;
        return
            Wad.wrap(
                Math.ceilDiv(Magnitude.unwrap(budget.committed()) * Wad.unwrap(WAD), Magnitude.unwrap(budget.left()))
            );
    }

    /* INTERNAL */

    /// @return hooked whether the set has a registrar, to be told outside the lock
    function _join(OperatorSetId set, address operator) private nonReentrant returns (bool hooked) {
        _requireAuthorized(operator);
        _requireRunning(Pausable.Join);
        StoredTerms storage terms = _terms[set];
        if (terms.slasher == address(0)) revert NoSuchSet(set);
        Membership memory member = _memberships[set][operator];
        if (member.joined) revert AlreadyMember(set, operator);
        if (member.allocations != 0) revert AllocationsRemain(set, operator, member.allocations);
        (bool registered, bool opened,) = VAULT.operatorState(operator);
        if (!registered) revert NotAnOperator(operator);
        _memberships[set][operator] = Membership({joined: true, opened: opened, allocations: 0});
        emit Joined(set, operator);
        return terms.flags & HAS_REGISTRAR != 0;
    }

    function _addStrategies(OperatorSetId set, address[] calldata strategies) private {
        for (uint256 i; i < strategies.length; ++i) {
            if (_accepted[set][strategies[i]]) revert StrategyUnchanged(set, strategies[i]);
            _accepted[set][strategies[i]] = true;
            emit StrategyAdded(set, strategies[i]);
        }
    }

    /// @dev One strategy of a slash. Writes before the vault moves tokens, and takes it back where it moved none. What
    /// has come due is settled in any case.
    function _slash(
        OperatorSetId set,
        address operator,
        address strategy,
        Epoch epoch,
        Wad wad,
        Wad cap,
        address recipient
    ) private returns (Magnitude taken, uint256 assets) {
        if (wad > WAD) revert BadFraction(wad);
        PoolId key = poolKey(operator, strategy);
        (Budget budget, Allocation a, bool counted) = _load(set, key, epoch);
        Magnitude left = budget.left();
        Magnitude reach = min(a.current(), left);
        taken = reach.mulDown(wad);
        if (taken.isZero()) {
            if (counted) _settle(set, operator, key, a, budget);
            return (taken, 0);
        }

        Allocation slashed = a.slashed(taken, epoch);
        _store(set, key, slashed, _afterSlash(budget, taken, a, slashed));
        if (!slashed.counts()) --_memberships[set][operator].allocations;
        assets = VAULT.slash(key, taken, left, strategy, recipient);
        if (assets == 0) {
            // The pool is empty, or too small for this fraction: the vault called nobody.
            _store(set, key, a, budget);
            if (!slashed.counts()) ++_memberships[set][operator].allocations;
            return (Magnitude.wrap(0), 0);
        }
        // Last, for a strategy from which nothing can be taken is skipped whatever was asked of it.
        _requireWithinCap(strategy, a.takenDuring(epoch), taken, reach, cap);
    }

    /// @dev The cap is a part of what the epoch's slashes found: what they took, and what is in reach now.
    function _requireWithinCap(address strategy, Magnitude before, Magnitude taken, Magnitude reach, Wad cap)
        private
        pure
    {
        Magnitude most = (before + reach).mulDown(cap);
        if (before + taken > most) revert CapExceeded(strategy, before + taken, most);
    }

    /// @dev A slash that leaves nothing ends the generation, and with it all promises made in it.
    function _afterSlash(Budget budget, Magnitude taken, Allocation before, Allocation slashed)
        private
        pure
        returns (Budget)
    {
        if (taken == budget.left()) return budget.renewed();
        return budget.slashed(taken).recommitted(before.side(), slashed.side());
    }

    /// @dev An allocation as it stands in epoch `epoch`, and its budget without what has come due to be released.
    /// `counted` says whether the stored word counts in the membership.
    function _load(OperatorSetId set, PoolId key, Epoch epoch)
        private
        view
        returns (Budget budget, Allocation a, bool counted)
    {
        budget = _budgets[key];
        a = _allocations[set][key];
        counted = a.counts();
        if (a.generation() != budget.generation()) {
            a = noAllocation(budget.generation());
        } else if (a.isPending() && a.effective() <= epoch) {
            Magnitude before = a.side();
            a = a.landed();
            budget = budget.recommitted(before, a.side());
        }
    }

    function _store(OperatorSetId set, PoolId key, Allocation a, Budget budget) private {
        _allocations[set][key] = a;
        _budgets[key] = budget;
    }

    /// @dev Stores an allocation that counted in the membership, and what is committed, with what has come due applied.
    function _settle(OperatorSetId set, address operator, PoolId key, Allocation a, Budget budget) private {
        _store(set, key, a, budget);
        if (!a.counts()) --_memberships[set][operator].allocations;
    }

    /// @dev Asks the vault until the operator has opened, and remembers it in `member`.
    function _raiseDelay(address operator, Membership memory member) private view returns (uint256) {
        if (!member.opened) (, member.opened,) = VAULT.operatorState(operator);
        return member.opened ? RAISE_DELAY : 0;
    }

    function _requireMayRaise(
        OperatorSetId set,
        address operator,
        address strategy,
        Membership memory member,
        Budget budget
    ) private view {
        _requireRunning(Pausable.Raise);
        if (!member.joined) revert NotMember(set, operator);
        if (!_accepted[set][strategy]) revert StrategyNotAccepted(set, strategy);
        Magnitude left = budget.left();
        if (left < LEAST_MAGNITUDE) revert TooLittleLeft(left, LEAST_MAGNITUDE);
        Magnitude ceiling = left.mulDown(degreeCeilingOf(strategy));
        if (budget.committed() > ceiling) revert CeilingExceeded(budget.committed(), ceiling);
    }

    function _requireSet(OperatorSetId set) private view {
        if (_terms[set].slasher == address(0)) revert NoSuchSet(set);
    }

    function _requireAuthorized(address account) private view {
        if (msg.sender != account && !isAppointed[account][msg.sender][msg.sig]) {
            revert NotAuthorized(account, msg.sender);
        }
    }
}
