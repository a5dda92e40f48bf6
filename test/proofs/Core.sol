// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Symbolic} from "./Symbolic.sol";

/// @notice A token that does whatever it is asked, and says so.
contract Obliging {
    fallback() external {
        assembly ("memory-safe") {
            mstore(0, 1)
            return(0, 32)
        }
    }
}

/// @notice The core as it is shipped, in any state: each storage slot, the authority, the epoch's length, the origin of the clock
/// and the time stand for all values. So a proof holds for every history, and for states that no history reaches.
abstract contract Core is Symbolic {
    IStakeVault internal constant VAULT = IStakeVault(address(0x7A017));
    IAllocationManager internal constant MANAGER = IAllocationManager(address(0xA110C));

    address internal constant TOKEN = address(0x70CE7);

    address internal authority;

    function setUp() public virtual {
        authority = svm.createAddress("authority");
        vm.assume(authority != address(0));
        (uint256 epochLength, uint256 origin, uint256 present) = clock();
        found(epochLength, origin);
        svm.enableSymbolicStorage(address(VAULT));
        svm.enableSymbolicStorage(address(MANAGER));
        vm.warp(present);
    }

    /// @dev Any clock at any time. Long proofs fix it: what a state holds about epochs still stands for all values.
    function clock() internal virtual returns (uint256 epochLength, uint256 origin, uint256 present) {
        epochLength = svm.createUint256("epochLength");
        vm.assume(epochLength >= 2);
        origin = svm.createUint(40, "origin");
        present = svm.createUint(40, "present");
        vm.assume(origin <= present);
    }

    function found(uint256 epochLength, uint256 origin) internal {
        vm.warp(origin);
        settle(address(VAULT), "StakeVault", abi.encode(authority, MANAGER, epochLength));
        settle(address(MANAGER), "AllocationManager", abi.encode(authority, VAULT, epochLength));
        vm.etch(TOKEN, address(new Obliging()).code);
    }

    /// @dev Deploys the shipped artifact and moves the code that its constructor made, immutables and all, to `where`.
    function settle(address where, string memory name, bytes memory args) internal {
        vm.etch(where, deploy(name, args).code);
    }

    /// @dev Any account that is nobody of the core. No transaction comes from the zero address.
    function anybody() internal returns (address caller) {
        caller = svm.createAddress("caller");
        vm.assume(caller != address(0) && caller != address(VAULT) && caller != address(MANAGER));
    }

    /// @dev Any call of a function that changes state, dynamic arguments with up to two entries or of 0, 65 or 1024 bytes.
    function anyCall(string memory contractName) internal returns (bytes memory) {
        return svm.createCalldata(contractName);
    }

    /// @dev A call of a function whose arguments are `words` words, whatever stands in them.
    function anyWords(bytes4 selector, uint256 words) internal returns (bytes memory) {
        return abi.encodePacked(selector, svm.createBytes(32 * words, "words"));
    }

    function call(address caller, address target, bytes memory data) internal returns (bool ok) {
        vm.prank(caller);
        (ok,) = target.call(data);
    }

    function refused(address caller, address target, bytes memory data) internal {
        assert(!call(caller, target, data));
    }
}
