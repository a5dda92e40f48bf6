// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

import {Wad} from "./Magnitude.sol";

/// @notice What a staker can rely on about an operator set, fixed when the set is created.
/// @param slasher who may slash (or, with a window, propose to); zero once the set is retired
/// @param cap the most that one epoch's slashes may take of an allocation, as a fraction of it; in (0, 1e18]
/// @param window seconds in which a proposed slash can be cancelled; 0 where the set slashes at once
/// @param recipient receives what is slashed; the zero address burns it
/// @param resolver may cancel a proposed slash within the window; zero where only the slasher may
/// @param conditions hash of the written conditions under which the service slashes
/// @param registrar is told of joins, which it may refuse, and of leaves; zero for none
struct Terms {
    address slasher;
    Wad cap;
    uint256 window;
    address recipient;
    address resolver;
    bytes32 conditions;
    address registrar;
}
