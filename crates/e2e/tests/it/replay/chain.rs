//! The chain underneath: blocks of many transactions, all logs, all storage.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    io::Read,
};

use alloy::{
    network::TransactionBuilder,
    primitives::{Address, B256, Bytes, U256},
    providers::{Provider, ext::AnvilApi},
    rpc::{
        client::BatchRequest,
        types::{BlockId, Filter, TransactionReceipt, TransactionRequest},
    },
    sol_types::SolCall,
};
use flate2::read::GzDecoder;
use palisade_bindings::{DevStakedEther, RebasingWrapper};
use palisade_devnet::{Account, Devnet, Role};
use palisade_replay::{Core, Event};
use serde_json::Value;

/// Code that reverts whatever it is asked.
const REFUSES: [u8; 3] = [0x5f, 0x5f, 0xfd];

/// A transaction to be.
pub(crate) struct Move {
    pub(crate) from: Address,
    pub(crate) to: Address,
    pub(crate) input: Bytes,
    /// The function's name.
    called: String,
}

impl Move {
    pub(crate) fn new<C: SolCall>(from: Address, to: Address, call: &C) -> Self {
        Self { from, to, input: call.abi_encode().into(), called: name_of::<C>() }
    }
}

/// The name of a function.
pub(crate) fn name_of<C: SolCall>() -> String {
    C::SIGNATURE.split('(').next().unwrap().to_owned()
}

/// Makes a staker as many wrapped tokens as it has of the other strategies.
async fn endow(net: &Devnet, staker: &str) {
    let (wrapper, inside) = (net.token("wstETH").unwrap(), net.token("stETH").unwrap());
    let (provider, amount) = (net.provider_for(staker).unwrap(), inside.units(1_000));
    let ether = DevStakedEther::new(inside.address, provider.clone());
    let wrapping = RebasingWrapper::new(wrapper.address, provider);
    let receiver = net.account(staker).unwrap().address();
    ether.deposit().value(amount).send().await.unwrap().get_receipt().await.unwrap();
    ether.approve(wrapper.address, amount).send().await.unwrap().get_receipt().await.unwrap();
    let wrap = wrapping.deposit(amount, receiver).send().await.unwrap();
    assert!(wrap.get_receipt().await.unwrap().status());
}

/// A network whose blocks are mined when the test says.
pub(crate) struct Chain {
    pub(crate) net: Devnet,
    nonces: HashMap<Address, u64>,
    /// The timestamp of the newest block.
    pub(crate) now: u64,
    /// How many transactions did not revert.
    pub(crate) succeeded: usize,
    /// The functions of the vault that they called.
    pub(crate) done_to_vault: BTreeSet<String>,
    /// Those of the allocation manager.
    pub(crate) done_to_manager: BTreeSet<String>,
    /// Those of the rewards distributor.
    pub(crate) done_to_distributor: BTreeSet<String>,
}

impl Chain {
    pub(crate) async fn new(net: Devnet) -> Self {
        for staker in net.accounts().iter().filter(|account| account.role == Role::Staker) {
            endow(&net, &staker.name).await;
        }
        // What timelock and guardian would have it do, it does here by itself.
        let governance = net.addresses().governance;
        net.provider().anvil_impersonate_account(governance).await.unwrap();
        net.provider().anvil_set_balance(governance, U256::MAX >> 128).await.unwrap();
        net.provider().anvil_set_auto_mine(false).await.unwrap();
        let mut nonces = HashMap::new();
        let accounts = net.accounts().iter().map(Account::address);
        for address in accounts.chain([governance]) {
            nonces.insert(address, net.provider().get_transaction_count(address).await.unwrap());
        }
        let now = net.timestamp().await.unwrap();
        let (done_to_vault, done_to_manager, done_to_distributor) = Default::default();
        Self { net, nonces, now, succeeded: 0, done_to_vault, done_to_manager, done_to_distributor }
    }

    pub(crate) fn core(&self) -> Core {
        let addresses = self.net.addresses();
        Core {
            vault: addresses.vault,
            allocation_manager: addresses.allocation_manager,
            distributor: addresses.rewards,
        }
    }

    /// Sends all, in this order, and mines them as one block at this timestamp. Returns its logs.
    pub(crate) async fn play(&mut self, moves: Vec<Move>, timestamp: u64) -> Vec<(u64, Event)> {
        const GWEI: u128 = 1_000_000_000;
        let provider = self.net.provider();
        let mut batch = BatchRequest::new(provider.client());
        let mut answers = Vec::new();
        let mut called = Vec::new();
        for (it, fee) in moves.into_iter().zip((100..200_u128).rev()) {
            called.push(it.called);
            let nonce = self.nonces.get_mut(&it.from).unwrap();
            // Anvil orders a block by fees.
            let request = TransactionRequest::default()
                .with_from(it.from)
                .with_to(it.to)
                .with_input(it.input)
                .with_nonce(*nonce)
                .with_gas_limit(1_000_000)
                .with_max_fee_per_gas(fee * GWEI)
                .with_max_priority_fee_per_gas(fee * GWEI / 100);
            *nonce += 1;
            answers.push(batch.add_call::<_, B256>("eth_sendTransaction", &(request,)).unwrap());
        }
        if !answers.is_empty() {
            batch.send().await.unwrap();
        }
        let mut hashes = Vec::new();
        for answer in answers {
            hashes.push(answer.await.unwrap());
        }
        provider.anvil_set_next_block_timestamp(timestamp).await.unwrap();
        provider.evm_mine(None).await.unwrap();
        self.now = timestamp;
        let receipts = provider.get_block_receipts(BlockId::latest()).await.unwrap().unwrap();
        let mined: Vec<_> = receipts.iter().map(|receipt| receipt.transaction_hash).collect();
        assert_eq!(mined, hashes, "the block has other transactions, or in another order");
        let core = self.core();
        for (receipt, called) in receipts.iter().zip(called).filter(|(it, _)| it.status()) {
            self.succeeded += 1;
            if receipt.to == Some(core.vault) {
                self.done_to_vault.insert(called);
            } else if receipt.to == Some(core.allocation_manager) {
                self.done_to_manager.insert(called);
            } else if receipt.to == Some(core.distributor) {
                self.done_to_distributor.insert(called);
            }
        }
        let logs = receipts.iter().flat_map(TransactionReceipt::logs);
        logs.filter_map(|log| Some((timestamp, Event::read(core, &log.inner).unwrap()?))).collect()
    }

    /// All logs of the contracts since the beginning, with the timestamps of their blocks.
    pub(crate) async fn logs(&self) -> Vec<(u64, Event)> {
        let core = self.core();
        let contracts = vec![core.vault, core.allocation_manager, core.distributor];
        let filter = Filter::new().from_block(0).address(contracts);
        let logs = self.net.provider().get_logs(&filter).await.unwrap();
        let read = |log: &alloy::rpc::types::Log| {
            let event = Event::read(core, &log.inner).unwrap().unwrap();
            (log.block_timestamp.unwrap(), event)
        };
        logs.iter().map(read).collect()
    }

    /// All that the contract has stored, by slot.
    pub(crate) fn storage(state: &Value, contract: Address) -> BTreeMap<B256, U256> {
        let accounts = state["accounts"].as_object().unwrap();
        let is_it = |name: &str| name.parse::<Address>().unwrap() == contract;
        let (_, account) = accounts.iter().find(|(name, _)| is_it(name)).unwrap();
        let word = |text: &str| text.parse::<U256>().unwrap();
        let storage = account["storage"].as_object().unwrap();
        let words =
            storage.iter().map(|(slot, it)| (word(slot).into(), word(it.as_str().unwrap())));
        words.filter(|(_, word)| !word.is_zero()).collect()
    }

    /// The state of the whole chain, as anvil dumps it.
    pub(crate) async fn state(&self) -> Value {
        let dump = self.net.provider().anvil_dump_state().await.unwrap();
        let mut json = Vec::new();
        GzDecoder::new(&dump[..]).read_to_end(&mut json).unwrap();
        serde_json::from_slice(&json).unwrap()
    }

    /// Asks all these calls at once.
    pub(crate) async fn ask(&self, calls: impl Iterator<Item = (Address, Bytes)>) -> Vec<Bytes> {
        let mut batch = BatchRequest::new(self.net.provider().client());
        let mut answers = Vec::new();
        for (to, input) in calls {
            let request = TransactionRequest::default().with_to(to).with_input(input);
            answers.push(batch.add_call::<_, Bytes>("eth_call", &(request, "latest")).unwrap());
        }
        batch.send().await.unwrap();
        let mut told = Vec::new();
        for answer in answers {
            told.push(answer.await.unwrap());
        }
        told
    }

    /// Makes the token refuse everything; returns the code that it had.
    pub(crate) async fn freeze(&self, token: Address) -> Bytes {
        let code = self.net.provider().get_code_at(token).await.unwrap();
        self.put_code(token, REFUSES.into()).await;
        code
    }

    pub(crate) async fn put_code(&self, at: Address, code: Bytes) {
        self.net.provider().anvil_set_code(at, code).await.unwrap();
    }
}
