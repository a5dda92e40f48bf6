// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {IRewardStreams, Stream} from "palisade/interfaces/IRewardStreams.sol";
import {Incoming} from "palisade/libraries/Incoming.sol";
import {Epoch} from "palisade/types/Epoch.sol";
import {OperatorSetId, toOperatorSetId} from "palisade/types/OperatorSetId.sol";
import {IMintable} from "../../Base.t.sol";
import {FeeToken} from "../../mocks/OddTokens.sol";
import {StreamScene} from "./StreamScene.sol";

contract RewardStreamsCreateTest is StreamScene {
    /* REVERTS */

    function test_RevertWhen_TheSumIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(IRewardStreams.BadSum.selector, 0));
        create(0, 1);
    }

    function test_RevertWhen_TheSumIsTooLarge() public {
        vm.expectRevert(abi.encodeWithSelector(IRewardStreams.BadSum.selector, 2 ** 104));
        create(2 ** 104, 1);
    }

    function test_RevertWhen_TheStrategyIsNotAccepted() public {
        bytes memory reason = abi.encodeWithSelector(IRewardStreams.StrategyNotAccepted.selector, set, address(reward));
        vm.expectRevert(reason);
        vm.prank(avs);
        streams.create(address(reward), set, address(reward), SUM, 1, operators);
    }

    function test_RevertWhen_ThereIsNoSuchSet() public {
        OperatorSetId none = toOperatorSetId(avs, 9);
        vm.expectRevert(abi.encodeWithSelector(IRewardStreams.StrategyNotAccepted.selector, none, address(token)));
        vm.prank(avs);
        streams.create(address(reward), none, address(token), SUM, 1, operators);
    }

    function test_RevertWhen_ItLastsNoEpoch() public {
        uint256 most = 2 ** 24 - 9 - Epoch.unwrap(vault.currentEpoch());
        vm.expectRevert(abi.encodeWithSelector(IRewardStreams.BadLength.selector, 0, most));
        create(SUM, 0);
    }

    function test_RevertWhen_ItOutlastsTheClock() public {
        uint256 most = 2 ** 24 - 9 - Epoch.unwrap(vault.currentEpoch());
        vm.expectRevert(abi.encodeWithSelector(IRewardStreams.BadLength.selector, most + 1, most));
        create(1, most + 1);
    }

    function test_RevertWhen_OperatorsDoNotAscend() public {
        (address low, address high) = (operators[0], operators[1]);
        operators = pair(high, low);
        vm.expectRevert(abi.encodeWithSelector(IRewardStreams.OperatorsNotAscending.selector, high, low));
        create(SUM, 1);
    }

    function test_RevertWhen_AnOperatorIsNamedTwice() public {
        operators = pair(operator, operator);
        vm.expectRevert(abi.encodeWithSelector(IRewardStreams.OperatorsNotAscending.selector, operator, operator));
        create(SUM, 1);
    }

    function test_RevertWhen_TheTokenKeepsAFee() public {
        IMintable fee = IMintable(address(new FeeToken()));
        give(fee, avs, 2 * SUM);
        vm.expectRevert(
            abi.encodeWithSelector(Incoming.TokenDeliveredLess.selector, address(fee), 2 * SUM, 2 * SUM - 1)
        );
        create(fee, SUM, 2);
    }

    function test_RevertWhen_ThePayerDoesNotAllowIt() public {
        vm.prank(avs);
        reward.approve(address(streams), 2 * SUM - 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientAllowance.selector, address(streams), 2 * SUM - 1, 2 * SUM
            )
        );
        create(SUM, 2);
    }

    function test_RevertWhen_TheTokenHasNoCode() public {
        vm.expectRevert();
        create(IMintable(stranger), SUM, 1);
        assertEq(streams.streams(), 0);
    }

    /* SUCCESS */

    function test_TakesTheSum() public {
        uint256 balance = reward.balanceOf(avs);
        Epoch current = vault.currentEpoch();
        uint256 id = create(SUM, 3);
        assertEq(held(reward), 3 * SUM);
        assertEq(reward.balanceOf(avs), balance - 3 * SUM);
        Stream memory s = streams.streamOf(id);
        assertEq(s.payer, avs);
        assertEq(s.next, current);
        assertEq(s.last, current.plus(2));
        assertEq(s.token, address(reward));
        assertEq(s.strategy, address(token));
        assertEq(abi.encode(s.set), abi.encode(set));
        assertEq(s.perEpoch, SUM);
        assertEq(s.operators, keccak256(abi.encode(operators)));
        assertEq(streams.due(id), 0);
    }

    function test_Logs() public {
        Epoch current = vault.currentEpoch();
        vm.expectEmit(address(streams));
        emit IRewardStreams.StreamCreated(1, avs, set, address(reward), address(token), SUM, current, current.plus(2));
        vm.expectEmit(address(streams));
        emit IRewardStreams.OperatorsNamed(1, operators);
        create(SUM, 3);
    }

    function test_CountsIds() public {
        assertEq(streams.streams(), 0);
        assertEq(create(SUM, 1), 1);
        assertEq(create(SUM, 1), 2);
        assertEq(streams.streams(), 2);
        assertEq(streams.streamOf(3).payer, address(0));
        assertEq(streams.streamOf(0).payer, address(0));
    }

    /// @dev Nobody, or strangers to the set, may be named: there is nobody to pay until the payer names others.
    function test_NamesAnybody() public {
        operators = new address[](0);
        uint256 id = create(SUM, 1);
        assertEq(streams.streamOf(id).operators, keccak256(abi.encode(operators)));
        operators = pair(address(0), stranger);
        assertEq(streams.streamOf(create(SUM, 1)).operators, keccak256(abi.encode(operators)));
    }

    function test_TheLongestAndLargest() public {
        uint256 most = 2 ** 24 - 9 - Epoch.unwrap(vault.currentEpoch());
        give(reward, avs, (2 ** 104 - 1) * most);
        uint256 id = create(2 ** 104 - 1, most);
        assertEq(Epoch.unwrap(streams.streamOf(id).last), 2 ** 24 - 10);
        assertEq(held(reward), (2 ** 104 - 1) * most);
        skipEpochs(1);
        assertEq(release(id), 2 ** 104 - 1);
    }
}
