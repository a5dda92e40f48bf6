// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Core} from "./Core.sol";

/// @notice Runs the code of `CODE` on its own storage, with its lock taken (or not), as in the middle of one of its calls.
contract InTheMiddle {
    /// @dev Where OpenZeppelin's `ReentrancyGuardTransient` keeps its lock (ERC-7201).
    uint256 private constant LOCK = 0x9b779b17422d0df92223018b32b4d1fa46e071723d6817e2486d003becc55f00;

    address private immutable CODE;
    bool private immutable LOCKED;

    constructor(address code, bool locked) {
        (CODE, LOCKED) = (code, locked);
    }

    fallback() external {
        (address code, bool locked) = (CODE, LOCKED);
        assembly {
            if locked { tstore(LOCK, 1) }
            calldatacopy(0, 0, calldatasize())
            let ok := delegatecall(gas(), code, 0, calldatasize(), 0, 0)
            // After a call that succeeded, the lock is as it was before.
            if and(ok, iszero(eq(tload(LOCK), locked))) { return(0, 0) }
            returndatacopy(0, 0, returndatasize())
            if iszero(ok) { revert(0, returndatasize()) }
            return(0, returndatasize())
        }
    }
}

/// @notice While the vault's or the manager's lock is taken, every function of it that changes state is refused, and every view that
/// others price by, in any state, whoever calls. Controls: the same where nobody has taken it.
contract LockProofs is Core {
    function setUp() public override {
        super.setUp();
        // Copies of the code elsewhere: the storage that counts is that of the addresses above.
        inTheMiddle(address(VAULT), true);
        inTheMiddle(address(MANAGER), true);
    }

    function inTheMiddle(address core, bool locked) internal {
        address copy = address(uint160(core) + 1);
        if (copy.code.length == 0) vm.etch(copy, core.code);
        vm.etch(core, address(new InTheMiddle(copy, locked)).code);
    }

    function check_vaultIsLocked() public {
        refused(svm.createAddress("caller"), address(VAULT), anyCall("IStakeVault"));
    }

    function check_managerIsLocked() public {
        refused(svm.createAddress("caller"), address(MANAGER), anyCall("IAllocationManager"));
    }

    function check_vaultViewsAreLocked() public {
        PoolId pool = PoolId.wrap(svm.createUint256("pool"));
        Epoch epoch = Epoch.wrap(svm.createUint256("epoch"));
        address owner = svm.createAddress("owner");
        address caller = svm.createAddress("caller");
        PoolId[] memory pools = new PoolId[](1);
        pools[0] = pool;
        refused(caller, address(VAULT), abi.encodeCall(IStakeVault.poolState, (pool)));
        refused(caller, address(VAULT), abi.encodeCall(IStakeVault.assetsOf, (pools)));
        refused(caller, address(VAULT), abi.encodeCall(IStakeVault.slashable, (pool)));
        refused(caller, address(VAULT), abi.encodeCall(IStakeVault.bucketOf, (pool, epoch)));
        refused(caller, address(VAULT), abi.encodeCall(IStakeVault.positionValue, (pool, owner)));
        refused(caller, address(VAULT), abi.encodeCall(IStakeVault.exitValue, (pool, epoch, owner)));
    }

    function check_managerViewsAreLocked() public {
        OperatorSetId set = OperatorSetId.wrap(uint192(svm.createUint(192, "set")));
        address operator = svm.createAddress("operator");
        address strategy = svm.createAddress("strategy");
        address caller = svm.createAddress("caller");
        address[] memory operators = new address[](1);
        operators[0] = operator;
        refused(caller, address(MANAGER), abi.encodeCall(IAllocationManager.allocationOf, (set, operator, strategy)));
        refused(caller, address(MANAGER), abi.encodeCall(IAllocationManager.budgetOf, (operator, strategy)));
        refused(caller, address(MANAGER), abi.encodeCall(IAllocationManager.slashableStake, (set, strategy, operators)));
        refused(
            caller, address(MANAGER), abi.encodeCall(IAllocationManager.guaranteedStake, (set, strategy, operators))
        );
        refused(caller, address(MANAGER), abi.encodeCall(IAllocationManager.worstCaseLoss, (strategy, operators)));
        refused(caller, address(MANAGER), abi.encodeCall(IAllocationManager.proposalOf, (set, operator, strategy)));
        refused(caller, address(MANAGER), abi.encodeCall(IAllocationManager.contestedUntil, (operator, strategy)));
    }

    function check_control_vaultIsFree() public {
        inTheMiddle(address(VAULT), false);
        refused(svm.createAddress("caller"), address(VAULT), anyWords(IStakeVault.setOperator.selector, 2));
    }

    function check_control_managerIsFree() public {
        inTheMiddle(address(MANAGER), false);
        refused(svm.createAddress("caller"), address(MANAGER), anyWords(IAllocationManager.appoint.selector, 3));
    }
}
