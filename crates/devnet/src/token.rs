use alloy::{
    primitives::{Address, B256, U256},
    sol_types::SolConstructor,
};
use palisade_bindings::{DevStakedEther, DevToken, RebasingWrapper, artifacts};
use palisade_deploy::Step;
use serde::{Serialize, Serializer};

/// A token of a development network. Anyone may mint a plain one, and make the others of ETH.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Token {
    /// Its symbol, by which it is found.
    pub symbol: &'static str,
    /// Its name.
    pub name: &'static str,
    /// How many digits of an amount are decimals.
    pub decimals: u8,
    /// Where it stands; as a strategy, also its id.
    #[serde(serialize_with = "checksummed")]
    pub address: Address,
    /// For an ERC-4626 wrapper: the token inside.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "checksummed_if_any")]
    pub asset: Option<Address>,
}

fn checksummed<S: Serializer>(address: &Address, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(address)
}

#[expect(clippy::ref_option, reason = "serde passes fields by reference")]
fn checksummed_if_any<S: Serializer>(
    address: &Option<Address>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match address {
        Some(address) => serializer.collect_str(address),
        None => serializer.serialize_none(),
    }
}

impl Token {
    /// An amount of whole tokens in the token's units.
    #[must_use]
    pub fn units(&self, whole: u64) -> U256 {
        U256::from(whole) * U256::from(10).pow(U256::from(self.decimals))
    }
}

/// How many whole tokens of every plain strategy each staker begins with.
pub(crate) const ENDOWMENT: u64 = 1_000;

/// How many whole tokens of the one that rewards are paid in each service begins with.
pub(crate) const BUDGET: u64 = 1_000_000;

/// All tokens of a network.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    /// A plain token, a wrapper, and one with 6 decimals.
    pub(crate) strategies: [Token; 3],
    /// The token inside the wrapper, which rebases.
    pub(crate) staked_ether: Token,
    /// What rewards are paid in. No stake: nothing keeps anybody from staking it.
    pub(crate) reward: Token,
    /// Their deployment, in order.
    pub(crate) steps: [Step; 5],
}

impl Tokens {
    /// Plans the tokens; their addresses follow from `salt` and the artifacts.
    pub(crate) fn plan(salt: B256) -> Self {
        let (plain, plain_step) = dev_token("Pool Ether", "rETH", 18, salt);
        let (dollar, dollar_step) = dev_token("Staked Dollar", "stUSD", 6, salt);
        let (reward, reward_step) = dev_token("Palisade Devnet Reward", "RWD", 18, salt);

        let (name, symbol) = ("Staked Ether", "stETH");
        let arguments =
            DevStakedEther::constructorCall { name_: name.to_owned(), symbol_: symbol.to_owned() };
        let staked_step =
            Step::create2(symbol, artifacts::DEV_STAKED_ETHER, salt, &arguments.abi_encode());
        let address = staked_step.address();
        let staked_ether = Token { symbol, name, decimals: 18, address, asset: None };

        let (name, symbol) = ("Wrapped Staked Ether", "wstETH");
        let arguments = RebasingWrapper::constructorCall {
            asset_: address,
            name_: name.to_owned(),
            symbol_: symbol.to_owned(),
        };
        let wrapper_step =
            Step::create2(symbol, artifacts::REBASING_WRAPPER, salt, &arguments.abi_encode());
        let (wrapper, asset) = (wrapper_step.address(), Some(address));
        let wrapper = Token { symbol, name, decimals: 18, address: wrapper, asset };
        Self {
            strategies: [plain, wrapper, dollar],
            staked_ether,
            reward,
            steps: [plain_step, staked_step, wrapper_step, dollar_step, reward_step],
        }
    }

    /// All tokens, strategies first.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Token> {
        self.strategies.iter().chain([&self.staked_ether, &self.reward])
    }
}

fn dev_token(name: &'static str, symbol: &'static str, decimals: u8, salt: B256) -> (Token, Step) {
    let arguments = DevToken::constructorCall {
        name_: name.to_owned(),
        symbol_: symbol.to_owned(),
        decimals_: decimals,
    };
    let step = Step::create2(symbol, artifacts::DEV_TOKEN, salt, &arguments.abi_encode());
    (Token { symbol, name, decimals, address: step.address(), asset: None }, step)
}
