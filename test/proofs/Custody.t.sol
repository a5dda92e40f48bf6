// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGoverned} from "palisade/interfaces/IGoverned.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Core} from "./Core.sol";

/// @notice A token that keeps account of what the vault asks of it, and answers anything: so it stands for every token.
contract Witness {
    bytes4 private constant BALANCE_OF = bytes4(keccak256("balanceOf(address)"));
    bytes4 private constant TRANSFER = bytes4(keccak256("transfer(address,uint256)"));
    bytes4 private constant TRANSFER_FROM = bytes4(keccak256("transferFrom(address,address,uint256)"));

    address private immutable VAULT;

    uint256 public payments;
    address public paidTo;
    uint256 public paid;
    uint256 public pulls;
    address public pulledFrom;
    uint256 public pulled;
    uint256 public others;

    uint256 private answer;

    constructor(address vault) {
        VAULT = vault;
    }

    /// @dev How much it says that the vault has.
    function answerWith(uint256 answer_) external {
        answer = answer_;
    }

    fallback(bytes calldata data) external returns (bytes memory) {
        if (msg.sender != VAULT) return abi.encode(0);
        bytes4 selector = bytes4(data);
        if (selector == BALANCE_OF) return abi.encode(answer);
        if (selector == TRANSFER) {
            ++payments;
            (paidTo, paid) = abi.decode(data[4:], (address, uint256));
        } else if (selector == TRANSFER_FROM) {
            address to;
            ++pulls;
            (pulledFrom, to, pulled) = abi.decode(data[4:], (address, address, uint256));
            if (to != VAULT) ++others;
            // What was asked, or anything else, has arrived.
            unchecked {
                answer += pulled;
            }
        } else {
            ++others;
        }
        return abi.encode(true);
    }
}

/// @notice P1, P8: by which calls tokens leave the vault, and how many. `TOKEN` stands for any token, the clock for any time; the
/// functions that can pay are `withdraw`, `completeWithdrawal`, `collect` and `slash`. All others ask a token for its balance at
/// most, and `deposit` for the depositor's tokens.
abstract contract CustodyScene is Core {
    Witness internal constant WITNESS = Witness(TOKEN);

    function setUp() public virtual override {
        super.setUp();
        vm.etch(TOKEN, address(new Witness(address(VAULT))).code);
        WITNESS.answerWith(svm.createUint256("balance"));
    }

    /// @dev Nothing was asked of the token but how much the vault has.
    function untouched() internal view returns (bool) {
        return WITNESS.payments() == 0 && WITNESS.pulls() == 0 && WITNESS.others() == 0;
    }

    /// @dev Whatever is called, by whomever (the vault itself calls nothing of itself).
    function paysNothing(bytes memory data) internal {
        address caller = svm.createAddress("caller");
        vm.assume(caller != address(VAULT));
        call(caller, address(VAULT), data);
        assert(untouched());
    }

    function anyPool() internal returns (PoolId) {
        return PoolId.wrap(svm.createUint256("pool"));
    }
}

contract CustodyProofs is CustodyScene {
    function check_registerOperator() public {
        paysNothing(anyWords(IStakeVault.registerOperator.selector, 1));
    }

    function check_removeApprover() public {
        paysNothing(anyWords(IStakeVault.removeApprover.selector, 0));
    }

    function check_open() public {
        paysNothing(anyWords(IStakeVault.open.selector, 0));
    }

    function check_close() public {
        paysNothing(anyWords(IStakeVault.close.selector, 0));
    }

    function check_approve() public {
        paysNothing(anyWords(bytes4(keccak256("approve(address,uint256,uint256)")), 3));
    }

    function check_setOperator() public {
        paysNothing(anyWords(bytes4(keccak256("setOperator(address,bool)")), 2));
    }

    function check_renew() public {
        paysNothing(anyWords(IStakeVault.renew.selector, 1));
    }

    function check_setDepositCap() public {
        paysNothing(anyWords(IStakeVault.setDepositCap.selector, 2));
    }

    function check_pause() public {
        paysNothing(anyWords(IGoverned.pause.selector, 2));
    }

    /// @dev What is paid is the whole credit, to the receiver, and the credit is gone.
    function check_collectPaysTheCredit() public {
        address account = svm.createAddress("account");
        address receiver = svm.createAddress("receiver");
        uint256 credit = VAULT.creditOf(TOKEN, account);
        bytes memory data = abi.encodeCall(IStakeVault.collect, (TOKEN, account, receiver));
        if (!call(anybody(), address(VAULT), data)) return;
        assert(WITNESS.payments() == 1 && WITNESS.pulls() == 0 && WITNESS.others() == 0);
        assert(WITNESS.paidTo() == receiver && WITNESS.paid() == credit);
        assert(VAULT.creditOf(TOKEN, account) == 0);
    }

    function check_control_collectPaysNothing() public {
        address account = svm.createAddress("account");
        paysNothing(abi.encodeCall(IStakeVault.collect, (TOKEN, account, account)));
    }
}

/// @notice The same for the functions with many paths, in epoch 100 of seven days each.
contract CustodyDeep is CustodyScene {
    function clock() internal pure override returns (uint256 epochLength, uint256 origin, uint256 present) {
        return (7 days, 1_750_000_000, 1_750_000_000 + 99 * 7 days + 1 days);
    }

    function check_queueWithdrawal() public {
        paysNothing(anyWords(IStakeVault.queueWithdrawal.selector, 4));
    }

    function check_delegate() public {
        paysNothing(anyWords(IStakeVault.delegate.selector, 5));
    }

    function check_redelegate() public {
        paysNothing(anyWords(IStakeVault.redelegate.selector, 5));
    }

    function check_transfer() public {
        paysNothing(anyWords(bytes4(keccak256("transfer(address,uint256,uint256)")), 3));
    }

    function check_transferFrom() public {
        paysNothing(anyWords(bytes4(keccak256("transferFrom(address,address,uint256,uint256)")), 4));
    }

    /// @dev Whether the approver signs by itself, by a key, or as a contract that answers anything.
    function check_admit() public {
        address operator = svm.createAddress("operator");
        address staker = svm.createAddress("staker");
        uint256 deadline = svm.createUint256("deadline");
        bytes memory signature = svm.createBytes(65, "signature");
        paysNothing(abi.encodeCall(IStakeVault.admit, (operator, staker, deadline, signature)));
    }

    /// @dev A deposit asks for the depositor's tokens once, and pays none.
    function check_depositPaysNothing() public {
        address caller = anybody();
        call(caller, address(VAULT), anyWords(IStakeVault.deposit.selector, 5));
        assert(WITNESS.payments() == 0 && WITNESS.others() == 0 && WITNESS.pulls() <= 1);
        assert(WITNESS.pulls() == 0 || WITNESS.pulledFrom() == caller);
    }

    /// @dev What is paid is what the idle pool, or the bucket of a renewed generation, loses.
    function check_withdrawalPaysTheShares() public {
        PoolId pool = anyPool();
        address receiver = svm.createAddress("receiver");
        (uint256 poolBefore,,,) = VAULT.poolState(pool);
        (uint256 restBefore,) = VAULT.bucketOf(pool, Epoch.wrap(0));
        uint256 shares = svm.createUint256("shares");
        address owner = svm.createAddress("owner");
        if (!call(anybody(), address(VAULT), abi.encodeCall(IStakeVault.withdraw, (pool, shares, receiver, owner)))) {
            return;
        }
        (uint256 poolAfter,,,) = VAULT.poolState(pool);
        (uint256 restAfter,) = VAULT.bucketOf(pool, Epoch.wrap(0));
        assert(WITNESS.payments() <= 1 && WITNESS.pulls() == 0 && WITNESS.others() == 0);
        unchecked {
            uint256 lost = poolBefore - poolAfter + (restBefore - restAfter);
            if (WITNESS.payments() == 1) assert(WITNESS.paidTo() == receiver && WITNESS.paid() == lost);
        }
    }

    /// @dev What is paid is what the exit's bucket loses, once: the exit is gone.
    function check_completionPaysTheExit() public {
        PoolId pool = anyPool();
        Epoch epoch = Epoch.wrap(svm.createUint256("epoch"));
        address owner = svm.createAddress("owner");
        address receiver = svm.createAddress("receiver");
        (uint256 before,) = VAULT.bucketOf(pool, epoch);
        bytes memory data = abi.encodeCall(IStakeVault.completeWithdrawal, (pool, epoch, owner, receiver));
        if (!call(anybody(), address(VAULT), data)) return;
        (uint256 left,) = VAULT.bucketOf(pool, epoch);
        assert(VAULT.exitOf(pool, epoch, owner) == 0);
        assert(WITNESS.payments() <= 1 && WITNESS.pulls() == 0 && WITNESS.others() == 0);
        unchecked {
            if (WITNESS.payments() == 1) assert(WITNESS.paidTo() == receiver && WITNESS.paid() == before - left);
        }
    }
}
