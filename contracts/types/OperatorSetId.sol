// SPDX-License-Identifier: MIT
pragma solidity >=0.8.34;

/// @notice An operator set: the AVS's address and a number that the AVS chose.
/// @dev `avs` in bits 32 to 191, `id` in bits 0 to 31; the ABI refuses higher bits.
type OperatorSetId is uint192;

using {avs, id} for OperatorSetId global;

function toOperatorSetId(address avs_, uint32 id_) pure returns (OperatorSetId) {
    return OperatorSetId.wrap((uint192(uint160(avs_)) << 32) | id_);
}

/// @notice The service whose set this is.
function avs(OperatorSetId set) pure returns (address) {
    return address(uint160(OperatorSetId.unwrap(set) >> 32));
}

/// @notice The number that the service gave to the set.
function id(OperatorSetId set) pure returns (uint32) {
    return uint32(OperatorSetId.unwrap(set));
}
