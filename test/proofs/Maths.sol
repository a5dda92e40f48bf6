// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Magnitude, Wad} from "palisade/types/Magnitude.sol";

/// @notice Floor rounding, for all numbers of 256 bits that the contracts can come to hold. solc's own model checker proves each
/// assertion (script/gates/prove-maths). What is named `control…` is false and must be refuted.
abstract contract Maths {
    uint256 internal constant MOST_ASSETS = 2 ** 104 - 1;
    uint256 internal constant MOST_SHARES = 2 ** 104 - 1;
    uint256 internal constant MOST_BUCKET_SHARES = 2 ** 152 - 1;

    /// @dev StakeVault's functions of these names: the gate cuts them out of its source, and puts them here.
    function _toShares(uint256 assets, uint256 totalAssets, uint256 totalShares) internal pure virtual returns (uint256);
    function _toAssets(uint256 shares, uint256 totalAssets, uint256 totalShares) internal pure virtual returns (uint256);
    function _cut(uint256 assets, Magnitude taken, Magnitude left) internal pure virtual returns (uint256);

    function partOfMagnitude(uint256 a, uint256 w) external pure {
        require(a < 2 ** 112 && w <= 1e18);
        uint256 m = Magnitude.unwrap(Magnitude.wrap(a).mulDown(Wad.wrap(w)));
        assert(m <= a);
        assert(m * 1e18 <= a * w);
        assert(a * w - m * 1e18 < 1e18);
    }

    function differenceOfMagnitudes(uint256 a, uint256 b) external pure {
        uint256 d = Magnitude.unwrap(Magnitude.wrap(a).saturatingSub(Magnitude.wrap(b)));
        assert(a >= b || d == 0);
        assert(a < b || d + b == a);
    }

    function sharesOfADeposit(uint256 a, uint256 assets, uint256 shares) external pure {
        require(a <= MOST_ASSETS && 0 < assets && assets <= MOST_ASSETS && 0 < shares && shares <= MOST_SHARES);
        uint256 s = _toShares(a, assets, shares);
        assert(s * assets <= a * shares);
        assert(a * shares - s * assets < assets);
    }

    function firstShares(uint256 a, uint256 assets) external pure {
        assert(_toShares(a, assets, 0) == a);
    }

    function assetsOfShares(uint256 s, uint256 assets, uint256 shares) external pure {
        require(assets <= MOST_ASSETS && 0 < shares && s <= shares && shares <= MOST_BUCKET_SHARES);
        uint256 a = _toAssets(s, assets, shares);
        assert(a * shares <= s * assets);
        assert(s * assets - a * shares < shares);
    }

    function cutOfASlash(uint256 a, uint256 taken, uint256 left) external pure {
        require(a <= MOST_ASSETS && 0 < left && left <= 1e18 && taken <= left);
        uint256 c = _cut(a, Magnitude.wrap(taken), Magnitude.wrap(left));
        assert(c * left <= a * taken);
        assert(a * taken - c * left < left);
    }

    function controlShares(uint256 a, uint256 assets, uint256 shares) external pure {
        require(a <= MOST_ASSETS && 0 < assets && assets <= MOST_ASSETS && 0 < shares && shares <= MOST_SHARES);
        assert(_toShares(a, assets, shares) * assets == a * shares);
    }

    function controlAssets(uint256 s, uint256 assets, uint256 shares) external pure {
        require(assets <= MOST_ASSETS && 0 < shares && s <= shares && shares <= MOST_BUCKET_SHARES);
        assert(_toAssets(s, assets, shares) * shares == s * assets);
    }

    function controlCut(uint256 a, uint256 taken, uint256 left) external pure {
        require(a <= MOST_ASSETS && 0 < left && left <= 1e18 && taken <= left);
        assert(_cut(a, Magnitude.wrap(taken), Magnitude.wrap(left)) < a);
    }

    /// @dev Without the bound the product wraps, as the contract's comment says.
    function controlWrap(uint256 a, uint256 assets, uint256 shares) external pure {
        require(0 < assets && 0 < shares);
        uint256 s = _toShares(a, assets, shares);
        assert(s >= a || assets >= shares);
    }
}
