use std::{path::PathBuf, time::Duration};

use alloy::primitives::B256;
use palisade_deploy::{Config, Plan};

use crate::{
    Devnet, Error, Result,
    account::derive,
    anvil,
    devnet::{Client, Parts},
    leash::Leash,
    setup::set_up,
    token::Tokens,
};

/// The configuration of the core on every development network, but for the length of an epoch.
const CONFIG: &str = include_str!("../../../script/config/devnet.toml");

/// The id of the chain, as anvil has it.
const CHAIN_ID: u64 = 31_337;

/// Settings of a development network; see [`Devnet::builder`].
#[derive(Clone, Debug)]
pub struct DevnetBuilder {
    port: u16,
    block_time: Option<u64>,
    epoch_length: Option<u64>,
    salt: Option<B256>,
    chain_id: u64,
    accounts: Vec<String>,
    anvil: Option<PathBuf>,
    timeout: Duration,
}

impl Default for DevnetBuilder {
    fn default() -> Self {
        Self {
            port: 0,
            block_time: None,
            epoch_length: None,
            salt: None,
            chain_id: CHAIN_ID,
            accounts: Vec::new(),
            anvil: None,
            timeout: Duration::from_secs(30),
        }
    }
}

impl DevnetBuilder {
    /// Listens on this port of 127.0.0.1. By default, and with 0, the system chooses one that is free.
    #[must_use]
    pub const fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Mines a block every so many seconds. By default each transaction is mined at once, in a block of its own.
    #[must_use]
    pub const fn block_time(mut self, seconds: u64) -> Self {
        self.block_time = Some(seconds);
        self
    }

    /// Sets the length of an epoch in seconds, at least 2; 60 by default (`script/config/devnet.toml`). Epochs go
    /// by on the wall clock: for tests choose one that no test outlasts, and travel. The addresses of the core depend
    /// on it.
    #[must_use]
    pub const fn epoch_length(mut self, seconds: u64) -> Self {
        self.epoch_length = Some(seconds);
        self
    }

    /// Sets the salt of all deployments, on which every address depends: to leave those of the default one free.
    #[must_use]
    pub const fn salt(mut self, salt: B256) -> Self {
        self.salt = Some(salt);
        self
    }

    /// Sets the chain's id; 31337 by default.
    #[must_use]
    pub const fn chain_id(mut self, chain_id: u64) -> Self {
        self.chain_id = chain_id;
        self
    }

    /// Adds stakers with these names to the accounts that every network has.
    #[must_use]
    pub fn accounts<I: IntoIterator<Item: Into<String>>>(mut self, names: I) -> Self {
        self.accounts.extend(names.into_iter().map(Into::into));
        self
    }

    /// Uses this anvil instead of looking for one.
    #[must_use]
    pub fn anvil(mut self, path: impl Into<PathBuf>) -> Self {
        self.anvil = Some(path.into());
        self
    }

    /// Sets how long anvil may take until it listens; 30 seconds by default.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Starts the network: when this returns, everything is deployed, verified and funded.
    ///
    /// # Errors
    /// [`Error::NoAnvil`], [`Error::PortTaken`], and others; no process is left then.
    pub async fn start(self) -> Result<Devnet> {
        let mut config: Config = CONFIG.parse()?;
        config.epoch_length = self.epoch_length.unwrap_or(config.epoch_length);
        config.salt = self.salt.unwrap_or(config.salt);
        let plan = Plan::new(config)?;
        let tokens = Tokens::plan(config.salt);
        let anvil = match self.anvil.clone() {
            Some(path) => anvil::named_program(path, "the builder")?,
            None => anvil::find()?,
        };
        // Keys take a while to derive: meanwhile anvil starts.
        let names = self.accounts.clone();
        let accounts = tokio::task::spawn_blocking(move || derive(&names));
        let (leash, address) = self.leash(&anvil).await?;
        let accounts = accounts.await.map_err(|_| Error::NotReady(self.timeout))??;
        let client = Client::new(address, self.chain_id)?;
        match set_up(&client, &plan, &tokens, &accounts, self.block_time).await {
            Ok(origin) => Ok(Devnet::new(Parts { leash, client, plan, tokens, accounts, origin })),
            Err(error) => Err(cause(&leash, error).await),
        }
    }

    async fn leash(&self, anvil: &std::path::Path) -> Result<(Leash, std::net::SocketAddr)> {
        let accounts = crate::account::count(&self.accounts)?;
        let arguments = [
            ("--host", "127.0.0.1".to_owned()),
            ("--port", self.port.to_string()),
            ("--chain-id", self.chain_id.to_string()),
            ("--accounts", accounts.to_string()),
            ("--mnemonic", crate::MNEMONIC.to_owned()),
            ("--hardfork", "osaka".to_owned()),
        ];
        let mut arguments: Vec<String> =
            arguments.into_iter().flat_map(|(flag, value)| [flag.to_owned(), value]).collect();
        // The set-up is mined as one block.
        arguments.push("--no-mining".to_owned());
        match Leash::start(anvil, &arguments, self.timeout).await {
            Err(Error::Died { last_words }) if last_words.contains("in use") => {
                Err(Error::PortTaken { port: self.port })
            }
            other => other,
        }
    }
}

/// That anvil died is the cause of whatever failed just then.
async fn cause(leash: &Leash, error: Error) -> Error {
    let moment = Duration::from_millis(100);
    match tokio::time::timeout(moment, leash.ended()).await {
        Ok(()) => leash.epitaph(),
        Err(_) => error,
    }
}
