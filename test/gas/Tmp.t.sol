// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;
import {CoreGas} from "./Core.t.sol";
import {Wad} from "palisade/types/Magnitude.sol";
contract Tmp is CoreGas {
    function test_Tmp() public {
        aliceDeposits();
        join(set, operator);
        allocate(set, operator, HALF);
        prepareSlash(token);
        slash(set, operator, Wad.wrap(0.1e18));
    }
}
