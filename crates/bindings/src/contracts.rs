//! What `sol!` makes of the committed artifacts. The Solidity interfaces document each item.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::all,
    clippy::pedantic,
    reason = "generated at compile time"
)]

use alloy::sol;

sol!(
    #[sol(rpc, all_derives)]
    StakeVault,
    "artifacts/StakeVault.json"
);

sol!(
    #[sol(rpc, all_derives)]
    AllocationManager,
    "artifacts/AllocationManager.json"
);

sol!(
    #[sol(all_derives)]
    Genesis,
    "artifacts/Genesis.json"
);

sol!(
    #[sol(rpc, all_derives)]
    DevToken,
    "artifacts/DevToken.json"
);

sol!(
    #[sol(rpc, all_derives)]
    DevWrapper,
    "artifacts/DevWrapper.json"
);

sol!(
    #[sol(rpc, all_derives)]
    BlocklistToken,
    "artifacts/BlocklistToken.json"
);
