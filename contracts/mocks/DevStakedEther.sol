// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title DevStakedEther
/// @notice A liquid staking token that rebases: balances are shares of the ETH that it holds, so that they grow with
/// rewards and shrink with penalties, and transfers lose a unit or two to rounding. Everybody plays the beacon chain.
/// For development networks only.
/// @dev The sum of all balances is never more than the ETH that is held. Shares are rounded for those who stay; a whole
/// balance moves and leaves as all its shares.
contract DevStakedEther is ERC20 {
    using Math for uint256;

    /// @notice The ETH sent is not worth a share.
    error NothingToMint(uint256 sent);
    /// @notice There is not that much to lose: a unit stays.
    error PenaltyTooHigh(uint256 amount, uint256 held);

    address private constant BURN_ADDRESS = 0x000000000000000000000000000000000000dEaD;

    /// @notice The shares behind an account's balance.
    mapping(address account => uint256) public sharesOf;

    /// @notice The shares behind all balances.
    uint256 public totalShares;

    constructor(string memory name_, string memory symbol_) ERC20(name_, symbol_) {}

    /// @notice Stakes the ETH that is sent.
    function deposit() external payable {
        uint256 shares = totalShares == 0 ? msg.value : msg.value.mulDiv(totalShares, address(this).balance - msg.value);
        if (shares == 0) revert NothingToMint(msg.value);
        sharesOf[msg.sender] += shares;
        totalShares += shares;
        emit Transfer(address(0), msg.sender, msg.value);
    }

    /// @notice Gives ETH back for `amount` of the sender's balance, at once.
    function redeem(uint256 amount) external {
        uint256 shares = _sharesFor(msg.sender, amount, Math.Rounding.Ceil);
        sharesOf[msg.sender] -= shares;
        totalShares -= shares;
        emit Transfer(msg.sender, address(0), amount);
        Address.sendValue(payable(msg.sender), amount);
    }

    /// @notice The beacon chain turns: the ETH that is sent is everybody's reward.
    function reward() external payable {}

    /// @notice The beacon chain turns: `amount` of the staked ETH is lost.
    function penalize(uint256 amount) external {
        uint256 held = address(this).balance;
        if (amount >= held) revert PenaltyTooHigh(amount, held);
        Address.sendValue(payable(BURN_ADDRESS), amount);
    }

    /// @inheritdoc ERC20
    function totalSupply() public view override returns (uint256) {
        return totalShares == 0 ? 0 : address(this).balance;
    }

    /// @inheritdoc ERC20
    function balanceOf(address account) public view override returns (uint256) {
        uint256 shares = sharesOf[account];
        return shares == 0 ? 0 : shares.mulDiv(address(this).balance, totalShares);
    }

    /// @dev Nothing is minted or burned through here.
    function _update(address from, address to, uint256 amount) internal override {
        uint256 shares = _sharesFor(from, amount, Math.Rounding.Floor);
        sharesOf[from] -= shares;
        sharesOf[to] += shares;
        emit Transfer(from, to, amount);
    }

    /// @return shares what stands for `amount` of an account's balance: all of them for the whole balance, but none for
    /// nothing, which anybody may move for anybody
    function _sharesFor(address account, uint256 amount, Math.Rounding rounding) private view returns (uint256 shares) {
        uint256 balance = balanceOf(account);
        if (amount > balance) revert ERC20InsufficientBalance(account, balance, amount);
        if (amount == 0) return 0;
        if (amount == balance) return sharesOf[account];
        return amount.mulDiv(totalShares, address(this).balance, rounding);
    }
}
