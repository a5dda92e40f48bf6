// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LibCall} from "solady/utils/LibCall.sol";

import {MintableToken} from "./OddTokens.sol";

/// @notice A token that tells contracts of what they send and receive, as ERC-777 does: the sender before balances change,
/// the receiver after it.
contract CallbackToken is MintableToken {
    mapping(address account => bool) public isTold;

    function tell(address account) external {
        isTold[account] = true;
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (isTold[from]) Reentrant(from).tokensToSend();
        super._update(from, to, amount);
        if (isTold[to]) Reentrant(to).tokensReceived();
    }
}

/// @notice An account that makes calls of the test's choice, and others while it is told of tokens.
contract Reentrant {
    struct Call {
        address target;
        bytes data;
    }

    struct Answer {
        bool succeeded;
        bytes data;
    }

    Call[] private _armed;
    Answer[] private _answers;
    bool private _busy;

    /// @notice To be called when it is told next.
    function arm(address target, bytes calldata data) external {
        _armed.push(Call(target, data));
    }

    function run(address target, bytes calldata data) external returns (bytes memory) {
        return LibCall.callContract(target, data);
    }

    function answers() external view returns (Answer[] memory) {
        return _answers;
    }

    function tokensToSend() external {
        _callBack();
    }

    function tokensReceived() external {
        _callBack();
    }

    function _callBack() private {
        if (_busy) return;
        _busy = true;
        for (uint256 i; i < _armed.length; ++i) {
            (bool succeeded, bytes memory data) = _armed[i].target.call(_armed[i].data);
            _answers.push(Answer(succeeded, data));
        }
        delete _armed;
        _busy = false;
    }
}
