// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice A token that anyone mints; the odd ones below differ from it in one thing each.
abstract contract MintableToken is ERC20("Odd", "ODD") {
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

/// @notice Returns nothing from its transfers, as the oldest tokens do.
contract SilentToken is MintableToken {
    function transfer(address to, uint256 amount) public override returns (bool) {
        super.transfer(to, amount);
        _returnNothing();
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        super.transferFrom(from, to, amount);
        _returnNothing();
    }

    function _returnNothing() private pure {
        assembly ("memory-safe") {
            return(0, 0)
        }
    }
}

/// @notice Answers false, and moves nothing, while `refusing`.
contract RefusingToken is MintableToken {
    bool public refusing;

    function refuse(bool refusing_) external {
        refusing = refusing_;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        return !refusing && super.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        return !refusing && super.transferFrom(from, to, amount);
    }
}

/// @notice Keeps one unit of what is moved.
contract FeeToken is MintableToken {
    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (from != address(0)) super._update(to, address(0), 1);
    }
}

/// @notice Takes one unit more than what is moved from its sender.
contract SenderFeeToken is MintableToken {
    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (from != address(0) && to != address(0)) super._update(from, address(0), 1);
    }
}

/// @notice Refuses to move tokens to or from those on its list.
contract BlocklistToken is MintableToken {
    error Blocked(address account);

    mapping(address account => bool) public blocked;

    function setBlocked(address account, bool blocked_) external {
        blocked[account] = blocked_;
    }

    function _update(address from, address to, uint256 amount) internal override {
        require(!blocked[from], Blocked(from));
        require(!blocked[to], Blocked(to));
        super._update(from, to, amount);
    }
}

/// @notice Moves nothing while it is paused.
contract PausableToken is MintableToken {
    error TokenPaused();

    bool public paused;

    function setPaused(bool paused_) external {
        paused = paused_;
    }

    function _update(address from, address to, uint256 amount) internal override {
        require(!paused, TokenPaused());
        super._update(from, to, amount);
    }
}

/// @notice Makes a call of the test's choice when it is called itself, and remembers the answer.
abstract contract Armed {
    address public target;
    bytes public data;
    bool public called;
    bool public succeeded;
    bytes public answer;

    function arm(address target_, bytes calldata data_) external {
        (target, data, called) = (target_, data_, false);
    }

    function _callOut() internal {
        if (target == address(0)) return;
        called = true;
        (succeeded, answer) = target.call(data);
    }
}

/// @notice Calls out in the middle of each transfer.
contract HookToken is MintableToken, Armed {
    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (from != address(0)) _callOut();
    }
}

/// @notice Has no name, no symbol and no decimals, which ERC-20 leaves optional.
contract BareToken {
    mapping(address account => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        return true;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        _move(msg.sender, to, amount);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        allowance[from][msg.sender] -= amount;
        _move(from, to, amount);
        return true;
    }

    function _move(address from, address to, uint256 amount) private {
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }
}

/// @notice Names itself in 32 bytes, as tokens did before ERC-20 said string.
contract Bytes32Token is BareToken {
    bytes32 public constant name = "Old Governance";
    bytes32 public constant symbol = "OLD";
    uint8 public constant decimals = 9;
}

/// @notice Spends `appetite` units of gas in each transfer.
contract HungryToken is MintableToken {
    uint256 public appetite;

    function setAppetite(uint256 appetite_) external {
        appetite = appetite_;
    }

    function _update(address from, address to, uint256 amount) internal override {
        uint256 until = gasleft() > appetite ? gasleft() - appetite : 0;
        while (gasleft() > until) {}
        super._update(from, to, amount);
    }
}

/// @notice Refuses to move nothing.
contract NoZeroToken is MintableToken {
    error NothingMoves();

    function _update(address from, address to, uint256 amount) internal override {
        require(amount > 0, NothingMoves());
        super._update(from, to, amount);
    }
}

/// @notice Shrinks by itself: a part of every balance is gone from one moment to the next.
contract ShrinkingToken is MintableToken {
    uint256 private _kept = 1e18;

    function shrink(uint256 kept) external {
        _kept = kept;
    }

    function balanceOf(address account) public view override returns (uint256) {
        return super.balanceOf(account) * _kept / 1e18;
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount * 1e18 / _kept);
    }
}

/// @notice Bears a name that is longer than anybody can pay for.
contract WordyToken is MintableToken {
    function name() public pure override returns (string memory) {
        assembly ("memory-safe") {
            mstore(0, 32)
            mstore(32, 2000000)
            return(0, 2000064)
        }
    }
}
