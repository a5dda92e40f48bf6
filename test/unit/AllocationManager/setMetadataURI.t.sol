// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {Scene} from "../Scene.sol";

contract SetMetadataURITest is Scene {
    function test_RevertWhen_NotAuthorized() public {
        vm.expectRevert(abi.encodeWithSelector(IAllocationManager.NotAuthorized.selector, avs, stranger));
        vm.prank(stranger);
        manager.setMetadataURI(avs, "ipfs://x");
    }

    function test_Publishes() public {
        expectPublished();
        vm.prank(avs);
        manager.setMetadataURI(avs, "ipfs://x");
    }

    function test_ByAnAppointee() public {
        vm.prank(avs);
        manager.appoint(bob, IAllocationManager.setMetadataURI.selector, true);
        expectPublished();
        vm.prank(bob);
        manager.setMetadataURI(avs, "ipfs://x");
    }

    function expectPublished() internal {
        vm.expectEmit(address(manager));
        emit IAllocationManager.MetadataUpdated(avs, "ipfs://x");
    }
}
