// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {StreamScene} from "./StreamScene.sol";

contract RewardStreamsDueTest is StreamScene {
    uint256 internal id;

    function setUp() public override {
        super.setUp();
        id = create(SUM, 3);
    }

    function test_NothingWhereThereIsNoStream() public {
        skipEpochs(1);
        assertEq(streams.due(0), 0);
        assertEq(streams.due(id + 1), 0);
    }

    function test_NothingBeforeTheFirstEpochCloses() public {
        skipToEnd(0);
        assertEq(streams.due(id), 0);
    }

    function test_TheSumOfClosedEpochs() public {
        skipEpochs(1);
        assertEq(streams.due(id), SUM);
        skipEpochs(1);
        assertEq(streams.due(id), 2 * SUM);
    }

    function test_NothingWhereAllIsPaid() public {
        skipEpochs(1);
        release(id);
        assertEq(streams.due(id), 0);
        skipToEnd(0);
        assertEq(streams.due(id), 0);
        skipEpochs(1);
        assertEq(streams.due(id), SUM);
    }

    function test_GrowsNoFurtherThanTheLast() public {
        skipEpochs(3);
        assertEq(streams.due(id), 3 * SUM);
        skipEpochs(100);
        assertEq(streams.due(id), 3 * SUM);
        release(id);
        skipEpochs(1);
        assertEq(streams.due(id), 0);
    }

    function testFuzz_IsWhatReleaseDistributes(uint256 perEpoch, uint256 epochs, uint256[4] memory waits) public {
        (perEpoch, epochs) = (bound(perEpoch, 1, 1e24), bound(epochs, 1, 12));
        id = create(perEpoch, epochs);
        uint256 others = 3 * SUM;
        uint256 paid;
        uint256 passed;
        for (uint256 i; i < waits.length; ++i) {
            uint256 n = bound(waits[i], 1, 5);
            skipEpochs(n);
            passed += n;
            uint256 owed = perEpoch * (passed < epochs ? passed : epochs) - paid;
            assertEq(streams.due(id), owed);
            if (owed == 0) continue;
            assertEq(release(id), owed);
            paid += owed;
            assertEq(held(reward), others + perEpoch * epochs - paid);
        }
    }
}
