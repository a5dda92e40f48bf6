//! The contracts, in an EVM of this process: no node, no blocks to wait for, no gas to pay.

use alloy::{
    primitives::{Address, B256, Bytes, Log, TxKind, U256},
    sol_types::{SolCall, SolConstructor},
};
use palisade_bindings::{BlocklistToken, Genesis, Refusal, RewardsDistributor, artifacts};
use revm::{
    Context, Database, DatabaseCommit, ExecuteEvm, MainBuilder, MainContext, MainnetEvm,
    SystemCallEvm,
    context::{BlockEnv, CfgEnv, Journal, TxEnv, result::ExecutionResult},
    database::{CacheDB, EmptyDB},
    primitives::hardfork::SpecId,
    state::{AccountInfo, Bytecode, EvmState},
};

use crate::{
    Error, Result,
    world::{
        AUTHORITY, CHAIN_ID, CREATOR, ENDOWMENT, EPOCH_LENGTH, ORIGIN, REGISTRAR_CODES, REGISTRARS,
        STAKERS, World, address, strategy,
    },
};

type Evm = MainnetEvm<Context<BlockEnv, TxEnv, CfgEnv, Db, Journal<Db>>>;
type Db = CacheDB<EmptyDB>;

/// A call, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Who sends it.
    pub from: Address,
    /// The contract.
    pub to: Address,
    /// The input.
    pub input: Bytes,
}

/// A word that a call wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Write {
    /// The contract.
    pub contract: Address,
    /// Where.
    pub slot: B256,
    /// The word that stands there.
    pub word: U256,
}

/// What became of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Executed {
    /// What it returned, or the data that it reverted with; none where it was halted.
    pub output: std::result::Result<Bytes, Bytes>,
    /// Why it was halted, where it neither returned nor reverted: too little gas, or no opcode.
    pub halted: Option<String>,
    /// What it logged.
    pub logs: Vec<Log>,
    /// The words that it changed.
    pub writes: Vec<Write>,
}

impl Executed {
    const fn failed(data: Bytes, halted: Option<String>) -> Self {
        Self { output: Err(data), halted, logs: Vec::new(), writes: Vec::new() }
    }
}

/// A chain on which the core stands, and some tokens.
#[derive(Debug)]
pub struct Chain {
    evm: Evm,
    birth: Vec<Log>,
}

/// More than any call needs.
const GAS_LIMIT: u64 = 100_000_000;

fn evm(db: Db, block: BlockEnv) -> Evm {
    let mut cfg = CfgEnv::new_with_spec(SpecId::OSAKA);
    cfg.chain_id = CHAIN_ID;
    cfg.disable_nonce_check = true;
    cfg.tx_gas_limit_cap = Some(u64::MAX);
    // The whole core is created at once.
    cfg.limit_contract_initcode_size = Some(usize::MAX);
    Context::mainnet().with_db(db).with_cfg(cfg).with_block(block).build_mainnet()
}

impl Clone for Chain {
    fn clone(&self) -> Self {
        let context = &self.evm.ctx;
        Self {
            evm: evm(context.journaled_state.database.clone(), context.block.clone()),
            birth: self.birth.clone(),
        }
    }
}

impl Chain {
    /// Deploys the core, from the creation code of `Genesis` (which carries that of the two contracts), the tokens of the
    /// world, and the rewards distributor from its creation code; every staker gets tokens of its own, and lets vault and
    /// distributor take them.
    ///
    /// # Errors
    /// [`Error::Deployment`] where a constructor reverts.
    pub fn new(world: &World, genesis: &[u8], distributor: &[u8]) -> Result<Self> {
        let block = BlockEnv {
            timestamp: U256::from(ORIGIN),
            gas_limit: u64::MAX,
            basefee: 0,
            ..BlockEnv::default()
        };
        let mut db = Db::default();
        for (registrar, code) in REGISTRARS.into_iter().zip(REGISTRAR_CODES) {
            let code = Bytecode::new_raw(Bytes::from_static(code));
            db.insert_account_info(address(registrar), AccountInfo::from_bytecode(code));
        }
        let mut chain = Self { evm: evm(db, block), birth: Vec::new() };
        let arguments = Genesis::constructorCall {
            authority: address(AUTHORITY),
            epochLength: U256::from(EPOCH_LENGTH),
        };
        chain.birth = chain.create(&[genesis, &arguments.abi_encode()[..]].concat())?;
        for (place, token) in world.rewarded().into_iter().enumerate() {
            if token == world.coin {
                let vault = RewardsDistributor::constructorCall { vault: world.vault };
                let code = [distributor, &vault.abi_encode()[..]].concat();
                let birth = chain.create(&code)?;
                chain.birth.extend(birth);
            }
            let arguments = BlocklistToken::constructorCall {
                name_: format!("Token {place}"),
                symbol_: format!("TOKEN{place}"),
                decimals_: 18,
            };
            chain.create(&artifacts::BLOCKLIST_TOKEN.init_code(&arguments.abi_encode()))?;
            for staker in STAKERS.map(address) {
                let mint = BlocklistToken::mintCall { to: staker, amount: U256::from(ENDOWMENT) };
                let approve = |spender| {
                    BlocklistToken::approveCall { spender, value: U256::MAX }.abi_encode()
                };
                for input in [mint.abi_encode(), approve(world.vault), approve(world.rewards)] {
                    let to = strategy(token);
                    chain.execute(&Sent { from: staker, to, input: input.into() })?;
                }
            }
        }
        Ok(chain)
    }

    /// Lets time pass: the next call is in a block of this timestamp.
    pub fn set_time(&mut self, timestamp: u64) {
        self.evm.ctx.block.timestamp = U256::from(timestamp);
    }

    /// Sends a call, and keeps what it did.
    ///
    /// # Errors
    /// [`Error::Evm`] where the EVM could not run it.
    pub fn execute(&mut self, call: &Sent) -> Result<Executed> {
        let (result, state) = self.run(call.from, TxKind::Call(call.to), call.input.clone())?;
        let executed = match result {
            ExecutionResult::Success { logs, output, .. } => {
                let changed =
                    |(contract, account): (&Address, &revm::state::Account)| {
                        let contract = *contract;
                        let write = move |(slot, value): (&U256, &revm::state::EvmStorageSlot)| {
                            Write { contract, slot: B256::from(*slot), word: value.present_value }
                        };
                        account.changed_storage_slots().map(write).collect::<Vec<_>>()
                    };
                let writes = state.iter().flat_map(changed).collect();
                Executed { output: Ok(output.into_data()), halted: None, logs, writes }
            }
            ExecutionResult::Revert { output, .. } => Executed::failed(output, None),
            ExecutionResult::Halt { reason, .. } => {
                Executed::failed(Bytes::new(), Some(format!("{reason:?}")))
            }
        };
        self.evm.ctx.journaled_state.database.commit(state);
        Ok(executed)
    }

    /// Asks a view.
    ///
    /// # Errors
    /// [`Error::Evm`] where the EVM could not run it.
    pub fn view<C: SolCall>(
        &mut self,
        to: Address,
        call: &C,
    ) -> Result<std::result::Result<C::Return, Bytes>> {
        let answer = self.answer(Address::ZERO, to, call.abi_encode().into());
        self.forget_reads();
        match answer? {
            Ok(output) => {
                let answer = C::abi_decode_returns(&output);
                answer.map(Ok).map_err(|error| Error::Evm(error.to_string()))
            }
            Err(reason) => Ok(Err(reason)),
        }
    }

    /// Asks a view, as the sender, and leaves the answer as it comes: what it returns, or the data that it reverts with,
    /// none where it was halted. What is no view changes nothing either. Nobody pays for it, and what it read stays at
    /// hand for the next one, until [`Chain::forget_reads`] or a call.
    ///
    /// # Errors
    /// [`Error::Evm`] where the EVM could not run it.
    pub(crate) fn answer(
        &mut self,
        from: Address,
        to: Address,
        input: Bytes,
    ) -> Result<std::result::Result<Bytes, Bytes>> {
        let result = self.evm.system_call_one_with_caller(from, to, input);
        match result.map_err(|error| Error::Evm(error.to_string()))? {
            ExecutionResult::Success { output, .. } => Ok(Ok(output.into_data())),
            ExecutionResult::Revert { output, .. } => Ok(Err(output)),
            ExecutionResult::Halt { .. } => Ok(Err(Bytes::new())),
        }
    }

    /// Lets go of what views have read, so that the next call does not carry it along.
    pub(crate) fn forget_reads(&mut self) {
        self.evm.finalize();
    }

    /// The word that a contract has stored.
    ///
    /// # Errors
    /// None that can be caused: the database is in memory.
    pub fn word(&mut self, contract: Address, slot: B256) -> Result<U256> {
        let database = &mut self.evm.ctx.journaled_state.database;
        database.storage(contract, slot.into()).map_err(|error| Error::Evm(error.to_string()))
    }

    /// Stores a word, without a call.
    #[cfg(test)]
    pub(crate) fn put(&mut self, contract: Address, slot: B256, word: U256) -> Result<()> {
        let database = &mut self.evm.ctx.journaled_state.database;
        let stored = database.insert_account_storage(contract, slot.into(), word);
        stored.map_err(|error| Error::Evm(error.to_string()))
    }

    /// What the core logged when it was created.
    pub(crate) fn birth(&self) -> &[Log] {
        &self.birth
    }

    fn create(&mut self, code: &[u8]) -> Result<Vec<Log>> {
        let (result, state) = self.run(CREATOR, TxKind::Create, code.to_vec().into())?;
        let reason = match result {
            ExecutionResult::Success { logs, .. } => {
                self.evm.ctx.journaled_state.database.commit(state);
                return Ok(logs);
            }
            ExecutionResult::Revert { output, .. } => Refusal::decode(&output).to_string(),
            ExecutionResult::Halt { reason, .. } => format!("{reason:?}"),
        };
        Err(Error::Deployment(reason))
    }

    fn run(
        &mut self,
        caller: Address,
        kind: TxKind,
        data: Bytes,
    ) -> Result<(ExecutionResult, EvmState)> {
        let chain_id = Some(CHAIN_ID);
        let tx = TxEnv { caller, gas_limit: GAS_LIMIT, kind, data, chain_id, ..TxEnv::default() };
        let done = self.evm.transact(tx).map_err(|error| Error::Evm(error.to_string()))?;
        Ok((done.result, done.state))
    }
}
