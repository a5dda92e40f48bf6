// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {LibCall} from "solady/utils/LibCall.sol";

import {IAllocationManager} from "../interfaces/IAllocationManager.sol";
import {
    ExitView,
    Fate,
    Holding,
    ILens,
    OperatorStanding,
    Outlook,
    OwnerView,
    PendingSlash,
    PoolRef,
    PoolView,
    PositionRef,
    PositionView,
    Risk,
    SetPromise
} from "../interfaces/ILens.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {Epoch} from "../types/Epoch.sol";
import {Magnitude, WAD, Wad, max, min} from "../types/Magnitude.sol";
import {OperatorSetId} from "../types/OperatorSetId.sol";
import {PoolId} from "../types/PoolId.sol";
import {Terms} from "../types/Terms.sol";

/// @notice What the positions of one pool's generation have in common.
struct PoolFacts {
    PoolId id;
    address operator;
    address strategy;
    Fate fate;
    Outlook[4] outlook;
}

/// @title Lens
/// @notice SPEC
///
/// HOLDS nothing, and nobody has a role in it. It reads the core's views and adds up what they say.
///
/// PROMISES
/// - Nothing that was left unnamed makes a risk look smaller: what the named sets do not explain of what is committed
///   counts in full in every epoch.
/// - `loss` of an epoch is no less than what all sets take if each slashes all it can in that epoch, with no slash and
///   no announced raise before; and no more, but for rounding and for what is unaccounted.
/// - `through` of an epoch is no less than what all slashes from now to its end take together; that of the epoch after
///   next is so whatever anybody announces or does, for a raise waits three epochs where there is stake.
/// - `loss` and `capped` are never above `through`, and no `through` is above the manager's `worstCaseLoss`.
/// - A token that reverts, burns gas or answers nonsense spoils the room of its own strategy, costs 500,000 gas, and
///   nothing else.
///
/// ASSUMES that the core is the one it was deployed with.
///
/// ROUNDING. Losses round up, in magnitude and again in assets; all else is rounded by the core, down.
///
/// DOES NOT GUARANTEE
/// - that a loss is likely, or that a slasher with a challenge window could be so fast: windows are left aside;
/// - that an outlook holds beyond what it says, once raises are announced: read again in each epoch.
contract Lens is ILens {
    /// @dev What a token is given to tell its balance. Plain ones need 3,000, rebasing ones behind proxies 100,000.
    uint256 private constant BALANCE_GAS = 500_000;

    /// @dev What lasts: an epoch in which no position ripens.
    Epoch private constant NEVER = Epoch.wrap(type(uint256).max);

    /// @inheritdoc ILens
    IStakeVault public immutable VAULT;

    /// @inheritdoc ILens
    IAllocationManager public immutable ALLOCATION_MANAGER;

    constructor(IStakeVault vault) {
        (VAULT, ALLOCATION_MANAGER) = (vault, IAllocationManager(vault.ALLOCATION_MANAGER()));
    }

    /* VIEW */

    /// @inheritdoc ILens
    function pools(PoolRef[] calldata refs, OperatorSetId[] calldata sets)
        external
        view
        returns (PoolView[] memory views)
    {
        Terms[] memory terms = _termsOf(sets);
        views = new PoolView[](refs.length);
        for (uint256 i; i < refs.length; ++i) {
            address strategy = refs[i].strategy;
            views[i] = _pool(refs[i].operator, strategy, sets, terms);
            // A token is asked once for pools of it in a row.
            bool known = i > 0 && refs[i - 1].strategy == strategy;
            views[i].room = known ? views[i - 1].room : _room(strategy);
        }
    }

    /// @inheritdoc ILens
    function positions(PositionRef[] calldata refs, OperatorSetId[] calldata sets, Epoch ripeFrom)
        external
        view
        returns (PositionView[] memory views)
    {
        Terms[] memory terms = _termsOf(sets);
        views = new PositionView[](refs.length);
        for (uint256 i; i < refs.length; ++i) {
            views[i] = _position(_facts(refs[i].pool, sets, terms), refs[i].owner, ripeFrom);
        }
    }

    /// @inheritdoc ILens
    function owners(address[] calldata owners_, PoolId[] calldata pools_, OperatorSetId[] calldata sets, Epoch ripeFrom)
        external
        view
        returns (OwnerView[] memory views)
    {
        Terms[] memory terms = _termsOf(sets);
        PoolFacts[] memory facts = new PoolFacts[](pools_.length);
        for (uint256 i; i < pools_.length; ++i) {
            if (i > 0 && PoolId.unwrap(pools_[i]) <= PoolId.unwrap(pools_[i - 1])) {
                revert PoolsNotAscending(pools_[i - 1], pools_[i]);
            }
            facts[i] = _facts(pools_[i], sets, terms);
        }
        views = new OwnerView[](owners_.length);
        for (uint256 i; i < owners_.length; ++i) {
            PositionView[] memory held = new PositionView[](facts.length);
            for (uint256 j; j < facts.length; ++j) {
                held[j] = _position(facts[j], owners_[i], ripeFrom);
            }
            views[i] = OwnerView({owner: owners_[i], positions: held, holdings: _holdings(owners_[i], held)});
        }
    }

    /* INTERNAL: POOLS */

    /// @dev The room under the deposit cap is the caller's to add.
    function _pool(address operator, address strategy, OperatorSetId[] calldata sets, Terms[] memory terms)
        private
        view
        returns (PoolView memory v)
    {
        (v.operator, v.strategy, v.id) = (operator, strategy, VAULT.poolId(operator, strategy));
        OperatorStanding memory standing = v.standing;
        (standing.registered, standing.opened, standing.admitsFrom, standing.approver) = VAULT.operatorState(operator);
        (, v.shares,,) = VAULT.poolState(v.id);
        (v.assets, v.exitsNext, v.exitsLast) = VAULT.slashable(v.id);
        (v.left, v.committed,) = ALLOCATION_MANAGER.budgetOf(operator, strategy);
        v.contestedUntil = ALLOCATION_MANAGER.contestedUntil(operator, strategy);
        v.promises = _promises(operator, strategy, sets, terms);
        (v.unaccounted, v.outlook) = _outlook(v.left, v.committed, v.promises);
    }

    /// @dev Nothing where the token does not tell its balance: the vault then finds that it delivered nothing.
    function _room(address strategy) private view returns (uint256) {
        bytes memory call = abi.encodeCall(IERC20.balanceOf, (address(VAULT)));
        (bool told,, bytes memory answer) = LibCall.tryStaticCall(strategy, BALANCE_GAS, 32, call);
        if (!told || answer.length < 32) return 0;
        return Math.saturatingSub(VAULT.depositCapOf(strategy), abi.decode(answer, (uint256)));
    }

    /* INTERNAL: PROMISES */

    function _termsOf(OperatorSetId[] calldata sets) private view returns (Terms[] memory terms) {
        terms = new Terms[](sets.length);
        for (uint256 i; i < sets.length; ++i) {
            if (i > 0 && OperatorSetId.unwrap(sets[i]) <= OperatorSetId.unwrap(sets[i - 1])) {
                revert SetsNotAscending(sets[i - 1], sets[i]);
            }
            terms[i] = ALLOCATION_MANAGER.termsOf(sets[i]);
        }
    }

    /// @dev Leaves out the sets that the operator has nothing to do with: no slot of it could hold a promise to them.
    function _promises(address operator, address strategy, OperatorSetId[] calldata sets, Terms[] memory terms)
        private
        view
        returns (SetPromise[] memory list)
    {
        list = new SetPromise[](sets.length);
        address[] memory operators = new address[](1);
        operators[0] = operator;
        uint256 n;
        for (uint256 i; i < sets.length; ++i) {
            SetPromise memory p = list[n];
            (p.set, p.terms) = (sets[i], terms[i]);
            p.membership = ALLOCATION_MANAGER.membershipOf(sets[i], operator);
            PendingSlash memory proposal = p.proposal;
            (proposal.magnitude, proposal.wad, proposal.executableFrom, proposal.lapsesAt) =
                ALLOCATION_MANAGER.proposalOf(sets[i], operator, strategy);
            if (!p.membership.joined && p.membership.allocations == 0 && proposal.lapsesAt == 0) continue;
            (p.current, p.next, p.effective, p.taken) = ALLOCATION_MANAGER.allocationOf(sets[i], operator, strategy);
            p.slashable = ALLOCATION_MANAGER.slashableStake(sets[i], strategy, operators)[0];
            p.guaranteed = ALLOCATION_MANAGER.guaranteedStake(sets[i], strategy, operators)[0];
            ++n;
        }
        // Shortens the list in place.
        assembly ("memory-safe") {
            mstore(list, n)
        }
    }

    /// @dev All that sets can take of what is left is what they hold of it, whatever the order: each slash of `m` takes
    /// `m / left` of the stake and lowers what is left by `m`, so together they take the sum of their `m` over `left`.
    /// What a set takes before its pending change is taken from the side that comes, too: over several epochs it takes
    /// no more than the largest side it had.
    function _outlook(Magnitude left, Magnitude committed, SetPromise[] memory promises)
        private
        view
        returns (Magnitude unaccounted, Outlook[4] memory outlook)
    {
        unaccounted = committed;
        for (uint256 i; i < promises.length; ++i) {
            // Never below zero: the manager counts each at this side or, until it is settled, at a larger one.
            unaccounted = unaccounted - max(promises[i].current, promises[i].next);
        }
        Epoch current = VAULT.currentEpoch();
        for (uint256 k; k < 4; ++k) {
            Epoch epoch = current.plus(k);
            (Magnitude inForce, Magnitude capped, Magnitude through) = (unaccounted, unaccounted, unaccounted);
            for (uint256 i; i < promises.length; ++i) {
                SetPromise memory p = promises[i];
                bool landed = p.effective.isSet() && p.effective <= epoch;
                Magnitude m = landed ? p.next : p.current;
                inForce = inForce + m;
                Magnitude taken = Magnitude.wrap(k == 0 ? Magnitude.unwrap(p.taken) : 0);
                capped = capped + (taken + min(m, left)).mulDown(p.terms.cap).saturatingSub(taken);
                through = through + (landed ? max(p.current, p.next) : p.current);
            }
            outlook[k] = Outlook(epoch, _over(inForce, left), _over(capped, left), _over(through, left));
        }
    }

    function _over(Magnitude magnitude, Magnitude left) private pure returns (Wad) {
        if (magnitude >= left) return WAD;
        return Wad.wrap(Math.ceilDiv(Magnitude.unwrap(magnitude) * Wad.unwrap(WAD), Magnitude.unwrap(left)));
    }

    /* INTERNAL: POSITIONS */

    /// @dev No slash reaches a generation that does not live, nor an idle pool: its outlook stays zero.
    function _facts(PoolId id, OperatorSetId[] calldata sets, Terms[] memory terms)
        private
        view
        returns (PoolFacts memory facts)
    {
        facts.id = id;
        (facts.operator, facts.strategy) = VAULT.poolOf(id);
        facts.fate = _fate(id);
        if (facts.fate != Fate.Living || id.isIdle()) return facts;
        (Magnitude left, Magnitude committed,) = ALLOCATION_MANAGER.budgetOf(facts.operator, facts.strategy);
        (, facts.outlook) = _outlook(left, committed, _promises(facts.operator, facts.strategy, sets, terms));
    }

    function _fate(PoolId id) private view returns (Fate) {
        (,, uint256 generation,) = VAULT.poolState(id);
        if (id.generation() > generation) return Fate.Unborn;
        if (id.generation() == generation) return Fate.Living;
        (, uint256 shares) = VAULT.bucketOf(id, Epoch.wrap(0));
        return shares > 0 ? Fate.Renewed : Fate.Ended;
    }

    function _position(PoolFacts memory facts, address owner, Epoch ripeFrom)
        private
        view
        returns (PositionView memory v)
    {
        (v.pool, v.owner, v.operator, v.strategy, v.fate) =
        (facts.id, owner, facts.operator, facts.strategy, facts.fate);
        v.shares = VAULT.balanceOf(owner, v.pool);
        v.value = VAULT.positionValue(v.pool, owner);
        v.exits = _exits(v.pool, owner, ripeFrom);
        _addRisk(v.risk, v.value, NEVER, facts.outlook);
        for (uint256 i; i < v.exits.length; ++i) {
            ExitView memory e = v.exits[i];
            e.atRisk = _addRisk(v.risk, e.value, e.epoch, facts.outlook);
        }
    }

    function _exits(PoolId pool, address owner, Epoch ripeFrom) private view returns (ExitView[] memory list) {
        Epoch current = VAULT.currentEpoch();
        Epoch epoch = ripeFrom > current ? current.plus(1) : ripeFrom;
        Epoch last = current.plus(2);
        list = new ExitView[](Epoch.unwrap(last) - Epoch.unwrap(epoch) + 1);
        uint256 n;
        for (; epoch <= last; epoch = epoch.plus(1)) {
            uint256 shares = VAULT.exitOf(pool, epoch, owner);
            if (shares > 0) {
                list[n++] = ExitView(epoch, shares, VAULT.exitValue(pool, epoch, owner), epoch <= current, 0);
            }
        }
        // Shortens the list in place.
        assembly ("memory-safe") {
            mstore(list, n)
        }
    }

    /// @dev Adds what slashes could take of something worth `value` that ripens in `ripe`.
    /// @return through what they could take before it is ripe
    function _addRisk(Risk[4] memory risk, uint256 value, Epoch ripe, Outlook[4] memory outlook)
        private
        pure
        returns (uint256 through)
    {
        for (uint256 k; k < 4; ++k) {
            if (outlook[k].epoch < ripe) {
                risk[k].loss += _part(value, outlook[k].loss);
                risk[k].capped += _part(value, outlook[k].capped);
                through = _part(value, outlook[k].through);
            }
            risk[k].through += through;
        }
    }

    /// @dev Rounded up. Enough for a value that was rounded down: what is hidden of it loses no more than its part.
    function _part(uint256 value, Wad fraction) private pure returns (uint256) {
        // No overflow: values fit 104 bits.
        return Math.ceilDiv(value * Wad.unwrap(fraction), Wad.unwrap(WAD));
    }

    /* INTERNAL: OWNERS */

    function _holdings(address owner, PositionView[] memory held) private view returns (Holding[] memory list) {
        list = new Holding[](held.length);
        uint256 n;
        for (uint256 i; i < held.length; ++i) {
            PositionView memory v = held[i];
            if (v.strategy == address(0)) continue;
            uint256 j;
            while (j < n && list[j].strategy != v.strategy) ++j;
            Holding memory h = list[j];
            if (j == n) {
                ++n;
                (h.strategy, h.credit) = (v.strategy, VAULT.creditOf(v.strategy, owner));
            }
            h.staked += v.value;
            for (uint256 k; k < v.exits.length; ++k) {
                if (v.exits[k].ripe) h.ripe += v.exits[k].value;
                else h.exiting += v.exits[k].value;
            }
            for (uint256 k; k < 4; ++k) {
                h.risk[k].loss += v.risk[k].loss;
                h.risk[k].capped += v.risk[k].capped;
                h.risk[k].through += v.risk[k].through;
            }
        }
        // Shortens the list in place.
        assembly ("memory-safe") {
            mstore(list, n)
        }
    }
}
