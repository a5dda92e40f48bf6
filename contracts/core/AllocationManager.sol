// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {Budget, IAllocationManager, Membership} from "../interfaces/IAllocationManager.sol";
import {IRegistrar} from "../interfaces/IRegistrar.sol";
import {IRiskLimits, Pausable} from "../interfaces/IRiskLimits.sol";
import {IStakeVault, OperatorState} from "../interfaces/IStakeVault.sol";
import {Allocation, PackedAllocation} from "../types/Allocation.sol";
import {Epoch} from "../types/Epoch.sol";
import {Magnitude, WAD, WHOLE, Wad, min} from "../types/Magnitude.sol";
import {OperatorSetId} from "../types/OperatorSetId.sol";
import {PoolId, poolKey} from "../types/PoolId.sol";
import {Terms} from "../types/Terms.sol";
import {EpochClock} from "../libraries/EpochClock.sol";

/// @notice The stored form of `Terms`, ordered so that a slash reads two slots of it.
struct StoredTerms {
    address slasher;
    Wad cap;
    uint24 window;
    bool hasRegistrar;
    address recipient;
    address resolver;
    bytes32 conditions;
    address registrar;
}

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
/// which strategies they accept. A set's slasher slashes. Governance (`LIMITS`) answers how much may be committed, and
/// may pause joins, raises and new sets for a while; slashing and lowering it cannot pause.
///
/// DOES NOT GUARANTEE that a slash is just: the terms say who decides. Where more is committed than is left (possible
/// only above a restaking degree of 1), one set may take what another counted on, apart from its guaranteed part.
contract AllocationManager is IAllocationManager, EpochClock, ReentrancyGuardTransient {
    /// @inheritdoc IAllocationManager
    Magnitude public constant LEAST_LEFT = Magnitude.wrap(1e9);

    /// @notice Epochs from the announcement of a raised allocation to its effect, that of the announcement not counted.
    uint24 public constant RAISE_DELAY = 3;

    /// @notice The same for a lowered allocation.
    uint24 public constant LOWER_DELAY = 2;

    /// @inheritdoc IAllocationManager
    IStakeVault public immutable VAULT;

    /// @inheritdoc IAllocationManager
    IRiskLimits public immutable LIMITS;

    mapping(OperatorSetId set => StoredTerms) private _terms;
    mapping(OperatorSetId set => mapping(address strategy => bool)) private _accepted;
    mapping(OperatorSetId set => mapping(address operator => Membership)) private _memberships;
    mapping(OperatorSetId set => mapping(PoolId key => PackedAllocation)) private _allocations;
    mapping(PoolId key => Budget) private _budgets;

    /// @inheritdoc IAllocationManager
    mapping(address account => mapping(address appointee => mapping(bytes4 selector => bool))) public isAppointed;

    constructor(IRiskLimits limits, IStakeVault vault, uint256 epochLength) EpochClock(epochLength) {
        LIMITS = limits;
        VAULT = vault;
    }

    /* ANYONE */

    /// @inheritdoc IAllocationManager
    function appoint(address appointee, bytes4 selector, bool allowed) external nonReentrant {
        require(selector != this.appoint.selector, CannotAppointAppoint());
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
        LIMITS.requireUnpaused(Pausable.CreateSet);
        require(_terms[set].slasher == address(0), SetExists(set));
        require(terms.slasher != address(0), NoSlasher());
        require(Wad.unwrap(terms.cap) > 0 && Wad.unwrap(terms.cap) <= Wad.unwrap(WAD), BadCap(terms.cap));
        require(terms.window <= EPOCH_LENGTH / 2, WindowTooLong(terms.window, EPOCH_LENGTH / 2));
        require(terms.recipient != address(VAULT), BadRecipient(terms.recipient));

        _terms[set] = StoredTerms({
            slasher: terms.slasher,
            cap: terms.cap,
            window: terms.window,
            hasRegistrar: terms.registrar != address(0),
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
            require(_accepted[set][strategies[i]], StrategyUnchanged(set, strategies[i]));
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
        require(msg.sender == terms.slasher, NotSlasher(set, msg.sender));
        require(terms.window == 0, SlashMustBeProposed(set));
        require(strategies.length == wads.length, LengthMismatch(strategies.length, wads.length));

        Wad cap = terms.cap;
        address recipient = terms.recipient;
        assets = new uint256[](strategies.length);
        address previous;
        uint256 total;
        for (uint256 i; i < strategies.length; ++i) {
            address strategy = strategies[i];
            require(strategy > previous, StrategiesNotAscending(previous, strategy));
            previous = strategy;
            Magnitude taken;
            (taken, assets[i]) = _slash(set, operator, strategy, wads[i], cap, recipient);
            emit OperatorSlashed(set, operator, strategy, wads[i], taken, assets[i], evidence);
            total += assets[i];
        }
        require(total > 0, NothingToSlash(set, operator));
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
        PoolId key = poolKey(operator, strategy);
        Epoch current = currentEpoch();
        (Budget memory budget, Allocation memory a, bool counted) = _load(set, key, current);
        Magnitude before = a.side();

        bool raises = magnitude > a.current;
        if (a.effective.isSet()) {
            require(a.next > a.current, LoweringPending(a.next, a.effective));
            require(magnitude != a.next, MagnitudeUnchanged(magnitude));
            if (magnitude < a.next && raises) {
                effective = a.effective; // cut: the rest of the raise keeps its day
            } else if (magnitude == a.current) {
                effective = current; // withdrawn
            }
        } else {
            require(magnitude != a.current, MagnitudeUnchanged(magnitude));
        }
        if (!effective.isSet()) {
            effective = current.plus(raises ? _raiseDelay(operator) : LOWER_DELAY);
        }

        a.next = magnitude;
        a.effective = effective;
        if (effective == current) _land(a);
        budget.committed = budget.committed - before + a.side();
        if (a.side() > before) _requireMayRaise(set, operator, strategy, budget);

        _store(set, operator, key, a, budget, counted);
        emit Allocated(set, operator, strategy, magnitude, effective);
    }

    /* VIEW */

    /// @inheritdoc IAllocationManager
    function termsOf(OperatorSetId set) external view returns (Terms memory) {
        StoredTerms memory t = _terms[set];
        return Terms({
            slasher: t.slasher,
            cap: t.cap,
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
        returns (Allocation memory a)
    {
        (, a,) = _load(set, poolKey(operator, strategy), currentEpoch());
    }

    /// @inheritdoc IAllocationManager
    function budgetOf(address operator, address strategy) external view nonReentrantView returns (Budget memory) {
        return _budgetOf(poolKey(operator, strategy));
    }

    /// @inheritdoc IAllocationManager
    function slashableStake(OperatorSetId set, address strategy, address[] calldata operators)
        external
        view
        nonReentrantView
        returns (uint256[] memory assets)
    {
        Epoch current = currentEpoch();
        assets = new uint256[](operators.length);
        for (uint256 i; i < operators.length; ++i) {
            PoolId key = poolKey(operators[i], strategy);
            (Budget memory budget, Allocation memory a,) = _load(set, key, current);
            (uint256 inPool, uint256 inNext, uint256 inLast) = VAULT.slashable(key);
            uint256 reach = Magnitude.unwrap(min(a.current, budget.left));
            uint256 left = Magnitude.unwrap(budget.left);
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
        Epoch current = currentEpoch();
        PoolId[] memory keys = new PoolId[](operators.length);
        for (uint256 i; i < operators.length; ++i) {
            keys[i] = poolKey(operators[i], strategy);
        }
        assets = VAULT.assetsOf(keys);
        for (uint256 i; i < operators.length; ++i) {
            (Budget memory budget, Allocation memory a,) = _load(set, keys[i], current);
            // What no other set's slash can take first: what is left beyond everybody else's promises.
            Magnitude unique = budget.left.saturatingSub(budget.committed - a.side());
            Magnitude guaranteed = min(min(a.current, a.next), unique);
            assets[i] = assets[i] * Magnitude.unwrap(guaranteed) / Magnitude.unwrap(budget.left);
        }
    }

    /// @inheritdoc IAllocationManager
    function worstCaseLoss(address operator, address strategy) external view nonReentrantView returns (Wad) {
        Budget memory budget = _budgetOf(poolKey(operator, strategy));
        if (budget.committed > budget.left) return WAD;
        uint256 left = Magnitude.unwrap(budget.left);
        // Safe: committed is at most left.
        return Wad.wrap(uint64((uint256(Magnitude.unwrap(budget.committed)) * Wad.unwrap(WAD) + left - 1) / left));
    }

    /* INTERNAL */

    /// @return hooked whether the set has a registrar, to be told outside the lock
    function _join(OperatorSetId set, address operator) private nonReentrant returns (bool hooked) {
        _requireAuthorized(operator);
        LIMITS.requireUnpaused(Pausable.Join);
        StoredTerms storage terms = _terms[set];
        _requireSet(set);
        require(VAULT.operatorState(operator).registered, NotAnOperator(operator));
        Membership memory member = _memberships[set][operator];
        require(!member.joined, AlreadyMember(set, operator));
        require(member.allocations == 0, AllocationsRemain(set, operator, member.allocations));
        _memberships[set][operator].joined = true;
        emit Joined(set, operator);
        return terms.hasRegistrar;
    }

    function _addStrategies(OperatorSetId set, address[] calldata strategies) private {
        for (uint256 i; i < strategies.length; ++i) {
            require(!_accepted[set][strategies[i]], StrategyUnchanged(set, strategies[i]));
            _accepted[set][strategies[i]] = true;
            emit StrategyAdded(set, strategies[i]);
        }
    }

    /// @dev One strategy of a slash. Writes before the vault moves tokens; where nothing would move, changes nothing.
    function _slash(OperatorSetId set, address operator, address strategy, Wad wad, Wad cap, address recipient)
        private
        returns (Magnitude taken, uint256 assets)
    {
        require(Wad.unwrap(wad) <= Wad.unwrap(WAD), BadFraction(wad));
        PoolId key = poolKey(operator, strategy);
        Epoch current = currentEpoch();
        (Budget memory budget, Allocation memory a, bool counted) = _load(set, key, current);

        Magnitude reach = min(a.current, budget.left);
        taken = reach.mulDown(wad);
        if (taken.isZero() || !_wouldMove(key, taken, budget.left)) return (Magnitude.wrap(0), 0);
        Magnitude most = (reach + a.taken).mulDown(cap);
        require(!(a.taken + taken > most), CapExceeded(strategy, a.taken + taken, most));

        Magnitude left = budget.left;
        Magnitude before = a.side();
        a.current = a.current - taken;
        a.next = a.next.saturatingSub(taken);
        (a.taken, a.takenIn) = (a.taken + taken, current);
        budget.committed = budget.committed - before + a.side();
        budget.left = left - taken;
        if (budget.left.isZero()) {
            budget = Budget({left: WHOLE, committed: Magnitude.wrap(0), generation: budget.generation + 1});
        }
        _store(set, operator, key, a, budget, counted);
        assets = VAULT.slash(key, taken, left, recipient);
    }

    function _wouldMove(PoolId key, Magnitude taken, Magnitude left) private view returns (bool) {
        (uint256 inPool, uint256 inNext, uint256 inLast) = VAULT.slashable(key);
        uint256 largest = inPool > inNext ? inPool : inNext;
        if (inLast > largest) largest = inLast;
        return largest * Magnitude.unwrap(taken) >= Magnitude.unwrap(left);
    }

    /// @dev Reads an allocation as it stands in epoch `current`, and its budget with what is no longer committed
    /// released. `counted` says whether the stored slot counts in the membership.
    function _load(OperatorSetId set, PoolId key, Epoch current)
        private
        view
        returns (Budget memory budget, Allocation memory a, bool counted)
    {
        budget = _budgetOf(key);
        a = _allocations[set][key].unpack();
        counted = a.isCounted();
        if (a.generation != budget.generation) {
            // A promise of a generation that ended: nothing of it is committed any more.
            a = Allocation({
                current: Magnitude.wrap(0),
                next: Magnitude.wrap(0),
                taken: Magnitude.wrap(0),
                effective: Epoch.wrap(0),
                takenIn: Epoch.wrap(0),
                generation: budget.generation
            });
            return (budget, a, counted);
        }
        if (a.takenIn != current) a.taken = Magnitude.wrap(0);
        if (a.effective.isSet() && a.effective <= current) {
            budget.committed = budget.committed - a.side();
            _land(a);
            budget.committed = budget.committed + a.side();
            _restore(budget);
        }
    }

    function _budgetOf(PoolId key) private view returns (Budget memory budget) {
        budget = _budgets[key];
        _restore(budget);
    }

    /// @dev Where nothing is committed, what is left is the whole again: precision does not wear out.
    function _restore(Budget memory budget) private pure {
        if (budget.committed.isZero()) budget.left = WHOLE;
    }

    function _land(Allocation memory a) private pure {
        a.current = a.next;
        a.effective = Epoch.wrap(0);
    }

    function _store(
        OperatorSetId set,
        address operator,
        PoolId key,
        Allocation memory a,
        Budget memory budget,
        bool counted
    ) private {
        _allocations[set][key] = a.pack();
        _budgets[key] = budget;
        if (a.isCounted() == counted) return;
        if (counted) --_memberships[set][operator].allocations;
        else ++_memberships[set][operator].allocations;
    }

    function _raiseDelay(address operator) private view returns (uint24) {
        return VAULT.operatorState(operator).opened ? RAISE_DELAY : 0;
    }

    function _requireMayRaise(OperatorSetId set, address operator, address strategy, Budget memory budget)
        private
        view
    {
        require(_memberships[set][operator].joined, NotMember(set, operator));
        require(_accepted[set][strategy], StrategyNotAccepted(set, strategy));
        require(!(budget.left < LEAST_LEFT), TooLittleLeft(budget.left, LEAST_LEFT));
        Magnitude ceiling = budget.left.mulDown(LIMITS.degreeCeiling(strategy));
        require(budget.committed <= ceiling, CeilingExceeded(budget.committed, ceiling));
    }

    function _requireSet(OperatorSetId set) private view {
        require(_terms[set].slasher != address(0), NoSuchSet(set));
    }

    function _requireAuthorized(address account) private view {
        require(msg.sender == account || isAppointed[account][msg.sender][msg.sig], NotAuthorized(account, msg.sender));
    }
}
