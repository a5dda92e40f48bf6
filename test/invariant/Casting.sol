// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Base, IMintable} from "../Base.t.sol";
import {MockRegistrar} from "../mocks/MockRegistrar.sol";
import {BlocklistToken, FeeToken, HookToken, PausableToken, RefusingToken, SilentToken} from "../mocks/OddTokens.sol";
import {Cast} from "./World.sol";

/// @notice Who and what the campaigns are made of, and the wheel from which their actions are drawn.
abstract contract Casting is Base {
    Cast internal cast;
    string[] internal names;
    uint256[] internal places;

    function _castActors() internal {
        (cast.vault, cast.manager, cast.authority, cast.unit) = (vault, manager, authority, unit);
        cast.stakers = _accounts("staker", 8);
        cast.operators = _accounts("operator", 4);
        cast.avss = _accounts("avs", 3);
        cast.slashers = _accounts("slasher", 3);
        cast.resolvers = _accounts("resolver", 2);
        cast.recipients = _accounts("recipient", 5);
        // Burns what it receives.
        cast.recipients[4] = address(0);
        address approver;
        (approver, cast.approverKey) = makeAddrAndKey("approver");
        for (uint256 i; i < 4; ++i) {
            vm.startPrank(cast.operators[i]);
            vault.registerOperator(i == 3 ? approver : address(0));
            vault.open();
            vm.stopPrank();
        }
        skipEpochs(1);
        cast.registrar = new MockRegistrar();
    }

    function _castTokens() internal {
        cast.tokens.strict = address(token);
        cast.tokens.refusing = new RefusingToken();
        cast.tokens.blocklist = new BlocklistToken();
        cast.tokens.secondBlocklist = new BlocklistToken();
        cast.tokens.pausable = new PausableToken();
        cast.tokens.hook = new HookToken();
        cast.tokens.fee = new FeeToken();
        cast.strategies = [
            address(token),
            address(new SilentToken()),
            address(cast.tokens.refusing),
            address(cast.tokens.blocklist),
            address(cast.tokens.secondBlocklist),
            address(cast.tokens.pausable),
            address(cast.tokens.hook)
        ];
        _sort(cast.strategies);
        for (uint256 k; k < cast.strategies.length; ++k) {
            if (cast.strategies[k] != cast.tokens.strict) setDegreeCeiling(cast.strategies[k], 2e18);
            _allow(cast.strategies[k]);
        }
        _allow(address(cast.tokens.fee));
    }

    function _allow(address strategy) private {
        for (uint256 i; i < cast.stakers.length; ++i) {
            vm.prank(cast.stakers[i]);
            (bool ok,) = strategy.call(abi.encodeCall(IMintable.approve, (address(vault), type(uint256).max)));
            assertTrue(ok);
        }
    }

    function _sort(address[] storage list) internal {
        for (uint256 i = 1; i < list.length; ++i) {
            for (uint256 j = i; j > 0 && list[j] < list[j - 1]; --j) {
                (list[j], list[j - 1]) = (list[j - 1], list[j]);
            }
        }
    }

    function _accounts(string memory role, uint256 n) private returns (address[] memory list) {
        list = new address[](n);
        for (uint256 i; i < n; ++i) {
            list[i] = makeAddr(string.concat(role, " ", vm.toString(i)));
        }
    }

    function _add(string memory name, uint256 n) internal {
        names.push(name);
        places.push(n);
    }
}
