//! Rewards, from the service that pays to the staker who is paid: with bare calls to the contracts.

use std::time::Duration;

use alloy::{
    contract::{CallBuilder, CallDecoder, SolCallBuilder},
    primitives::{Address, B256, U256, aliases::U192},
    providers::{DynProvider, Provider},
};
use palisade_bindings::{
    AllocationManager, DevToken, Epoch, MerkleDrops::DropClaim, OperatorSetId, Refusal,
    RewardsDistributor,
};
use palisade_devnet::Devnet;
use palisade_rewards::tree::{Leaf, Tree};

/// Seven days: an epoch that no test outlasts.
const EPOCH: u64 = 7 * 24 * 3_600;

/// Later than any epoch.
const EVER: U256 = U256::MAX;

const HALF: u64 = 500_000_000_000_000_000;
const TENTH: u64 = HALF / 5;

/// Two operators that promise half of their rETH to one set of avs-1. With operator-1 alice stakes 300 and bob 100, with
/// operator-2 carol 200; it is epoch 3, the first that they earn for. operator-1 keeps a tenth.
struct Scene {
    net: Devnet,
    set: OperatorSetId,
    operators: [Address; 2],
    /// The pools of their rETH.
    pools: [U256; 2],
}

impl Scene {
    async fn new() -> Self {
        let net = Devnet::builder().epoch_length(EPOCH).start().await.unwrap();
        let address = |name: &str| net.account(name).unwrap().address();
        let operators = ["operator-1", "operator-2"].map(address);
        let set = OperatorSetId::new(address("avs-1"), 1);
        let strategy = net.token("rETH").unwrap().address;
        let terms = AllocationManager::Terms {
            slasher: address("slasher-1"),
            cap: U256::from(HALF),
            window: U256::ZERO,
            recipient: address("treasury-1"),
            resolver: Address::ZERO,
            conditions: B256::ZERO,
            registrar: Address::ZERO,
        };
        let id: U192 = set.into();
        let avs = net.manager_as("avs-1").unwrap();
        mined(avs.createOperatorSet(id, terms, vec![strategy])).await;
        mined(net.rewards_as("operator-1").unwrap().setCommission(U256::from(TENTH))).await;
        for name in ["operator-1", "operator-2"] {
            let (vault, manager) = (net.vault_as(name).unwrap(), net.manager_as(name).unwrap());
            let operator = address(name);
            mined(vault.registerOperator(Address::ZERO)).await;
            mined(manager.join(id, operator, [].into())).await;
            mined(manager.allocate(id, operator, strategy, U256::from(HALF))).await;
            mined(vault.open()).await;
        }
        net.advance_to_epoch(Epoch(2)).await.unwrap();
        let mut pools = [U256::ZERO; 2];
        for (pool, operator) in pools.iter_mut().zip(operators) {
            *pool = net.vault().poolId(operator, strategy).call().await.unwrap();
        }
        for (name, operator, whole) in [("alice", 0, 300), ("bob", 0, 100), ("carol", 1, 200)] {
            let token = DevToken::new(strategy, net.provider_for(name).unwrap());
            mined(token.approve(net.addresses().vault, U256::MAX)).await;
            let (vault, assets) = (net.vault_as(name).unwrap(), rwd(whole));
            let to = operators[operator];
            mined(vault.deposit(strategy, to, address(name), assets, U256::ONE)).await;
        }
        for spender in [net.addresses().rewards, net.addresses().streams, net.addresses().drops] {
            let token = DevToken::new(net.reward().address, net.provider_for("avs-1").unwrap());
            mined(token.approve(spender, U256::MAX)).await;
        }
        net.advance_to_epoch(Epoch(3)).await.unwrap();
        Self { net, set, operators, pools }
    }

    fn address(&self, name: &str) -> Address {
        self.net.account(name).unwrap().address()
    }

    fn strategy(&self) -> Address {
        self.net.token("rETH").unwrap().address
    }

    /// In the order that the streams want.
    fn ascending(&self) -> Vec<Address> {
        let mut operators = self.operators.to_vec();
        operators.sort();
        operators
    }

    /// avs-1 pays an operator's pool.
    fn pay(
        &self,
        epoch: u64,
        operator: Address,
        whole: u64,
    ) -> SolCallBuilder<DynProvider, RewardsDistributor::distributeCall> {
        let (strategy, amount) = (self.strategy(), rwd(whole));
        let payment = RewardsDistributor::Payment { operator, strategy, amount };
        let token = self.net.reward().address;
        let distributor = self.net.rewards_as("avs-1").unwrap();
        let call = distributor.distribute(U256::from(epoch), token, vec![payment]);
        call.with_cloned_provider()
    }

    /// What a staker can claim of the pool of an operator.
    async fn claimable(&self, name: &str, operator: usize) -> U256 {
        let claims = vec![self.claim_of(operator)];
        let distributor = self.net.rewards();
        let amounts = distributor.claimable(self.address(name), EVER, claims);
        amounts.call().await.unwrap()[0]
    }

    fn claim_of(&self, operator: usize) -> RewardsDistributor::Claim {
        RewardsDistributor::Claim { pool: self.pools[operator], token: self.net.reward().address }
    }

    /// Has what `owner` earned with operator-1 sent somewhere.
    async fn claim(&self, sender: &str, owner: &str, to: &str) -> Result<U256, String> {
        let distributor = self.net.rewards_as(sender).unwrap();
        let (owner, to) = (self.address(owner), self.address(to));
        let call = distributor.claim(owner, to, EVER, vec![self.claim_of(0)]);
        let amounts = call.call().await.map_err(|error| told(&error))?;
        mined(call).await;
        Ok(amounts[0])
    }

    async fn purse(&self, name: &str) -> U256 {
        self.held(self.address(name)).await
    }

    async fn held(&self, owner: Address) -> U256 {
        let token = DevToken::new(self.net.reward().address, self.net.provider());
        token.balanceOf(owner).call().await.unwrap()
    }
}

/// Whole reward tokens, or staked ones: both have 18 decimals.
fn rwd(whole: u64) -> U256 {
    U256::from(whole) * U256::from(10).pow(U256::from(18))
}

/// What a share of a pool gets of a payment, in 2^-64 units.
fn of_a_share(amount: U256, shares: U256) -> U256 {
    (amount << 64) / shares
}

/// Sends a call, which must succeed.
async fn mined<P: Provider, D: CallDecoder>(call: CallBuilder<P, D>) {
    let receipt = call.send().await.unwrap().get_receipt().await.unwrap();
    assert!(receipt.status());
}

/// Why a call is refused, on one line.
async fn refused<P: Provider, D: CallDecoder>(call: CallBuilder<P, D>) -> String {
    told(&call.call().await.err().unwrap())
}

fn told(error: &alloy::contract::Error) -> String {
    Refusal::of(error).unwrap().to_string()
}

#[tokio::test]
async fn what_a_service_pays_reaches_who_stood_behind_it() {
    let scene = Scene::new().await;
    let [one, _] = scene.operators;
    // They came in epoch 2.
    let strategy = scene.strategy();
    let text = format!("NoStake {{ operator: {one}, strategy: {strategy}, epoch: 2 }}");
    assert_eq!(refused(scene.pay(2, one, 1_000)).await, text);
    let text = "EpochNotPayable { epoch: 3, closed: 2 }";
    assert_eq!(refused(scene.pay(3, one, 1_000)).await, text);
    let text = format!("IdlePool {{ strategy: {strategy} }}");
    assert_eq!(refused(scene.pay(2, Address::ZERO, 1_000)).await, text);

    scene.net.advance_to_epoch(Epoch(4)).await.unwrap();
    mined(scene.pay(3, one, 1_000)).await;
    // Less a tenth; alice has three quarters of the pool.
    assert_eq!(scene.claimable("alice", 0).await, rwd(675));
    assert_eq!(scene.claimable("bob", 0).await, rwd(225));
    assert_eq!(scene.claimable("carol", 0).await, U256::ZERO);
    assert_eq!(scene.claim("alice", "alice", "alice").await.unwrap(), rwd(675));
    assert_eq!(scene.purse("alice").await, rwd(675));
    assert_eq!(scene.claim("alice", "alice", "alice").await.unwrap(), U256::ZERO);

    let (alice, bob) = (scene.address("alice"), scene.address("bob"));
    let text = format!("NotOwnerNorOperator {{ owner: {bob}, sender: {alice} }}");
    assert_eq!(scene.claim("alice", "bob", "alice").await.unwrap_err(), text);
    let recipient = scene.address("dave");
    mined(scene.net.rewards_as("bob").unwrap().setRecipient(recipient)).await;
    assert_eq!(scene.claim("alice", "bob", "alice").await.unwrap_err(), text);
    assert_eq!(scene.claim("alice", "bob", "dave").await.unwrap(), rwd(225));
    assert_eq!(scene.purse("dave").await, rwd(225));

    let distributor = scene.net.rewards_as("operator-1").unwrap();
    let text = "CommissionTooHigh { rate: 500000000000000001, highest: 500000000000000000 }";
    assert_eq!(refused(distributor.setCommission(U256::from(HALF + 1))).await, text);
    mined(distributor.collect(one, one, vec![scene.net.reward().address])).await;
    assert_eq!(scene.purse("operator-1").await, rwd(100));
    // Nothing was left over.
    assert_eq!(scene.held(scene.net.addresses().rewards).await, U256::ZERO);
}

#[tokio::test]
async fn a_stream_pays_a_missed_epoch_with_the_next() {
    let scene = Scene::new().await;
    let (token, id) = (scene.net.reward().address, U256::ONE);
    let (operators, strategy) = (scene.ascending(), scene.strategy());
    let streams = scene.net.streams_as("avs-1").unwrap();
    let create = |set: OperatorSetId| {
        let (sum, epochs) = (rwd(100), U256::from(2));
        streams.create(token, set.into(), strategy, sum, epochs, operators.clone())
    };
    let unknown = OperatorSetId::new(scene.address("avs-1"), 2);
    let text = format!("StrategyNotAccepted {{ set: {unknown}, strategy: {strategy} }}");
    assert_eq!(refused(create(unknown)).await, text);
    mined(create(scene.set)).await;
    let anybody = scene.net.streams_as("dave").unwrap();
    let release = || anybody.release(id, operators.clone());
    assert_eq!(refused(release()).await, "NothingDue { id: 1, next: 3 }");

    // Nobody calls in epoch 4: both epochs are paid in the one after it, for the one before.
    scene.net.advance_to_epoch(Epoch(5)).await.unwrap();
    assert_eq!(anybody.due(id).call().await.unwrap(), rwd(200));
    assert_eq!(refused(anybody.release(id, vec![])).await, "OtherOperators { id: 1 }");
    mined(release()).await;
    assert_eq!(refused(release()).await, "NothingDue { id: 1, next: 5 }");
    assert_eq!(scene.held(scene.net.addresses().streams).await, U256::ZERO);

    // By guaranteed stake: 200 and 100, of which the parts are rounded in the order of the operators.
    let is_first = operators[0] == scene.operators[0];
    let first = rwd(200) * U256::from(if is_first { 2 } else { 1 }) / U256::from(3);
    let [of_one, of_two] =
        if is_first { [first, rwd(200) - first] } else { [rwd(200) - first, first] };
    let commission = of_one * U256::from(TENTH) / U256::from(2 * HALF);
    let a_share = of_a_share(of_one - commission, rwd(400));
    assert_eq!(scene.claimable("alice", 0).await, (a_share * rwd(300)) >> 64);
    assert_eq!(scene.claimable("bob", 0).await, (a_share * rwd(100)) >> 64);
    let a_share = of_a_share(of_two, rwd(200));
    assert_eq!(scene.claimable("carol", 1).await, (a_share * rwd(200)) >> 64);
    let kept = scene.net.rewards().commissionOf(scene.operators[0], token).call().await;
    assert_eq!(kept.unwrap(), commission);
}

#[tokio::test]
async fn a_drop_pays_what_its_list_says() {
    let scene = Scene::new().await;
    let (alice, bob, drop) = (scene.address("alice"), scene.address("bob"), U256::ONE);
    let payer = scene.net.drops_as("avs-1").unwrap();
    let delay = 3_600;
    let now = scene.net.timestamp().await.unwrap();
    let expiry = U256::from(now + 2 * EPOCH);
    mined(payer.create(scene.net.reward().address, U256::from(delay), expiry)).await;
    let tree = |alice_s: u64, bob_s: u64| {
        let leaf = |account, whole| Leaf { account, amount: rwd(whole) };
        Tree::new(vec![leaf(alice, alice_s), leaf(bob, bob_s)]).unwrap()
    };
    let post = |tree: &Tree| payer.post(drop, tree.root(), tree.total());
    let (wrong, right) = (tree(20, 60), tree(60, 20));
    let text = format!("TotalNotFunded {{ drop: 1, total: {}, funded: 0 }}", rwd(80));
    assert_eq!(refused(post(&right)).await, text);
    mined(payer.fund(drop, scene.address("avs-1"), rwd(80))).await;
    mined(post(&wrong)).await;

    let anybody = scene.net.drops_as("dave").unwrap();
    let claim = |tree: &Tree, whole: u64| {
        let (cumulative, proof) = (rwd(whole), tree.proof(bob).unwrap());
        anybody.claim(vec![DropClaim { drop, account: bob, cumulative, proof }])
    };
    let wrong_proof = |root: B256, whole| {
        let cumulative = rwd(whole);
        format!("WrongProof {{ drop: 1, account: {bob}, cumulative: {cumulative}, root: {root} }}")
    };
    // No root is active yet; the wrong one is withdrawn before it is.
    assert_eq!(refused(claim(&wrong, 60)).await, wrong_proof(B256::ZERO, 60));
    let pending = format!("RootIsPending {{ drop: 1, root: {}, activeFrom: ", wrong.root());
    let reason = refused(post(&right)).await;
    assert!(reason.starts_with(&pending) && reason.ends_with(" UTC) }"), "{reason}");
    mined(payer.withdrawRoot(drop)).await;
    mined(post(&right)).await;
    scene.net.advance(Duration::from_secs(delay)).await.unwrap();

    assert_eq!(refused(claim(&wrong, 60)).await, wrong_proof(right.root(), 60));
    assert_eq!(refused(payer.withdrawRoot(drop)).await, "NoPendingRoot { drop: 1 }");
    mined(claim(&right, 20)).await;
    assert_eq!(scene.purse("bob").await, rwd(20));
    assert_eq!(claim(&right, 20).call().await.unwrap(), [U256::ZERO]);

    let left = scene.net.drops().dropOf(drop).call().await.unwrap();
    assert_eq!((left.funded, left.paid), (rwd(80), rwd(20)));
    assert!(refused(payer.reclaim(drop)).await.starts_with("DropNotExpired { drop: 1, expiry: "));
    scene.net.advance(Duration::from_secs(2 * EPOCH)).await.unwrap();
    let cumulative = rwd(60);
    let proof = right.proof(alice).unwrap();
    let late = vec![DropClaim { drop, account: alice, cumulative, proof }];
    assert!(refused(anybody.claim(late)).await.starts_with("DropExpired { drop: 1, expiry: "));
    let before = scene.purse("avs-1").await;
    mined(payer.reclaim(drop)).await;
    assert_eq!(scene.purse("avs-1").await - before, rwd(60));
}
