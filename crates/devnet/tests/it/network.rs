use std::time::Instant;

use alloy::primitives::{Address, U256};
use palisade_bindings::{DevToken, PoolId, RebasingWrapper};
use palisade_deploy::Deployer;
use palisade_devnet::{Devnet, Error, Role};

#[tokio::test]
async fn everything_stands_and_everybody_is_funded() {
    let net = Devnet::start().await.unwrap();
    Deployer::new(net.provider()).verify(net.plan()).await.unwrap();
    for token in net.strategies() {
        let contract = DevToken::new(token.address, net.provider());
        assert_eq!(contract.symbol().call().await.unwrap(), token.symbol);
        assert_eq!(contract.decimals().call().await.unwrap(), token.decimals);
        for account in net.accounts() {
            let balance = contract.balanceOf(account.address()).call().await.unwrap();
            let expected =
                if account.role == Role::Staker { token.units(1_000) } else { U256::ZERO };
            assert_eq!(balance, expected, "{} of {}", token.symbol, account.name);
        }
    }
    assert_eq!(net.strategies().map(|token| token.decimals), [18, 18, 6]);
}

#[tokio::test]
async fn the_wrapper_grows_with_what_is_sent_to_it() {
    let net = Devnet::start().await.unwrap();
    let (token, asset) = (net.token("wyETH").unwrap(), net.token("yETH").unwrap());
    assert_eq!(token.asset, Some(asset.address));
    let wrapper = RebasingWrapper::new(token.address, net.provider());
    let rate = async || wrapper.convertToAssets(token.units(1)).call().await.unwrap();
    assert_eq!(rate().await, token.units(1));
    let gift = DevToken::new(asset.address, net.provider_for("bob").unwrap());
    let receipt = gift
        .mint(token.address, asset.units(400))
        .send()
        .await
        .unwrap()
        .get_receipt()
        .await
        .unwrap();
    assert!(receipt.status());
    // A tenth more: four stakers hold a thousand each. The wrapper rounds down.
    let (expected, tolerance) = (token.units(11) / U256::from(10), U256::from(1));
    assert!(expected - rate().await <= tolerance);
}

#[tokio::test]
async fn accounts_act_for_themselves_and_ids_are_those_of_the_contracts() {
    let net = Devnet::start().await.unwrap();
    let operator = net.account("operator-1").unwrap().address();
    let registration =
        net.vault_as("operator-1").unwrap().registerOperator(Address::ZERO).send().await.unwrap();
    assert_eq!(registration.get_receipt().await.unwrap().from, operator);
    assert!(net.vault().operatorState(operator).call().await.unwrap().registered);

    let strategy = net.token("stETH").unwrap().address;
    for operator in [operator, Address::ZERO] {
        let id = net.vault().poolId(operator, strategy).call().await.unwrap();
        assert_eq!(PoolId::from(id), PoolId::key(operator, strategy).at_generation(0));
    }
}

#[tokio::test]
async fn names_that_nobody_has_are_told() {
    let net = Devnet::builder().accounts(["erin"]).start().await.unwrap();
    assert_eq!(net.account("erin").unwrap().role, Role::Staker);
    let error = net.account("eve").unwrap_err().to_string();
    assert!(error.contains("no account is called eve") && error.contains("alice"), "{error}");
    let error = net.token("WETH").unwrap_err().to_string();
    assert!(error.contains("stETH"), "{error}");
    assert!(matches!(
        Devnet::builder().accounts(["alice"]).start().await,
        Err(Error::AccountTwice { .. })
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_start_at_once() {
    let begun = Instant::now();
    let starts: Vec<_> = (0..16).map(|_| tokio::spawn(Devnet::start())).collect();
    let mut urls = std::collections::BTreeSet::new();
    let mut nets = Vec::new();
    for start in starts {
        let net = start.await.unwrap().unwrap();
        urls.insert(net.url().to_owned());
        nets.push(net);
    }
    println!("16 networks in {:?}", begun.elapsed());
    assert_eq!(urls.len(), 16);
}

#[tokio::test]
async fn networks_are_alike_but_for_their_settings() {
    let default = Devnet::start().await.unwrap();
    let other =
        Devnet::builder().epoch_length(7).chain_id(1_337).block_time(1).start().await.unwrap();
    assert_eq!(default.strategies(), other.strategies());
    assert_ne!(default.addresses().vault, other.addresses().vault);
    assert_eq!((other.epoch_length(), other.chain_id()), (7, 1_337));
    // Blocks come by themselves.
    let first = other.timestamp().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(2_200)).await;
    assert!(other.timestamp().await.unwrap() > first);
}
