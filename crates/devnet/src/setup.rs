//! What happens between anvil's start and a network that is ready: one batch of transactions, mined as one block.

use alloy::{
    network::TransactionBuilder,
    primitives::{Address, B256, Bytes, U256, address},
    providers::{Provider, ext::AnvilApi},
    rpc::types::{BlockId, TransactionReceipt, TransactionRequest},
    sol_types::SolCall,
};
use palisade_bindings::{DevStakedEther, DevToken, RebasingWrapper};
use palisade_deploy::{CREATE2_DEPLOYER, Deployer, Plan, Step};
use serde::Deserialize;

use crate::{
    Account, Error, Result, Role,
    devnet::Client,
    token::{BUDGET, ENDOWMENT, Tokens},
};

/// More gas than any of these needs; what is left over is not paid. Together they fit a block.
const CORE_GAS: u64 = 12_000_000;
const TOKEN_GAS: u64 = 3_000_000;
const CALL_GAS: u64 = 150_000;

/// Where Uniswap's Permit2 stands, on every network as on every chain that has it.
pub const PERMIT2: Address = address!("0x000000000022D473030F116dDEE9F6B43aC78BA3");

/// The code of Permit2, as it stands there.
fn permit2() -> Result<Bytes> {
    #[derive(Deserialize)]
    struct Fixture {
        code: Bytes,
    }
    let fixture = include_str!("../../../test/mocks/Permit2.json");
    let Fixture { code } = serde_json::from_str(fixture).map_err(Error::Permit2)?;
    Ok(without_cache(&code))
}

/// The code was taken where it stood at another address, of which it keeps the EIP-712 domain for chain 31337. With the
/// chain's id as zero it works its domain out, as it does on every chain but the one where its bytes come from.
fn without_cache(code: &[u8]) -> Bytes {
    let chain = B256::from(U256::from(31_337));
    let places = code.windows(32).enumerate().filter(|(_, word)| *word == chain.as_slice());
    let places: Vec<_> = places.map(|(place, _)| place).collect();
    let mut code = code.to_vec();
    for place in places {
        code[place..place + 32].fill(0);
    }
    code.into()
}

/// A transaction of the set-up, and what it is for.
struct Todo {
    what: String,
    to: Address,
    input: Bytes,
    value: U256,
    gas: u64,
}

/// Deploys and funds everything, verifies the core, and starts mining. Returns the timestamp of the first epoch's
/// start, in seconds.
pub(crate) async fn set_up(
    client: &Client,
    plan: &Plan,
    tokens: &Tokens,
    accounts: &[Account],
    block_time: Option<u64>,
) -> Result<u64> {
    let provider = client.provider();
    let actual = client.ask("read the chain id", provider.get_chain_id().into_future()).await?;
    if actual != client.chain_id() {
        return Err(Error::WrongChain { expected: client.chain_id(), actual });
    }
    // Writing a line for every request costs time, and nobody reads it.
    client.ask("quieten anvil", provider.anvil_set_logging(false)).await?;
    let permit2 = permit2()?;
    client.ask("install Permit2", provider.anvil_set_code(PERMIT2, permit2)).await?;

    let deployer = accounts.first().map(Account::address).unwrap_or_default();
    let todos = todos(plan, tokens, accounts, deployer);
    let hashes = send(client, deployer, &todos).await?;
    client.ask("mine a block", provider.evm_mine(None)).await?;
    let receipts =
        client.ask("read receipts", provider.get_block_receipts(BlockId::latest())).await?;
    check(&todos, &hashes, &receipts.unwrap_or_default())?;
    if let Some(seconds) = block_time {
        client.ask("start mining", provider.anvil_set_interval_mining(seconds)).await?;
    } else {
        client.ask("start mining", provider.anvil_set_auto_mine(true)).await?;
    }
    let verified = Box::pin(Deployer::new(provider).verify(plan)).await?.unchanged()?;
    Ok(verified.origin)
}

fn todos(plan: &Plan, tokens: &Tokens, accounts: &[Account], deployer: Address) -> Vec<Todo> {
    let core = plan.steps().iter().map(|step| Todo::deploy(step, CORE_GAS));
    let mut todos: Vec<_> =
        core.chain(tokens.steps.iter().map(|step| Todo::deploy(step, TOKEN_GAS))).collect();
    todos.extend(first_wrapped(tokens, deployer));
    // Others are made of ETH, by whoever wants them.
    let staked = tokens.strategies.iter().filter(|token| token.asset.is_none());
    let endowments = staked.map(|token| (token, Role::Staker, ENDOWMENT));
    for (token, role, whole) in endowments.chain([(&tokens.reward, Role::Avs, BUDGET)]) {
        for account in accounts.iter().filter(|account| account.role == role) {
            let mint = DevToken::mintCall { to: account.address(), amount: token.units(whole) };
            let what = format!("mint {} for {}", token.symbol, account.name);
            todos.push(Todo::call(what, token.address, &mint));
        }
    }
    todos
}

/// The first who wraps leaves a few units to nobody: let it be the deployer.
fn first_wrapped(tokens: &Tokens, deployer: Address) -> [Todo; 3] {
    let Tokens { strategies: [_, wrapper, _], staked_ether: inside, .. } = tokens;
    let assets = inside.units(1);
    let (spender, receiver) = (wrapper.address, deployer);
    let approve = DevStakedEther::approveCall { spender, value: assets };
    let wrap = RebasingWrapper::depositCall { assets, receiver };
    let stake = Todo::call("stake".to_owned(), inside.address, &DevStakedEther::depositCall {});
    [
        Todo { value: assets, ..stake },
        Todo::call("approve the wrapper".to_owned(), inside.address, &approve),
        Todo::call("wrap".to_owned(), wrapper.address, &wrap),
    ]
}

/// Sends all transactions in one request. Anvil signs: the deployer is an account of its own.
async fn send(client: &Client, from: Address, todos: &[Todo]) -> Result<Vec<B256>> {
    let mut batch = client.rpc().new_batch();
    let mut answers = Vec::new();
    for (todo, nonce) in todos.iter().zip(0..) {
        let request = TransactionRequest::default()
            .with_from(from)
            .with_to(todo.to)
            .with_input(todo.input.clone())
            .with_value(todo.value)
            .with_gas_limit(todo.gas)
            .with_nonce(nonce);
        let answer = batch.add_call::<_, B256>("eth_sendTransaction", &(request,));
        answers
            .push(answer.map_err(|source| Error::Request { action: "send transactions", source })?);
    }
    client.ask("send transactions", batch.send()).await?;
    let mut hashes = Vec::new();
    for answer in answers {
        hashes.push(client.ask("send transactions", answer).await?);
    }
    Ok(hashes)
}

fn check(todos: &[Todo], hashes: &[B256], receipts: &[TransactionReceipt]) -> Result<()> {
    for (todo, tx) in todos.iter().zip(hashes) {
        let receipt = receipts.iter().find(|receipt| receipt.transaction_hash == *tx);
        if !receipt.is_some_and(TransactionReceipt::status) {
            return Err(Error::SetupFailed { what: todo.what.clone(), tx: *tx });
        }
    }
    Ok(())
}

impl Todo {
    fn deploy(step: &Step, gas: u64) -> Self {
        Self {
            what: format!("deploy {}", step.name),
            to: CREATE2_DEPLOYER,
            input: step.input.clone(),
            value: U256::ZERO,
            gas,
        }
    }

    fn call(what: String, to: Address, call: &impl SolCall) -> Self {
        Self { what, to, input: call.abi_encode().into(), value: U256::ZERO, gas: CALL_GAS }
    }
}
