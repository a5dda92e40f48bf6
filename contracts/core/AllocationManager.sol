// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {LibCall} from "solady/utils/LibCall.sol";

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
import {Proposal, toProposal} from "../types/Proposal.sol";
import {Terms} from "../types/Terms.sol";
import {EpochClock} from "../libraries/EpochClock.sol";
import {Governed} from "../libraries/Governed.sol";

/// @notice The stored form of `Terms`, ordered so that a join reads one slot of it and a slash two. A cap of zero means
/// that there is no such set, a slasher of zero that it is retired.
struct StoredTerms {
    address slasher;
    uint64 cap;
    uint24 window;
    bool hasRegistrar;
    address recipient;
    address resolver;
    bytes32 conditions;
    address registrar;
}

/// @notice An operator set: its terms, what it accepts, who is a member, and what is promised to it.
struct SetRecord {
    StoredTerms terms;
    mapping(address strategy => bool) accepted;
    mapping(address operator => Membership) memberships;
    mapping(PoolId key => AllocationRecord) promises;
}

/// @notice What is promised to a set of one pool, and the slash of it that was proposed, if any.
struct AllocationRecord {
    Allocation allocation;
    Proposal proposal;
}

/// @notice What a call of slashing takes of each allocation: the fraction `wad` of it, or of `most` where that is less.
/// `epoch`, `cap` and `recipient` are the call's.
struct Demand {
    Epoch epoch;
    Wad cap;
    address recipient;
    Magnitude most;
    Wad wad;
}

/// @notice The budget of a pool, in a record so that it can be passed by reference.
struct BudgetRecord {
    Budget budget;
}

/// @title AllocationManager
/// @notice SPEC
///
/// HOLDS allocations: operator sets, their immutable terms and the strategies that they accept; memberships;
/// allocations (what share of a pool an operator promises to a set, and the change of it that is pending) and proposals
/// of slashes; budgets (what slashes have left of a pool, how much of it is promised, until when it is contested, its
/// generation). No tokens.
///
/// PROMISES
/// - A slash takes at most its fraction of the set's allocation, and in one epoch at most the set's cap.
/// - Nothing that raises a staker's risk takes effect before the third epoch after the one it was announced in, once
///   the operator has opened its pools. Nothing that frees stake from a promise takes effect before the second, unless
///   the set's own AVS gives the promise up, by retiring the set or ejecting the operator.
/// - While no more is committed than is left, a slash by one set leaves what every other set can slash unchanged.
/// - A slash for a proposal never takes more magnitude than the allocation in force when it was proposed allowed.
/// - What is returned and logged is what the vault really moved.
/// - Terms never change, but that a retired set has no slasher. A used id is never free again.
/// - No registrar, resolver, other set, or governance can keep an operator from lowering or leaving, nor a set from
///   slashing as its terms say. (A resolver that the terms name may cancel.)
///
/// ASSUMES that the vault is the one it was deployed with, and has the same clock. That a set's slasher keeps its key:
/// if it does not, the AVS can retire the set, and what the thief slashes before is gone, within the cap. That a
/// registrar takes less than 200,000 gas to hear of a leave: if it takes more, it does not hear.
///
/// ROUNDING. A slash rounds the magnitude down, then the assets of the pool and of each bucket: in favour of the
/// staker. Caps, slashable and guaranteed stake round down, a worst case up. A guaranteed magnitude below 1e9 counts as
/// zero, and a raise needs 1e9 left.
///
/// ROLES. An operator (or an account it appointed for the function) joins, allocates, leaves, and renews its worn-out
/// pools. An AVS (or an account it appointed) creates sets and says which strategies they accept, ejects operators and
/// retires sets. A set's slasher slashes, or proposes to, and may take a proposal back until it lapses; its resolver
/// cancels while the window is open, and nothing else; neither can be changed. Its registrar may refuse a join, and is
/// told of leaves. Anybody executes a proposal whose window has passed, and settles what has come due. Governance
/// (`AUTHORITY`) sets how much may be committed (1 to 10 times what is left), and may pause joins, raises and new sets
/// for a while; slashing, proposing, cancelling, executing, lowering, leaving, ejecting and retiring it cannot pause.
///
/// DOES NOT GUARANTEE
/// - that a slash is just: the terms say who decides;
/// - that a proposal finds the stake that stood there when it was made: a proposal holds nothing;
/// - that a set finds more than its guaranteed part where more is committed than is left (possible only above a
///   restaking degree of 1): another set may take it first;
/// - that an operator can join again without work: somebody settles each allocation to nothing first.
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

    /// @dev Epochs from that of a proposal to that in which it lapses.
    uint256 private constant LAPSE_DELAY = 2;

    /// @dev What a registrar is given when it is told of a leave, and what the call must have left to give it: a 64th
    /// stays behind (EIP-150), and reaching the registrar costs something too.
    uint256 private constant LEAVE_HOOK_GAS = 200_000;
    uint256 private constant LEAVE_HOOK_NEEDS = LEAVE_HOOK_GAS * 64 / 63 + 10_000;

    /// @inheritdoc IAllocationManager
    IStakeVault public immutable VAULT;

    mapping(OperatorSetId set => SetRecord) private _sets;
    mapping(PoolId key => BudgetRecord) private _budgets;

    /// @dev How far each ceiling lies above 1, so that nothing need be stored for the lowest.
    mapping(address strategy => uint256) private _aboveLowestCeiling;

    /// @inheritdoc IAllocationManager
    mapping(address account => mapping(address appointee => mapping(bytes4 selector => bool))) public isAppointed;

    constructor(address authority, IStakeVault vault, uint256 epochLength)
        EpochClock(epochLength, block.timestamp)
        Governed(authority)
    {
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
        SetRecord storage record = _sets[set];
        if (record.terms.cap != 0) revert SetExists(set);
        if (terms.slasher == address(0)) revert NoSlasher();
        if (Wad.unwrap(terms.cap) == 0 || terms.cap > WAD) revert BadCap(terms.cap);
        if (terms.window > EPOCH_LENGTH / 2) revert WindowTooLong(terms.window, EPOCH_LENGTH / 2);
        if (terms.recipient == address(VAULT)) revert BadRecipient(terms.recipient);

        record.terms = StoredTerms({
            slasher: terms.slasher,
            // Safe: it is at most 1e18.
            cap: uint64(Wad.unwrap(terms.cap)),
            window: terms.window.toUint24(),
            hasRegistrar: terms.registrar != address(0),
            recipient: terms.recipient,
            resolver: terms.resolver,
            conditions: terms.conditions,
            registrar: terms.registrar
        });
        emit OperatorSetCreated(set, terms);
        _setAccepted(set, record, strategies, true);
    }

    /// @inheritdoc IAllocationManager
    function addStrategies(OperatorSetId set, address[] calldata strategies) external nonReentrant {
        _requireAuthorized(set.avs());
        SetRecord storage record = _sets[set];
        _requireLive(set, record.terms);
        _setAccepted(set, record, strategies, true);
    }

    /// @inheritdoc IAllocationManager
    function removeStrategies(OperatorSetId set, address[] calldata strategies) external nonReentrant {
        _requireAuthorized(set.avs());
        _setAccepted(set, _sets[set], strategies, false);
    }

    /// @inheritdoc IAllocationManager
    function retire(OperatorSetId set) external nonReentrant {
        _requireAuthorized(set.avs());
        StoredTerms storage terms = _sets[set].terms;
        _requireLive(set, terms);
        terms.slasher = address(0);
        emit OperatorSetRetired(set);
    }

    /// @inheritdoc IAllocationManager
    function eject(OperatorSetId set, address operator, address[] calldata strategies) external {
        _leave(set, operator, strategies, set.avs());
    }

    /* SLASHER */

    /// @inheritdoc IAllocationManager
    function slash(
        OperatorSetId set,
        address operator,
        address[] calldata strategies,
        Wad[] calldata wads,
        bytes32 evidence
    ) external nonReentrant returns (uint256[] memory assets) {
        SetRecord storage record = _sets[set];
        StoredTerms storage terms = record.terms;
        _requireSlasher(set, terms);
        if (terms.window != 0) revert SlashMustBeProposed(set);
        if (strategies.length != wads.length) revert LengthMismatch(strategies.length, wads.length);

        Demand memory demand = Demand(currentEpoch(), Wad.wrap(terms.cap), terms.recipient, WHOLE, Wad.wrap(0));
        assets = new uint256[](strategies.length);
        address previous;
        uint256 total;
        for (uint256 i; i < strategies.length; ++i) {
            address strategy = strategies[i];
            if (strategy <= previous) revert StrategiesNotAscending(previous, strategy);
            previous = strategy;
            demand.wad = wads[i];
            if (demand.wad > WAD) revert BadFraction(demand.wad);
            (Magnitude taken, uint256 moved) = _slash(record, operator, strategy, demand);
            emit OperatorSlashed(set, operator, strategy, taken, moved, evidence);
            assets[i] = moved;
            // Safe: the vault moves less than 2^106 at a time.
            unchecked {
                total += moved;
            }
        }
        if (total == 0) revert NothingToSlash(set, operator);
    }

    /// @inheritdoc IAllocationManager
    function proposeSlash(OperatorSetId set, address operator, address strategy, Wad wad, bytes32 evidence)
        external
        nonReentrant
    {
        SetRecord storage record = _sets[set];
        StoredTerms storage terms = record.terms;
        _requireSlasher(set, terms);
        if (terms.window == 0) revert SlashIsInstant(set);
        if (wad > Wad.wrap(terms.cap)) revert FractionAboveCap(wad, Wad.wrap(terms.cap));
        PoolId key = poolKey(operator, strategy);
        AllocationRecord storage promised = record.promises[key];
        BudgetRecord storage pool = _budgets[key];
        (Proposal waiting,, uint256 lapsesAt) = _proposal(promised, pool, terms);
        if (waiting.exists()) revert ProposalPending(set, operator, strategy, lapsesAt);

        Epoch epoch = currentEpoch();
        (Budget budget, Allocation a,) = _load(promised, pool, epoch);
        Magnitude magnitude = a.current();
        if (min(magnitude, budget.left()).mulDown(wad).isZero()) revert NothingToSlash(set, operator);
        promised.proposal = toProposal(magnitude, wad, block.timestamp, budget.generation());
        promised.allocation = a;
        pool.budget = budget.contested(epoch.plus(LAPSE_DELAY));
        emit SlashProposed(set, operator, strategy, magnitude, wad, evidence);
    }

    /* SLASHER OR RESOLVER */

    /// @inheritdoc IAllocationManager
    function cancelSlash(OperatorSetId set, address operator, address strategy) external nonReentrant {
        SetRecord storage record = _sets[set];
        StoredTerms storage terms = record.terms;
        bool own = msg.sender == terms.slasher;
        if (!own && msg.sender != terms.resolver) revert NotResolver(set, msg.sender);
        PoolId key = poolKey(operator, strategy);
        AllocationRecord storage promised = record.promises[key];
        (Proposal p, uint256 executableFrom,) = _proposal(promised, _budgets[key], terms);
        if (!p.exists()) revert NoProposal(set, operator, strategy);
        if (!own && block.timestamp >= executableFrom) revert WindowOver(executableFrom);
        promised.proposal = Proposal.wrap(0);
        emit SlashCancelled(set, operator, strategy);
    }

    /* OPERATOR */

    /// @inheritdoc IAllocationManager
    function join(OperatorSetId set, address operator, bytes calldata data) external {
        if (_join(set, operator)) IRegistrar(_sets[set].terms.registrar).onJoin(set, operator, data);
    }

    /// @inheritdoc IAllocationManager
    function allocate(OperatorSetId set, address operator, address strategy, Magnitude magnitude)
        external
        nonReentrant
        returns (Epoch effective)
    {
        _requireAuthorized(operator);
        SetRecord storage record = _sets[set];
        _requireLive(set, record.terms);
        if (magnitude > WHOLE) revert MagnitudeTooLarge(magnitude);
        PoolId key = poolKey(operator, strategy);
        AllocationRecord storage promised = record.promises[key];
        BudgetRecord storage pool = _budgets[key];
        Epoch epoch = currentEpoch();
        (Budget budget, Allocation a, bool counted) = _load(promised, pool, epoch);
        Membership memory member = record.memberships[operator];
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
        (budget, a) = _scheduled(budget, a, magnitude, effective, epoch);
        if (a.side() > before) _requireMayRaise(set, record, operator, strategy, member, budget);

        promised.allocation = a;
        pool.budget = budget;
        if (a.counts() && !counted) ++member.allocations;
        if (counted && !a.counts()) --member.allocations;
        if (a.counts() != counted || member.opened != knownOpen) record.memberships[operator] = member;
        emit Allocated(set, operator, strategy, magnitude, effective);
    }

    /// @inheritdoc IAllocationManager
    function leave(OperatorSetId set, address operator, address[] calldata strategies) external {
        _leave(set, operator, strategies, operator);
    }

    /// @inheritdoc IAllocationManager
    function renew(address operator, address strategy) external nonReentrant {
        _requireAuthorized(operator);
        PoolId key = poolKey(operator, strategy);
        BudgetRecord storage pool = _budgets[key];
        Budget budget = pool.budget;
        Magnitude committed = budget.committed();
        if (!committed.isZero()) revert StillCommitted(operator, strategy, committed);
        pool.budget = budget.renewed();
        VAULT.renew(key);
    }

    /* ANYONE */

    /// @inheritdoc IAllocationManager
    function executeSlash(OperatorSetId set, address operator, address strategy)
        external
        nonReentrant
        returns (uint256 assets)
    {
        SetRecord storage record = _sets[set];
        StoredTerms storage terms = record.terms;
        PoolId key = poolKey(operator, strategy);
        AllocationRecord storage promised = record.promises[key];
        (Proposal p, uint256 executableFrom,) = _proposal(promised, _budgets[key], terms);
        if (!p.exists()) revert NoProposal(set, operator, strategy);
        if (block.timestamp < executableFrom) revert WindowOpen(executableFrom);
        promised.proposal = Proposal.wrap(0);
        Demand memory demand = Demand(currentEpoch(), Wad.wrap(terms.cap), terms.recipient, p.magnitude(), p.wad());
        Magnitude taken;
        (taken, assets) = _slash(record, operator, strategy, demand);
        if (assets == 0) revert NothingToSlash(set, operator);
        emit OperatorSlashed(set, operator, strategy, taken, assets, bytes32(0));
    }

    /// @inheritdoc IAllocationManager
    function settle(OperatorSetId set, address operator, address strategy) external nonReentrant {
        SetRecord storage record = _sets[set];
        PoolId key = poolKey(operator, strategy);
        AllocationRecord storage promised = record.promises[key];
        BudgetRecord storage pool = _budgets[key];
        (Budget budget, Allocation a, bool counted) = _loadUnlessRetired(record.terms, promised, pool, currentEpoch());
        if (!counted || Allocation.unwrap(a) == Allocation.unwrap(promised.allocation)) {
            revert NothingToSettle(set, operator, strategy);
        }
        promised.allocation = a;
        pool.budget = budget;
        if (!a.counts()) --record.memberships[operator].allocations;
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
        StoredTerms storage t = _sets[set].terms;
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
        return _sets[set].accepted[strategy];
    }

    /// @inheritdoc IAllocationManager
    function membershipOf(OperatorSetId set, address operator) external view returns (Membership memory) {
        return _sets[set].memberships[operator];
    }

    /// @inheritdoc IAllocationManager
    function allocationOf(OperatorSetId set, address operator, address strategy)
        external
        view
        nonReentrantView
        returns (Magnitude current, Magnitude next, Epoch effective, Magnitude taken)
    {
        Epoch epoch = currentEpoch();
        SetRecord storage record = _sets[set];
        PoolId key = poolKey(operator, strategy);
        (, Allocation a,) = _loadUnlessRetired(record.terms, record.promises[key], _budgets[key], epoch);
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
        Budget budget = _budgets[poolKey(operator, strategy)].budget;
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
        SetRecord storage record = _sets[set];
        if (_isRetired(record.terms)) return assets;
        for (uint256 i; i < operators.length; ++i) {
            PoolId key = poolKey(operators[i], strategy);
            (Budget budget, Allocation a,) = _load(record.promises[key], _budgets[key], epoch);
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
        SetRecord storage record = _sets[set];
        if (_isRetired(record.terms)) return new uint256[](operators.length);
        Epoch epoch = currentEpoch();
        PoolId[] memory keys = new PoolId[](operators.length);
        for (uint256 i; i < operators.length; ++i) {
            keys[i] = poolKey(operators[i], strategy);
        }
        assets = VAULT.assetsOf(keys);
        for (uint256 i; i < operators.length; ++i) {
            (Budget budget, Allocation a,) = _load(record.promises[keys[i]], _budgets[keys[i]], epoch);
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
    function worstCaseLoss(address strategy, address[] calldata operators)
        external
        view
        nonReentrantView
        returns (Wad[] memory losses)
    {
        losses = new Wad[](operators.length);
        for (uint256 i; i < operators.length; ++i) {
            Budget budget = _budgets[poolKey(operators[i], strategy)].budget;
            (uint256 left, uint256 committed) = (Magnitude.unwrap(budget.left()), Magnitude.unwrap(budget.committed()));
            losses[i] = committed < left ? Wad.wrap(Math.ceilDiv(committed * Wad.unwrap(WAD), left)) : WAD;
        }
    }

    /// @inheritdoc IAllocationManager
    function proposalOf(OperatorSetId set, address operator, address strategy)
        external
        view
        nonReentrantView
        returns (Magnitude magnitude, Wad wad, uint256 executableFrom, uint256 lapsesAt)
    {
        SetRecord storage record = _sets[set];
        PoolId key = poolKey(operator, strategy);
        Proposal p;
        (p, executableFrom, lapsesAt) = _proposal(record.promises[key], _budgets[key], record.terms);
        return (p.magnitude(), p.wad(), executableFrom, lapsesAt);
    }

    /// @inheritdoc IAllocationManager
    function contestedUntil(address operator, address strategy) external view nonReentrantView returns (Epoch) {
        return _budgets[poolKey(operator, strategy)].budget.contestedUntil();
    }

    /* INTERNAL */

    /// @return hooked whether the set has a registrar, to be told outside the lock
    function _join(OperatorSetId set, address operator) private nonReentrant returns (bool hooked) {
        _requireAuthorized(operator);
        _requireRunning(Pausable.Join);
        SetRecord storage record = _sets[set];
        StoredTerms storage terms = record.terms;
        _requireLive(set, terms);
        Membership memory member = record.memberships[operator];
        if (member.joined) revert AlreadyMember(set, operator);
        if (member.allocations != 0) revert AllocationsRemain(set, operator, member.allocations);
        (bool registered, bool opened,,) = VAULT.operatorState(operator);
        if (!registered) revert NotAnOperator(operator);
        record.memberships[operator] = Membership({joined: true, opened: opened, allocations: 0});
        emit Joined(set, operator);
        return terms.hasRegistrar;
    }

    /// @dev Ends a membership as `account` may, and tells the registrar outside the lock.
    function _leave(OperatorSetId set, address operator, address[] calldata strategies, address account) private {
        _requireAuthorized(account);
        // Passed as a constant, it would have the compiler write all of this twice: 430 bytes.
        bool ejected = msg.sig == this.eject.selector;
        _endMembership(set, operator, strategies, ejected);
        StoredTerms storage terms = _sets[set].terms;
        if (!terms.hasRegistrar) return;
        if (gasleft() < LEAVE_HOOK_NEEDS) revert NotEnoughGas(gasleft(), LEAVE_HOOK_NEEDS);
        bytes memory data = abi.encodeCall(IRegistrar.onLeave, (set, operator));
        (bool told,,) = LibCall.tryCall(terms.registrar, 0, LEAVE_HOOK_GAS, 0, data);
        if (!told) emit LeaveHookFailed(set, operator);
    }

    function _endMembership(OperatorSetId set, address operator, address[] calldata strategies, bool ejected)
        private
        nonReentrant
    {
        SetRecord storage record = _sets[set];
        Membership memory member = record.memberships[operator];
        if (!member.joined) revert NotMember(set, operator);
        Epoch epoch = currentEpoch();
        address previous;
        uint256 named;
        uint32 remaining;
        for (uint256 i; i < strategies.length; ++i) {
            address strategy = strategies[i];
            if (strategy <= previous) revert StrategiesNotAscending(previous, strategy);
            previous = strategy;
            (bool counted, bool counts) = _abandon(set, record, operator, strategy, epoch, ejected);
            if (counted) ++named;
            if (counts) ++remaining;
        }
        if (named != member.allocations) revert AllocationsUnnamed(set, operator, member.allocations, named);
        (member.joined, member.allocations) = (false, remaining);
        record.memberships[operator] = member;
        emit Left(set, operator, ejected);
    }

    /// @dev Lowers an allocation to nothing, where there is one.
    /// @return counted whether it counted in the membership
    /// @return counts whether it still does
    function _abandon(
        OperatorSetId set,
        SetRecord storage record,
        address operator,
        address strategy,
        Epoch epoch,
        bool ejected
    ) private returns (bool counted, bool counts) {
        PoolId key = poolKey(operator, strategy);
        AllocationRecord storage promised = record.promises[key];
        BudgetRecord storage pool = _budgets[key];
        Budget budget;
        Allocation a;
        (budget, a, counted) = _loadUnlessRetired(record.terms, promised, pool, epoch);
        if (!counted) return (false, false);
        Magnitude next = a.next();
        Magnitude nothing;
        Epoch effective = epoch.plus(LOWER_DELAY);
        if (a.current().isZero()) {
            effective = epoch;
        } else if (next < a.current()) {
            effective = a.effective();
            if (!next.isZero() && !ejected) revert LoweringPending(next, effective);
        }
        (pool.budget, promised.allocation) = _scheduled(budget, a, nothing, effective, epoch);
        emit Allocated(set, operator, strategy, nothing, effective);
        counts = promised.allocation.counts();
    }

    function _setAccepted(OperatorSetId set, SetRecord storage record, address[] calldata strategies, bool accepted)
        private
    {
        for (uint256 i; i < strategies.length; ++i) {
            address strategy = strategies[i];
            if (strategy == address(0)) revert StrategyNotAccepted(set, strategy);
            if (record.accepted[strategy] == accepted) revert StrategyUnchanged(set, strategy);
            record.accepted[strategy] = accepted;
            if (accepted) emit StrategyAdded(set, strategy);
            else emit StrategyRemoved(set, strategy);
        }
    }

    /// @dev One strategy of a slash. Writes before the vault moves tokens, and takes it back where it moved none. What
    /// has come due is settled in any case.
    function _slash(SetRecord storage record, address operator, address strategy, Demand memory demand)
        private
        returns (Magnitude taken, uint256 assets)
    {
        PoolId key = poolKey(operator, strategy);
        AllocationRecord storage promised = record.promises[key];
        BudgetRecord storage pool = _budgets[key];
        (Budget budget, Allocation a, bool counted) = _load(promised, pool, demand.epoch);
        Magnitude left = budget.left();
        Magnitude reach = min(a.current(), left);
        taken = min(reach, demand.most).mulDown(demand.wad);
        if (!taken.isZero()) {
            Allocation slashed = a.slashed(taken, demand.epoch);
            promised.allocation = slashed;
            pool.budget = _afterSlash(budget, taken, a, slashed);
            if (!slashed.counts()) --record.memberships[operator].allocations;
            assets = VAULT.slash(key, taken, left, strategy, demand.recipient);
            // Last, for a strategy from which nothing can be taken is skipped whatever was asked of it.
            if (assets > 0) {
                _requireWithinCap(strategy, a.takenDuring(demand.epoch), taken, reach, demand.cap);
                return (taken, assets);
            }
            // The pool is empty, or too small for this fraction: the vault called nobody.
            taken = Magnitude.wrap(0);
            if (!slashed.counts()) ++record.memberships[operator].allocations;
        }
        if (counted) {
            promised.allocation = a;
            pool.budget = budget;
            if (!a.counts()) --record.memberships[operator].allocations;
        }
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
        return budget.slashed(taken, before.side(), slashed.side());
    }

    /// @dev An allocation as it stands in epoch `epoch`, and its budget without what has come due to be released.
    /// `counted` says whether the stored word counts in the membership.
    function _load(AllocationRecord storage promised, BudgetRecord storage pool, Epoch epoch)
        private
        view
        returns (Budget budget, Allocation a, bool counted)
    {
        budget = pool.budget;
        a = promised.allocation;
        counted = a.counts();
        if (a.generation() != budget.generation()) {
            a = noAllocation(budget.generation());
        } else if (a.isPending() && a.effective() <= epoch) {
            Magnitude before = a.side();
            a = a.landed();
            budget = budget.recommitted(before, a.side());
        }
    }

    /// @dev The same, where a retired set's allocation counts as nothing. Slashes need not ask: it has no slasher.
    function _loadUnlessRetired(
        StoredTerms storage terms,
        AllocationRecord storage promised,
        BudgetRecord storage pool,
        Epoch epoch
    ) private view returns (Budget budget, Allocation a, bool counted) {
        (budget, a, counted) = _load(promised, pool, epoch);
        if (_isRetired(terms)) {
            budget = budget.recommitted(a.side(), Magnitude.wrap(0));
            a = noAllocation(budget.generation());
        }
    }

    /// @dev A proposal that waits, and when it can be executed and lapses; zeros where there is none.
    function _proposal(AllocationRecord storage promised, BudgetRecord storage pool, StoredTerms storage terms)
        private
        view
        returns (Proposal p, uint256 executableFrom, uint256 lapsesAt)
    {
        Proposal none;
        p = promised.proposal;
        if (!p.exists() || p.generation() != pool.budget.generation() || _isRetired(terms)) return (none, 0, 0);
        uint256 proposedAt = p.proposedAt();
        executableFrom = proposedAt + terms.window;
        // The start of the second epoch after that of the proposal.
        lapsesAt = proposedAt - (proposedAt - ORIGIN) % EPOCH_LENGTH + LAPSE_DELAY * EPOCH_LENGTH;
        if (block.timestamp >= lapsesAt) return (none, 0, 0);
    }

    /// @dev With the allocation's change to `next` in `effective` pending, or applied where that is now.
    function _scheduled(Budget budget, Allocation a, Magnitude next, Epoch effective, Epoch epoch)
        private
        pure
        returns (Budget, Allocation)
    {
        Magnitude before = a.side();
        a = a.scheduled(next, effective);
        if (effective == epoch) a = a.landed();
        return (budget.recommitted(before, a.side()), a);
    }

    /// @dev Asks the vault until the operator has opened, and remembers it in `member`.
    function _raiseDelay(address operator, Membership memory member) private view returns (uint256) {
        if (!member.opened) (, member.opened,,) = VAULT.operatorState(operator);
        return member.opened ? RAISE_DELAY : 0;
    }

    function _requireMayRaise(
        OperatorSetId set,
        SetRecord storage record,
        address operator,
        address strategy,
        Membership memory member,
        Budget budget
    ) private view {
        _requireRunning(Pausable.Raise);
        if (!member.joined) revert NotMember(set, operator);
        if (!record.accepted[strategy]) revert StrategyNotAccepted(set, strategy);
        Magnitude left = budget.left();
        if (left < LEAST_MAGNITUDE) revert TooLittleLeft(left, LEAST_MAGNITUDE);
        Magnitude ceiling = left.mulDown(degreeCeilingOf(strategy));
        if (budget.committed() > ceiling) revert CeilingExceeded(budget.committed(), ceiling);
    }

    function _isRetired(StoredTerms storage terms) private view returns (bool) {
        return terms.slasher == address(0) && terms.cap != 0;
    }

    function _requireLive(OperatorSetId set, StoredTerms storage terms) private view {
        if (terms.cap == 0) revert NoSuchSet(set);
        if (terms.slasher == address(0)) revert SetRetired(set);
    }

    function _requireSlasher(OperatorSetId set, StoredTerms storage terms) private view {
        if (msg.sender == terms.slasher) return;
        _requireLive(set, terms);
        revert NotSlasher(set, msg.sender);
    }

    function _requireAuthorized(address account) private view {
        if (msg.sender != account && !isAppointed[account][msg.sender][msg.sig]) {
            revert NotAuthorized(account, msg.sender);
        }
    }
}
