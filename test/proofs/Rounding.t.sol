// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {Magnitude} from "palisade/types/Magnitude.sol";
import {PoolId, poolKey} from "palisade/types/PoolId.sol";
import {Core} from "./Core.sol";
import {Witness} from "./Custody.t.sol";

/// @notice P1, P2, P3 for the vault's three roundings (`_toShares`, `_toAssets`, `_cut`), by what its functions do to a pool and its
/// buckets whose assets and shares stand for all values: 104 bits each, 152 for a bucket's shares. One operator, one staker, a fixed
/// clock. That assets never exceed shares is assumed of what stands there before, and proven of what stands there after.
abstract contract RoundingScene is Core {
    address internal constant OPERATOR = address(0x09E7);
    address internal constant STAKER = address(0x57A4E7);
    uint256 internal constant ORIGIN = 1_750_000_000;
    /// @dev Of the calls: the operator opened in epoch 1, and the pool changed last in epoch 2.
    uint256 internal constant NOW = 4;

    PoolId internal pool;

    uint256 internal assets;
    uint256 internal shares;
    uint256 internal bucketAssets;
    uint256 internal bucketShares;

    function setUp() public virtual override {
        authority = address(0xA07);
        found(7 days, ORIGIN);
        vm.etch(TOKEN, address(new Witness(address(VAULT))).code);
        pool = poolKey(OPERATOR, TOKEN);
        must(OPERATOR, abi.encodeCall(IStakeVault.registerOperator, (address(0))));
        must(OPERATOR, abi.encodeCall(IStakeVault.open, ()));
        vm.warp(ORIGIN + 7 days);
        must(STAKER, abi.encodeCall(IStakeVault.deposit, (TOKEN, OPERATOR, STAKER, 1, 0)));
        vm.warp(ORIGIN + (NOW - 1) * 7 days);
    }

    function must(address caller, bytes memory data) internal {
        require(call(caller, address(VAULT), data), "the story does not hold");
    }

    /// @dev Any pool with assets; `held` of its shares are the staker's.
    function fillPool(uint256 held) internal {
        assets = svm.createUint(bits(104), "assets");
        // What a token that keeps to what it was asked lets the vault have.
        vm.assume(assets <= 2 ** 92);
        shares = svm.createUint(bits(104), "shares");
        vm.assume(0 < assets && assets <= shares && held <= shares);
        bytes32 slot = keccak256(abi.encode(pool, 3));
        vm.store(address(VAULT), slot, bytes32(assets << 152 | 2 << 104 | shares));
        slot = keccak256(abi.encode(STAKER, keccak256(abi.encode(pool, 4))));
        vm.store(address(VAULT), slot, bytes32(2 << 104 | held));
    }

    /// @dev Any bucket of `epoch`, empty or with assets; `held` of its shares are the staker's.
    function fillBucket(uint256 epoch, uint256 held) internal {
        bucketAssets = svm.createUint(bits(104), "bucketAssets");
        bucketShares = svm.createUint(bits(152), "bucketShares");
        vm.assume(bucketAssets <= bucketShares && held <= bucketShares);
        bytes32 slot = keccak256(abi.encode(epoch, keccak256(abi.encode(pool, 5))));
        vm.store(address(VAULT), slot, bytes32(bucketAssets << 152 | bucketShares));
        slot = keccak256(abi.encode(STAKER, uint256(slot) + 1));
        vm.store(address(VAULT), slot, bytes32(held));
    }

    /// @dev Of a number that has `full` bits.
    function bits(uint256 full) internal pure virtual returns (uint256) {
        return full;
    }

    function poolNow() internal view returns (uint256 assets_, uint256 shares_) {
        (assets_, shares_,,) = VAULT.poolState(pool);
    }

    /// @dev A pool that all have left.
    function emptyPool() internal {
        vm.store(address(VAULT), keccak256(abi.encode(pool, 3)), bytes32(uint256(2 << 104)));
    }

    function deposit() internal returns (bool ok, uint256 x, uint256 minted) {
        x = svm.createUint(bits(93), "x");
        (ok, minted) = answer(STAKER, abi.encodeCall(IStakeVault.deposit, (TOKEN, OPERATOR, STAKER, x, 0)));
    }

    /// @dev Some of the shares of any pool.
    function queue() internal returns (bool ok, uint256 out, uint256 taken) {
        out = svm.createUint(bits(104), "out");
        fillPool(out);
        return leave(out);
    }

    /// @dev Some of the shares of a pool in which each is worth a unit.
    function queueOneForOne() internal returns (bool ok, uint256 out, uint256 taken) {
        out = svm.createUint(bits(92), "out");
        fillPool(out);
        vm.assume(assets == shares);
        return leave(out);
    }

    function leave(uint256 out) private returns (bool ok, uint256 out_, uint256 taken) {
        bytes memory data = abi.encodeCall(IStakeVault.queueWithdrawal, (pool, out, 0, STAKER));
        vm.prank(STAKER);
        bytes memory said;
        (ok, said) = address(VAULT).call(data);
        if (ok) (, taken) = abi.decode(said, (uint256, uint256));
        out_ = out;
    }

    /// @dev What the allocation manager names: `taken` of `left`, less than all of it. A slash of all ends the generation.
    function slash() internal returns (bool ok, uint256 taken, uint256 left, uint256 cut) {
        taken = svm.createUint(bits(60), "taken");
        left = svm.createUint(bits(60), "left");
        vm.assume(0 < taken && taken < left && left <= 1e18);
        (ok, cut) = answer(
            address(MANAGER),
            abi.encodeCall(IStakeVault.slash, (pool, Magnitude.wrap(taken), Magnitude.wrap(left), TOKEN, STAKER))
        );
    }

    function answer(address caller, bytes memory data) internal returns (bool ok, uint256 number) {
        vm.prank(caller);
        bytes memory said;
        (ok, said) = address(VAULT).call(data);
        if (ok) number = abi.decode(said, (uint256));
    }
}

/// @notice What the calls below answer is what they do: the words of pool and bucket hold the sums and differences, no field of them
/// runs into another. Products and quotients may be anything here.
contract BookkeepingProofs is RoundingScene {
    function check_depositAddsWhatItAnswers() public {
        fillPool(0);
        (bool ok, uint256 x, uint256 minted) = deposit();
        if (!ok) return;
        (uint256 a, uint256 s) = poolNow();
        unchecked {
            assert(a == assets + x && s == shares + minted && VAULT.balanceOf(STAKER, pool) == minted);
        }
    }

    function check_exitTakesWhatItAnswers() public {
        (bool ok, uint256 out, uint256 taken) = queue();
        if (!ok) return;
        (uint256 a, uint256 s) = poolNow();
        (uint256 b, uint256 t) = VAULT.bucketOf(pool, Epoch.wrap(NOW + 2));
        uint256 given = VAULT.exitOf(pool, Epoch.wrap(NOW + 2), STAKER);
        unchecked {
            assert(taken > assets || (a == assets - taken && s == shares - out));
            assert(b == taken && t == given);
        }
    }

    function check_control_exitTakesNothing() public {
        (bool ok,,) = queue();
        if (!ok) return;
        (uint256 a,) = poolNow();
        assert(a == assets);
    }
}

/// @notice With all widths in full, by cvc5.
/// @custom:halmos --solver-command ./cvc5
contract RoundingProofs is RoundingScene {
    /// @dev `_toShares`: who deposits gets no more than its part, so a share of the others is worth as much as before, or more.
    function check_depositNeverLowersPrice() public {
        fillPool(0);
        (bool ok, uint256 x, uint256 minted) = deposit();
        if (!ok) return;
        unchecked {
            assert((assets + x) * shares >= assets * (shares + minted));
        }
    }

    function check_control_depositRaisesPrice() public {
        fillPool(0);
        (bool ok, uint256 x, uint256 minted) = deposit();
        if (!ok) return;
        unchecked {
            assert((assets + x) * shares > assets * (shares + minted));
        }
    }

    function check_depositKeepsAssetsWithinShares() public {
        fillPool(0);
        (bool ok, uint256 x, uint256 minted) = deposit();
        if (!ok) return;
        unchecked {
            assert(assets + x <= shares + minted);
        }
    }

    /// @dev `_toAssets`: who leaves takes no more than its part, and no more than there is.
    function check_exitNeverLowersPrice() public {
        (bool ok, uint256 out, uint256 taken) = queue();
        if (!ok) return;
        unchecked {
            assert(taken <= assets);
            assert((assets - taken) * shares >= assets * (shares - out));
        }
    }

    function check_control_exitRaisesPrice() public {
        (bool ok, uint256 out, uint256 taken) = queue();
        if (!ok) return;
        unchecked {
            assert((assets - taken) * shares > assets * (shares - out));
        }
    }

    /// @dev The last share takes all that the pool has.
    function check_lastShareTakesAll() public {
        (bool ok, uint256 out, uint256 taken) = queue();
        if (!ok) return;
        assert(out != shares || taken == assets);
    }

    /// @dev `_toShares` of a bucket: who enters gets no more than its part.
    function check_exitNeverLowersPriceOfBucket() public {
        fillBucket(NOW + 2, 0);
        vm.assume(bucketAssets > 0);
        (bool ok,, uint256 taken) = queueOneForOne();
        if (!ok) return;
        uint256 given = VAULT.exitOf(pool, Epoch.wrap(NOW + 2), STAKER);
        unchecked {
            assert(given * bucketAssets <= taken * bucketShares);
        }
    }

    /// @dev `_cut`: P3, a slash takes no more of the pool than its fraction.
    function check_slashTakesItsFractionAtMost() public {
        fillPool(0);
        (bool ok, uint256 taken, uint256 left, uint256 cut) = slash();
        if (!ok) return;
        unchecked {
            assert(cut * left <= assets * taken);
        }
    }

    function check_slashTakesItsFractionOfABucketAtMost() public {
        emptyPool();
        fillBucket(NOW + 1, 0);
        (bool ok, uint256 taken, uint256 left, uint256 cut) = slash();
        if (!ok) return;
        unchecked {
            assert(cut * left <= bucketAssets * taken);
        }
    }
}

/// @notice The control of the slashes above, by the solver that finds its counterexample at once.
contract NarrowRoundingControls is RoundingScene {
    function bits(uint256 full) internal pure override returns (uint256) {
        return full < 8 ? full : 8;
    }

    function check_control_slashTakesLess() public {
        fillPool(0);
        (bool ok, uint256 taken, uint256 left, uint256 cut) = slash();
        if (!ok) return;
        unchecked {
            assert(cut * left < assets * taken);
        }
    }
}
