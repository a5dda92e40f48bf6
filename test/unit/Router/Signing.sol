// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";

import {Permit, Permit2} from "palisade/interfaces/IRouter.sol";
import {RouterScene} from "./RouterScene.sol";

/// @notice Permit2's own errors.
interface IPermit2 {
    error InvalidSigner();
    error InvalidNonce();
    error SignatureExpired(uint256 deadline);
}

/// @notice A token that anyone mints, with permits.
interface IPermitToken is IERC20, IERC20Permit {
    function mint(address to, uint256 amount) external;
}

/// @notice Carol, who signs; a token with permits; and Permit2, the code that stands on every chain.
/// @dev What is signed is written down from EIP-2612 and from Permit2's documentation, not from the Router.
abstract contract Signing is RouterScene {
    address internal constant PERMIT2 = 0x000000000022D473030F116dDEE9F6B43aC78BA3;

    IPermitToken internal signed;
    address internal carol;
    uint256 internal key;

    /// @dev Not on forge's own chain: the code remembers a domain there that is not of Permit2's address.
    function setUp() public virtual override {
        vm.chainId(1);
        super.setUp();
        (carol, key) = makeAddrAndKey("carol");
        bytes memory args = abi.encode("Signed Dollar", "sUSD", 18);
        signed = IPermitToken(vm.deployCode("out/DevPermitToken.sol/DevPermitToken.json", args));
        signed.mint(carol, 100 * unit);
        bytes memory code = vm.parseJsonBytes(vm.readFile("test/mocks/Permit2.json"), ".code");
        assertEq(sha256(code), 0x60f506dfaba70e6353b90771b0d9e8f91ee6b1e3c4bd42a66e8085426ade2886, "not Permit2");
        vm.etch(PERMIT2, code);
    }

    /// @notice A permit of carol's for the Router.
    function permit(uint256 amount, uint256 deadline) internal view returns (Permit memory p) {
        bytes32 typehash =
            keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        bytes32 message = keccak256(abi.encode(typehash, carol, router, amount, signed.nonces(carol), deadline));
        p.deadline = deadline;
        (p.v, p.r, p.s) = vm.sign(key, digestOf(signed.DOMAIN_SEPARATOR(), message));
    }

    /// @notice A signature of carol's for Permit2, with the Router as spender.
    function permit2(uint256 amount, uint256 nonce) internal view returns (Permit2 memory) {
        return permit2(address(router), amount, nonce, vm.getBlockTimestamp());
    }

    function permit2(address spender, uint256 amount, uint256 nonce, uint256 deadline)
        internal
        view
        returns (Permit2 memory)
    {
        bytes32 digest = permit2Digest(spender, amount, nonce, deadline);
        return Permit2({nonce: nonce, deadline: deadline, signature: sign(key, digest)});
    }

    function permit2Digest(address spender, uint256 amount, uint256 nonce, uint256 deadline)
        internal
        view
        returns (bytes32)
    {
        bytes32 permitted = keccak256(
            abi.encode(keccak256("TokenPermissions(address token,uint256 amount)"), address(signed), amount)
        );
        bytes32 typehash = keccak256(
            "PermitTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline)TokenPermissions(address token,uint256 amount)"
        );
        bytes32 message = keccak256(abi.encode(typehash, permitted, spender, nonce, deadline));
        typehash = keccak256("EIP712Domain(string name,uint256 chainId,address verifyingContract)");
        return digestOf(keccak256(abi.encode(typehash, keccak256("Permit2"), block.chainid, PERMIT2)), message);
    }

    function digestOf(bytes32 domain, bytes32 message) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", domain, message));
    }

    /// @notice What carol signs once for every product that uses Permit2.
    function allowPermit2() internal {
        vm.prank(carol);
        signed.approve(PERMIT2, type(uint256).max);
    }
}
