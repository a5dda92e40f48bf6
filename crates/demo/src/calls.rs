//! What an action is on the chain: a call to a contract.

use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    sol_types::{self, SolCall},
};
use palisade_bindings::{
    AllocationManager, Argument, DevStakedEther, DevToken, Governance, OperatorSetId, Refusal,
    Router, StakeVault, TimelockController,
};
use palisade_devnet::Devnet;

use crate::{
    Result,
    action::{Action, Bounds, INSIDE, Outcome, Source, Spender},
    cast::{Asset, Operator, Pool, Set, Terms, Who},
    payout::{Desk, REWARD},
};

/// `Pausable.Deposit`.
const DEPOSIT: u8 = 0;

/// A call, ready to be sent.
pub(crate) struct Call {
    pub(crate) from: Who,
    pub(crate) to: Address,
    pub(crate) input: Bytes,
    /// ETH that goes with it, in wei.
    pub(crate) value: U256,
    decode: Decode,
}

type Decode = Box<dyn Fn(&[u8]) -> sol_types::Result<Outcome>>;

/// Where everybody and everything is.
#[derive(Debug)]
pub(crate) struct Book {
    pub(crate) vault: Address,
    pub(crate) manager: Address,
    router: Address,
    governance: Address,
    timelock: Address,
    /// The timelock's, in seconds.
    delay: u64,
    /// The token inside the wrapper.
    inside: Address,
    pub(crate) epoch_length: u64,
    people: [Address; Who::ALL.len()],
    assets: [Address; Asset::ALL.len()],
    /// The token that rewards are paid in.
    pub(crate) reward: Address,
    desks: [Address; Desk::ALL.len()],
}

impl Call {
    pub(crate) fn new<C: SolCall>(
        from: Who,
        to: Address,
        call: &C,
        decode: impl Fn(C::Return) -> Outcome + 'static,
    ) -> Self {
        let input = call.abi_encode().into();
        let decode = Box::new(move |data: &[u8]| C::abi_decode_returns(data).map(&decode));
        Self { from, to, input, value: U256::ZERO, decode }
    }

    /// Sends so much ETH with it.
    fn paying(self, wei: u128) -> Self {
        Self { value: U256::from(wei), ..self }
    }

    /// Lets `spender` take any amount of `token`.
    pub(crate) fn approve(from: Who, token: Address, spender: Address) -> Self {
        let call = DevToken::approveCall { spender, value: U256::MAX };
        Self::new(from, token, &call, |_| Outcome::Nothing)
    }

    /// What the call returned.
    pub(crate) fn outcome(&self, data: &[u8]) -> sol_types::Result<Outcome> {
        (self.decode)(data)
    }
}

impl Book {
    pub(crate) fn new(net: &Devnet) -> Result<Self> {
        let mut people = [Address::ZERO; Who::ALL.len()];
        for who in Who::ALL {
            people[who as usize] = net.account(who.name())?.address();
        }
        let mut assets = [Address::ZERO; Asset::ALL.len()];
        for asset in Asset::ALL {
            assets[asset as usize] = net.token(asset.symbol())?.address;
        }
        Ok(Self {
            vault: net.addresses().vault,
            manager: net.addresses().allocation_manager,
            router: net.addresses().router,
            governance: net.addresses().governance,
            timelock: net.addresses().timelock,
            delay: net.plan().config().governance.delay,
            inside: net.token(INSIDE)?.address,
            epoch_length: net.epoch_length(),
            people,
            assets,
            reward: net.token(REWARD)?.address,
            desks: [net.addresses().rewards, net.addresses().streams, net.addresses().drops],
        })
    }

    pub(crate) const fn desk(&self, desk: Desk) -> Address {
        self.desks[desk as usize]
    }

    pub(crate) const fn person(&self, who: Who) -> Address {
        self.people[who as usize]
    }

    pub(crate) const fn asset(&self, asset: Asset) -> Address {
        self.assets[asset as usize]
    }

    pub(crate) fn operator(&self, operator: Option<Operator>) -> Address {
        operator.map_or(Address::ZERO, |operator| self.person(operator.who()))
    }

    pub(crate) const fn set(&self, set: Set) -> OperatorSetId {
        let terms = set.terms();
        OperatorSetId::new(self.person(terms.avs), terms.number)
    }

    /// What a set's terms are on the chain.
    pub(crate) fn terms(&self, terms: &Terms) -> AllocationManager::Terms {
        AllocationManager::Terms {
            slasher: self.person(terms.slasher),
            cap: U256::from(terms.cap.0),
            window: U256::from(if terms.resolver.is_some() { self.epoch_length / 2 } else { 0 }),
            recipient: terms.recipient.map_or(Address::ZERO, |who| self.person(who)),
            resolver: terms.resolver.map_or(Address::ZERO, |who| self.person(who)),
            conditions: keccak256(terms.conditions),
            registrar: Address::ZERO,
        }
    }

    /// All addresses with names.
    pub(crate) fn names(&self) -> impl Iterator<Item = (Address, &'static str)> {
        let people = Who::ALL.map(|who| (self.person(who), who.name()));
        let assets = Asset::ALL.map(|asset| (self.asset(asset), asset.symbol()));
        let others = [
            (self.vault, "vault"),
            (self.manager, "allocation manager"),
            (self.router, "router"),
            (self.governance, "governance"),
            (self.timelock, "timelock"),
            (self.inside, INSIDE),
            (self.reward, REWARD),
        ];
        let desks = Desk::ALL.map(|desk| (self.desk(desk), desk.name()));
        people.into_iter().chain(assets).chain(others).chain(desks)
    }

    /// A refusal on one line, with everybody and every set called by name.
    pub(crate) fn told(&self, refusal: &Refusal) -> String {
        refusal.describe(|argument| {
            let name = match argument {
                Argument::Address(address) => {
                    self.names().find(|(known, _)| known == address).map(|(_, name)| name)
                }
                Argument::Set(id) => {
                    Set::ALL.into_iter().find(|set| self.set(*set) == *id).map(Set::name)
                }
                Argument::Refusal(reason) => return self.told(reason),
                _ => None,
            };
            name.map_or_else(|| argument.to_string(), str::to_owned)
        })
    }

    /// The call that an action is. `pool` and `shares` are those that it is about, as the chain has them.
    pub(crate) fn call(&self, action: &Action, pool: U256, shares: U256) -> Call {
        let from = action.actor();
        match *action {
            Action::CreateSet(set) => self.create_set(set),
            Action::Register(_) => {
                let call = StakeVault::registerOperatorCall { approver: Address::ZERO };
                Call::new(from, self.vault, &call, |_| Outcome::Nothing)
            }
            Action::Open(_) => {
                Call::new(from, self.vault, &StakeVault::openCall {}, |_| Outcome::Nothing)
            }
            Action::Join { operator, set } => {
                let call = AllocationManager::joinCall {
                    set: self.set(set).into(),
                    operator: self.operator(Some(operator)),
                    data: Bytes::new(),
                };
                Call::new(from, self.manager, &call, |_| Outcome::Nothing)
            }
            Action::Allocate { operator, set, asset, share } => {
                let call = AllocationManager::allocateCall {
                    set: self.set(set).into(),
                    operator: self.operator(Some(operator)),
                    strategy: self.asset(asset),
                    magnitude: U256::from(share.0),
                };
                Call::new(from, self.manager, &call, |epoch| {
                    Outcome::Effective(epoch.saturating_to())
                })
            }
            Action::Slash { set, operator, ref cuts } => self.slash(set, operator, cuts),
            Action::Retire(set) => {
                let call = AllocationManager::retireCall { set: self.set(set).into() };
                Call::new(from, self.manager, &call, |_| Outcome::Nothing)
            }
            Action::Approve { asset, spender, .. } => {
                let spender = match spender {
                    Spender::Vault => self.vault,
                    Spender::Router => self.router,
                };
                Call::approve(from, self.asset(asset), spender)
            }
            Action::Reward(ether) => {
                let call = DevStakedEther::rewardCall {};
                Call::new(from, self.inside, &call, |_| Outcome::Nothing).paying(ether)
            }
            Action::Penalize(ether) => {
                let call = DevStakedEther::penalizeCall { amount: U256::from(ether) };
                Call::new(from, self.inside, &call, |_| Outcome::Nothing)
            }
            Action::PauseDeposits => {
                let (core, duration) = (self.vault, U256::from(self.epoch_length / 2));
                let orders = vec![Governance::PauseOrder { core, action: DEPOSIT, duration }];
                let call = Governance::pauseCall { orders };
                Call::new(from, self.governance, &call, |_| Outcome::Nothing)
            }
            Action::ProposeCap { asset, cap } => {
                let call = TimelockController::scheduleCall {
                    target: self.governance,
                    value: U256::ZERO,
                    data: self.cap(asset, cap),
                    predecessor: B256::ZERO,
                    salt: B256::ZERO,
                    delay: U256::from(self.delay),
                };
                Call::new(from, self.timelock, &call, |_| Outcome::Nothing)
            }
            Action::SetCap { asset, cap, .. } => {
                let call = TimelockController::executeCall {
                    target: self.governance,
                    value: U256::ZERO,
                    payload: self.cap(asset, cap),
                    predecessor: B256::ZERO,
                    salt: B256::ZERO,
                };
                Call::new(from, self.timelock, &call, |_| Outcome::Nothing)
            }
            _ => match action.promise() {
                Some(promise) => self.promise(action, promise),
                None => self.stake(action, pool, shares),
            },
        }
    }

    /// What stakers do with the vault.
    fn stake(&self, action: &Action, id: U256, shares: U256) -> Call {
        let from = action.actor();
        let owner = self.person(from);
        match *action {
            Action::Deposit { pool, assets, .. } => {
                self.deposit(from, pool, owner, U256::from(assets))
            }
            Action::Delegate { to, .. } => {
                let operator = self.operator(Some(to));
                let call = StakeVault::delegateCall {
                    pool: id,
                    shares,
                    operator,
                    minShares: U256::ONE,
                    owner,
                };
                Call::new(from, self.vault, &call, minted)
            }
            Action::Transfer { to, .. } => {
                let receiver = self.person(to);
                let call = StakeVault::transferCall { receiver, id, amount: shares };
                Call::new(from, self.vault, &call, |_| Outcome::Nothing)
            }
            Action::Withdraw { .. } => {
                let call = StakeVault::withdrawCall { pool: id, shares, receiver: owner, owner };
                Call::new(from, self.vault, &call, paid)
            }
            Action::Complete { epoch, .. } => {
                let epoch = U256::from(epoch);
                let call =
                    StakeVault::completeWithdrawalCall { pool: id, epoch, owner, receiver: owner };
                Call::new(from, self.vault, &call, paid)
            }
            Action::Move { epoch, to, .. } => {
                let call = StakeVault::redelegateCall {
                    pool: id,
                    epoch: U256::from(epoch),
                    owner,
                    operator: self.operator(Some(to)),
                    minShares: U256::ONE,
                };
                Call::new(from, self.vault, &call, minted)
            }
            // Of all actions only `Queue` is left.
            _ => {
                let call = StakeVault::queueWithdrawalCall {
                    pool: id,
                    shares,
                    minAssets: U256::ONE,
                    owner,
                };
                Call::new(from, self.vault, &call, |exit| Outcome::Queued {
                    epoch: exit.epoch.saturating_to(),
                    assets: exit.assets.saturating_to(),
                })
            }
        }
    }

    /// An order to the Router that stands until `deadline`, in seconds.
    pub(crate) fn order(
        &self,
        (from, pool, source): (Who, Pool, Source),
        amount: u128,
        bounds: Bounds,
        deadline: u64,
    ) -> Call {
        let order = Router::StakeOrder {
            strategy: self.asset(pool.asset),
            operator: self.operator(pool.operator),
            receiver: self.person(from),
            minAssets: U256::from(bounds.least),
            minShares: U256::ONE,
            deadline: U256::from(deadline),
            maxLoss: U256::from(bounds.loss.0),
            allowProposals: false,
        };
        match source {
            Source::Ether => {
                let call = Router::stakeNativeCall { order, token: self.inside };
                Call::new(from, self.router, &call, minted).paying(amount)
            }
            Source::Token => {
                let (token, amount) = (order.strategy, U256::from(amount));
                let call = Router::stakeCall { order, token, amount };
                Call::new(from, self.router, &call, minted)
            }
        }
    }

    /// What the timelock has governance do.
    fn cap(&self, asset: Asset, cap: u128) -> Bytes {
        let (vault, strategy) = (self.vault, self.asset(asset));
        let call = Governance::setDepositCapCall { vault, strategy, cap: U256::from(cap) };
        call.abi_encode().into()
    }

    pub(crate) fn deposit(&self, from: Who, pool: Pool, receiver: Address, assets: U256) -> Call {
        let call = StakeVault::depositCall {
            strategy: self.asset(pool.asset),
            operator: self.operator(pool.operator),
            receiver,
            assets,
            minShares: U256::ONE,
        };
        Call::new(from, self.vault, &call, minted)
    }

    fn create_set(&self, set: Set) -> Call {
        let terms = set.terms();
        let call = AllocationManager::createOperatorSetCall {
            set: self.set(set).into(),
            terms: self.terms(&terms),
            strategies: terms.assets.iter().map(|asset| self.asset(*asset)).collect(),
        };
        Call::new(terms.avs, self.manager, &call, |_| Outcome::Nothing)
    }

    /// What becomes of a promise: slashes that wait, and its end.
    fn promise(&self, action: &Action, (of, by, asset): (Set, Operator, Asset)) -> Call {
        let (from, to) = (action.actor(), self.manager);
        let (set, operator, strategy) =
            (self.set(of).into(), self.operator(Some(by)), self.asset(asset));
        match *action {
            Action::ProposeSlash { cut, .. } => {
                let (wad, evidence) = (U256::from(cut.0), evidence(of));
                let call =
                    AllocationManager::proposeSlashCall { set, operator, strategy, wad, evidence };
                Call::new(from, to, &call, |_| Outcome::Nothing)
            }
            Action::CancelSlash { .. } => {
                let call = AllocationManager::cancelSlashCall { set, operator, strategy };
                Call::new(from, to, &call, |_| Outcome::Nothing)
            }
            Action::ExecuteSlash { .. } => {
                let call = AllocationManager::executeSlashCall { set, operator, strategy };
                Call::new(from, to, &call, |assets| Outcome::Taken(vec![assets.saturating_to()]))
            }
            Action::Leave { .. } => {
                let strategies = vec![strategy];
                let call = AllocationManager::leaveCall { set, operator, strategies };
                Call::new(from, to, &call, |_| Outcome::Nothing)
            }
            // Of all actions about a promise only `Settle` is left.
            _ => {
                let call = AllocationManager::settleCall { set, operator, strategy };
                Call::new(from, to, &call, |_| Outcome::Nothing)
            }
        }
    }

    /// The contract wants strategies in ascending order; the outcome is in that of `cuts`.
    fn slash(&self, set: Set, operator: Operator, cuts: &[(Asset, crate::cast::Share)]) -> Call {
        let mut order: Vec<_> = (0..cuts.len()).collect();
        order.sort_by_key(|place| self.asset(cuts[*place].0));
        let call = AllocationManager::slashCall {
            set: self.set(set).into(),
            operator: self.operator(Some(operator)),
            strategies: order.iter().map(|place| self.asset(cuts[*place].0)).collect(),
            wads: order.iter().map(|place| U256::from(cuts[*place].1.0)).collect(),
            evidence: evidence(set),
        };
        Call::new(set.terms().slasher, self.manager, &call, move |assets| {
            let mut taken: Vec<_> = order.iter().zip(assets).collect();
            taken.sort_by_key(|(place, _)| **place);
            Outcome::Taken(taken.into_iter().map(|(_, assets)| assets.saturating_to()).collect())
        })
    }
}

fn minted(shares: U256) -> Outcome {
    Outcome::Shares(shares.saturating_to())
}

fn paid(assets: U256) -> Outcome {
    Outcome::Assets(assets.saturating_to())
}

/// The hash of what would be the evidence of a fault.
fn evidence(set: Set) -> B256 {
    keccak256(format!("a fault in {set}"))
}
