//! Who and what there is: the ids of the model, and where they stand on the chain.

use alloy::{
    primitives::{Address, B256, Bytes, U256, address, hex, keccak256},
    signers::{SignerSync, local::PrivateKeySigner},
    sol,
    sol_types::{SolStruct, eip712_domain},
};
use palisade_bindings as chain;
use palisade_model::{
    Account, Approval, Epoch, Model, Operator, OperatorSetId, PoolId, Strategy, Wad,
};

use crate::{Error, Result};

/// Who creates the contracts, as its first transactions: so their addresses do not depend on their code.
pub const CREATOR: Address = address!("0x00000000000000000000000000000000C0FFEE00");

/// The chain's id: that of anvil and forge, so that signatures are good there too.
pub const CHAIN_ID: u64 = 31_337;

/// How many tokens there are.
pub const TOKENS: usize = 3;

/// The timestamp with which epoch 1 begins.
pub const ORIGIN: u64 = 1_700_000_000;

/// Seconds of an epoch. The longest pause lasts seven of them.
pub const EPOCH_LENGTH: u64 = 86_400;

/// What the evidence of every slash is.
pub const EVIDENCE: B256 = B256::repeat_byte(0xe7);

/// Governance.
pub const AUTHORITY: Account = Account::from_u64(0xa07_0001);

/// Who holds tokens from the start, and stakes them.
pub const STAKERS: [Account; 6] = [
    Account::from_u64(0x57a_0001),
    Account::from_u64(0x57a_0002),
    Account::from_u64(0x57a_0003),
    Account::from_u64(0x57a_0004),
    Account::from_u64(0x57a_0005),
    Account::from_u64(0x57a_0006),
];

/// What each staker holds of each token at the start: four of them could fill the highest deposit cap.
pub const ENDOWMENT: u128 = 1 << 90;

/// Who runs services. More may register.
pub const OPERATORS: [Operator; 5] = [
    Operator::from_u64(0x09e_0001),
    Operator::from_u64(0x09e_0002),
    Operator::from_u64(0x09e_0003),
    Operator::from_u64(0x09e_0004),
    Operator::from_u64(0x09e_0005),
];

/// Services.
pub const SERVICES: [Account; 3] =
    [Account::from_u64(0xa75_0001), Account::from_u64(0xa75_0002), Account::from_u64(0xa75_0003)];

/// Who slashes.
pub const SLASHERS: [Account; 2] = [Account::from_u64(0x51a_0001), Account::from_u64(0x51a_0002)];

/// Who may cancel proposals.
pub const RESOLVER: Account = Account::from_u64(0x4e5_0001);

/// Contracts that sets tell of joins and leaves. They log what they are told; the second one does not take leaves.
pub const REGISTRARS: [Account; 2] = [Account::from_u64(0x4e6_0001), Account::from_u64(0x4e6_0002)];

/// Their code: logs the input, without a topic.
pub(crate) const REGISTRAR_CODES: [&[u8]; 2] = [
    &hex!("365f5f37365fa000"),
    // Reverts before that where the selector is that of `onLeave`.
    &hex!("5f3560e01c63bcc1024414601657365f5f37365fa0005b5f5ffd"),
];

/// Where slashed stake goes, besides to stakers and out of circulation.
pub const TREASURY: Account = Account::from_u64(0x74e_0001);

/// Somebody without any role: an appointee, a spender, a thief.
pub const STRANGER: Account = Account::from_u64(0x577_0001);

/// Everything that both sides agree on beforehand: where the contracts stand, and who can sign.
#[derive(Clone, Debug)]
pub struct World {
    /// Where the vault stands.
    pub vault: Address,
    /// Where the allocation manager stands.
    pub manager: Address,
    /// Where the rewards distributor stands.
    pub rewards: Address,
    /// The tokens that are staked.
    pub tokens: [Strategy; TOKENS],
    /// A token that nobody stakes: rewards are paid in it, as in the others.
    pub coin: Strategy,
    /// Who may approve stakers, and sign it.
    pub approvers: [Account; 2],
    keys: [PrivateKeySigner; 2],
}

sol! {
    /// What an approver signs.
    struct Admission {
        address operator;
        address staker;
        uint256 nonce;
        uint256 deadline;
    }
}

impl World {
    /// The world of every history.
    ///
    /// # Errors
    /// None that can be caused: the keys are constants.
    pub fn new() -> Result<Self> {
        let key = |name: &str| {
            PrivateKeySigner::from_bytes(&keccak256(name))
                .map_err(|error| Error::Evm(format!("no key of {name}: {error}")))
        };
        let keys = [key("approver 1")?, key("approver 2")?];
        let genesis = CREATOR.create(0);
        let token = |place: usize| Strategy(CREATOR.create(1 + place as u64).into_array());
        Ok(Self {
            vault: genesis.create(1),
            manager: genesis.create(2),
            tokens: std::array::from_fn(token),
            rewards: CREATOR.create(1 + TOKENS as u64),
            coin: token(1 + TOKENS),
            approvers: [0, 1].map(|place: usize| Account(keys[place].address().into_array())),
            keys,
        })
    }

    /// The tokens in which rewards are paid: all of them.
    #[must_use]
    pub fn rewarded(&self) -> [Strategy; TOKENS + 1] {
        std::array::from_fn(|place| self.tokens.get(place).copied().unwrap_or(self.coin))
    }

    /// The model of the world before anything happened: every staker has tokens.
    ///
    /// # Errors
    /// None that can be caused.
    pub fn model(&self) -> Result<Model> {
        let fail = |error: palisade_model::ModelError| Error::Evm(error.to_string());
        let mut model = Model::new(ORIGIN, EPOCH_LENGTH).map_err(fail)?.governed_by(AUTHORITY);
        for staker in STAKERS {
            for token in self.rewarded() {
                model.mint(token, staker, ENDOWMENT).map_err(fail)?;
            }
        }
        Ok(model)
    }

    /// The signature of an approval, by whoever signed it; none of somebody without a key.
    pub(crate) fn signature(&self, approval: &Approval) -> Bytes {
        let signer = self.keys.iter().find(|key| address(approval.signer) == key.address());
        let Some(signer) = signer else { return Bytes::new() };
        let domain = eip712_domain! {
            name: "Palisade StakeVault",
            version: "1",
            chain_id: CHAIN_ID,
            verifying_contract: self.vault,
        };
        let admission = Admission {
            operator: operator(approval.operator),
            staker: address(approval.staker),
            nonce: U256::from(approval.nonce),
            deadline: long(approval.deadline),
        };
        let signature = signer.sign_hash_sync(&admission.eip712_signing_hash(&domain));
        signature.map(|signature| signature.as_bytes().into()).unwrap_or_default()
    }
}

/// An account's address.
#[must_use]
pub const fn address(account: Account) -> Address {
    Address::new(account.0)
}

/// An operator's address.
#[must_use]
pub const fn operator(operator: Operator) -> Address {
    Address::new(operator.0)
}

/// A strategy's address.
#[must_use]
pub const fn strategy(strategy: Strategy) -> Address {
    Address::new(strategy.0)
}

/// Many strategies' addresses.
#[must_use]
pub fn strategies(strategies: &[Strategy]) -> Vec<Address> {
    strategies.iter().copied().map(strategy).collect()
}

/// A pool generation's id.
#[must_use]
pub fn pool(pool: PoolId) -> chain::PoolId {
    chain::PoolId::key(operator(pool.operator), strategy(pool.strategy))
        .at_generation(pool.generation)
}

/// An operator set's id.
#[must_use]
pub fn set(set: OperatorSetId) -> chain::OperatorSetId {
    chain::OperatorSetId::new(address(set.avs), set.id)
}

/// An epoch.
#[must_use]
pub fn epoch(epoch: Epoch) -> U256 {
    U256::from(epoch.0)
}

/// A fraction.
#[must_use]
pub fn wad(wad: Wad) -> U256 {
    long(wad.0)
}

/// A number of the model; its largest stands for the largest of the chain, which no 128 bits hold.
#[must_use]
pub fn wide(number: u128) -> U256 {
    if number == u128::MAX { U256::MAX } else { U256::from(number) }
}

/// The same of 64 bits.
#[must_use]
pub fn long(number: u64) -> U256 {
    if number == u64::MAX { U256::MAX } else { U256::from(number) }
}
