use std::{collections::BTreeMap, fmt, sync::LazyLock};

use alloy::{
    contract::Error as CallError,
    json_abi::{Error as AbiError, InternalType, JsonAbi, Param},
    primitives::{Address, Bytes, U256, aliases::U192},
    sol_types::{Panic, Revert, SolError, SolInterface},
    transports::TransportError,
};
use serde::Deserialize;

use crate::{
    AccessManager::AccessManagerErrors, AllocationManager::AllocationManagerErrors,
    DevStakedEther::DevStakedEtherErrors, DevToken::DevTokenErrors, Governance::GovernanceErrors,
    Lens::LensErrors, MerkleDrops::MerkleDropsErrors, OperatorSetId, PoolId,
    RebasingWrapper::RebasingWrapperErrors, RewardStreams::RewardStreamsErrors,
    RewardsDistributor::RewardsDistributorErrors, Router::RouterErrors,
    StakeVault::StakeVaultErrors, TimelockController::TimelockControllerErrors, artifacts,
    text::one_line,
};

/// Why a contract refuses a call. [`Refusal::of`] reads it from an error of alloy; displayed, it is one line with the
/// error's name and fields, as the Solidity interfaces document them.
///
/// Some errors, such as `Paused`, are those of several contracts: they are told as those of the first one below.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// Of the vault.
    Vault(StakeVaultErrors),
    /// Of the allocation manager.
    Manager(AllocationManagerErrors),
    /// Of the Router. What the vault or a token refuses it passes on.
    Router(RouterErrors),
    /// Of the Lens.
    Lens(LensErrors),
    /// Of the rewards distributor.
    Rewards(RewardsDistributorErrors),
    /// Of the reward streams. What the distributor refuses they pass on.
    Streams(RewardStreamsErrors),
    /// Of the Merkle drops.
    Drops(MerkleDropsErrors),
    /// Of a token: the ERC-20 errors of `OpenZeppelin`. The vault passes them on.
    Token(DevTokenErrors),
    /// Of a wrapper: the ERC-4626 errors of `OpenZeppelin`, and its own.
    Wrapper(RebasingWrapperErrors),
    /// Of the development networks' liquid staking token.
    StakedEther(DevStakedEtherErrors),
    /// Of governance; of a pause that the core refused it bears the core's reason.
    Governance(GovernanceErrors),
    /// Of governance's access manager.
    AccessManager(AccessManagerErrors),
    /// Of governance's timelock.
    Timelock(TimelockControllerErrors),
    /// A reason in words, or a panic of the compiler.
    Reason(String),
    /// Anything else; a revert without a reason has no bytes.
    Unknown(Bytes),
}

/// A field of a custom error.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Argument {
    /// An account or a contract.
    Address(Address),
    /// An operator set, displayed as `<avs>/<id>`.
    Set(OperatorSetId),
    /// A generation of a pool, displayed as hex.
    Pool(PoolId),
    /// A moment in seconds since 1970, displayed with its date.
    Timestamp(U256),
    /// What was paused, by its place in `Pausable` (`contracts/interfaces/IGoverned.sol`), displayed by its name there.
    Pausable(U256),
    /// Bytes of a fixed number, such as the id of a timelock's operation or a function's selector.
    Bytes(Bytes),
    /// The states that a timelock's operation should be in, displayed by their names.
    States(U256),
    /// Why another contract refused.
    Refusal(Box<Refusal>),
    /// Anything else.
    Number(U256),
}

/// An error that may bear the data of a revert.
pub trait RevertData {
    /// What the contract reverted with; `None` where no contract did.
    fn revert_data(&self) -> Option<Bytes>;
}

impl RevertData for TransportError {
    fn revert_data(&self) -> Option<Bytes> {
        self.as_error_resp()?.as_revert_data()
    }
}

impl RevertData for CallError {
    fn revert_data(&self) -> Option<Bytes> {
        self.as_revert_data()
    }
}

impl Refusal {
    /// Why a contract refused, where that is what the error says: a connection may fail, too.
    ///
    /// A transaction that was mined and failed has no such error: its receipt has the status alone. Ask before, with
    /// `call()`; `send()` asks too, where it has to estimate the gas.
    #[must_use]
    pub fn of(error: &impl RevertData) -> Option<Self> {
        error.revert_data().map(|data| Self::decode(&data))
    }

    /// Reads the data of a revert.
    #[must_use]
    pub fn decode(data: &[u8]) -> Self {
        fn read<E: SolInterface>(data: &[u8], of: fn(E) -> Refusal) -> Option<Refusal> {
            E::abi_decode(data).ok().map(of)
        }
        read(data, Self::Vault)
            .or_else(|| read(data, Self::Manager))
            .or_else(|| read(data, Self::Router))
            .or_else(|| read(data, Self::Lens))
            .or_else(|| read(data, Self::Rewards))
            .or_else(|| read(data, Self::Streams))
            .or_else(|| read(data, Self::Drops))
            .or_else(|| read(data, Self::Token))
            .or_else(|| read(data, Self::Wrapper))
            .or_else(|| read(data, Self::StakedEther))
            .or_else(|| read(data, Self::Governance))
            .or_else(|| read(data, Self::AccessManager))
            .or_else(|| read(data, Self::Timelock))
            .or_else(|| reason(data).map(Self::Reason))
            .unwrap_or_else(|| Self::Unknown(Bytes::copy_from_slice(data)))
    }

    /// The custom error's name; empty where it is none.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.abi().map_or("", |(error, _)| &error.name)
    }

    /// The custom error's fields with their names.
    #[must_use]
    pub fn fields(&self) -> Vec<(&'static str, Argument)> {
        let Some((error, data)) = self.abi() else { return Vec::new() };
        let data = data.get(4..).unwrap_or_default();
        let words = data.chunks_exact(32).map(U256::from_be_slice);
        let named = error.inputs.iter().zip(words);
        named
            .map(|(input, word)| (input.name.as_str(), Argument::read(input, word, data)))
            .collect()
    }

    /// One line as displayed, with `show` for each field: for who knows names of addresses and sets.
    #[must_use]
    pub fn describe(&self, show: impl Fn(&Argument) -> String) -> String {
        match self {
            Self::Reason(reason) if !reason.is_empty() => reason.clone(),
            Self::Unknown(data) if !data.is_empty() && data.len() <= LONGEST_SHOWN => {
                format!("unknown error {data}")
            }
            Self::Unknown(data) if data.len() > LONGEST_SHOWN => {
                let start = Bytes::copy_from_slice(&data[..LONGEST_SHOWN]);
                format!("unknown error {start}… ({} bytes)", data.len())
            }
            Self::Reason(_) | Self::Unknown(_) => "reverted without a reason".to_owned(),
            _ => {
                let fields = self.fields();
                let fields: Vec<_> =
                    fields.iter().map(|(name, it)| format!("{name}: {}", show(it))).collect();
                let name = self.name();
                if fields.is_empty() {
                    name.to_owned()
                } else {
                    format!("{name} {{ {} }}", fields.join(", "))
                }
            }
        }
    }

    /// What the ABI says of a custom error, and its data.
    fn abi(&self) -> Option<(&'static AbiError, Vec<u8>)> {
        let data = match self {
            Self::Vault(error) => error.abi_encode(),
            Self::Manager(error) => error.abi_encode(),
            Self::Router(error) => error.abi_encode(),
            Self::Lens(error) => error.abi_encode(),
            Self::Rewards(error) => error.abi_encode(),
            Self::Streams(error) => error.abi_encode(),
            Self::Drops(error) => error.abi_encode(),
            Self::Token(error) => error.abi_encode(),
            Self::Wrapper(error) => error.abi_encode(),
            Self::StakedEther(error) => error.abi_encode(),
            Self::Governance(error) => error.abi_encode(),
            Self::AccessManager(error) => error.abi_encode(),
            Self::Timelock(error) => error.abi_encode(),
            Self::Reason(_) | Self::Unknown(_) => return None,
        };
        Some((ERRORS.get(data.get(..4)?)?, data))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe(ToString::to_string))
    }
}

impl std::error::Error for Refusal {}

/// Of an unknown error that is longer, so many bytes are shown.
const LONGEST_SHOWN: usize = 256;

/// `Governance.REASON_LENGTH`: of another contract's refusal it keeps no more. What is longer was not passed on by it,
/// and could hold refusals within refusals until the stack ends.
const LONGEST_REASON: usize = 256;

/// The fields that are moments; the ABI has no type for them.
const TIMESTAMPS: [&str; 8] =
    ["activeFrom", "deadline", "earlier", "end", "expiry", "lapsesAt", "restUntil", "until"];

/// `Pausable` of `contracts/interfaces/IGoverned.sol`.
const PAUSABLE: [&str; 6] = ["Deposit", "Open", "Complete", "Join", "Raise", "CreateSet"];

/// `TimelockController.OperationState`: a bit each.
const STATES: [&str; 4] = ["Unset", "Waiting", "Ready", "Done"];

impl Argument {
    /// Reads a field from its `word`. Of bytes of any length the word is their place in `data`.
    fn read(input: &Param, word: U256, data: &[u8]) -> Self {
        let declared = match &input.internal_type {
            Some(InternalType::Other { ty, .. } | InternalType::Enum { ty, .. }) => ty,
            _ => &input.ty,
        };
        match declared.as_str() {
            "address" => Self::Address(Address::from_word(word.into())),
            "OperatorSetId" => Self::Set(word.wrapping_to::<U192>().into()),
            "PoolId" => Self::Pool(PoolId(word)),
            "Pausable" => Self::Pausable(word),
            "bytes" => {
                let reason = bytes_at(data, word);
                Self::Refusal(Box::new(if reason.len() > LONGEST_REASON {
                    Refusal::Unknown(Bytes::copy_from_slice(reason))
                } else {
                    Refusal::decode(reason)
                }))
            }
            "bytes4" => Self::Bytes(word.to_be_bytes::<32>()[..4].to_vec().into()),
            "bytes32" if input.name == "expectedStates" => Self::States(word),
            "bytes32" => Self::Bytes(word.to_be_bytes::<32>().into()),
            "uint256" if TIMESTAMPS.contains(&input.name.as_str()) => Self::Timestamp(word),
            _ => Self::Number(word),
        }
    }
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Set(set) => set.fmt(f),
            Self::Pool(pool) => pool.fmt(f),
            Self::Timestamp(seconds) => match u64::try_from(*seconds).ok().and_then(date) {
                Some(date) => write!(f, "{seconds} ({date})"),
                None => seconds.fmt(f),
            },
            Self::Pausable(place) => {
                match usize::try_from(*place).ok().and_then(|it| PAUSABLE.get(it)) {
                    Some(name) => f.write_str(name),
                    None => place.fmt(f),
                }
            }
            Self::Bytes(bytes) => bytes.fmt(f),
            Self::States(states) => {
                let named = STATES.iter().enumerate().filter(|(place, _)| states.bit(*place));
                f.write_str(&named.map(|(_, name)| *name).collect::<Vec<_>>().join(" or "))
            }
            Self::Refusal(refusal) => refusal.fmt(f),
            Self::Number(number) => number.fmt(f),
        }
    }
}

/// Bytes with their length before them, at `offset` of ABI-encoded `data`; none where that is no such data.
fn bytes_at(data: &[u8], offset: U256) -> &[u8] {
    let part = |start: U256, length: usize| {
        let start = usize::try_from(start).ok()?;
        data.get(start..start.checked_add(length)?)
    };
    let read = || {
        let length = usize::try_from(U256::from_be_slice(part(offset, 32)?)).ok()?;
        part(offset.saturating_add(U256::from(32)), length)
    };
    read().unwrap_or_default()
}

/// A reason in words, on one line, or a panic.
fn reason(data: &[u8]) -> Option<String> {
    let revert = Revert::abi_decode(data).ok().map(|revert| revert.reason);
    let reason = revert.or_else(|| Panic::abi_decode(data).ok().map(|panic| panic.to_string()))?;
    Some(one_line(&reason))
}

/// A moment such as "2027-01-06 00:15:16 UTC"; none behind the year 9999.
fn date(seconds: u64) -> Option<String> {
    let (mut days, time) = (seconds / 86_400, seconds % 86_400);
    let is_leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let mut year = 1970;
    loop {
        let length = 365 + u64::from(is_leap(year));
        if days < length {
            break;
        }
        days -= length;
        year += 1;
        if year > 9999 {
            return None;
        }
    }
    let february = 28 + u64::from(is_leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    let (hour, minute, second) = (time / 3_600, time / 60 % 60, time % 60);
    let day = days + 1;
    Some(format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC"))
}

/// All custom errors of all contracts, by selector. As for [`Artifact`](crate::Artifact), none of the files fails to
/// parse.
static ERRORS: LazyLock<BTreeMap<[u8; 4], AbiError>> = LazyLock::new(|| {
    #[derive(Deserialize)]
    struct File {
        abi: JsonAbi,
    }
    let files = artifacts::ALL.iter().map(|artifact| serde_json::from_str::<File>(artifact.json()));
    let errors = files.flatten().flat_map(|file| file.abi.errors.into_values().flatten());
    errors.map(|error| (error.selector().0, error)).collect()
});

#[cfg(test)]
mod tests {
    use alloy::primitives::{B256, address};

    use super::*;
    use crate::{
        AllocationManager, DevToken, Governance, MerkleDrops, RebasingWrapper, RewardStreams,
        RewardsDistributor, Router, StakeVault, TimelockController,
    };

    const OPERATOR: Address = address!("0x70997970C51812dc3A010C7d01b50e0d17dc79C8");

    fn told(error: &impl SolError) -> String {
        Refusal::decode(&error.abi_encode()).to_string()
    }

    #[test]
    fn errors_of_every_contract_are_one_line_with_name_and_fields() {
        let closed =
            StakeVault::OperatorClosedToStake { operator: OPERATOR, admitsFrom: U256::from(2) };
        let refusal = Refusal::decode(&closed.abi_encode());
        assert!(matches!(refusal, Refusal::Vault(StakeVaultErrors::OperatorClosedToStake(_))));
        assert_eq!(refusal.name(), "OperatorClosedToStake");
        let fields = [
            ("operator", Argument::Address(OPERATOR)),
            ("admitsFrom", Argument::Number(U256::from(2))),
        ];
        assert_eq!(refusal.fields(), fields);
        let text = format!("OperatorClosedToStake {{ operator: {OPERATOR}, admitsFrom: 2 }}");
        assert_eq!(refusal.to_string(), text);

        let set: U192 = OperatorSetId::new(OPERATOR, 7).into();
        let stranger = AllocationManager::NotMember { set, operator: OPERATOR };
        let text = format!("NotMember {{ set: {OPERATOR}/7, operator: {OPERATOR} }}");
        assert_eq!(told(&stranger), text);
        assert_eq!(told(&AllocationManager::NoSlasher {}), "NoSlasher");

        let pool = PoolId::key(OPERATOR, OPERATOR).at_generation(3);
        let idle = StakeVault::PoolIsIdle { pool: pool.into() };
        assert_eq!(told(&idle), format!("PoolIsIdle {{ pool: {pool} }}"));

        let (allowance, needed) = (U256::ZERO, U256::from(5));
        let short = DevToken::ERC20InsufficientAllowance { spender: OPERATOR, allowance, needed };
        let text = format!(
            "ERC20InsufficientAllowance {{ spender: {OPERATOR}, allowance: 0, needed: 5 }}"
        );
        assert_eq!(told(&short), text);
        let (shares, max) = (needed, allowance);
        let wrapper = RebasingWrapper::ERC4626ExceededMaxRedeem { owner: OPERATOR, shares, max };
        let refusal = Refusal::decode(&wrapper.abi_encode());
        assert!(matches!(refusal, Refusal::Wrapper(_)) && refusal.name().starts_with("ERC4626"));

        let (operator, strategy) = (OPERATOR, OPERATOR);
        let contested = Router::PoolContested { operator, strategy, until: U256::from(9) };
        let refusal = Refusal::decode(&contested.abi_encode());
        assert!(matches!(refusal, Refusal::Router(_)));
        // An epoch, no moment.
        assert_eq!(refusal.fields()[2], ("until", Argument::Number(U256::from(9))));
    }

    #[test]
    fn errors_of_rewards_are_told() {
        let (operator, strategy, epoch) = (OPERATOR, OPERATOR, U256::from(6));
        let empty = RewardsDistributor::NoStake { operator, strategy, epoch };
        let refusal = Refusal::decode(&empty.abi_encode());
        assert!(matches!(refusal, Refusal::Rewards(_)));
        let text = format!("NoStake {{ operator: {OPERATOR}, strategy: {OPERATOR}, epoch: 6 }}");
        assert_eq!(refusal.to_string(), text);
        let late = RewardsDistributor::EpochNotPayable { epoch, closed: U256::from(7) };
        assert_eq!(told(&late), "EpochNotPayable { epoch: 6, closed: 7 }");
        let stuck = RewardsDistributor::TransferFailed {
            token: OPERATOR,
            receiver: OPERATOR,
            amount: U256::from(5),
        };
        let text =
            format!("TransferFailed {{ token: {OPERATOR}, receiver: {OPERATOR}, amount: 5 }}");
        assert_eq!(told(&stuck), text);

        let set = OperatorSetId::new(OPERATOR, 7);
        let nobody = RewardStreams::NobodyToPay { set: set.into(), strategy, epoch };
        let refusal = Refusal::decode(&nobody.abi_encode());
        assert!(matches!(refusal, Refusal::Streams(_)));
        let text = format!("NobodyToPay {{ set: {set}, strategy: {OPERATOR}, epoch: 6 }}");
        assert_eq!(refusal.to_string(), text);

        let (drop, root) = (U256::from(2), B256::repeat_byte(7));
        let soon = U256::from(1_799_194_516);
        let pending = MerkleDrops::RootIsPending { drop, root, activeFrom: soon };
        let refusal = Refusal::decode(&pending.abi_encode());
        assert!(matches!(refusal, Refusal::Drops(_)));
        let text = format!(
            "RootIsPending {{ drop: 2, root: {root}, activeFrom: 1799194516 (2027-01-06 00:15:16 UTC) }}"
        );
        assert_eq!(refusal.to_string(), text);
        let proof = MerkleDrops::WrongProof { drop, account: OPERATOR, cumulative: epoch, root };
        let text =
            format!("WrongProof {{ drop: 2, account: {OPERATOR}, cumulative: 6, root: {root} }}");
        assert_eq!(told(&proof), text);
        let over = MerkleDrops::DropExpired { drop, expiry: soon };
        let text = "DropExpired { drop: 2, expiry: 1799194516 (2027-01-06 00:15:16 UTC) }";
        assert_eq!(told(&over), text);
    }

    #[test]
    fn errors_of_governance_are_told() {
        let stranger = Governance::AccessManagedUnauthorized { caller: OPERATOR };
        let refusal = Refusal::decode(&stranger.abi_encode());
        assert!(matches!(refusal, Refusal::Governance(_)));
        let text = format!("AccessManagedUnauthorized {{ caller: {OPERATOR} }}");
        assert_eq!(refusal.to_string(), text);

        let (operation, ready) = (B256::repeat_byte(7), B256::with_last_byte(0b100));
        let early = TimelockController::TimelockUnexpectedOperationState {
            operationId: operation,
            expectedStates: ready,
        };
        let text = format!(
            "TimelockUnexpectedOperationState {{ operationId: {operation}, expectedStates: Ready }}"
        );
        assert_eq!(told(&early), text);
        let unready = Argument::States(U256::from(0b0011));
        assert_eq!(unready.to_string(), "Unset or Waiting");

        // The core's own reason stands inside.
        let until = U256::from(1_799_194_516);
        let rest = StakeVault::PausedTooRecently { action: 0, restUntil: until };
        let nothing = Governance::NothingPaused { reason: rest.abi_encode().into() };
        let text = "NothingPaused { reason: PausedTooRecently { action: Deposit, \
                    restUntil: 1799194516 (2027-01-06 00:15:16 UTC) } }";
        assert_eq!(told(&nothing), text);
        let unasked = Governance::NothingPaused { reason: Bytes::new() };
        assert_eq!(told(&unasked), "NothingPaused { reason: reverted without a reason }");
    }

    #[test]
    fn moments_have_dates() {
        let end = U256::from(1_799_194_516);
        let open = AllocationManager::WindowOpen { end };
        assert_eq!(told(&open), "WindowOpen { end: 1799194516 (2027-01-06 00:15:16 UTC) }");
        let paused = AllocationManager::Paused { action: 4, until: U256::MAX };
        assert_eq!(told(&paused), format!("Paused {{ action: Raise, until: {} }}", U256::MAX));
        for (seconds, text) in [
            (0, "1970-01-01 00:00:00 UTC"),
            (951_782_399, "2000-02-28 23:59:59 UTC"),
            (951_782_400, "2000-02-29 00:00:00 UTC"),
            (1_735_689_599, "2024-12-31 23:59:59 UTC"),
            (4_107_542_400, "2100-03-01 00:00:00 UTC"),
        ] {
            assert_eq!(date(seconds).as_deref(), Some(text));
        }
        assert_eq!(date(253_402_300_799).as_deref(), Some("9999-12-31 23:59:59 UTC"));
        assert_eq!(date(253_402_300_800), None);
    }

    #[test]
    fn other_data_is_told_too() {
        let words = Revert { reason: "too\n late".to_owned() };
        assert_eq!(told(&words), "too late");
        assert_eq!(told(&Revert { reason: " ".to_owned() }), "reverted without a reason");
        assert!(told(&Panic { code: U256::from(0x11) }).contains("overflow"));
        assert_eq!(Refusal::decode(&[]).to_string(), "reverted without a reason");
        let unknown = Refusal::decode(&[1, 2, 3, 4, 5]);
        assert_eq!(unknown.to_string(), "unknown error 0x0102030405");
        assert_eq!((unknown.name(), unknown.fields()), ("", Vec::new()));
    }

    #[test]
    fn long_data_is_cut_and_refusals_within_refusals_end() {
        let unknown = Refusal::decode(&[7; 257]).to_string();
        assert_eq!(unknown, format!("unknown error 0x{}… (257 bytes)", "07".repeat(256)));
        let mut data = StakeVault::Paused { action: 4, until: U256::ONE }.abi_encode();
        let nest = |data: Vec<u8>| Governance::NothingPaused { reason: data.into() }.abi_encode();
        data = nest(data);
        let told = Refusal::decode(&data).to_string();
        assert!(told.starts_with("NothingPaused { reason: Paused { action: Raise"), "{told}");
        for _ in 0..2_000 {
            data = nest(data);
        }
        let told = Refusal::decode(&data).to_string();
        assert!(
            told.starts_with("NothingPaused { reason: unknown error 0x") && told.len() < 700,
            "{told}"
        );
    }

    #[test]
    fn errors_of_alloy_are_read_where_a_contract_reverted() {
        let response = |json: &str| TransportError::ErrorResp(serde_json::from_str(json).unwrap());
        let answer = r#"{"code": 3, "message": "execution reverted", "data": "0x4df4585c"}"#;
        let error = response(answer);
        let unknown = Refusal::Unknown(Bytes::from_static(&[0x4d, 0xf4, 0x58, 0x5c]));
        assert_eq!(Refusal::of(&error), Some(unknown.clone()));
        assert_eq!(Refusal::of(&CallError::from(error)), Some(unknown));
        let busy = response(r#"{"code": -32005, "message": "too many requests"}"#);
        assert_eq!(Refusal::of(&busy), None);
    }

    /// Fields are read as one word each, but for reasons.
    #[test]
    fn every_error_is_known_and_its_fields_can_be_read() {
        let mut selectors: Vec<[u8; 4]> = Vec::new();
        selectors.extend(StakeVaultErrors::SELECTORS);
        selectors.extend(AllocationManagerErrors::SELECTORS);
        selectors.extend(DevTokenErrors::SELECTORS);
        selectors.extend(RouterErrors::SELECTORS);
        selectors.extend(LensErrors::SELECTORS);
        selectors.extend(RewardsDistributorErrors::SELECTORS);
        selectors.extend(RewardStreamsErrors::SELECTORS);
        selectors.extend(MerkleDropsErrors::SELECTORS);
        selectors.extend(RebasingWrapperErrors::SELECTORS);
        selectors.extend(DevStakedEtherErrors::SELECTORS);
        selectors.extend(GovernanceErrors::SELECTORS);
        selectors.extend(AccessManagerErrors::SELECTORS);
        selectors.extend(TimelockControllerErrors::SELECTORS);
        for selector in selectors {
            let error = &ERRORS[&selector];
            for input in &error.inputs {
                let is_number = input.ty.starts_with("uint") && !input.ty.contains('[');
                let is_word = ["address", "bytes4", "bytes32"].contains(&input.ty.as_str());
                let is_reason = input.ty == "bytes" && input.name == "reason";
                assert!(is_number || is_word || is_reason, "{error:?}");
            }
        }
        let mut moments = ERRORS.values().flat_map(|error| &error.inputs);
        assert!(TIMESTAMPS.iter().all(|name| moments.clone().any(|input| input.name == *name)));
        assert!(moments.any(|input| input.ty == "uint192"));
    }

    #[test]
    fn what_can_be_paused_is_called_as_in_the_interface() {
        let source = include_str!("../../../contracts/interfaces/IGoverned.sol");
        let (_, body) = source.split_once("enum Pausable {").unwrap();
        let (body, _) = body.split_once('}').unwrap();
        let code = body.lines().map(|line| line.split("//").next().unwrap());
        let names: Vec<_> = code.map(|line| line.trim().trim_end_matches(',')).collect();
        let names: Vec<_> = names.into_iter().filter(|name| !name.is_empty()).collect();
        assert_eq!(names, PAUSABLE);
    }
}
