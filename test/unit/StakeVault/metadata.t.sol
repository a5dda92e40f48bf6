// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC6909, IERC6909Metadata} from "@openzeppelin/contracts/interfaces/IERC6909.sol";

import {PoolId} from "palisade/types/PoolId.sol";
import {IMintable} from "../../Base.t.sol";
import {BareToken, Bytes32Token} from "../../mocks/OddTokens.sol";
import {Scene} from "../Scene.sol";

contract MetadataTest is Scene {
    bytes4 internal constant ERC165_ID = 0x01ffc9a7;
    bytes4 internal constant ERC6909_ID = 0x0f632fb3;

    function test_AreTheStrategys() public {
        deposit(alice, operator, unit);
        deposit(alice, address(0), unit);
        assertMetadata(pool, "Staked Ether", "stETH", token.decimals());
        assertMetadata(pool.atGeneration(1), "Staked Ether", "stETH", token.decimals());
        assertMetadata(idle, "Staked Ether", "stETH", token.decimals());
    }

    function testFuzz_AtAnyDecimals(uint8 decimals) public {
        (PoolId of_,) = deposit(newToken("Wrapped", "W", decimals), alice, operator, 1);
        assertMetadata(of_, "Wrapped", "W", decimals);
    }

    function test_AreEmptyWhereTheStrategyHasNone() public {
        (PoolId of_, uint256 shares) = deposit(IMintable(address(new BareToken())), alice, operator, unit);
        assertEq(shares, unit);
        assertMetadata(of_, "", "", 0);
    }

    function test_AreReadFrom32Bytes() public {
        (PoolId of_,) = deposit(IMintable(address(new Bytes32Token())), alice, operator, unit);
        assertMetadata(of_, "Old Governance", "OLD", 9);
    }

    function testFuzz_AreEmptyOfNoPool(uint256 id) public view {
        assertMetadata(PoolId.wrap(id), "", "", 0);
    }

    function test_SupportsItsInterfaces() public view {
        assertTrue(vault.supportsInterface(ERC165_ID));
        assertTrue(vault.supportsInterface(ERC6909_ID));
        assertTrue(vault.supportsInterface(metadataId()));
    }

    function testFuzz_SupportsNothingElse(bytes4 id) public view {
        vm.assume(id != ERC165_ID && id != ERC6909_ID && id != metadataId());
        assertFalse(vault.supportsInterface(id));
        assertFalse(vault.supportsInterface(0xffffffff));
    }

    /// @dev Through the standard's own interface, with its own types and events.
    function test_AnswersAsTheStandardSays() public {
        deposit(alice, operator, 10 * unit);
        IERC6909 standard = IERC6909(address(vault));
        uint256 id = PoolId.unwrap(pool);
        vm.startPrank(alice);
        vm.expectEmit(address(vault));
        emit IERC6909.Transfer(alice, alice, bob, id, unit);
        assertTrue(standard.transfer(bob, id, unit));
        vm.expectEmit(address(vault));
        emit IERC6909.Approval(alice, bob, id, 2 * unit);
        assertTrue(standard.approve(bob, id, 2 * unit));
        vm.expectEmit(address(vault));
        emit IERC6909.OperatorSet(alice, stranger, true);
        assertTrue(standard.setOperator(stranger, true));
        vm.stopPrank();
        vm.prank(bob);
        assertTrue(standard.transferFrom(alice, bob, id, unit));

        assertEq(standard.balanceOf(bob, id), 2 * unit);
        assertEq(standard.allowance(alice, bob, id), unit);
        assertTrue(standard.isOperator(alice, stranger));
        assertEq(IERC6909Metadata(address(vault)).decimals(id), token.decimals());
    }

    function metadataId() internal pure returns (bytes4) {
        return bytes4(keccak256("name(uint256)")) ^ bytes4(keccak256("symbol(uint256)"))
            ^ bytes4(keccak256("decimals(uint256)"));
    }

    function assertMetadata(PoolId id, string memory name, string memory symbol, uint256 decimals) internal view {
        assertEq(vault.name(id), name);
        assertEq(vault.symbol(id), symbol);
        assertEq(vault.decimals(id), decimals);
    }
}
