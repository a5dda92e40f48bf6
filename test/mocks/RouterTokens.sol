// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";

import {Armed, MintableToken} from "./OddTokens.sol";

/// @notice Delivers up to as many units less than asked as it was last told to lose; whoever it is taken from pays all.
contract ShortToken is MintableToken {
    uint256 public lost;

    function lose(uint256 lost_) external {
        lost = lost_;
    }

    function rebase(address account, uint256 balance) external {
        uint256 held = balanceOf(account);
        if (balance > held) super._update(address(0), account, balance - held);
        else super._update(account, address(0), held - balance);
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (from != address(0) && to != address(0)) super._update(to, address(0), lost < amount ? lost : amount);
    }
}

/// @notice Changes an allowance from and to zero only, as the dollar of the most users does.
contract FromZeroToken is MintableToken {
    error NotFromZero(uint256 allowed, uint256 asked);

    function approve(address spender, uint256 amount) public override returns (bool) {
        uint256 allowed = allowance(msg.sender, spender);
        require(allowed == 0 || amount == 0, NotFromZero(allowed, amount));
        return super.approve(spender, amount);
    }
}

/// @notice Wrapped ether.
contract WrappedEther is ERC20("Wrapped Ether", "WETH") {
    function deposit() external payable {
        _mint(msg.sender, msg.value);
    }
}

/// @notice A wrapper with a rate of one, which takes and gives what it was last told, and calls out before it does. It
/// can also draw on an allowance whenever it is asked to.
contract OddWrapper is MintableToken, Armed {
    address public asset;
    uint256 public taken = type(uint256).max;
    uint256 public given = type(uint256).max;

    constructor(address asset_) {
        asset = asset_;
    }

    function take(uint256 taken_, uint256 given_) external {
        (taken, given) = (taken_, given_);
    }

    function deposit(uint256 assets, address receiver) external returns (uint256) {
        _callOut();
        if (taken > 0) draw(msg.sender, taken < assets ? taken : assets);
        if (given > 0) _mint(receiver, given < assets ? given : assets);
        return assets;
    }

    /// @dev Once its allowance is less, it does nothing: the token may call it again while it draws.
    function draw(address from, uint256 amount) public {
        if (IERC20(asset).allowance(from, address(this)) >= amount) {
            require(IERC20(asset).transferFrom(from, address(this), amount));
        }
    }
}

/// @notice A wrapper that makes whatever calls it was told to when it is asked for a deposit, and gives nothing else.
contract WickedWrapper is MintableToken {
    address public asset;
    uint256 public succeeded;
    address[] private _targets;
    bytes[] private _calls;

    constructor(address asset_) {
        asset = asset_;
    }

    function plan(address target, bytes calldata call) external {
        _targets.push(target);
        _calls.push(call);
    }

    function deposit(uint256, address) external returns (uint256) {
        for (uint256 i; i < _calls.length; ++i) {
            (bool ok,) = _targets[i].call(_calls[i]);
            if (ok) ++succeeded;
        }
        return type(uint256).max;
    }

    function draw(address from, uint256 amount) external {
        require(IERC20(asset).transferFrom(from, address(this), amount));
    }
}

/// @notice An honest wrapper.
contract PlainWrapper is ERC4626 {
    constructor(IERC20 asset_) ERC20("Wrapped Odd", "wODD") ERC4626(asset_) {}
}

/// @notice Makes tokens of ETH in odd ways: it may give less, give nothing, send ETH back, or call out.
contract OddNativeToken is MintableToken, Armed {
    uint256 public given = type(uint256).max;
    uint256 public returned;

    error NotTaken();

    function give(uint256 given_, uint256 returned_) external {
        (given, returned) = (given_, returned_);
    }

    function deposit() external payable {
        _callOut();
        if (returned > 0) {
            (bool ok,) = msg.sender.call{value: returned}("");
            require(ok, NotTaken());
        }
        uint256 amount = given < msg.value ? given : msg.value;
        if (amount > 0) _mint(msg.sender, amount);
    }
}
