// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

import {Wad} from "./Magnitude.sol";

/// @notice What a staker can rely on about an operator set, fixed when the set is created.
struct Terms {
    /// Who may slash (or, with a window, propose to).
    address slasher;
    /// The most that one epoch's slashes may take of an allocation, as a fraction of it; in (0, 1e18].
    Wad cap;
    /// Seconds in which a proposed slash can be cancelled; 0 where the set slashes at once. At most half an epoch.
    uint24 window;
    /// Receives what is slashed; the zero address burns it.
    address recipient;
    /// May cancel a proposed slash within the window; zero where only the slasher may.
    address resolver;
    /// Hash of the written conditions under which the service slashes.
    bytes32 conditions;
    /// Is told of joins, which it may refuse, and of leaves, which it may not; zero for none.
    address registrar;
}
