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
    DevStakedEther,
    "artifacts/DevStakedEther.json"
);

sol!(
    #[sol(rpc, all_derives)]
    RebasingWrapper,
    "artifacts/RebasingWrapper.json"
);

sol!(
    #[sol(rpc, all_derives)]
    BlocklistToken,
    "artifacts/BlocklistToken.json"
);

sol!(
    #[sol(all_derives)]
    GovernanceGenesis,
    "artifacts/GovernanceGenesis.json"
);

sol!(
    #[sol(rpc, all_derives)]
    Governance,
    "artifacts/Governance.json"
);

sol!(
    #[sol(rpc, all_derives)]
    AccessManager,
    "artifacts/AccessManager.json"
);

sol!(
    #[sol(rpc, all_derives)]
    TimelockController,
    "artifacts/TimelockController.json"
);

sol!(
    #[sol(rpc, all_derives)]
    Router,
    "artifacts/Router.json"
);

sol!(
    #[sol(rpc, all_derives)]
    Lens,
    "artifacts/Lens.json"
);

sol!(
    #[sol(rpc, all_derives)]
    RewardsDistributor,
    "artifacts/RewardsDistributor.json"
);

sol!(
    #[sol(rpc, all_derives)]
    RewardStreams,
    "artifacts/RewardStreams.json"
);

sol!(
    #[sol(rpc, all_derives)]
    MerkleDrops,
    "artifacts/MerkleDrops.json"
);
