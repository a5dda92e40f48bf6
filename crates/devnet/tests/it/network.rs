use std::time::Instant;

use alloy::{
    contract::{CallBuilder, CallDecoder},
    primitives::{Address, U256},
    providers::Provider,
    signers::SignerSync,
    sol,
    sol_types::{SolStruct, eip712_domain},
};
use palisade_bindings::{
    DevStakedEther, DevToken, Governance, PoolId, RebasingWrapper, Refusal, Router,
};
use palisade_deploy::Deployer;
use palisade_devnet::{Devnet, Error, PERMIT2, Role};

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
            let expected = match (account.role, token.asset) {
                (Role::Staker, None) => token.units(1_000),
                // The first who wraps leaves this much to nobody.
                (Role::Deployer, Some(_)) => token.units(1) - U256::from(1_000),
                _ => U256::ZERO,
            };
            assert_eq!(balance, expected, "{} of {}", token.symbol, account.name);
        }
    }
    assert_eq!(net.strategies().map(|token| token.decimals), [18, 18, 6]);
    let reward = DevToken::new(net.reward().address, net.provider());
    assert_eq!(reward.symbol().call().await.unwrap(), net.reward().symbol);
    for account in net.accounts() {
        let is_service = account.role == Role::Avs;
        let expected = if is_service { net.reward().units(1_000_000) } else { U256::ZERO };
        let balance = reward.balanceOf(account.address()).call().await.unwrap();
        assert_eq!(balance, expected, "RWD of {}", account.name);
    }
}

#[tokio::test]
async fn ether_is_staked_in_one_call_and_follows_the_beacon_chain() {
    let net = Devnet::builder().epoch_length(7 * 24 * 3_600).start().await.unwrap();
    let (operator, alice) = (net.account("operator-1").unwrap(), net.account("alice").unwrap());
    let (token, inside) = (*net.token("wstETH").unwrap(), *net.token("stETH").unwrap());
    assert_eq!(token.asset, Some(inside.address));
    let vault = net.vault_as("operator-1").unwrap();
    mined(vault.registerOperator(Address::ZERO)).await;
    mined(vault.open()).await;
    net.advance_epochs(1).await.unwrap();
    let order = Router::StakeOrder {
        strategy: token.address,
        operator: operator.address(),
        receiver: alice.address(),
        minAssets: token.units(100),
        minShares: token.units(100),
        deadline: U256::from(net.timestamp().await.unwrap() + 60),
        maxLoss: U256::ZERO,
        allowProposals: false,
    };
    let router = net.router_as("alice").unwrap();
    mined(router.stakeNative(order, inside.address).value(token.units(100))).await;
    let pool = net.vault().poolId(operator.address(), token.address).call().await.unwrap();
    let staked = net.vault().positionValue(pool, alice.address()).call().await.unwrap();
    assert_eq!(staked, token.units(100));

    let wrapper = RebasingWrapper::new(token.address, net.provider());
    let rate = async || wrapper.convertToAssets(token.units(1)).call().await.unwrap();
    let close = |rate: U256, percent: u64| {
        let expected = token.units(percent) / U256::from(100);
        assert!(expected.abs_diff(rate) <= U256::from(2), "{rate} instead of {expected}");
    };
    close(rate().await, 100);
    let beacon = DevStakedEther::new(inside.address, net.provider_for("bob").unwrap());
    // With the deployer's, 101 are staked.
    mined(beacon.reward().value(token.units(101) / U256::from(10))).await;
    close(rate().await, 110);
    mined(beacon.penalize(token.units(5_555) / U256::from(100))).await;
    close(rate().await, 55);
    // What is staked is counted in wrapped tokens.
    assert_eq!(net.vault().positionValue(pool, alice.address()).call().await.unwrap(), staked);
    let lens = net.lens();
    let owner = lens.owners(vec![alice.address()], vec![pool], Vec::new(), U256::ZERO);
    assert_eq!(owner.call().await.unwrap()[0].holdings[0].staked, staked);
}

#[tokio::test]
async fn a_signature_for_permit2_stakes() {
    let net = Devnet::start().await.unwrap();
    let (bob, token) = (net.account("bob").unwrap(), *net.token("rETH").unwrap());
    let permit2 = PERMIT2;
    mined(
        DevToken::new(token.address, net.provider_for("bob").unwrap()).approve(permit2, U256::MAX),
    )
    .await;
    let deadline = U256::from(net.timestamp().await.unwrap() + 60);
    let permit = PermitTransferFrom {
        permitted: TokenPermissions { token: token.address, amount: token.units(5) },
        spender: net.addresses().router,
        nonce: U256::from(3),
        deadline,
    };
    let domain = eip712_domain! {
        name: "Permit2",
        chain_id: net.chain_id(),
        verifying_contract: permit2,
    };
    let signature = bob.signer.sign_hash_sync(&permit.eip712_signing_hash(&domain)).unwrap();
    let order = Router::StakeOrder {
        strategy: token.address,
        operator: Address::ZERO,
        receiver: bob.address(),
        minAssets: token.units(5),
        minShares: token.units(5),
        deadline,
        maxLoss: U256::ZERO,
        allowProposals: false,
    };
    let signed =
        Router::Permit2 { nonce: permit.nonce, deadline, signature: signature.as_bytes().into() };
    let router = net.router_as("bob").unwrap();
    mined(router.stakeWithPermit2(order, token.address, token.units(5), signed)).await;
    let pool = net.vault().poolId(Address::ZERO, token.address).call().await.unwrap();
    let staked = net.vault().positionValue(pool, bob.address()).call().await.unwrap();
    assert_eq!(staked, token.units(5));
}

#[tokio::test]
async fn the_deployer_governs() {
    let net = Devnet::start().await.unwrap();
    let orders = vec![Governance::PauseOrder {
        core: net.addresses().vault,
        action: 0,
        duration: U256::from(60),
    }];
    mined(net.governance_as("deployer").unwrap().pause(orders.clone())).await;
    let error = net.governance_as("alice").unwrap().pause(orders).call().await.err().unwrap();
    assert_eq!(Refusal::of(&error).unwrap().name(), "AccessManagedUnauthorized");
    let delay = net.timelock_as("deployer").unwrap().getMinDelay().call().await.unwrap();
    assert_eq!(delay, U256::from(net.plan().config().governance.delay));
}

/// Sends a call, which must succeed.
async fn mined<P: Provider, D: CallDecoder>(call: CallBuilder<P, D>) {
    let receipt = call.send().await.unwrap().get_receipt().await.unwrap();
    assert!(receipt.status());
}

sol! {
    struct TokenPermissions {
        address token;
        uint256 amount;
    }

    struct PermitTransferFrom {
        TokenPermissions permitted;
        address spender;
        uint256 nonce;
        uint256 deadline;
    }
}

#[tokio::test]
async fn accounts_act_for_themselves_and_ids_are_those_of_the_contracts() {
    let net = Devnet::start().await.unwrap();
    let operator = net.account("operator-1").unwrap().address();
    let registration =
        net.vault_as("operator-1").unwrap().registerOperator(Address::ZERO).send().await.unwrap();
    assert_eq!(registration.get_receipt().await.unwrap().from, operator);
    assert!(net.vault().operatorState(operator).call().await.unwrap().registered);

    let strategy = net.token("rETH").unwrap().address;
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
    assert!(error.contains("wstETH"), "{error}");
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
