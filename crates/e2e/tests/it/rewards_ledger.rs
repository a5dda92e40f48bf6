//! A long history of stake and payments on a chain; then the ledger, from the logs alone, says of everybody what the
//! distributor says, to the wei.
#![expect(non_snake_case, reason = "fields of calls are named as in the interface")]

use std::collections::{BTreeMap, BTreeSet};

use alloy::{
    network::TransactionBuilder,
    primitives::{Address, B256, Bytes, U256},
    providers::Provider,
    rpc::{
        client::BatchRequest,
        types::{Filter, Log, TransactionRequest},
    },
    sol_types::SolCall,
};
use palisade_bindings::{
    AllocationManager, DevToken, Epoch, OperatorSetId, PoolId, RewardStreams, RewardsDistributor,
    StakeVault,
};
use palisade_devnet::Devnet;
use palisade_rewards::ledger::{Contracts, Entry, Ledger, Payment, Source, WAD};

use crate::replay::dice::Dice;

/// Longer than the test takes: epochs go by when it says.
const EPOCH: u64 = 100_000;

/// Steps of the history; every so many, everything is compared.
const STEPS: u64 = 420;
const COMPARE: u64 = 140;

const STAKERS: [&str; 4] = ["alice", "bob", "carol", "dave"];
const OPERATORS: [&str; 2] = ["operator-1", "operator-2"];

struct Scene {
    net: Devnet,
    dice: Dice,
    stakers: Vec<Address>,
    operators: Vec<Address>,
    payer: Address,
    tokens: [Address; 2],
    set: OperatorSetId,
    done: BTreeMap<String, u32>,
}

#[tokio::test]
async fn the_ledger_says_what_the_contract_says() {
    let mut scene = Scene::new().await;
    scene.set().await;
    for step in 0..STEPS {
        scene.step().await;
        if step % COMPARE == COMPARE - 1 {
            let ledger = scene.ledger().await;
            scene.compare(&ledger).await;
        }
    }
    for (called, least) in [
        ("deposit", 20),
        ("transfer", 5),
        ("queueWithdrawal", 5),
        ("redelegate", 1),
        ("slash", 2),
        ("distribute", 30),
        ("distributeByStake", 1),
        ("release", 1),
        ("setCommission", 2),
        ("collect", 1),
        ("claim", 10),
    ] {
        let times = scene.done.get(called).copied().unwrap_or_default();
        assert!(times >= least, "{called} only {times} times: {:?}", scene.done);
    }
    let ledger = scene.ledger().await;
    let ended = ledger.pools().values().filter(|pool| pool.now.generation > 0).count();
    assert!(ended > 0, "no generation ended");
    let payments = ledger.payments();
    assert!(payments.iter().all(|it| it.source.payer() == scene.payer));
    // Whatever went by stake is told as such, and nothing else.
    let mut by_stake = payments.iter().filter(|it| matches!(it.source, Source::ByStake { .. }));
    let mut streamed = payments.iter().filter(|it| matches!(it.source, Source::Stream { .. }));
    let transactions = |it: &mut dyn Iterator<Item = &Payment>| {
        it.map(|payment| payment.transaction).collect::<BTreeSet<_>>().len()
    };
    let done = |called: &str| scene.done.get(called).copied().unwrap_or_default() as usize;
    assert_eq!(transactions(&mut by_stake), done("distributeByStake"));
    assert_eq!(transactions(&mut streamed), done("release"));
    let repeated = payments.windows(2).any(|two| {
        (two[0].pool, two[0].token, two[0].epoch) == (two[1].pool, two[1].token, two[1].epoch)
    });
    assert!(repeated, "no epoch was paid for twice");
    // Without any one of its payments, a claim or a commission does not fit any more.
    let logs = scene.logs().await;
    let paid = logs.iter().position(|it| it.log.topics()[0] == distributed()).unwrap();
    let mut gapped = Ledger::new(scene.contracts());
    let without = logs.iter().enumerate().filter(|(index, _)| *index != paid);
    let told = without.map(|(_, entry)| gapped.apply(entry)).find_map(Result::err);
    assert!(told.is_some(), "a payment that is missing was not noticed");
}

fn distributed() -> B256 {
    use alloy::sol_types::SolEvent;
    RewardsDistributor::Distributed::SIGNATURE_HASH
}

impl Scene {
    async fn new() -> Self {
        let net = Devnet::builder().epoch_length(EPOCH).start().await.unwrap();
        let account = |name: &&str| net.account(name).unwrap().address();
        let stakers = STAKERS.iter().map(account).collect();
        let mut operators: Vec<_> = OPERATORS.iter().map(account).collect();
        operators.sort();
        let payer = account(&"treasury-1");
        let tokens = [net.token("rETH").unwrap().address, net.token("stUSD").unwrap().address];
        let set = OperatorSetId::new(account(&"avs-1"), 1);
        let (dice, done) = (Dice::new(7), BTreeMap::new());
        Self { net, dice, stakers, operators, payer, tokens, set, done }
    }

    fn contracts(&self) -> Contracts {
        let it = self.net.addresses();
        Contracts {
            vault: it.vault,
            allocation_manager: it.allocation_manager,
            distributor: it.rewards,
            streams: it.streams,
        }
    }

    /// Sends the call; a call that is refused changes nothing.
    async fn send<C: SolCall>(&mut self, from: Address, to: Address, call: &C) -> bool {
        let request = TransactionRequest::default()
            .with_from(from)
            .with_to(to)
            .with_gas_limit(5_000_000)
            .with_input(call.abi_encode());
        let sent = self.net.provider().send_transaction(request).await.unwrap();
        let succeeded = sent.get_receipt().await.unwrap().status();
        if succeeded {
            let name = C::SIGNATURE.split('(').next().unwrap().to_owned();
            *self.done.entry(name).or_default() += 1;
        }
        succeeded
    }

    async fn must<C: SolCall>(&mut self, from: Address, to: Address, call: &C) {
        assert!(self.send(from, to, call).await, "{} was refused", C::SIGNATURE);
    }

    /// Both operators promise all they get to a set that slashes at once.
    async fn set(&mut self) {
        let at = *self.net.addresses();
        let (manager, vault, value) = (at.allocation_manager, at.vault, U256::MAX);
        for token in self.tokens {
            for staker in self.stakers.clone() {
                self.must(staker, token, &DevToken::approveCall { spender: vault, value }).await;
            }
            let mint = DevToken::mintCall { to: self.payer, amount: U256::ONE << 120 };
            self.must(self.payer, token, &mint).await;
            for spender in [at.rewards, at.streams] {
                self.must(self.payer, token, &DevToken::approveCall { spender, value }).await;
            }
        }
        let terms = AllocationManager::Terms {
            slasher: self.payer,
            cap: U256::from(WAD),
            window: U256::ZERO,
            recipient: self.payer,
            resolver: Address::ZERO,
            conditions: B256::ZERO,
            registrar: Address::ZERO,
        };
        let (set, strategies) = (self.set.packed(), vec![self.tokens[0], self.tokens[1]]);
        let create = AllocationManager::createOperatorSetCall { set, terms, strategies };
        self.must(self.set.avs, manager, &create).await;
        for operator in self.operators.clone() {
            let register = StakeVault::registerOperatorCall { approver: Address::ZERO };
            self.must(operator, vault, &register).await;
            let join = AllocationManager::joinCall { set, operator, data: Bytes::new() };
            self.must(operator, manager, &join).await;
            for strategy in self.tokens {
                let magnitude = U256::from(WAD);
                let allocate =
                    AllocationManager::allocateCall { set, operator, strategy, magnitude };
                self.must(operator, manager, &allocate).await;
            }
            self.must(operator, vault, &StakeVault::openCall {}).await;
        }
        let create = RewardStreams::createCall {
            token: self.tokens[1],
            set,
            strategy: self.tokens[0],
            perEpoch: U256::from(1_000_003),
            epochs: U256::from(1_000),
            operators: self.operators.clone(),
        };
        self.must(self.payer, at.streams, &create).await;
        self.net.advance_epochs(1).await.unwrap();
    }

    async fn step(&mut self) {
        let at = *self.net.addresses();
        let (set, roll) = (self.set.packed(), self.dice.below(100));
        let staker = self.dice.pick(&self.stakers).unwrap();
        let operator = self.dice.pick(&self.operators).unwrap();
        let strategy = self.dice.pick(&self.tokens).unwrap();
        let token = self.dice.pick(&self.tokens).unwrap();
        let vault = self.net.vault();
        let pool = vault.poolId(operator, strategy).call().await.unwrap();
        let held = vault.balanceOf(staker, pool).call().await.unwrap();
        let part = held / U256::from(self.dice.below(3) + 1);
        let closed = U256::from(self.net.epoch().await.unwrap().0 - 1);
        match roll {
            0..14 => {
                let exponent = u32::try_from(self.dice.below(8)).unwrap();
                let assets = U256::from((self.dice.below(9) + 1) * 10_u64.pow(exponent));
                let (receiver, minShares) = (staker, U256::ZERO);
                let deposit =
                    StakeVault::depositCall { strategy, operator, receiver, assets, minShares };
                self.send(staker, at.vault, &deposit).await;
            }
            14..22 => {
                let receiver = self.dice.pick(&self.stakers).unwrap();
                let transfer = StakeVault::transferCall { receiver, id: pool, amount: part };
                self.send(staker, at.vault, &transfer).await;
            }
            22..30 => {
                let (shares, owner, minAssets) = (part, staker, U256::ZERO);
                let queue = StakeVault::queueWithdrawalCall { pool, shares, minAssets, owner };
                self.send(staker, at.vault, &queue).await;
            }
            30..38 => {
                // Whatever is ripe goes to the other operator.
                let to = self.dice.pick(&self.operators).unwrap();
                let epoch = closed + U256::ONE - U256::from(self.dice.below(2).min(closed.to()));
                let (owner, minShares) = (staker, U256::ZERO);
                let redelegate =
                    StakeVault::redelegateCall { pool, epoch, owner, operator: to, minShares };
                self.send(staker, at.vault, &redelegate).await;
            }
            38..41 => {
                let wad = if self.dice.below(2) == 0 { WAD } else { WAD / 3 };
                let slash = AllocationManager::slashCall {
                    set,
                    operator,
                    strategies: vec![strategy],
                    wads: vec![U256::from(wad)],
                    evidence: B256::ZERO,
                };
                self.send(self.payer, at.allocation_manager, &slash).await;
                let magnitude = U256::from(WAD);
                let allocate =
                    AllocationManager::allocateCall { set, operator, strategy, magnitude };
                self.send(operator, at.allocation_manager, &allocate).await;
            }
            41..62 => {
                let exponent = u32::try_from(self.dice.below(16)).unwrap();
                let amount = U256::from(self.dice.below(99) + 1) * U256::from(10_u64.pow(exponent));
                let mut payments = Vec::new();
                for (operator, strategy) in
                    [(self.operators[0], strategy), (self.operators[1], strategy)]
                {
                    let total = vault.totalSharesAt(PoolId::key(operator, strategy).0, closed);
                    if !total.call().await.unwrap().shares.is_zero() {
                        payments.push(RewardsDistributor::Payment { operator, strategy, amount });
                    }
                }
                // Now and then one is paid twice at once.
                if let Some(first) = payments.first().filter(|_| roll % 4 == 0).cloned() {
                    payments.insert(0, first);
                }
                if payments.is_empty() {
                    return;
                }
                let call = RewardsDistributor::distributeCall { epoch: closed, token, payments };
                self.must(self.payer, at.rewards, &call).await;
            }
            62..66 => {
                let call = RewardStreams::distributeByStakeCall {
                    epoch: closed,
                    token,
                    amount: U256::from(self.dice.below(1_000_000) + 1),
                    set,
                    strategy,
                    operators: self.operators.clone(),
                };
                self.send(self.payer, at.streams, &call).await;
            }
            66..70 => {
                let operators = self.operators.clone();
                let release = RewardStreams::releaseCall { id: U256::ONE, operators };
                self.send(staker, at.streams, &release).await;
            }
            70..75 => {
                let rate = U256::from(self.dice.below(WAD / 2));
                let call = RewardsDistributor::setCommissionCall { rate };
                self.send(operator, at.rewards, &call).await;
            }
            75..78 => {
                let receiver = operator;
                let call =
                    RewardsDistributor::collectCall { operator, receiver, tokens: vec![token] };
                self.send(operator, at.rewards, &call).await;
            }
            78..90 => {
                let generations = PoolId(pool).generation();
                let back = u32::try_from(self.dice.below(2)).unwrap().min(generations);
                let pool = PoolId(pool).at_generation(generations - back).0;
                let claims = self.tokens.map(|token| RewardsDistributor::Claim { pool, token });
                let through = closed - U256::from(self.dice.below(4)).min(closed);
                let (owner, receiver, claims) = (staker, staker, claims.to_vec());
                let call = RewardsDistributor::claimCall { owner, receiver, through, claims };
                self.send(staker, at.rewards, &call).await;
            }
            _ => {
                let epochs = if self.dice.below(12) == 0 { 130 } else { 1 };
                self.net.advance_epochs(epochs).await.unwrap();
            }
        }
    }

    async fn logs(&self) -> Vec<Entry> {
        let addresses: Vec<_> = self.contracts().addresses().collect();
        let filter = Filter::new().from_block(0).address(addresses);
        let logs = self.net.provider().get_logs(&filter).await.unwrap();
        let entry = |log: Log| Entry {
            block: log.block_number.unwrap(),
            index: log.log_index.unwrap(),
            timestamp: log.block_timestamp.unwrap(),
            transaction: log.transaction_hash.unwrap(),
            log: log.inner,
        };
        logs.into_iter().map(entry).collect()
    }

    async fn ledger(&self) -> Ledger {
        let mut ledger = Ledger::new(self.contracts());
        for entry in self.logs().await {
            ledger.apply(&entry).unwrap();
        }
        ledger
    }

    /// Every view for everybody and everything.
    async fn compare(&self, ledger: &Ledger) {
        use RewardsDistributor as C;
        let now = self.net.timestamp().await.unwrap();
        let at = ledger.at(now).unwrap();
        let closed = at.closed_epoch();
        let mut asked: Vec<(String, Bytes, Bytes)> = Vec::new();
        let mut claimable = 0;
        let positions = ledger.replay().vault().positions.keys();
        let pools: BTreeSet<_> = positions.map(|(pool, _)| *pool).collect();
        for pool in pools {
            for token in self.tokens {
                let carry = at.carried(pool, token);
                ask(&mut asked, &C::carriedCall { pool: pool.0, token }, &carry);
                for back in [0, 1, 5] {
                    let epoch = Epoch(closed.0.saturating_sub(back));
                    let rewards = at.rewards_per_share(pool, token, epoch);
                    let epoch = epoch.into();
                    let call = C::rewardsPerShareCall { pool: pool.0, token, epoch };
                    ask(&mut asked, &call, &rewards);
                }
                for &owner in &self.stakers {
                    let it = at.claimed_of(pool, token, owner);
                    let call = C::claimedOfCall { pool: pool.0, token, owner };
                    let told = C::claimedOfReturn {
                        through: it.through.into(),
                        cumulative: it.cumulative,
                        fraction: it.fraction,
                    };
                    ask(&mut asked, &call, &told);
                    for through in [closed, closed.plus(9), Epoch(closed.0.saturating_sub(3))] {
                        let claims = vec![C::Claim { pool: pool.0, token }];
                        let call = C::claimableCall { owner, through: through.into(), claims };
                        let due = at.claimable(owner, through, pool, token);
                        claimable += u32::from(!due.is_zero());
                        ask(&mut asked, &call, &vec![due]);
                    }
                }
            }
        }
        assert!(claimable > 10, "only {claimable} amounts are not zero");
        for &operator in &self.operators {
            for token in self.tokens {
                let due = at.commission_of(operator, token);
                ask(&mut asked, &C::commissionOfCall { operator, token }, &due);
            }
            for epoch in [closed, closed.plus(1), closed.plus(2), closed.plus(4)] {
                let rate = U256::from(at.commission_at(operator, epoch).unwrap());
                let epoch = epoch.into();
                ask(&mut asked, &C::commissionAtCall { operator, epoch }, &rate);
            }
        }
        let distributor = self.net.addresses().rewards;
        for some in asked.chunks(400) {
            let mut batch = BatchRequest::new(self.net.provider().client());
            let mut answers = Vec::new();
            for (_, input, _) in some {
                let request =
                    TransactionRequest::default().with_to(distributor).with_input(input.clone());
                let params = (request, "latest");
                answers.push(batch.add_call::<_, Bytes>("eth_call", &params).unwrap());
            }
            batch.send().await.unwrap();
            for ((asked, _, expected), answer) in some.iter().zip(answers) {
                assert_eq!(answer.await.unwrap(), *expected, "{asked}");
            }
        }
        for token in self.tokens {
            let erc20 = DevToken::new(token, self.net.provider());
            let held = erc20.balanceOf(distributor).call().await.unwrap();
            assert_eq!(held, ledger.holdings(token));
        }
    }
}

/// Adds a question and what the ledger says.
fn ask<C: SolCall + std::fmt::Debug>(
    asked: &mut Vec<(String, Bytes, Bytes)>,
    call: &C,
    expected: &C::Return,
) {
    let expected = C::abi_encode_returns(expected).into();
    asked.push((format!("{call:?}"), call.abi_encode().into(), expected));
}
