//! The real chain: sends what happens, and tells what came of it.

use std::time::Duration;

use alloy::{
    contract::Error as CallError,
    network::TransactionBuilder,
    primitives::{Address, Bytes, TxHash, U256},
    providers::Provider,
    rpc::types::{TransactionReceipt, TransactionRequest},
};
use palisade_bindings::{DevToken, Epoch, Refusal};
use palisade_deploy::{Failure, ask};
use palisade_devnet::Devnet;

use crate::{
    Error, Result,
    action::{Action, Amount, Outcome},
    calls::{Book, Call},
    cast::{Asset, Operator, Pool, Set, Who},
    pay::Now,
    payout::Payout,
};

/// How long one answer of the node may take.
pub(crate) const ANSWER: Duration = Duration::from_secs(30);

/// More gas than any transaction of the story needs; what is left over is not paid.
const GAS: u64 = 1_000_000;

/// More wei a gas than the base fee can be on a chain with so little in its blocks.
const FEE: u128 = 100_000_000_000;

/// The network, and what the story has begun on it.
#[derive(Debug)]
pub(crate) struct Chain<'a> {
    pub(crate) net: &'a Devnet,
    pub(crate) book: Book,
    /// Every exit that was ever queued.
    pub(crate) exits: Vec<(Who, Pool, u32)>,
}

/// A transaction that was mined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Done {
    pub(crate) tx: TxHash,
    pub(crate) block: u64,
    pub(crate) gas: u64,
    pub(crate) outcome: Outcome,
}

impl<'a> Chain<'a> {
    pub(crate) fn new(net: &'a Devnet) -> Result<Self> {
        Ok(Self { net, book: Book::new(net)?, exits: Vec::new() })
    }

    /// Carries an action out: first as a call, which tells what it returns or why it is refused, then as a
    /// transaction.
    pub(crate) async fn act(&mut self, action: &Action) -> Result<Done> {
        let call = self.prepare(action).await?;
        let data = self.simulate(&call).await?.map_err(|refusal| Error::Refused {
            what: action.step(),
            reason: self.book.told(&refusal),
        })?;
        let outcome = call
            .outcome(&data)
            .map_err(|source| Error::Nonsense { what: action.step(), source })?;
        let receipt = self.mine(&call, || action.step()).await?;
        let outcome = match action {
            // These return nothing: from when stake is taken, or nothing is promised, must be asked for.
            Action::Open(operator) => Outcome::Effective(self.admits_from(*operator).await?),
            &Action::Leave { operator, set, asset } => {
                Outcome::Effective(self.lowered_from(set, operator, asset).await?)
            }
            _ => outcome,
        };
        if let (&Action::Queue { who, pool, .. }, Outcome::Queued { epoch, .. }) =
            (action, &outcome)
        {
            self.exits.push((who, pool, *epoch));
        }
        Ok(Done {
            tx: receipt.transaction_hash,
            block: receipt.block_number.unwrap_or_default(),
            gas: receipt.gas_used,
            outcome,
        })
    }

    /// Tries an action that must be refused, and tells why it is.
    pub(crate) async fn attempt(&self, action: &Action) -> Result<Refusal> {
        let call = self.prepare(action).await?;
        match self.simulate(&call).await? {
            Ok(_) => Err(Error::NotRefused { by: "the chain", what: action.step() }),
            Err(refusal) => Ok(refusal),
        }
    }

    /// The gas of an action if so many more stakers were in the `pool`. Afterwards all is as before.
    pub(crate) async fn rehearse(
        &mut self,
        crowd: u32,
        pool: Pool,
        action: &Action,
    ) -> Result<u64> {
        let snapshot = self.net.snapshot().await?;
        let token = self.book.asset(pool.asset);
        let patron = Who::Deployer;
        let one = U256::from(pool.asset.one());
        let mint =
            DevToken::mintCall { to: self.book.person(patron), amount: one * U256::from(crowd) };
        let mint = Call::new(patron, token, &mint, |_| Outcome::Nothing);
        let approve = Call::approve(patron, token, self.book.vault);
        for call in [mint, approve] {
            self.mine(&call, || "the crowd's tokens".to_owned()).await?;
        }
        for n in 1..=crowd {
            let staker = Address::left_padding_from(&(0xC0DE_0000 + n).to_be_bytes());
            let deposit = self.book.deposit(patron, pool, staker, one);
            self.mine(&deposit, || "a deposit of the crowd".to_owned()).await?;
        }
        let gas = self.act(action).await?.gas;
        self.net.revert(snapshot).await?;
        Ok(gas)
    }

    /// Travels to the first second of an epoch, from the one that the story has come to.
    pub(crate) async fn travel(&self, from: u32, to: u32) -> Result<()> {
        self.require_epoch(from).await?;
        self.net.advance_to_epoch(Epoch(to)).await?;
        self.require_epoch(to).await
    }

    /// Refuses to go on where the clock is not where the story is.
    pub(crate) async fn require_epoch(&self, expected: u32) -> Result<()> {
        let Epoch(actual) = self.net.epoch().await?;
        if actual == expected { Ok(()) } else { Err(Error::WrongEpoch { expected, actual }) }
    }

    async fn prepare(&self, action: &Action) -> Result<Call> {
        let (pool, shares) = match *action {
            Action::Delegate { asset, shares, .. } | Action::Withdraw { asset, shares, .. } => {
                (Pool::idle(asset), shares)
            }
            Action::Queue { pool, shares, .. } | Action::Transfer { pool, shares, .. } => {
                (pool, shares)
            }
            Action::Complete { pool, .. } | Action::Move { pool, .. } => (pool, Amount::Units(0)),
            Action::Payout(ref payout) => return self.prepare_payout(payout).await,
            Action::Stake { who, pool, source, amount, bounds } => {
                let deadline = self.net.timestamp().await? + self.net.epoch_length();
                return Ok(self.book.order((who, pool, source), amount, bounds, deadline));
            }
            _ => return Ok(self.book.call(action, U256::ZERO, U256::ZERO)),
        };
        let id = self.pool_id(pool).await?;
        let shares = match shares {
            Amount::Units(shares) => U256::from(shares),
            Amount::All => {
                let vault = self.net.vault();
                let balance = vault.balanceOf(self.book.person(action.actor()), id);
                ask(ANSWER, "read a position", balance.call()).await?
            }
        };
        Ok(self.book.call(action, id, shares))
    }

    async fn prepare_payout(&self, payout: &Payout) -> Result<Call> {
        let mut pools = Vec::new();
        if let Payout::Claim { pools: claimed, .. } = payout {
            for pool in claimed {
                pools.push(self.pool_id(*pool).await?);
            }
        }
        let now = Now { timestamp: self.net.timestamp().await?, pools };
        self.book.payout(payout, &now)
    }

    /// The id of the living generation of a pool.
    pub(crate) async fn pool_id(&self, pool: Pool) -> Result<U256> {
        let vault = self.net.vault();
        let id = vault.poolId(self.book.operator(pool.operator), self.book.asset(pool.asset));
        Ok(ask(ANSWER, "read a pool", id.call()).await?)
    }

    /// Calls without sending: what it would return, or why it would be refused.
    async fn simulate(&self, call: &Call) -> Result<Result<Bytes, Refusal>> {
        let request = request(call).with_from(self.book.person(call.from));
        match self.net.provider().call(request).await {
            Ok(data) => Ok(Ok(data)),
            Err(error) => {
                if let Some(refusal) = Refusal::of(&error) {
                    return Ok(Err(refusal));
                }
                let source = error.into_failure(ANSWER);
                Err(palisade_deploy::Error::Rpc { action: "call a contract", source }.into())
            }
        }
    }

    /// Signs and sends, and waits until it is mined.
    async fn mine(&self, call: &Call, what: impl Fn() -> String) -> Result<TransactionReceipt> {
        let provider = self.net.provider_for(call.from.name())?;
        let sending = provider.send_transaction(request(call));
        let pending = ask(ANSWER, "send a transaction", sending).await?;
        let receipt = async { pending.get_receipt().await.map_err(CallError::from) };
        let receipt = ask(ANSWER, "read a receipt", receipt).await?;
        if receipt.status() {
            Ok(receipt)
        } else {
            Err(Error::Failed { what: what(), tx: receipt.transaction_hash })
        }
    }

    async fn lowered_from(&self, set: Set, operator: Operator, asset: Asset) -> Result<u32> {
        let manager = self.net.manager();
        let (operator, strategy) = (self.book.operator(Some(operator)), self.book.asset(asset));
        let allocation = manager.allocationOf(self.book.set(set).into(), operator, strategy);
        Ok(ask(ANSWER, "read an allocation", allocation.call()).await?.effective.saturating_to())
    }

    async fn admits_from(&self, operator: Operator) -> Result<u32> {
        let vault = self.net.vault();
        let state = vault.operatorState(self.book.person(operator.who()));
        Ok(ask(ANSWER, "read an operator", state.call()).await?.admitsFrom.saturating_to())
    }
}

fn request(call: &Call) -> TransactionRequest {
    TransactionRequest::default()
        .with_to(call.to)
        .with_input(call.input.clone())
        .with_value(call.value)
        .with_gas_limit(GAS)
        .with_max_fee_per_gas(FEE)
        .with_max_priority_fee_per_gas(0)
}
