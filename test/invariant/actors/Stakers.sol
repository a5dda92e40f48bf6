// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Pausable} from "palisade/interfaces/IGoverned.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {IMintable} from "../../Base.t.sol";
import {Claim, Kind, Sheet, World} from "../World.sol";

/// @notice Stakers, and who acts for them. Each action tells whether it found something to do.
abstract contract Stakers is World {
    /// @dev A claim on a pool, around an action of `owner`, and a bystander's beside it.
    struct Watch {
        address owner;
        address witness;
        uint256 kept;
        uint256 own;
        uint256 shares;
        Sheet pool;
        Sheet bucket;
        uint256 balance;
    }

    /// @dev Who may transfer whose shares of what, and who may act for whom.
    Claim[] private _allowances;
    mapping(bytes32 allowance => address) private _spenderOf;
    Claim[] private _agents;

    /* ENTERING */

    function deposit(bytes32) external returns (bool) {
        for (uint256 i; i < 4; ++i) {
            address staker = _pick(stakers);
            if (_deposit(staker, staker, operators[_random(operators.length - 1)], _pickStrategy())) return true;
        }
        return false;
    }

    function depositIdle(bytes32) external returns (bool) {
        address staker = _pick(stakers);
        return
            _deposit(staker, staker, address(0), _pickStrategy())
                || _deposit(staker, staker, address(0), _pickStrategy());
    }

    function depositForAnother(bytes32) external returns (bool) {
        uint256 i = _random(stakers.length);
        address receiver = stakers[(i + 1 + _random(stakers.length - 1)) % stakers.length];
        for (uint256 j; j < 4; ++j) {
            address operator = operators[_random(operators.length - 1)];
            if (_deposit(stakers[i], receiver, operator, _pickStrategy())) return true;
        }
        return false;
    }

    /// @dev A staker that the approver admits enters the gated operator's pools once, and not twice.
    function depositAdmitted(bytes32) external returns (bool) {
        address operator = operators[operators.length - 1];
        address staker = _admitted(operator);
        if (staker == address(0)) return false;
        address strategy = _pickStrategy();
        for (uint256 i; !_deposit(staker, staker, operator, strategy); ++i) {
            if (i == 3) return false;
            strategy = _pickStrategy();
        }
        (, uint256 deadline) = vault.admissionOf(operator, staker);
        assertEq(deadline, 0, "an admission is used up");
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotAdmitted.selector, operator, staker, 0));
        vm.prank(staker);
        vault.deposit(strategy, operator, staker, 1, 0);
        return true;
    }

    /// @dev A token that keeps a fee is refused, and nothing of it stays.
    function depositFee(bytes32) external returns (bool) {
        if (_isPaused(vault, Pausable.Deposit)) return false;
        address strategy = address(cast.tokens.fee);
        address staker = _pick(stakers);
        uint256 assets = _amount();
        IMintable(strategy).mint(staker, assets);
        uint256 held = _held(strategy);
        bytes4 error = IStakeVault.TokenDeliveredLess.selector;
        vm.expectRevert(abi.encodeWithSelector(error, strategy, held + assets, held + assets - 1));
        vm.prank(staker);
        vault.deposit(strategy, address(0), staker, assets, 0);
        assertEq(_held(strategy), held, "P1: a refused deposit leaves nothing");
        return true;
    }

    function delegate(bytes32) external returns (bool) {
        return _delegate(Kind.Idle, _taking());
    }

    function delegateRenewed(bytes32) external returns (bool) {
        return _delegate(Kind.Rest, _one(3) ? address(0) : _taking());
    }

    function redelegate(bytes32) external returns (bool) {
        (bool found, Claim memory c) = _ripe();
        if (!found || _isPaused(vault, Pausable.Deposit)) return false;
        (, address strategy) = _ownerOf(c.pool);
        address operator = _one(4) ? address(0) : _taking();
        PoolId to = _pool(operator, strategy);
        if (!_takes(operator) || !_fits(_readPool(to), _valueOf(c))) return false;

        Sheet memory bucket = _openBucket(c.pool, c.epoch);
        uint256 value = _valueOf(c);
        Watch memory w = _watch(c.owner, to, strategy);
        vm.prank(c.owner);
        uint256 shares = vault.redelegate(c.pool, Epoch.wrap(c.epoch), c.owner, operator, 1);
        assertEq(_held(strategy), w.balance, "P1: nothing left the vault");
        _assertEntered(w, to, value, shares);
        _assertExitOver(c, bucket, value);
        return true;
    }

    /* LEAVING */

    function queue(bytes32) external returns (bool) {
        (bool found, Claim memory c) = _claim(Kind.AtRisk);
        return found && _queue(c, c.owner);
    }

    function complete(bytes32) external returns (bool) {
        (bool found, Claim memory c) = _ripe();
        return found && _complete(c, c.owner);
    }

    function withdraw(bytes32) external returns (bool) {
        return _withdraw(Kind.Idle);
    }

    function withdrawRenewed(bytes32) external returns (bool) {
        return _withdraw(Kind.Rest);
    }

    /// @dev P4: an exit is not paid before it is ripe.
    function completeEarly(bytes32) external returns (bool) {
        uint256 n = claims[Kind.Exit].length;
        uint256 epoch = _now();
        for (uint256 i; i < 24 && n > 0; ++i) {
            Claim memory c = claims[Kind.Exit][_random(n)];
            if (c.epoch <= epoch || _isPaused(vault, Pausable.Complete)) continue;
            vm.expectRevert(
                abi.encodeWithSelector(IStakeVault.ExitNotRipe.selector, Epoch.wrap(c.epoch), Epoch.wrap(epoch))
            );
            vm.prank(c.owner);
            vault.completeWithdrawal(c.pool, Epoch.wrap(c.epoch), c.owner, c.owner);
            return true;
        }
        return false;
    }

    /* SHARES */

    function transfer(bytes32) external returns (bool) {
        (bool found, Claim memory c) = _transferable();
        if (!found) return false;
        return _transfer(c, c.owner, _pick(stakers), _someOf(_sharesOf(c)));
    }

    function approve(bytes32) external returns (bool) {
        (bool found, Claim memory c) = _transferable();
        if (!found) return false;
        address spender = _pick(stakers);
        uint256 amount = _one(4) ? type(uint256).max : _someOf(_sharesOf(c));
        vm.prank(c.owner);
        vault.approve(spender, c.pool, amount);
        assertEq(vault.allowance(c.owner, spender, c.pool), amount, "allowance");
        if (spender == c.owner) return true;
        _spenderOf[keccak256(abi.encode(c))] = spender;
        _allowances.push(c);
        return true;
    }

    function transferFrom(bytes32) external returns (bool) {
        for (uint256 n = _allowances.length; n > 0; --n) {
            uint256 i = _random(n);
            Claim memory c = _allowances[i];
            _allowances[i] = _allowances[_allowances.length - 1];
            _allowances.pop();
            address spender = _spenderOf[keccak256(abi.encode(c))];
            uint256 allowed = vault.allowance(c.owner, spender, c.pool);
            uint256 held = _sharesOf(c);
            uint256 most = allowed < held ? allowed : held;
            if (most == 0) continue;
            uint256 amount = _someOf(most);
            _transfer(c, spender, _pick(stakers), amount);
            uint256 remains = vault.allowance(c.owner, spender, c.pool);
            // An agent of the owner needs no allowance, and uses none up.
            bool used = allowed != type(uint256).max && !vault.isOperator(c.owner, spender);
            assertEq(remains, used ? allowed - amount : allowed, "P2: an allowance is used up");
            if (remains > 0 && held > amount) _allowances.push(c);
            return true;
        }
        return false;
    }

    /// @dev P2: nobody without a right moves another's shares.
    function transferUnallowed(bytes32) external returns (bool) {
        (bool found, Claim memory c) = _transferable();
        if (!found) return false;
        uint256 shares = _sharesOf(c);
        address thief = _pick(stakers);
        uint256 allowed = vault.allowance(c.owner, thief, c.pool);
        for (uint256 i; thief == c.owner || vault.isOperator(c.owner, thief) || allowed >= shares; ++i) {
            if (i == 3) return false;
            thief = _pick(stakers);
            allowed = vault.allowance(c.owner, thief, c.pool);
        }
        bytes4 error = IStakeVault.InsufficientAllowance.selector;
        vm.expectRevert(abi.encodeWithSelector(error, c.owner, thief, c.pool, allowed, shares));
        vm.prank(thief);
        vault.transferFrom(c.owner, thief, c.pool, shares);
        return true;
    }

    function setOperator(bytes32) external returns (bool) {
        if (_agents.length > 12) {
            uint256 i = _random(_agents.length);
            Claim memory old = _agents[i];
            _agents[i] = _agents[_agents.length - 1];
            _agents.pop();
            return _setOperator(old.owner, address(uint160(old.epoch)), false);
        }
        (address owner, address agent) = (_pick(stakers), _pick(stakers));
        if (owner == agent || vault.isOperator(owner, agent)) return false;
        _agents.push(Claim(owner, PoolId.wrap(0), uint160(agent)));
        return _setOperator(owner, agent, true);
    }

    /// @dev What an ERC-6909 operator does is checked like the owner's own action.
    function actAsOperator(bytes32) external returns (bool) {
        for (uint256 i; i < 6 && _agents.length > 0; ++i) {
            Claim memory agency = _agents[_random(_agents.length)];
            address agent = address(uint160(agency.epoch));
            (bool found, Claim memory c) = _one(3) ? _ripe() : _claim(Kind.AtRisk);
            if (!found) continue;
            if (!vault.isOperator(c.owner, agent)) (found, c) = _claimOf(agency.owner);
            if (!found) continue;
            if (c.epoch != 0) {
                if (_complete(c, agent)) return true;
            } else if (_one(2) && _mayTransfer(c.pool)) {
                return _transfer(c, agent, _pick(stakers), _someOf(_sharesOf(c)));
            } else if (_queue(c, agent)) {
                return true;
            }
        }
        return false;
    }

    /* INTERNAL: ENTERING */

    function _deposit(address sender, address receiver, address operator, address strategy) private returns (bool) {
        if (_isPaused(vault, Pausable.Deposit) || !_takes(operator) || _isStuck(strategy, sender)) return false;
        uint256 assets = _amount();
        {
            (uint256 balance, uint256 cap) = (_held(strategy), vault.depositCapOf(strategy));
            if (balance >= cap) return false;
            if (assets > cap - balance) assets = cap - balance;
        }
        PoolId pool = _pool(operator, strategy);
        if (!_fits(_readPool(pool), assets)) return false;

        IMintable(strategy).mint(sender, assets);
        Watch memory w = _watch(receiver, pool, strategy);
        vm.prank(sender);
        uint256 shares = vault.deposit(strategy, operator, receiver, assets, 1);
        assertEq(_held(strategy), w.balance + assets, "P1: the vault received the deposit");
        _assertHookRefused(strategy);
        _assertEntered(w, pool, assets, shares);
        return true;
    }

    function _delegate(Kind kind, address operator) private returns (bool) {
        (bool found, Claim memory c) = _claim(kind);
        if (!found || _isPaused(vault, Pausable.Deposit) || !_takes(operator)) return false;
        return _delegateTo(kind, c, operator, _someOf(_sharesOf(c)));
    }

    function _delegateTo(Kind kind, Claim memory c, address operator, uint256 shares) private returns (bool) {
        (, address strategy) = _ownerOf(c.pool);
        PoolId to = _pool(operator, strategy);
        Sheet memory from = kind == Kind.Idle ? _openPool(c.pool) : _openBucket(c.pool, 0);
        uint256 value = _worth(shares, from);
        if (!_fits(_readPool(to), value)) return false;

        Watch memory w = _watch(c.owner, to, strategy);
        vm.prank(c.owner);
        uint256 minted = vault.delegate(c.pool, shares, operator, 1, c.owner);
        assertEq(_held(strategy), w.balance, "P1: nothing left the vault");
        _assertEntered(w, to, value, minted);
        _assertLeft(kind, c, from, shares, value);
        return true;
    }

    function _takes(address operator) internal view returns (bool) {
        if (operator == address(0)) return true;
        (,, Epoch admitsFrom,) = vault.operatorState(operator);
        return admitsFrom.isSet() && Epoch.unwrap(admitsFrom) <= _now();
    }

    /// @dev An operator that is not gated, and open where there is one.
    function _taking() private returns (address operator) {
        for (uint256 i; i < 4; ++i) {
            operator = operators[_random(operators.length - 1)];
            if (_takes(operator)) return operator;
        }
    }

    /// @dev Whether shares for so much are any, and fit.
    function _fits(Sheet memory s, uint256 assets) private pure returns (bool) {
        if (assets == 0) return false;
        return s.shares == 0 || assets * s.shares / s.assets + s.shares < 2 ** 104;
    }

    function _admitted(address operator) private returns (address) {
        uint256 from = _random(stakers.length);
        for (uint256 i; i < stakers.length; ++i) {
            address staker = stakers[(from + i) % stakers.length];
            (, uint256 deadline) = vault.admissionOf(operator, staker);
            if (deadline >= vm.getBlockTimestamp()) return staker;
        }
        return address(0);
    }

    /* INTERNAL: WATCHING */

    function _watch(address owner, PoolId pool, address strategy) private returns (Watch memory w) {
        (w.owner, w.balance) = (owner, _held(strategy));
        w.pool = _openPool(pool);
        w.shares = vault.balanceOf(owner, pool);
        w.own = vault.positionValue(pool, owner);
        w.witness = _pick(stakers);
        w.kept = vault.positionValue(pool, w.witness);
    }

    function _assertWitness(Watch memory w, PoolId pool) private view {
        if (w.witness == w.owner) return;
        assertGe(vault.positionValue(pool, w.witness), w.kept, "P2: another's position lost");
    }

    function _assertEntered(Watch memory w, PoolId pool, uint256 assets, uint256 shares) private {
        Sheet memory s = _closePool(pool);
        assertEq(s.assets, w.pool.assets + assets, "P1: the pool grew by what entered");
        assertEq(s.shares, w.pool.shares + shares, "P2: the pool's shares grew by what was minted");
        assertEq(_notePosition(w.owner, pool), w.shares + shares, "P2: the position grew by what was minted");
        _assertPriceKept(w.pool, s);
        _assertWitness(w, pool);
        assertGe(vault.positionValue(pool, w.owner) + 1, w.own + assets, "P2: entering cost more than 1");
    }

    /* INTERNAL: LEAVING */

    function _queue(Claim memory c, address sender) private returns (bool) {
        uint256 shares = _someOf(_sharesOf(c));
        (, address strategy) = _ownerOf(c.pool);
        Watch memory w = _watch(c.owner, c.pool, strategy);
        if (_worth(shares, w.pool) == 0) shares = w.shares;
        if (_worth(shares, w.pool) == 0) return false;
        uint256 epoch = _now() + 2;
        w.bucket = _openBucket(c.pool, epoch);
        w.own += vault.exitValue(c.pool, Epoch.wrap(epoch), c.owner);
        uint256 exit = vault.exitOf(c.pool, Epoch.wrap(epoch), c.owner);
        vm.prank(sender);
        (Epoch ripe, uint256 assets) = vault.queueWithdrawal(c.pool, shares, 1, c.owner);
        assertEq(Epoch.unwrap(ripe), epoch, "P4, P6: an exit ripens two epochs on");
        assertEq(_held(strategy), w.balance, "P1: nothing left the vault");
        _assertQueued(w, c, epoch, shares, assets, exit);
        return true;
    }

    function _assertQueued(Watch memory w, Claim memory c, uint256 epoch, uint256 shares, uint256 assets, uint256 exit)
        private
    {
        Sheet memory s = _closePool(c.pool);
        assertEq(s.assets + assets, w.pool.assets, "P1: the pool lost what was queued");
        assertEq(s.shares + shares, w.pool.shares, "P2: the pool lost the shares");
        assertEq(_notePosition(c.owner, c.pool) + shares, w.shares, "P2: the position lost the shares");
        _assertPriceKept(w.pool, s);
        _assertWitness(w, c.pool);
        Sheet memory b = _closeBucket(c.pool, epoch);
        assertEq(b.assets, w.bucket.assets + assets, "P1: the bucket grew by what was queued");
        exit = _note(Kind.Exit, c.owner, c.pool, epoch) - exit;
        assertEq(b.shares, w.bucket.shares + exit, "P2: the bucket's shares grew as the exit's");
        _assertPriceKept(w.bucket, b);
        uint256 own = vault.positionValue(c.pool, c.owner) + vault.exitValue(c.pool, Epoch.wrap(epoch), c.owner);
        assertGe(own + 2, w.own, "P2: queueing cost more than 2");
    }

    function _complete(Claim memory c, address sender) private returns (bool) {
        if (_isPaused(vault, Pausable.Complete)) return false;
        (, address strategy) = _ownerOf(c.pool);
        uint256 value = _valueOf(c);
        // A blocked staker sends its tokens elsewhere.
        address receiver = _isStuck(strategy, c.owner) ? address(0xCA11E2) : c.owner;
        if (value > 0 && _isStuck(strategy, receiver)) return false;
        Sheet memory bucket = _openBucket(c.pool, c.epoch);
        uint256 balance = _held(strategy);
        uint256 purse = IMintable(strategy).balanceOf(receiver);
        vm.prank(sender);
        uint256 paid = vault.completeWithdrawal(c.pool, Epoch.wrap(c.epoch), c.owner, receiver);
        assertEq(paid, value, "P6: an exit pays what it is worth");
        assertEq(IMintable(strategy).balanceOf(receiver), purse + value, "P6: the receiver was paid");
        assertEq(_held(strategy) + value, balance, "P1: the vault paid");
        _assertHookRefused(strategy);
        _assertExitOver(c, bucket, value);
        return true;
    }

    function _assertExitOver(Claim memory c, Sheet memory before, uint256 value) private {
        Sheet memory s = _closeBucket(c.pool, c.epoch);
        assertEq(s.assets + value, before.assets, "P1: the bucket lost what was paid");
        _assertPriceKept(before, s);
        assertEq(_note(Kind.Exit, c.owner, c.pool, c.epoch), 0, "P2: an exit is over");
    }

    function _withdraw(Kind kind) private returns (bool) {
        (bool found, Claim memory c) = _claim(kind);
        if (!found || _isPaused(vault, Pausable.Complete)) return false;
        return _withdrawFrom(kind, c, _someOf(_sharesOf(c)));
    }

    function _withdrawFrom(Kind kind, Claim memory c, uint256 shares) private returns (bool) {
        (, address strategy) = _ownerOf(c.pool);
        Sheet memory from = kind == Kind.Idle ? _openPool(c.pool) : _openBucket(c.pool, 0);
        uint256 value = _worth(shares, from);
        address receiver = _isStuck(strategy, c.owner) ? address(0xCA11E2) : c.owner;
        if (value == 0 || _isStuck(strategy, receiver)) return false;
        uint256 balance = _held(strategy);
        uint256 held = _sharesOf(c);
        vm.prank(c.owner);
        assertEq(vault.withdraw(c.pool, shares, receiver, c.owner), value, "P6, P9: paid what it is worth");
        assertEq(_held(strategy) + value, balance, "P1: the vault paid");
        _assertHookRefused(strategy);
        _assertLeft(kind, c, from, shares, value);
        assertEq(_sharesOf(c) + shares, held, "P2: the position lost the shares");
        return true;
    }

    /// @dev From where one leaves at once: an idle pool, or the rest of a renewed one.
    function _assertLeft(Kind kind, Claim memory c, Sheet memory before, uint256 shares, uint256 value) private {
        Sheet memory s = kind == Kind.Idle ? _closePool(c.pool) : _closeBucket(c.pool, 0);
        assertEq(s.assets + value, before.assets, "P1, P9: what is left fell by what was paid");
        assertEq(s.shares + shares, before.shares, "P2, P9: its shares fell by what was burned");
        _notePosition(c.owner, c.pool);
        _assertPriceKept(before, s);
    }

    /* INTERNAL: SHARES */

    function _transfer(Claim memory c, address sender, address receiver, uint256 amount) private returns (bool) {
        Sheet memory before = _isLiving(c.pool) ? _openPool(c.pool) : _openBucket(c.pool, 0);
        uint256 from = vault.balanceOf(c.owner, c.pool);
        uint256 to = vault.balanceOf(receiver, c.pool);
        vm.prank(sender);
        if (sender == c.owner) vault.transfer(receiver, c.pool, amount);
        else vault.transferFrom(c.owner, receiver, c.pool, amount);
        if (receiver == c.owner) {
            assertEq(vault.balanceOf(receiver, c.pool), to, "P2: a transfer to oneself changes nothing");
            return true;
        }
        assertEq(_notePosition(c.owner, c.pool) + amount, from, "P2: the sender has what it had - amount");
        assertEq(_notePosition(receiver, c.pool), to + amount, "P2: the receiver has what it had + amount");
        Sheet memory s = _isLiving(c.pool) ? _closePool(c.pool) : _closeBucket(c.pool, 0);
        assertEq(s.shares, before.shares, "P2: a transfer makes no shares");
        assertEq(s.assets, before.assets, "P2: a transfer moves no assets");
        return true;
    }

    function _setOperator(address owner, address agent, bool approved) private returns (bool) {
        vm.prank(owner);
        vault.setOperator(agent, approved);
        assertEq(vault.isOperator(owner, agent), approved, "operator");
        return true;
    }

    function _mayTransfer(PoolId pool) private view returns (bool) {
        if (pool.isIdle()) return true;
        (address operator,) = _ownerOf(pool);
        return operator != operators[operators.length - 1];
    }

    /* INTERNAL: CHOOSING */

    function _claim(Kind kind) private returns (bool, Claim memory c) {
        for (uint256 i; i < 4 && claims[kind].length > 0; ++i) {
            c = claims[kind][_random(claims[kind].length)];
            if (_valueOf(c) > 0) return (true, c);
            // Shares of a renewed pool that are worth nothing stay so.
            if (kind == Kind.Rest) _strike(kind, c);
        }
        return (false, c);
    }

    function _claimOf(address owner) private returns (bool, Claim memory c) {
        uint256 n = claims[Kind.AtRisk].length;
        uint256 from = n == 0 ? 0 : _random(n);
        for (uint256 i; i < n && i < 24; ++i) {
            c = claims[Kind.AtRisk][(from + i) % n];
            if (c.owner == owner) return (true, c);
        }
        return (false, c);
    }

    function _transferable() private returns (bool found, Claim memory c) {
        for (uint256 i; i < 6; ++i) {
            (found, c) = _claim(_one(6) ? Kind.Idle : _one(6) ? Kind.Rest : Kind.AtRisk);
            if (found && _mayTransfer(c.pool)) return (true, c);
        }
        return (false, c);
    }

    function _ripe() internal returns (bool, Claim memory c) {
        uint256 n = claims[Kind.Exit].length;
        uint256 epoch = _now();
        for (uint256 i; i < 12 && n > 0; ++i) {
            c = claims[Kind.Exit][_random(n)];
            if (c.epoch <= epoch) return (true, c);
        }
        return (false, c);
    }
}
