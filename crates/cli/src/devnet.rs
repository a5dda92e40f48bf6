use alloy::primitives::Address;
use clap::{Args, value_parser};
use eyre::{Result, WrapErr};
use palisade_deploy::GovernanceConfig;
use palisade_devnet::{Devnet, MNEMONIC, PERMIT2};
use serde_json::{Value, json};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::output;

/// Arguments of `palisade devnet`.
#[derive(Debug, Args)]
pub struct DevnetArgs {
    /// The port of 127.0.0.1 to listen on; 0 for any that is free.
    #[arg(long, default_value_t = 8545)]
    port: u16,
    /// Mine a block every so many seconds, instead of one for each transaction at once.
    #[arg(long, value_name = "SECONDS", value_parser = value_parser!(u64).range(1..))]
    block_time: Option<u64>,
    /// The length of an epoch in seconds.
    #[arg(long, value_name = "SECONDS")]
    epoch: Option<u64>,
    /// Print one JSON object instead of tables.
    #[arg(long)]
    json: bool,
}

impl DevnetArgs {
    /// Starts the network, tells about it, and keeps it until a signal ends it.
    pub(crate) async fn run(self) -> Result<()> {
        let Self { port, block_time, epoch, json } = self;
        let mut end = End::listen()?;
        let mut builder = Devnet::builder().port(port);
        if let Some(seconds) = block_time {
            builder = builder.block_time(seconds);
        }
        if let Some(seconds) = epoch {
            builder = builder.epoch_length(seconds);
        }
        let net = tokio::select! {
            net = builder.start() => net?,
            () = end.comes() => return Ok(()),
        };
        show(&net, json)?;
        tokio::select! {
            error = net.died() => Err(error.into()),
            () = end.comes() => Ok(()),
        }
    }
}

/// The signals that end a network in good order.
struct End {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
}

impl End {
    fn listen() -> Result<Self> {
        let listen = |kind| signal(kind).wrap_err("cannot listen for signals");
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
            hang_up: listen(SignalKind::hangup())?,
        })
    }

    async fn comes(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hang_up.recv() => {}
        }
    }
}

fn show(net: &Devnet, json: bool) -> Result<()> {
    if json {
        return output::print_json(&describe(net));
    }
    let GovernanceConfig { council, guardian, delay } = net.plan().config().governance;
    let named = |address: Address| {
        let account = net.accounts().iter().find(|account| account.address() == address);
        account.map_or_else(|| address.to_string(), |account| account.name.clone())
    };
    let facts = [
        ["RPC URL".to_owned(), net.url().to_owned()],
        ["chain id".to_owned(), net.chain_id().to_string()],
        ["epoch length".to_owned(), format!("{} s", net.epoch_length())],
        ["council".to_owned(), format!("{}, with a delay of {delay} s", named(council))],
        ["guardian".to_owned(), named(guardian)],
        ["mnemonic".to_owned(), MNEMONIC.to_owned()],
    ];
    let contracts = net
        .plan()
        .contracts()
        .map(|contract| [contract.artifact.name.to_owned(), contract.address.to_string()]);
    let contracts = contracts.chain([["Permit2".to_owned(), PERMIT2.to_string()]]);
    let tokens = net.tokens().map(|token| {
        [
            token.symbol.to_owned(),
            token.address.to_string(),
            token.decimals.to_string(),
            token.name.to_owned(),
        ]
    });
    let accounts = net.accounts().iter().map(|account| {
        [account.name.clone(), account.address().to_string(), account.private_key().to_string()]
    });
    let text = |header: &[&str]| header.iter().map(ToString::to_string).collect::<Vec<_>>();
    let parts = [
        output::table(text(&["network", ""]), facts.map(Vec::from)),
        output::table(text(&["contract", "address"]), contracts.map(Vec::from)),
        output::table(text(&["token", "address", "decimals", "name"]), tokens.map(Vec::from)),
        output::table(
            text(&["account", "address", "private key (known to everybody)"]),
            accounts.map(Vec::from),
        ),
    ];
    output::print(&parts.join("\n"))?;
    output::note("Ctrl-C ends the network.");
    Ok(())
}

fn describe(net: &Devnet) -> Value {
    let accounts: Vec<_> = net
        .accounts()
        .iter()
        .map(|account| {
            json!({
                "name": account.name,
                "role": account.role,
                "address": account.address().to_string(),
                "private_key": account.private_key(),
            })
        })
        .collect();
    json!({
        "rpc_url": net.url(),
        "chain_id": net.chain_id(),
        "epoch_length": net.epoch_length(),
        "origin": net.origin(),
        "governance": net.plan().config().governance,
        "mnemonic": MNEMONIC,
        "contracts": net.addresses(),
        "strategies": net.strategies(),
        "reward": net.reward(),
        "tokens": net.tokens().collect::<Vec<_>>(),
        "permit2": PERMIT2.to_string(),
        "accounts": accounts,
    })
}
