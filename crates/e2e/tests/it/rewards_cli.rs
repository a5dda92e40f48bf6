//! `palisade rewards show`, `claim`, `distribute` and `apr`.

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    providers::Provider,
    rpc::types::TransactionRequest,
};
use palisade_bindings::{AllocationManager, DevToken, OperatorSetId, PoolId, RewardsDistributor};
use palisade_devnet::Devnet;
use serde_json::Value;

use crate::palisade::{CONFIG, Outcome, Palisade};

/// Longer than a test takes: epochs go by when it says.
const EPOCH: u64 = 86_400;
const ETHER: u128 = 1_000_000_000_000_000_000;

/// What Alice earned in rETH.
const HERS: u128 = 27 * ETHER / 10 - 1;

/// Alice and Bob staked 30 and 10 rETH with an operator of 10 % commission, which was paid 4 rETH and 8 stUSD for the
/// epoch that has just closed.
struct Paid {
    net: Devnet,
    folder: tempfile::TempDir,
    operator: Address,
    strategy: Address,
    dollar: Address,
}

impl Paid {
    async fn new() -> Self {
        let net = Devnet::builder().epoch_length(EPOCH).start().await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let config = CONFIG.replace("epoch_length = 60", &format!("epoch_length = {EPOCH}"));
        std::fs::write(folder.path().join("config.toml"), config).unwrap();
        let at = *net.addresses();
        let operator = net.account("operator-1").unwrap().address();
        let strategy = net.token("rETH").unwrap().address;
        let dollar = net.token("stUSD").unwrap().address;
        macro_rules! send {
            ($call:expr) => {
                assert!($call.send().await.unwrap().get_receipt().await.unwrap().status())
            };
        }
        let as_operator = net.vault_as("operator-1").unwrap();
        send!(as_operator.registerOperator(Address::ZERO));
        // All that it will get is promised to a set.
        let set = OperatorSetId::new(net.account("avs-1").unwrap().address(), 1).packed();
        let terms = AllocationManager::Terms {
            slasher: net.account("slasher-1").unwrap().address(),
            cap: U256::from(ETHER),
            window: U256::ZERO,
            recipient: Address::ZERO,
            resolver: Address::ZERO,
            conditions: B256::ZERO,
            registrar: Address::ZERO,
        };
        send!(net.manager_as("avs-1").unwrap().createOperatorSet(set, terms, vec![strategy]));
        let manager = net.manager_as("operator-1").unwrap();
        send!(manager.join(set, operator, Bytes::new()));
        send!(manager.allocate(set, operator, strategy, U256::from(ETHER)));
        send!(as_operator.open());
        // Raised before there is any stake, with notice all the same.
        send!(net.rewards_as("operator-1").unwrap().setCommission(U256::from(ETHER / 10)));
        net.advance_epochs(3).await.unwrap();
        for (staker, whole) in [("alice", 30), ("bob", 10)] {
            let token = DevToken::new(strategy, net.provider_for(staker).unwrap());
            send!(token.approve(at.vault, U256::MAX));
            let receiver = net.account(staker).unwrap().address();
            let assets = U256::from(whole * ETHER);
            let vault = net.vault_as(staker).unwrap();
            send!(vault.deposit(strategy, operator, receiver, assets, U256::ZERO));
        }
        net.advance_epochs(2).await.unwrap();
        let paid = Self { net, folder, operator, strategy, dollar };
        for (token, amount) in [(strategy, 4 * ETHER), (dollar, 8_000_000)] {
            paid.pay(token, amount).await;
        }
        paid
    }

    async fn mint(&self, name: &str, token: Address, amount: u128) {
        let erc20 = DevToken::new(token, self.net.provider_for(name).unwrap());
        let account = self.net.account(name).unwrap().address();
        let mint = erc20.mint(account, U256::from(amount)).send().await.unwrap();
        assert!(mint.get_receipt().await.unwrap().status());
    }

    async fn pay(&self, token: Address, amount: u128) {
        let (payer, amount) = ("treasury-1", U256::from(amount));
        let erc20 = DevToken::new(token, self.net.provider_for(payer).unwrap());
        self.mint(payer, token, amount.to()).await;
        let distributor = self.net.rewards_as(payer).unwrap();
        let epoch = U256::from(self.net.epoch().await.unwrap().0 - 1);
        let (operator, strategy) = (self.operator, self.strategy);
        let payments = vec![RewardsDistributor::Payment { operator, strategy, amount }];
        let approve = erc20.approve(*distributor.address(), amount).send().await.unwrap();
        approve.get_receipt().await.unwrap();
        let pay = distributor.distribute(epoch, token, payments).send().await.unwrap();
        assert!(pay.get_receipt().await.unwrap().status());
    }

    fn palisade(&self, command: &str) -> Palisade {
        let config = self.folder.path().join("config.toml");
        let (config, url) = (config.to_str().unwrap(), self.net.url());
        Palisade::new(["rewards", command, "--rpc-url", url, "--config", config])
    }

    async fn json(&self, palisade: Palisade) -> Value {
        let outcome = palisade.args(["--json"]).run().await;
        told(&outcome)
    }

    fn address(&self, name: &str) -> String {
        self.net.account(name).unwrap().address().to_string()
    }

    fn key(&self, name: &str) -> String {
        self.net.account(name).unwrap().private_key().to_string()
    }

    fn pool(&self) -> String {
        format!("{}/{}", self.operator, self.strategy)
    }

    async fn balance(&self, token: Address, name: &str) -> U256 {
        let account = self.net.account(name).unwrap().address();
        DevToken::new(token, self.net.provider()).balanceOf(account).call().await.unwrap()
    }
}

fn told(outcome: &Outcome) -> Value {
    outcome.assert_success();
    serde_json::from_str(&outcome.stdout).unwrap_or_else(|_| panic!("no JSON: {outcome:?}"))
}

#[tokio::test]
async fn shows_what_can_be_claimed() {
    let paid = Paid::new().await;
    let all = paid.json(paid.palisade("show")).await;
    assert_eq!(all["rewards"].as_array().unwrap().len(), 4);
    let rates = &all["commissions"][0]["rates"];
    assert_eq!(rates[0]["rate"], (ETHER / 10).to_string());
    let due = all["commissions"][0]["collectable"].as_array().unwrap();
    let due = due.iter().find(|it| it["token"] == paid.strategy.to_string()).unwrap();
    assert_eq!(due["amount"], (4 * ETHER / 10).to_string());

    let alice = paid.address("alice");
    let hers = paid.palisade("show").args(["--staker", &alice, "--pool", &paid.pool()]);
    let hers = paid.json(hers).await;
    let rewards = hers["rewards"].as_array().unwrap();
    assert_eq!(rewards.len(), 2);
    let of = |token: Address| {
        let token = token.to_string();
        rewards.iter().find(|it| it["token"] == token).unwrap()["claimable"].clone()
    };
    // Of 4, a tenth is the operator's, and three quarters of the rest are hers; what does not divide is carried.
    assert_eq!(of(paid.strategy), HERS.to_string());
    assert_eq!(of(paid.dollar), "5399998");

    let table = paid.palisade("show").args(["--staker", &alice]).run().await;
    table.assert_success();
    for part in [
        "2.699999999999999999 rETH",
        "5.399998 stUSD",
        "never",
        "10%",
        "the contract says the same",
    ] {
        assert!(table.stdout.contains(part), "no {part:?} in {table:?}");
    }
    // As few blocks at once as can be.
    let slow = paid.json(paid.palisade("show").args(["--log-blocks", "1"])).await;
    assert_eq!(slow["rewards"], all["rewards"]);

    let unknown = format!("{}/{}", paid.operator, paid.dollar);
    let unknown = paid.palisade("show").args(["--pool", &unknown]).run().await;
    unknown.assert_failure(["no stake was ever in pool"]).await;
    let config = paid.folder.path().join("config.toml");
    std::fs::write(&config, CONFIG.replace("epoch_length = 60", "epoch_length = 61")).unwrap();
    let elsewhere = paid.palisade("show").run().await;
    elsewhere.assert_failure(["no vault stands at 0x", "another deployment"]).await;
}

#[tokio::test]
async fn claims_with_a_key_and_tells_what_to_send_without_one() {
    let paid = Paid::new().await;
    let before = paid.balance(paid.strategy, "alice").await;
    let with_key = |name: &str| {
        paid.palisade("claim").args(["--private-key-env", "KEY"]).env("KEY", paid.key(name))
    };
    let rewards = paid.strategy.to_string();
    let claimed = paid.json(with_key("alice").args(["--token", &rewards])).await;
    assert_eq!(claimed["claims"].as_array().unwrap().len(), 1);
    assert_eq!(claimed["claims"][0]["amount"], HERS.to_string());
    let after = paid.balance(paid.strategy, "alice").await;
    assert_eq!(after - before, U256::from(HERS));
    assert_eq!(
        paid.balance(paid.dollar, "alice").await,
        paid.net.token("stUSD").unwrap().units(1_000)
    );

    let again = with_key("alice").args(["--token", &rewards]).run().await;
    again.assert_failure(["has nothing to claim there"]).await;
    let table = with_key("alice").run().await;
    table.assert_success();
    assert!(table.stdout.contains("5.399998 stUSD"), "{table:?}");
    let shown = paid.json(paid.palisade("show").args(["--staker", &paid.address("alice")])).await;
    for it in shown["rewards"].as_array().unwrap() {
        assert_eq!(it["claimable"], "0");
        assert_eq!(it["claimed_through"], shown["closed_epoch"]);
    }

    // Bob's wallet sends what it is told.
    let bob = paid.net.account("bob").unwrap().address();
    let unsigned = ["--unsigned", "--owner", &bob.to_string()].map(ToOwned::to_owned);
    let unsigned = unsigned.each_ref().map(String::as_str);
    let unsigned = told(&paid.palisade("claim").args(unsigned).run().await);
    let [send] = unsigned["transactions"].as_array().unwrap().as_slice() else {
        panic!("{unsigned}")
    };
    let distributor = paid.net.addresses().rewards;
    assert_eq!(send["to"], distributor.to_string());
    let data: Bytes = send["data"].as_str().unwrap().parse().unwrap();
    let before = paid.balance(paid.strategy, "bob").await;
    let request = TransactionRequest::default();
    let request = request.from(bob).to(distributor).input(data.into());
    let pending = paid.net.provider().send_transaction(request.gas_limit(1_000_000)).await.unwrap();
    assert!(pending.get_receipt().await.unwrap().status());
    let after = paid.balance(paid.strategy, "bob").await;
    assert_eq!(after - before, U256::from(9 * ETHER / 10 - 1));
}

#[tokio::test]
async fn claims_in_parts_where_one_needs_too_much_gas_and_not_for_others() {
    let paid = Paid::new().await;
    let alice = paid.address("alice");
    let unsigned = |gas: u64| {
        let gas = gas.to_string();
        paid.palisade("claim").args(["--unsigned", "--owner", &alice, "--gas-limit", &gas])
    };
    let whole = told(&unsigned(10_000_000).run().await);
    let [send] = whole["transactions"].as_array().unwrap().as_slice() else { panic!("{whole}") };
    let data: Bytes = send["data"].as_str().unwrap().parse().unwrap();
    let request = TransactionRequest::default().from(alice.parse().unwrap());
    let request = request.to(paid.net.addresses().rewards).input(data.into());
    let needed = paid.net.provider().estimate_gas(request).await.unwrap();
    let parts = told(&unsigned(needed * 9 / 10).run().await);
    assert_eq!(parts["transactions"].as_array().unwrap().len(), 2);
    unsigned(50_000).run().await.assert_failure(["needs", "raise --gas-limit"]).await;

    // Carol may not say where what Alice earned goes.
    let carol = paid.address("carol");
    let others = paid
        .palisade("claim")
        .args(["--private-key-env", "KEY", "--owner", &alice, "--receiver", &carol])
        .env("KEY", paid.key("carol"));
    others.run().await.assert_failure(["cannot claim", "NotOwnerNorOperator"]).await;
    let keyless = paid.palisade("claim").args(["--private-key-env", "NONE"]).env_remove("NONE");
    keyless.run().await.assert_failure(["environment variable NONE is not set"]).await;
}

#[tokio::test]
async fn tells_yields_and_their_assumptions() {
    let paid = Paid::new().await;
    let epoch = paid.net.epoch().await.unwrap().0 - 1;
    let key = PoolId::key(paid.operator, paid.strategy);
    assert!(!key.is_idle());
    // 4 in a day on 40 are 3,650 % a year, and 90 % of that after commission.
    let yields = paid.json(paid.palisade("apr").args(["--base", "3.5%"])).await;
    let it = &yields["yields"][0];
    assert_eq!(it["stake"], (40 * ETHER).to_string());
    assert_eq!(it["base"], (14 * ETHER / 10).to_string());
    assert_eq!(yields["assumptions"]["from_epoch"], epoch);
    let rows = it["rows"].as_array().unwrap();
    let own = rows.iter().find(|row| row["token"] == paid.strategy.to_string()).unwrap();
    assert_eq!(own["yearly"]["gross"], (365 * 4 * ETHER).to_string());
    assert_eq!(own["yearly"]["net"], (365 * 36 * ETHER / 10).to_string());
    assert_eq!(own["payer"], paid.address("treasury-1"));
    assert_eq!(it["unpriced"][0], paid.dollar.to_string());
    assert_eq!(it["total"]["gross"], ((365 * 40 + 14) * ETHER / 10).to_string());

    let price = format!("{}=0.0005", paid.dollar);
    let alice = paid.address("alice");
    let window = ["--from-epoch", &(epoch - 1).to_string(), "--to-epoch", &epoch.to_string()]
        .map(ToOwned::to_owned);
    let window = window.each_ref().map(String::as_str);
    let table = paid.palisade("apr").args(["--staker", &alice, "--price", &price]).args(window);
    let table = table.run().await;
    table.assert_success();
    assert_eq!(table.stderr, "");
    for part in ["15 rETH on average", "simple interest", "0.0005, as told", "total"] {
        assert!(table.stdout.contains(part), "no {part:?} in {table:?}");
    }
    let unpriced = paid.palisade("apr").run().await;
    assert!(unpriced.stderr.contains("stUSD") && unpriced.stderr.contains("is in no sum"));
    assert!(unpriced.stdout.contains("no price"), "{unpriced:?}");

    let late = paid.palisade("apr").args(["--to-epoch", "999"]).run().await;
    late.assert_failure(["epochs 999 to 999 are no window"]).await;
    let carol = paid.address("carol");
    let nobody = paid.palisade("apr").args(["--staker", &carol]).run().await;
    nobody.assert_failure(["no pool that was paid had such stake"]).await;
}

#[tokio::test]
async fn distributes_what_it_has_shown() {
    let paid = Paid::new().await;
    let (token, pool) = (paid.strategy.to_string(), paid.pool());
    let payment = format!("{pool}=2.5");
    let with = |more: &[&'static str]| {
        let command = paid.palisade("distribute").args(["--token", &token, "--pool", &payment]);
        command.args(more.iter().copied())
    };
    paid.mint("treasury-2", paid.strategy, 5 * ETHER).await;
    let before = paid.balance(paid.strategy, "treasury-2").await;
    let shown = with(&["--dry-run"]).run().await;
    shown.assert_success();
    for part in ["2.5 rETH", "0.25 rETH (10%)", "2.25 rETH", "would pay 2.5 rETH for epoch 5"] {
        assert!(shown.stdout.contains(part), "no {part:?} in {shown:?}");
    }
    let treasury = paid.address("treasury-2");
    let unsigned = told(&with(&["--unsigned"]).args(["--payer", &treasury]).run().await);
    let to: Vec<_> =
        unsigned["transactions"].as_array().unwrap().iter().map(|it| &it["to"]).collect();
    assert_eq!(to, [&token, &paid.net.addresses().rewards.to_string()]);
    assert_eq!(paid.balance(paid.strategy, "treasury-2").await, before);

    let key = paid.key("treasury-2");
    let keyed = |palisade: Palisade| palisade.args(["--private-key-env", "KEY"]).env("KEY", &key);
    let sent = paid.json(keyed(with(&[]))).await;
    assert_eq!(sent["payments"][0]["commission"], (ETHER / 4).to_string());
    assert_eq!(sent["transactions"].as_array().unwrap().len(), 2);
    assert_eq!(
        before - paid.balance(paid.strategy, "treasury-2").await,
        U256::from(25 * ETHER / 10)
    );

    // The same from a file.
    let file = paid.folder.path().join("payments.csv");
    let text = format!("operator,strategy,amount\n{},{},1\n", paid.operator, paid.strategy);
    std::fs::write(&file, text).unwrap();
    let from_file = || {
        let file = file.to_str().unwrap();
        keyed(paid.palisade("distribute").args(["--token", &token, "--file", file]))
    };
    assert_eq!(paid.json(from_file()).await["total"], ETHER.to_string());
    std::fs::write(&file, format!("{},{}\n", paid.operator, paid.strategy)).unwrap();
    from_file().run().await.assert_failure(["line 1", "operator,strategy,amount"]).await;
    // And by stake: all of it is the only operator's.
    let (service, operator) = (format!("{}/1", paid.address("avs-1")), paid.operator.to_string());
    let by_stake = |amount: &str| {
        let by_stake = ["--by-stake", amount, "--set", &service, "--strategy", &token];
        let command = paid.palisade("distribute").args(["--token", &token]).args(by_stake);
        keyed(command.args(["--operator", &operator]))
    };
    let split = paid.json(by_stake("0.5")).await;
    assert_eq!(split["payments"][0]["amount"], (ETHER / 2).to_string());
    assert_eq!(before - paid.balance(paid.strategy, "treasury-2").await, U256::from(4 * ETHER));
    let yields = paid.json(paid.palisade("apr")).await;
    let rows = yields["yields"][0]["rows"].as_array().unwrap();
    assert!(rows.iter().any(|row| row["set"] == service && row["payer"] == treasury), "{yields}");

    by_stake("9")
        .run()
        .await
        .assert_failure([treasury.as_str(), "has 1 rETH", "would pay 9"])
        .await;
    let empty = format!("{}/{}=1", paid.operator, paid.dollar);
    let empty = paid.palisade("distribute").args(["--token", &token, "--pool", &empty]);
    empty.args(["--dry-run"]).run().await.assert_failure(["had no stake that earns"]).await;
    let account = paid.palisade("distribute").args(["--token", &treasury, "--pool", &payment]);
    account.args(["--dry-run"]).run().await.assert_failure(["does not tell its decimals"]).await;

    // An epoch has gone by in which no block came.
    paid.mint("treasury-2", paid.strategy, 2 * ETHER).await;
    let later = paid.net.provider().raw_request::<_, Value>("evm_increaseTime".into(), [EPOCH]);
    later.await.unwrap();
    let shown = with(&["--dry-run"]).run().await;
    assert!(shown.stdout.contains("would pay 2.5 rETH for epoch 6"), "{shown:?}");
    assert_eq!(paid.json(keyed(with(&[]))).await["epoch"], 6);
}
