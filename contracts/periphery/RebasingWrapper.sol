// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title RebasingWrapper
/// @notice SPEC
///
/// HOLDS one rebasing token, whose balances grow and shrink by themselves (staked ether, say). Its own token does not:
/// a share is a fixed fraction of what is held. So it can be staked where the other cannot.
///
/// PROMISES
/// - Rewards and penalties of the token change what all shares are worth by one and the same fraction.
/// - Nobody's deposit or withdrawal lowers what a share is worth.
/// - ERC-4626's bounds hold, although transfers of the token may deliver up to two units less than asked: a deposit
///   gives no fewer shares than its preview, a mint takes no more assets, a redemption delivers no less, a withdrawal
///   delivers no less than asked for no more shares. `maxWithdraw` and `maxRedeem` can be had.
/// - To inflate a share by a donation does not pay before a thousand deposits have each lost nearly a share to rounding:
///   a thousand shares are nobody's, and take their part of it.
///
/// ASSUMES that a transfer of the token delivers at most two units less than asked, and takes no more than was asked
/// from its sender. For staked ether that holds while one of its own shares is worth less than two units. A transfer
/// that delivers less makes a deposit revert, and pays a withdrawal out as it is; one that takes more lets those who
/// stay pay for a withdrawal. What a deposit delivers beyond what was asked is everybody's.
///
/// ROUNDING is down in shares for assets in and assets for shares out, up in assets for shares in and shares for assets
/// out: always for those who stay. A deposit is credited with what arrived. A mint asks for two units more than its
/// shares are worth, and a withdrawal sends two more, against what the token may lose on the way; what it does not lose
/// is the others' in a mint, and the receiver's in a withdrawal. A redemption promises two units less than it sends.
///
/// ROLES. None: no owner, no fees, no pause.
///
/// DOES NOT GUARANTEE
/// - that the token is worth anything;
/// - that a deposit finds the rate of the block before: who deposits by hand has no bound on that. The Router has
///   `minAssets`;
/// - that its rate reads true from within a hook of the token;
/// - that it takes deposits after its whole balance was lost: shares for them may not fit. Holders can leave.
contract RebasingWrapper is ERC4626, ReentrancyGuardTransient {
    using Math for uint256;
    using SafeERC20 for IERC20;

    /// @notice The token delivered more than two units less than was asked.
    error DeliveredTooLittle(uint256 asked, uint256 received);
    /// @notice The deposit is not worth a share.
    error NothingToMint(uint256 received);

    /// @dev What a transfer of the token may lose.
    uint256 private constant SHORTFALL = 2;

    /// @dev Shares that the first deposit leaves to nobody, for good. OpenZeppelin's virtual share alone would be worth
    /// it to a thief after four deposits that each lose nearly a share to rounding.
    uint256 private constant NOBODYS = 1000;

    address private constant NOBODY = 0x000000000000000000000000000000000000dEaD;

    constructor(IERC20 asset_, string memory name_, string memory symbol_) ERC20(name_, symbol_) ERC4626(asset_) {}

    /* HOLDER */

    /// @inheritdoc ERC4626
    /// @return shares for what arrived
    function deposit(uint256 assets, address receiver) public override nonReentrant returns (uint256 shares) {
        (uint256 supply, uint256 before) = (totalSupply(), totalAssets());
        uint256 received = _pull(assets, before);
        shares = supply == 0 ? received.saturatingSub(NOBODYS) : received.mulDiv(supply + 1, before + 1);
        if (shares == 0) revert NothingToMint(received);
        _issue(supply, assets, shares, receiver);
    }

    /// @inheritdoc ERC4626
    function mint(uint256 shares, address receiver) public override nonReentrant returns (uint256 assets) {
        assets = previewMint(shares);
        _pull(assets, totalAssets());
        _issue(totalSupply(), assets, shares, receiver);
    }

    /// @inheritdoc ERC4626
    function withdraw(uint256 assets, address receiver, address owner)
        public
        override
        nonReentrant
        returns (uint256 shares)
    {
        return super.withdraw(assets, receiver, owner);
    }

    /// @inheritdoc ERC4626
    /// @return assets the least that arrives
    function redeem(uint256 shares, address receiver, address owner)
        public
        override
        nonReentrant
        returns (uint256 assets)
    {
        return super.redeem(shares, receiver, owner);
    }

    /* VIEW */

    /// @inheritdoc ERC4626
    function previewDeposit(uint256 assets) public view override returns (uint256) {
        return super.previewDeposit(assets.saturatingSub(SHORTFALL + _nobodys()));
    }

    /// @inheritdoc ERC4626
    function previewMint(uint256 shares) public view override returns (uint256) {
        return super.previewMint(shares) + SHORTFALL + _nobodys();
    }

    /// @inheritdoc ERC4626
    function previewWithdraw(uint256 assets) public view override returns (uint256) {
        return assets == 0 ? 0 : super.previewWithdraw(assets + SHORTFALL);
    }

    /// @inheritdoc ERC4626
    function previewRedeem(uint256 shares) public view override returns (uint256) {
        return super.previewRedeem(shares).saturatingSub(SHORTFALL);
    }

    /* INTERNAL */

    /// @return received what arrived, and never more than was asked: the rest is everybody's
    function _pull(uint256 assets, uint256 before) private returns (uint256 received) {
        IERC20(asset()).safeTransferFrom(msg.sender, address(this), assets);
        received = Math.min(totalAssets().saturatingSub(before), assets);
        if (received + SHORTFALL < assets) revert DeliveredTooLittle(assets, received);
    }

    function _issue(uint256 supply, uint256 assets, uint256 shares, address receiver) private {
        if (supply == 0) _mint(NOBODY, NOBODYS);
        _mint(receiver, shares);
        emit Deposit(msg.sender, receiver, assets, shares);
    }

    /// @dev One for one where there are no shares, whatever lies here: it is then everybody's.
    function _convertToShares(uint256 assets, Math.Rounding rounding) internal view override returns (uint256) {
        return totalSupply() == 0 ? assets : super._convertToShares(assets, rounding);
    }

    function _convertToAssets(uint256 shares, Math.Rounding rounding) internal view override returns (uint256) {
        return totalSupply() == 0 ? shares : super._convertToAssets(shares, rounding);
    }

    /// @return what the next deposit leaves to nobody
    function _nobodys() private view returns (uint256) {
        return totalSupply() == 0 ? NOBODYS : 0;
    }

    /// @dev Sends more than is promised by what may be lost. Nothing is promised for shares worth no more than that,
    /// and nothing sent.
    function _transferOut(address to, uint256 assets) internal override {
        if (assets > 0) super._transferOut(to, assets + SHORTFALL);
    }
}
