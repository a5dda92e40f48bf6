// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAllocationManager} from "palisade/interfaces/IAllocationManager.sol";
import {IGoverned} from "palisade/interfaces/IGoverned.sol";
import {Wad} from "palisade/types/Magnitude.sol";
import {OperatorSetId} from "palisade/types/OperatorSetId.sol";
import {Terms} from "palisade/types/Terms.sol";
import {Core} from "./Core.sol";

/// @notice P8 for the allocation manager: who is not permitted is refused, whatever the arguments and the state. Controls: the same
/// of one who is permitted.
contract ManagerAccessProofs is Core {
    /* GOVERNANCE */

    function check_setDegreeCeiling() public {
        refused(notAuthority(), address(MANAGER), anyWords(IAllocationManager.setDegreeCeiling.selector, 2));
    }

    function check_control_setDegreeCeiling() public {
        refused(authority, address(MANAGER), anyWords(IAllocationManager.setDegreeCeiling.selector, 2));
    }

    function check_pause() public {
        refused(notAuthority(), address(MANAGER), anyWords(IGoverned.pause.selector, 2));
    }

    function check_control_pause() public {
        refused(authority, address(MANAGER), anyWords(IGoverned.pause.selector, 2));
    }

    /* AVS */

    function check_setMetadataURI() public {
        address avs = svm.createAddress("avs");
        bytes4 selector = IAllocationManager.setMetadataURI.selector;
        bytes memory uri = svm.createBytes(65, "uri");
        refused(unappointed(avs, selector), address(MANAGER), abi.encodeWithSelector(selector, avs, uri));
    }

    function check_control_setMetadataURI() public {
        address avs = svm.createAddress("avs");
        bytes4 selector = IAllocationManager.setMetadataURI.selector;
        bytes memory uri = svm.createBytes(65, "uri");
        refused(appointed(avs, selector), address(MANAGER), abi.encodeWithSelector(selector, avs, uri));
    }

    function check_createOperatorSet() public {
        OperatorSetId set = anySet();
        address caller = unappointed(set.avs(), IAllocationManager.createOperatorSet.selector);
        refused(caller, address(MANAGER), creation(set));
    }

    function check_control_createOperatorSet() public {
        OperatorSetId set = anySet();
        refused(set.avs(), address(MANAGER), creation(set));
    }

    function check_addStrategies() public {
        OperatorSetId set = anySet();
        address caller = unappointed(set.avs(), IAllocationManager.addStrategies.selector);
        refused(caller, address(MANAGER), abi.encodeCall(IAllocationManager.addStrategies, (set, anyStrategies())));
    }

    function check_control_addStrategies() public {
        OperatorSetId set = anySet();
        address caller = appointed(set.avs(), IAllocationManager.addStrategies.selector);
        refused(caller, address(MANAGER), abi.encodeCall(IAllocationManager.addStrategies, (set, anyStrategies())));
    }

    function check_removeStrategies() public {
        OperatorSetId set = anySet();
        address caller = unappointed(set.avs(), IAllocationManager.removeStrategies.selector);
        refused(caller, address(MANAGER), abi.encodeCall(IAllocationManager.removeStrategies, (set, anyStrategies())));
    }

    function check_control_removeStrategies() public {
        OperatorSetId set = anySet();
        address caller = appointed(set.avs(), IAllocationManager.removeStrategies.selector);
        refused(caller, address(MANAGER), abi.encodeCall(IAllocationManager.removeStrategies, (set, anyStrategies())));
    }

    function check_retire() public {
        OperatorSetId set = anySet();
        address caller = unappointed(set.avs(), IAllocationManager.retire.selector);
        refused(caller, address(MANAGER), abi.encodeCall(IAllocationManager.retire, (set)));
    }

    function check_control_retire() public {
        OperatorSetId set = anySet();
        refused(set.avs(), address(MANAGER), abi.encodeCall(IAllocationManager.retire, (set)));
    }

    function check_eject() public {
        OperatorSetId set = anySet();
        address caller = unappointed(set.avs(), IAllocationManager.eject.selector);
        address operator = svm.createAddress("operator");
        refused(caller, address(MANAGER), abi.encodeCall(IAllocationManager.eject, (set, operator, anyStrategies())));
    }

    function check_control_eject() public {
        OperatorSetId set = anySet();
        address caller = appointed(set.avs(), IAllocationManager.eject.selector);
        address operator = svm.createAddress("operator");
        refused(caller, address(MANAGER), abi.encodeCall(IAllocationManager.eject, (set, operator, new address[](0))));
    }

    /* SLASHER AND RESOLVER */

    function check_slash() public {
        OperatorSetId set = anySet();
        address caller = anybody();
        vm.assume(caller != MANAGER.termsOf(set).slasher);
        refused(caller, address(MANAGER), slashing(set));
    }

    function check_proposeSlash() public {
        OperatorSetId set = anySet();
        address caller = anybody();
        vm.assume(caller != MANAGER.termsOf(set).slasher);
        refused(caller, address(MANAGER), proposing(set));
    }

    function check_cancelSlash() public {
        OperatorSetId set = anySet();
        address caller = anybody();
        Terms memory terms = MANAGER.termsOf(set);
        vm.assume(caller != terms.slasher && caller != terms.resolver);
        refused(caller, address(MANAGER), cancelling(set));
    }

    function check_control_cancelSlash() public {
        OperatorSetId set = anySet();
        address caller = anybody();
        vm.assume(caller == MANAGER.termsOf(set).slasher);
        refused(caller, address(MANAGER), cancelling(set));
    }

    /* OPERATOR */

    function check_join() public {
        address operator = svm.createAddress("operator");
        address caller = unappointed(operator, IAllocationManager.join.selector);
        refused(caller, address(MANAGER), abi.encodeCall(IAllocationManager.join, (anySet(), operator, "")));
    }

    function check_control_join() public {
        address operator = svm.createAddress("operator");
        address caller = appointed(operator, IAllocationManager.join.selector);
        refused(caller, address(MANAGER), abi.encodeCall(IAllocationManager.join, (anySet(), operator, "")));
    }

    function check_allocate() public {
        address operator = svm.createAddress("operator");
        address caller = unappointed(operator, IAllocationManager.allocate.selector);
        bytes memory rest = svm.createBytes(64, "words");
        bytes memory data = abi.encodePacked(
            IAllocationManager.allocate.selector, svm.createUint256("set"), abi.encode(operator), rest
        );
        refused(caller, address(MANAGER), data);
    }

    function check_leave() public {
        address operator = svm.createAddress("operator");
        address caller = unappointed(operator, IAllocationManager.leave.selector);
        bytes memory data = abi.encodeCall(IAllocationManager.leave, (anySet(), operator, anyStrategies()));
        refused(caller, address(MANAGER), data);
    }

    function check_control_leave() public {
        address operator = svm.createAddress("operator");
        address caller = appointed(operator, IAllocationManager.leave.selector);
        bytes memory data = abi.encodeCall(IAllocationManager.leave, (anySet(), operator, new address[](0)));
        refused(caller, address(MANAGER), data);
    }

    function check_renew() public {
        address operator = svm.createAddress("operator");
        address caller = unappointed(operator, IAllocationManager.renew.selector);
        address strategy = svm.createAddress("strategy");
        refused(caller, address(MANAGER), abi.encodeCall(IAllocationManager.renew, (operator, strategy)));
    }

    /// @dev An appointment holds for the function that it names, and for no other.
    function check_appointmentIsForOneFunction() public {
        OperatorSetId set = anySet();
        address caller = appointed(set.avs(), IAllocationManager.addStrategies.selector);
        vm.assume(!MANAGER.isAppointed(set.avs(), caller, IAllocationManager.retire.selector));
        refused(caller, address(MANAGER), abi.encodeCall(IAllocationManager.retire, (set)));
    }

    /// @dev An appointee cannot pass on what it was given, nor can anybody let the right to appoint be given.
    function check_appointChangesOnlyOneself() public {
        address account = svm.createAddress("account");
        address caller = svm.createAddress("caller");
        vm.assume(caller != account);
        address appointee = svm.createAddress("appointee");
        bytes4 selector = bytes4(svm.createBytes32("selector"));
        bool before = MANAGER.isAppointed(account, appointee, selector);
        call(caller, address(MANAGER), anyWords(IAllocationManager.appoint.selector, 3));
        assert(MANAGER.isAppointed(account, appointee, selector) == before);
    }

    function check_control_appointChangesOnlyOneself() public {
        address account = svm.createAddress("account");
        address appointee = svm.createAddress("appointee");
        bytes4 selector = bytes4(svm.createBytes32("selector"));
        bool before = MANAGER.isAppointed(account, appointee, selector);
        call(account, address(MANAGER), anyWords(IAllocationManager.appoint.selector, 3));
        assert(MANAGER.isAppointed(account, appointee, selector) == before);
    }

    /* SMALL THINGS */

    function notAuthority() internal returns (address caller) {
        caller = svm.createAddress("caller");
        vm.assume(caller != authority);
    }

    function unappointed(address account, bytes4 selector) internal returns (address caller) {
        caller = svm.createAddress("caller");
        vm.assume(caller != account && !MANAGER.isAppointed(account, caller, selector));
    }

    function appointed(address account, bytes4 selector) internal returns (address caller) {
        caller = svm.createAddress("caller");
        vm.assume(caller != account && MANAGER.isAppointed(account, caller, selector));
    }

    function anySet() internal returns (OperatorSetId) {
        return OperatorSetId.wrap(uint192(svm.createUint(192, "set")));
    }

    function anyStrategies() internal returns (address[] memory strategies) {
        strategies = new address[](2);
        strategies[0] = svm.createAddress("strategy");
        strategies[1] = svm.createAddress("strategy");
    }

    function creation(OperatorSetId set) internal returns (bytes memory) {
        Terms memory terms = Terms({
            slasher: svm.createAddress("slasher"),
            cap: Wad.wrap(svm.createUint256("cap")),
            window: svm.createUint256("window"),
            recipient: svm.createAddress("recipient"),
            resolver: svm.createAddress("resolver"),
            conditions: svm.createBytes32("conditions"),
            registrar: svm.createAddress("registrar")
        });
        return abi.encodeCall(IAllocationManager.createOperatorSet, (set, terms, new address[](0)));
    }

    function slashing(OperatorSetId set) internal returns (bytes memory) {
        Wad[] memory wads = new Wad[](2);
        wads[0] = Wad.wrap(svm.createUint256("wad"));
        wads[1] = Wad.wrap(svm.createUint256("wad"));
        return abi.encodeCall(
            IAllocationManager.slash,
            (set, svm.createAddress("operator"), anyStrategies(), wads, svm.createBytes32("evidence"))
        );
    }

    function proposing(OperatorSetId set) internal returns (bytes memory) {
        return abi.encodeCall(
            IAllocationManager.proposeSlash,
            (
                set,
                svm.createAddress("operator"),
                svm.createAddress("strategy"),
                Wad.wrap(svm.createUint256("wad")),
                svm.createBytes32("evidence")
            )
        );
    }

    function cancelling(OperatorSetId set) internal returns (bytes memory) {
        return abi.encodeCall(
            IAllocationManager.cancelSlash, (set, svm.createAddress("operator"), svm.createAddress("strategy"))
        );
    }
}
