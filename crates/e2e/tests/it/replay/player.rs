//! Who acts in the history, and what they choose to do: at random, but mostly what the contracts admit. They know the
//! state from the logs of the blocks before; that what they know is true is what the test shows.
#![expect(non_snake_case, reason = "fields of calls are named as in the interface")]

use std::collections::HashMap;

use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    signers::{SignerSync, local::PrivateKeySigner},
    sol_types::{SolCall, SolValue},
};
use palisade_bindings::{
    AllocationManager as Manager, DevToken, Epoch, OperatorSetId, PoolId,
    RewardsDistributor as Distributor, StakeVault as Vault,
};
use palisade_devnet::Devnet;
use palisade_replay::{Core, MAX_ASSETS, OperatorSet, Promise, Replay};

use super::{
    EPOCH,
    chain::{Chain, Move},
    dice::Dice,
    follow,
};

/// More accounts than every network has.
pub(crate) const MORE: [&str; 4] = ["erin", "olga", "oscar", "otto"];

const WAD: u128 = 1_000_000_000_000_000_000;
const STAKERS: [&str; 5] = ["alice", "bob", "carol", "dave", "erin"];
const OPERATORS: [&str; 5] = ["operator-1", "operator-2", "olga", "oscar", "otto"];
const SERVICES: [&str; 2] = ["avs-1", "avs-2"];
const SLASHERS: [&str; 2] = ["slasher-1", "slasher-2"];
const TREASURIES: [&str; 2] = ["treasury-1", "treasury-2"];

/// A registrar that accepts everything, and one that fails when it is told of a leave.
const REGISTRARS: [Address; 2] = [Address::repeat_byte(0xa1), Address::repeat_byte(0xa2)];

/// Before this block so many epochs pass: the contract keeps 128 epochs with rewards in a word.
const LEAP: u64 = 100;
const LEAPT: u64 = 100;

/// The most sets that are created.
const SETS: usize = 14;

pub(crate) struct Player {
    dice: Dice,
    core: Core,
    chain_id: u64,
    authority: Address,
    stakers: Vec<Address>,
    operators: Vec<Address>,
    services: Vec<Address>,
    slashers: Vec<Address>,
    treasuries: Vec<Address>,
    strategies: Vec<Address>,
    /// What rewards are paid in: a token that is staked too, and one that is not.
    rewards: [Address; 2],
    signers: HashMap<Address, PrivateKeySigner>,
}

/// What the players know, and when the block comes.
#[derive(Clone, Copy)]
struct Known<'a> {
    replay: &'a Replay,
    time: u64,
    epoch: Epoch,
}

type Choice = fn(&mut Player, Known<'_>) -> Option<Move>;

/// What is done, and how often of a hundred times or so.
const CHOICES: [(u64, Choice); 39] = [
    (16, Player::deposit),
    (4, Player::withdraw),
    (5, Player::delegate),
    (9, Player::queue),
    (7, Player::complete),
    (5, Player::redelegate),
    (5, Player::transfer),
    (3, Player::transfer_from),
    (3, Player::approve),
    (2, Player::set_operator),
    (4, Player::collect),
    (4, Player::open),
    (1, Player::close),
    (1, Player::register),
    (1, Player::remove_approver),
    (3, Player::admit),
    (1, Player::pause),
    (1, Player::set_cap),
    (2, Player::appoint),
    (1, Player::describe),
    (2, Player::create_set),
    (2, Player::change_strategies),
    (1, Player::retire),
    (5, Player::join),
    (2, Player::leave),
    (1, Player::eject),
    (12, Player::allocate),
    (3, Player::settle),
    (9, Player::slash),
    (5, Player::propose),
    (1, Player::cancel),
    (4, Player::execute),
    (4, Player::renew),
    (4, Player::wind_down),
    (8, Player::distribute),
    (2, Player::set_commission),
    (2, Player::collect_commission),
    (8, Player::claim),
    (1, Player::set_recipient),
];

impl Player {
    pub(crate) fn new(chain: &Chain) -> Self {
        let net: &Devnet = &chain.net;
        let all = |names: &[&str]| -> Vec<Address> {
            names.iter().map(|name| net.account(name).unwrap().address()).collect()
        };
        let mut strategies: Vec<_> = net.strategies().iter().map(|token| token.address).collect();
        strategies.sort();
        Self {
            dice: Dice::new(0x7061_6c69_7361_6465),
            core: chain.core(),
            chain_id: net.chain_id(),
            authority: net.addresses().governance,
            stakers: all(&STAKERS),
            operators: all(&OPERATORS),
            services: all(&SERVICES),
            slashers: all(&SLASHERS),
            treasuries: all(&TREASURIES),
            strategies,
            rewards: [net.token("rETH").unwrap().address, net.reward().address],
            signers: net.accounts().iter().map(|it| (it.address(), it.signer.clone())).collect(),
        }
    }

    /// Allowances, operators, and two sets of each service: one that slashes at once and one that can be challenged.
    pub(crate) async fn set_the_scene(&mut self, chain: &mut Chain, replay: &mut Replay) {
        chain.put_code(REGISTRARS[0], Bytes::from_static(&[0x00])).await;
        chain.put_code(REGISTRARS[1], fails_on_leave()).await;
        let mut moves = Vec::new();
        for staker in self.stakers.clone() {
            for strategy in self.strategies.clone() {
                let call = DevToken::approveCall { spender: self.core.vault, value: U256::MAX };
                moves.push(Move::new(staker, strategy, &call));
            }
        }
        for (index, operator) in self.operators.iter().take(4).enumerate() {
            // The last two decide by an approver who stakes with them.
            let approver = if index < 2 { Address::ZERO } else { self.stakers[index - 2] };
            moves.push(to_vault(self.core, *operator, &Vault::registerOperatorCall { approver }));
        }
        for (service, window) in [(0, 0), (0, EPOCH / 2), (1, 0), (1, EPOCH / 4)] {
            let id = u32::from(window != 0) + 1;
            moves.push(self.new_set(self.services[service], id, window, U256::from(WAD)));
        }
        // Services pay rewards.
        for service in self.services.clone() {
            for token in self.rewards {
                let mint = DevToken::mintCall { to: service, amount: U256::ONE << 120 };
                let (spender, value) = (self.core.distributor, U256::MAX);
                moves.push(Move::new(service, token, &mint));
                moves.push(Move::new(service, token, &DevToken::approveCall { spender, value }));
            }
        }
        let logs = chain.play(moves, chain.now + 1).await;
        follow(replay, &logs);
    }

    /// One block of the history.
    pub(crate) async fn play_block(
        &mut self,
        chain: &mut Chain,
        replay: &mut Replay,
        block: u64,
        moves: usize,
    ) {
        let mut time = chain.now + 1 + self.dice.below(25);
        if block % 6 == 5 {
            time += EPOCH * (1 + self.dice.below(2));
        }
        if block == LEAP {
            time += EPOCH * LEAPT;
        }
        // Now and then a token moves nothing for a block: what is slashed then becomes a credit.
        let mut frozen = None;
        if block % 5 == 4 {
            let token = self.dice.pick(&self.strategies).unwrap();
            frozen = Some((token, chain.freeze(token).await));
        }
        let epoch = replay.vault().common.clock.unwrap().epoch_at(time);
        let known = Known { replay, time, epoch };
        let chosen: Vec<_> = (0..moves).map(|_| self.choose(known, frozen.is_some())).collect();
        let logs = chain.play(chosen, time).await;
        follow(replay, &logs);
        if let Some((token, code)) = frozen {
            chain.put_code(token, code).await;
        }
    }

    fn choose(&mut self, known: Known<'_>, slashing: bool) -> Move {
        let sum = CHOICES.iter().map(|(weight, _)| weight).sum();
        loop {
            let mut roll = self.dice.below(sum);
            let choice = CHOICES.iter().find(|(weight, _)| {
                let found = roll < *weight;
                roll = roll.saturating_sub(*weight);
                found
            });
            let mut choice = choice.unwrap().1;
            if slashing && self.dice.once_in(2) {
                choice = Self::slash;
            }
            if let Some(chosen) = choice(self, known) {
                return chosen;
            }
        }
    }

    // -- staking ----------------------------------------------------------------------------

    fn deposit(&mut self, known: Known<'_>) -> Option<Move> {
        let sender = self.dice.pick(&self.stakers)?;
        let strategy = self.dice.pick(&self.strategies)?;
        let operator = self.destination(known)?;
        let is_gated = known.approver(operator).is_some();
        let receiver = if is_gated || !self.dice.once_in(5) {
            sender
        } else {
            self.dice.pick(&self.stakers)?
        };
        if is_gated && known.admitted_until(operator, sender) < known.time {
            return self.admission(known, operator, sender);
        }
        let most = self.dice.pick(&[U256::from(5 * WAD), U256::from(9_000_000), U256::from(50)])?;
        let (assets, minShares) = (self.dice.amount(most), U256::ZERO);
        let call = Vault::depositCall { strategy, operator, receiver, assets, minShares };
        Some(to_vault(self.core, sender, &call))
    }

    /// Where stake can go: the idle pool, or an operator that takes stake.
    fn destination(&mut self, known: Known<'_>) -> Option<Address> {
        let operators = known.replay.vault().operators.iter();
        let open = operators
            .filter(|(_, it)| it.admits_from.is_set() && it.admits_from <= known.epoch)
            .map(|(operator, _)| *operator);
        let open: Vec<_> = open.chain([Address::ZERO]).collect();
        self.dice.pick(&open)
    }

    /// A position that can be left at once, or one that must queue.
    fn position(&mut self, known: Known<'_>, at_once: bool) -> Option<(PoolId, Address, U256)> {
        let vault = known.replay.vault();
        let matches = |pool: PoolId| {
            let key = pool.to_key();
            let now = vault.pools.get(&key).map_or(0, |it| it.now.generation);
            let lives = pool.generation() == now;
            if at_once {
                let rest = vault.bucket(pool, Epoch(0));
                pool.is_idle() || (!lives && !rest.shares.is_zero())
            } else {
                !pool.is_idle() && lives
            }
        };
        let held = vault.positions.iter().filter(|(_, it)| !it.now.shares.is_zero());
        let held = held.filter(|((pool, _), _)| matches(*pool));
        let mut held: Vec<_> =
            held.map(|((pool, owner), it)| (*pool, *owner, it.now.shares)).collect();
        // What is left of renewed pools is rare.
        let renewed: Vec<_> = held.iter().filter(|(pool, ..)| !pool.is_idle()).copied().collect();
        if at_once && !renewed.is_empty() && self.dice.once_in(2) {
            held = renewed;
        }
        let (pool, owner, shares) = self.dice.pick(&held)?;
        Some((pool, owner, self.dice.amount(shares)))
    }

    /// The owner, or one that it lets act for it.
    fn actor(&mut self, known: Known<'_>, owner: Address) -> Address {
        let spenders = known.replay.vault().spenders.iter();
        let spenders: Vec<_> =
            spenders.filter(|(of, _)| *of == owner).map(|(_, spender)| *spender).collect();
        let spender = self.dice.pick(&spenders).filter(|_| self.dice.once_in(3));
        spender.unwrap_or(owner)
    }

    fn withdraw(&mut self, known: Known<'_>) -> Option<Move> {
        let (pool, owner, shares) = self.position(known, true)?;
        let receiver = self.dice.pick(&self.stakers)?;
        let call = Vault::withdrawCall { pool: pool.0, shares, receiver, owner };
        Some(to_vault(self.core, self.actor_of(known, owner)?, &call))
    }

    fn delegate(&mut self, known: Known<'_>) -> Option<Move> {
        let (pool, owner, shares) = self.position(known, true)?;
        let operator = self.destination(known)?;
        if known.approver(operator).is_some() && known.admitted_until(operator, owner) < known.time
        {
            return self.admission(known, operator, owner);
        }
        let minShares = U256::ZERO;
        let call = Vault::delegateCall { pool: pool.0, shares, operator, minShares, owner };
        Some(to_vault(self.core, self.actor_of(known, owner)?, &call))
    }

    fn queue(&mut self, known: Known<'_>) -> Option<Move> {
        let (pool, owner, shares) = self.position(known, false)?;
        let minAssets = U256::ZERO;
        let call = Vault::queueWithdrawalCall { pool: pool.0, shares, minAssets, owner };
        Some(to_vault(self.core, self.actor_of(known, owner)?, &call))
    }

    /// Only accounts have keys: registrars and the like can hold shares, and not act.
    fn actor_of(&mut self, known: Known<'_>, owner: Address) -> Option<Address> {
        let actor = self.actor(known, owner);
        self.signers.contains_key(&actor).then_some(actor)
    }

    fn exit(&mut self, known: Known<'_>) -> Option<(PoolId, Epoch, Address)> {
        let exits = known.replay.vault().exits.keys();
        let ripe: Vec<_> = exits.filter(|(_, epoch, _)| *epoch <= known.epoch).copied().collect();
        self.dice.pick(&ripe)
    }

    fn complete(&mut self, known: Known<'_>) -> Option<Move> {
        let (pool, epoch, owner) = self.exit(known)?;
        let (epoch, receiver) = (epoch.into(), self.dice.pick(&self.stakers)?);
        let call = Vault::completeWithdrawalCall { pool: pool.0, epoch, owner, receiver };
        Some(to_vault(self.core, self.actor_of(known, owner)?, &call))
    }

    fn redelegate(&mut self, known: Known<'_>) -> Option<Move> {
        let (pool, epoch, owner) = self.exit(known)?;
        let operator = self.destination(known)?;
        if known.approver(operator).is_some() && known.admitted_until(operator, owner) < known.time
        {
            return self.admission(known, operator, owner);
        }
        let (epoch, minShares) = (epoch.into(), U256::ZERO);
        let call = Vault::redelegateCall { pool: pool.0, epoch, owner, operator, minShares };
        Some(to_vault(self.core, self.actor_of(known, owner)?, &call))
    }

    fn transfer(&mut self, known: Known<'_>) -> Option<Move> {
        let positions = known.replay.vault().positions.iter();
        let positions = positions.filter(|(_, it)| !it.now.shares.is_zero());
        let positions: Vec<_> =
            positions.map(|((pool, owner), it)| (pool.0, *owner, it.now.shares)).collect();
        let (id, owner, shares) = self.dice.pick(&positions)?;
        let amount = self.dice.amount(shares);
        let receiver = self.dice.pick(&self.stakers)?;
        self.signers.get(&owner)?;
        Some(to_vault(self.core, owner, &Vault::transferCall { receiver, id, amount }))
    }

    fn transfer_from(&mut self, known: Known<'_>) -> Option<Move> {
        let vault = known.replay.vault();
        let receiver = self.dice.pick(&self.stakers)?;
        let allowed = vault.allowances.iter().filter(|(_, allowed)| !allowed.is_zero());
        let allowed = allowed.map(|((owner, spender, pool), it)| {
            (*owner, *spender, *pool, (*it).min(vault.shares(*pool, *owner)))
        });
        let allowed = allowed.filter(|(.., most)| !most.is_zero());
        let (sender, user, pool, most) = self.dice.pick(&allowed.collect::<Vec<_>>())?;
        let (id, amount) = (pool.0, self.dice.amount(most));
        let caller = if self.dice.once_in(4) { self.actor_of(known, sender)? } else { user };
        Some(to_vault(self.core, caller, &Vault::transferFromCall { sender, receiver, id, amount }))
    }

    fn approve(&mut self, known: Known<'_>) -> Option<Move> {
        let positions = known.replay.vault().positions.keys().copied();
        let (pool, owner) = self.dice.pick(&positions.collect::<Vec<_>>())?;
        self.signers.get(&owner)?;
        let spender = self.dice.pick(&self.stakers)?;
        let amounts = [U256::MAX, U256::ZERO, self.dice.amount(U256::from(WAD))];
        let amount = self.dice.pick(&amounts)?;
        Some(to_vault(self.core, owner, &Vault::approveCall { spender, id: pool.0, amount }))
    }

    fn set_operator(&mut self, _: Known<'_>) -> Option<Move> {
        let (owner, spender) = (self.dice.pick(&self.stakers)?, self.dice.pick(&self.stakers)?);
        let approved = !self.dice.once_in(3);
        Some(to_vault(self.core, owner, &Vault::setOperatorCall { spender, approved }))
    }

    fn collect(&mut self, known: Known<'_>) -> Option<Move> {
        let credits = known.replay.vault().credits.keys();
        let credits = credits.filter(|(_, account)| self.signers.contains_key(account)).copied();
        let (strategy, account) = self.dice.pick(&credits.collect::<Vec<_>>())?;
        let receiver = self.dice.pick(&self.stakers)?;
        Some(to_vault(self.core, account, &Vault::collectCall { strategy, account, receiver }))
    }

    // -- operators and governance -----------------------------------------------------------

    fn open(&mut self, known: Known<'_>) -> Option<Move> {
        let operators = known.replay.vault().operators.iter();
        let closed = operators.filter(|(_, it)| !it.admits_from.is_set());
        let closed: Vec<_> = closed.map(|(operator, _)| *operator).collect();
        Some(to_vault(self.core, self.dice.pick(&closed)?, &Vault::openCall {}))
    }

    fn close(&mut self, known: Known<'_>) -> Option<Move> {
        let operators = known.replay.vault().operators.iter();
        let open = operators.filter(|(_, it)| it.admits_from.is_set());
        let open: Vec<_> = open.map(|(operator, _)| *operator).collect();
        Some(to_vault(self.core, self.dice.pick(&open)?, &Vault::closeCall {}))
    }

    fn register(&mut self, known: Known<'_>) -> Option<Move> {
        let new = self.operators.iter().chain(&self.treasuries).copied();
        let new = new.filter(|it| !known.replay.vault().operators.contains_key(it));
        let operator = self.dice.pick(&new.collect::<Vec<_>>()).filter(|_| self.dice.once_in(4))?;
        let approver = self.dice.pick(&[Address::ZERO, self.stakers[0]])?;
        Some(to_vault(self.core, operator, &Vault::registerOperatorCall { approver }))
    }

    fn remove_approver(&mut self, known: Known<'_>) -> Option<Move> {
        let operators = known.replay.vault().operators.keys().copied();
        let gated = operators.filter(|it| known.approver(*it).is_some());
        let operator = self.dice.pick(&gated.collect::<Vec<_>>())?;
        self.dice.once_in(12).then(|| to_vault(self.core, operator, &Vault::removeApproverCall {}))
    }

    fn admit(&mut self, known: Known<'_>) -> Option<Move> {
        let operators = known.replay.vault().operators.keys().copied();
        let gated = operators.filter(|it| known.approver(*it).is_some());
        let operator = self.dice.pick(&gated.collect::<Vec<_>>())?;
        let staker = self.dice.pick(&self.stakers)?;
        self.admission(known, operator, staker)
    }

    /// By the approver itself, or by anybody with its signature.
    fn admission(&mut self, known: Known<'_>, operator: Address, staker: Address) -> Option<Move> {
        let approver = known.approver(operator)?;
        let deadline = U256::from(known.time + self.dice.below(4 * EPOCH));
        if self.dice.once_in(2) {
            let signature = Bytes::new();
            let call = Vault::admitCall { operator, staker, deadline, signature };
            return Some(to_vault(self.core, approver, &call));
        }
        let admissions = &known.replay.vault().admissions;
        let nonce = admissions.get(&(operator, staker)).map(|it| it.nonce).unwrap_or_default();
        let hash = |text: &str| keccak256(text.as_bytes());
        let domain = (
            hash(
                "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)",
            ),
            hash("Palisade StakeVault"),
            hash("1"),
            U256::from(self.chain_id),
            self.core.vault,
        );
        let admission = (
            hash("Admission(address operator,address staker,uint256 nonce,uint256 deadline)"),
            operator,
            staker,
            nonce,
            deadline,
        );
        let (domain, admission) =
            (keccak256(domain.abi_encode()), keccak256(admission.abi_encode()));
        let digest = keccak256([&[0x19, 0x01], &domain[..], &admission[..]].concat());
        let signature = self.signers[&approver].sign_hash_sync(&digest).unwrap();
        let signature = signature.as_bytes().to_vec().into();
        let call = Vault::admitCall { operator, staker, deadline, signature };
        Some(to_vault(self.core, self.dice.pick(&self.stakers)?, &call))
    }

    fn pause(&mut self, _: Known<'_>) -> Option<Move> {
        let action = self.dice.pick(&[0, 1, 2, 3, 4, 5])?;
        let duration = U256::from(self.dice.below(15));
        Some(if self.dice.once_in(2) {
            to_vault(self.core, self.authority, &Vault::pauseCall { action, duration })
        } else {
            to_manager(self.core, self.authority, &Manager::pauseCall { action, duration })
        })
    }

    /// The vault's deposit cap, or the degree ceiling.
    fn set_cap(&mut self, _: Known<'_>) -> Option<Move> {
        let strategy = self.dice.pick(&self.strategies)?;
        Some(if self.dice.once_in(2) {
            let cap = MAX_ASSETS - self.dice.amount(U256::from(WAD));
            to_vault(self.core, self.authority, &Vault::setDepositCapCall { strategy, cap })
        } else {
            let ceiling = U256::from(WAD) * U256::from(2 + self.dice.below(5)) / U256::from(2);
            to_manager(
                self.core,
                self.authority,
                &Manager::setDegreeCeilingCall { strategy, ceiling },
            )
        })
    }

    // -- services ---------------------------------------------------------------------------

    fn appoint(&mut self, _: Known<'_>) -> Option<Move> {
        let selectors = [
            Manager::allocateCall::SELECTOR,
            Manager::joinCall::SELECTOR,
            Manager::ejectCall::SELECTOR,
            Manager::setMetadataURICall::SELECTOR,
        ];
        let accounts = [&self.operators[..], &self.services[..]].concat();
        let (account, selector) = (self.dice.pick(&accounts)?, self.dice.pick(&selectors)?.into());
        let (appointee, allowed) = (self.dice.pick(&self.stakers)?, !self.dice.once_in(3));
        Some(to_manager(self.core, account, &Manager::appointCall { appointee, selector, allowed }))
    }

    /// The account, or one that it appointed for this function.
    fn appointed<C: SolCall>(&mut self, known: Known<'_>, account: Address, call: &C) -> Move {
        let appointees = known.replay.manager().appointees.iter();
        let appointees = appointees
            .filter(|(of, _, selector)| *of == account && selector.0 == C::SELECTOR)
            .map(|(_, appointee, _)| *appointee);
        let appointee = self.dice.pick(&appointees.collect::<Vec<_>>());
        let appointee = appointee.filter(|_| self.dice.once_in(3));
        to_manager(self.core, appointee.unwrap_or(account), call)
    }

    fn describe(&mut self, known: Known<'_>) -> Option<Move> {
        let avs = self.dice.pick(&self.services)?;
        let uri = format!("ipfs://{}", self.dice.below(1_000));
        let call = Manager::setMetadataURICall { avs, uri };
        Some(self.appointed(known, avs, &call))
    }

    fn create_set(&mut self, known: Known<'_>) -> Option<Move> {
        let sets = &known.replay.manager().sets;
        if sets.len() >= SETS {
            return None;
        }
        let service = self.dice.pick(&self.services)?;
        let id = 10 + u32::try_from(sets.len()).unwrap();
        let window = self.dice.pick(&[0, 1, EPOCH / 4, EPOCH / 2])?;
        let cap = U256::from(WAD / 100) * U256::from(5 + self.dice.below(96));
        Some(self.new_set(service, id, window, cap))
    }

    fn new_set(&mut self, service: Address, id: u32, window: u64, cap: U256) -> Move {
        let mut pick = |from: &[Address]| self.dice.pick(from).unwrap();
        // The first sets, of which most is slashed, have one that can collect a credit.
        let recipients = [self.treasuries[0], self.treasuries[1], Address::ZERO];
        let recipients = if id < 10 { &recipients[..2] } else { &recipients[..] };
        let registrars = [Address::ZERO, REGISTRARS[0], REGISTRARS[1]];
        let terms = Manager::Terms {
            slasher: pick(&self.slashers),
            cap,
            window: U256::from(window),
            recipient: pick(recipients),
            resolver: pick(&[Address::ZERO, self.stakers[1]]),
            conditions: keccak256(id.to_be_bytes()),
            registrar: pick(&registrars),
        };
        let strategies = self.strategies[..=usize::try_from(self.dice.below(3)).unwrap()].to_vec();
        let set = OperatorSetId::new(service, id).packed();
        to_manager(self.core, service, &Manager::createOperatorSetCall { set, terms, strategies })
    }

    fn set(
        &mut self,
        known: Known<'_>,
        matches: impl Fn(&OperatorSet) -> bool,
    ) -> Option<OperatorSetId> {
        let sets = known.replay.manager().sets.iter();
        let sets: Vec<_> = sets.filter(|(_, set)| matches(set)).map(|(id, _)| *id).collect();
        self.dice.pick(&sets)
    }

    fn change_strategies(&mut self, known: Known<'_>) -> Option<Move> {
        let id = self.set(known, |set| !set.is_retired())?;
        let accepted = &known.replay.manager().sets[&id].accepted;
        let (set, strategy) = (id.packed(), self.dice.pick(&self.strategies)?);
        let strategies = vec![strategy];
        if accepted.contains(&strategy) {
            let call = Manager::removeStrategiesCall { set, strategies };
            return self.dice.once_in(4).then(|| to_manager(self.core, id.avs, &call));
        }
        Some(to_manager(self.core, id.avs, &Manager::addStrategiesCall { set, strategies }))
    }

    fn retire(&mut self, known: Known<'_>) -> Option<Move> {
        let id = self.set(known, |set| !set.is_retired())?;
        let wanted = id.id >= 10 && self.dice.once_in(8);
        wanted.then(|| to_manager(self.core, id.avs, &Manager::retireCall { set: id.packed() }))
    }

    /// A member of a set, and the strategies that it must name to leave.
    fn member(&mut self, known: Known<'_>) -> Option<(OperatorSetId, Address, Vec<Address>)> {
        let sets = known.replay.manager().sets.iter();
        let members: Vec<_> = sets
            .flat_map(|(id, set)| {
                set.memberships.iter().map(move |(it, member)| (*id, *it, member))
            })
            .filter(|(_, _, member)| member.joined)
            .map(|(id, operator, _)| (id, operator))
            .collect();
        let (id, operator) = self.dice.pick(&members)?;
        let promises = known.replay.manager().sets[&id].promises.iter();
        let named = promises
            .filter(|((of, _), it)| *of == operator && counts(it))
            .map(|((_, strategy), _)| *strategy);
        Some((id, operator, named.collect()))
    }

    fn leave(&mut self, known: Known<'_>) -> Option<Move> {
        let (id, operator, strategies) = self.member(known)?;
        let call = Manager::leaveCall { set: id.packed(), operator, strategies };
        Some(to_manager(self.core, operator, &call))
    }

    fn eject(&mut self, known: Known<'_>) -> Option<Move> {
        let (id, operator, strategies) = self.member(known)?;
        let call = Manager::ejectCall { set: id.packed(), operator, strategies };
        Some(self.appointed(known, id.avs, &call))
    }

    // -- promises ---------------------------------------------------------------------------

    fn join(&mut self, known: Known<'_>) -> Option<Move> {
        let id = self.set(known, |set| !set.is_retired())?;
        let operators: Vec<_> = known.replay.vault().operators.keys().copied().collect();
        let operator = self.dice.pick(&operators)?;
        let member = known.replay.manager().sets[&id].memberships.get(&operator);
        if member.is_some_and(|member| member.joined || member.allocations != 0) {
            return None;
        }
        let call = Manager::joinCall { set: id.packed(), operator, data: Bytes::new() };
        Some(self.appointed(known, operator, &call))
    }

    fn allocate(&mut self, known: Known<'_>) -> Option<Move> {
        let (id, operator, _) = self.member(known)?;
        let set = &known.replay.manager().sets[&id];
        if set.is_retired() {
            return None;
        }
        let accepted: Vec<_> = set.accepted.iter().copied().collect();
        let strategy = self.dice.pick(&accepted)?;
        let now = known.replay.manager_at(known.time)?;
        let (it, budget) =
            (now.allocation_of(id, operator, strategy), now.budget_of(operator, strategy));
        if it.next < it.current {
            return None;
        }
        let most = budget.left() / 1_000_000 * (now.degree_ceiling_of(strategy) / 1_000_000);
        let most = most / (WAD / 1_000_000_000_000);
        let room = (most + it.current.max(it.next)).saturating_sub(budget.committed).min(WAD);
        let magnitude = match self.dice.below(5) {
            0 => U256::ZERO,
            1 => U256::from(it.current),
            2 => U256::from(room),
            _ => U256::from(1_000_000_000) + self.dice.part(room.saturating_sub(1_000_000_000)),
        };
        let call = Manager::allocateCall { set: id.packed(), operator, strategy, magnitude };
        Some(self.appointed(known, operator, &call))
    }

    fn promise(
        &mut self,
        known: Known<'_>,
        matches: impl Fn(OperatorSetId, &OperatorSet, (Address, Address), &Promise) -> bool,
    ) -> Option<(OperatorSetId, Address, Address)> {
        let sets = known.replay.manager().sets.iter();
        let promises = sets.flat_map(|(id, set)| {
            let matches = &matches;
            let promises = set.promises.iter();
            promises
                .filter(move |(names, it)| matches(*id, set, **names, it))
                .map(move |((operator, strategy), _)| (*id, *operator, *strategy))
        });
        self.dice.pick(&promises.collect::<Vec<_>>())
    }

    fn settle(&mut self, known: Known<'_>) -> Option<Move> {
        let now = known.replay.manager_at(known.time)?;
        let is_due = |id, (operator, strategy), it: &Promise| {
            let (stored, seen) = (it.allocation, now.allocation_of(id, operator, strategy));
            counts(it) && (stored.current, stored.next) != (seen.current, seen.next)
        };
        let found = self.promise(known, |id, _, names, it| is_due(id, names, it));
        let (id, operator, strategy) = found?;
        let set = id.packed();
        let call = Manager::settleCall { set, operator, strategy };
        Some(to_manager(self.core, self.dice.pick(&self.stakers)?, &call))
    }

    /// How much of an allocation is to be slashed: all, nearly all, or some.
    fn fraction(&mut self, cap: u128) -> U256 {
        match self.dice.below(8) {
            0 => U256::from(cap),
            1 => U256::from(cap - cap / 100_000),
            2..=5 => U256::from(cap / u128::from(4 + self.dice.below(30))),
            _ => self.dice.part(cap / 3),
        }
    }

    /// Those with next to nothing left are mostly spared: they are to be wound down.
    fn is_spared(&mut self, known: Known<'_>, operator: Address, strategy: Address) -> bool {
        let pool = known.replay.vault().pools.get(&PoolId::key(operator, strategy));
        pool.is_some_and(is_worn_out) && !self.dice.once_in(12)
    }

    fn slash(&mut self, known: Known<'_>) -> Option<Move> {
        let now = known.replay.manager_at(known.time)?;
        let instant = |set: &OperatorSet| set.terms.window == 0 && !set.is_retired();
        // Mostly where something can be taken, and often where something else has come due to be nothing.
        let (any, with_due) = (self.dice.once_in(8), self.dice.once_in(2));
        let has_due = |id, set: &OperatorSet, operator| {
            let mut of_it =
                set.promises.iter().filter(|((of, _), it)| *of == operator && counts(it));
            of_it.any(|((_, strategy), _)| now.allocation_of(id, operator, *strategy).current == 0)
        };
        let (id, operator, strategy) =
            self.promise(known, |id, set, (operator, strategy), it| {
                let in_reach = !now.slashable_stake(id, strategy, operator).is_zero();
                let chosen = any || (in_reach && (!with_due || has_due(id, set, operator)));
                instant(set) && counts(it) && chosen
            })?;
        if self.is_spared(known, operator, strategy) {
            return None;
        }
        let set = &known.replay.manager().sets[&id];
        let mut strategies = vec![strategy];
        if with_due || self.dice.once_in(2) {
            // All that is promised to the set, also what has come due to be nothing.
            let promises = set.promises.iter();
            let of_it = promises.filter(|((of, _), it)| *of == operator && counts(it));
            strategies.extend(of_it.map(|((_, strategy), _)| *strategy));
        }
        if self.dice.once_in(4) {
            strategies.push(self.dice.pick(&self.strategies)?);
        }
        strategies.sort();
        strategies.dedup();
        let wads = strategies.iter().map(|_| self.fraction(set.terms.cap)).collect();
        let (slasher, evidence) = (set.terms.slasher, B256::repeat_byte(7));
        let call = Manager::slashCall { set: id.packed(), operator, strategies, wads, evidence };
        Some(to_manager(self.core, slasher, &call))
    }

    fn propose(&mut self, known: Known<'_>) -> Option<Move> {
        let slow = |set: &OperatorSet| set.terms.window != 0 && !set.is_retired();
        let (id, operator, strategy) =
            self.promise(known, |_, set, _, it| slow(set) && it.allocation.current != 0)?;
        if self.is_spared(known, operator, strategy) {
            return None;
        }
        let terms = known.replay.manager().sets[&id].terms;
        let (set, wad, evidence) = (id.packed(), self.fraction(terms.cap), B256::repeat_byte(9));
        let call = Manager::proposeSlashCall { set, operator, strategy, wad, evidence };
        Some(to_manager(self.core, terms.slasher, &call))
    }

    /// A proposal that waits: one that can be executed, or one that its window holds back.
    fn proposal(
        &mut self,
        known: Known<'_>,
        due: bool,
    ) -> Option<(OperatorSetId, Address, Address)> {
        let now = known.replay.manager_at(known.time)?;
        self.promise(known, |id, _, (operator, strategy), _| {
            let waiting = now.proposal_of(id, operator, strategy);
            waiting.is_some_and(|it| (it.executable_from <= known.time) == due)
        })
    }

    fn cancel(&mut self, known: Known<'_>) -> Option<Move> {
        let late = self.dice.once_in(4);
        let (id, operator, strategy) = self.proposal(known, late)?;
        let terms = known.replay.manager().sets[&id].terms;
        let by = if late || terms.resolver.is_zero() { terms.slasher } else { terms.resolver };
        let call = Manager::cancelSlashCall { set: id.packed(), operator, strategy };
        Some(to_manager(self.core, by, &call))
    }

    fn execute(&mut self, known: Known<'_>) -> Option<Move> {
        let (id, operator, strategy) = self.proposal(known, true)?;
        let call = Manager::executeSlashCall { set: id.packed(), operator, strategy };
        Some(to_manager(self.core, self.dice.pick(&self.stakers)?, &call))
    }

    fn renew(&mut self, known: Known<'_>) -> Option<Move> {
        let manager = known.replay.manager();
        let worn_out = known.replay.vault().pools.values().filter(|pool| is_worn_out(pool));
        let free = worn_out.map(|pool| (pool.operator, pool.strategy));
        let free = free.filter(|(operator, strategy)| {
            !operator.is_zero() && manager.budget((*operator, *strategy)).committed == 0
        });
        let (operator, strategy) = self.dice.pick(&free.collect::<Vec<_>>())?;
        Some(to_manager(self.core, operator, &Manager::renewCall { operator, strategy }))
    }

    /// Takes back what is promised of a worn-out pool, so that it can be renewed.
    fn wind_down(&mut self, known: Known<'_>) -> Option<Move> {
        let pools = &known.replay.vault().pools;
        let worn_out = |(operator, strategy)| {
            pools.get(&PoolId::key(operator, strategy)).is_some_and(is_worn_out)
        };
        let (id, operator, strategy) =
            self.promise(known, |_, _, names, it| worn_out(names) && counts(it))?;
        let promise = known.replay.manager().sets[&id].promises[&(operator, strategy)];
        let (set, magnitude) = (id.packed(), U256::ZERO);
        if promise.allocation.next == 0 {
            return Some(to_manager(
                self.core,
                operator,
                &Manager::settleCall { set, operator, strategy },
            ));
        }
        let call = Manager::allocateCall { set, operator, strategy, magnitude };
        Some(to_manager(self.core, operator, &call))
    }

    // -- rewards ----------------------------------------------------------------------------

    /// To one pool or some, one of them perhaps twice.
    fn distribute(&mut self, known: Known<'_>) -> Option<Move> {
        let closed = Epoch(known.epoch.0 - 1);
        let pools = known.replay.vault().pools.values();
        let staked = pools.filter(|it| !it.operator.is_zero() && !it.at(closed).shares.is_zero());
        let staked: Vec<_> = staked.map(|it| (it.operator, it.strategy)).collect();
        let mut payments = Vec::new();
        for _ in 0..=self.dice.below(4) {
            let (operator, strategy) = self.dice.pick(&staked)?;
            let amount = self.dice.amount(U256::from(9 * WAD));
            payments.push(Distributor::Payment { operator, strategy, amount });
        }
        let (service, token) = (self.dice.pick(&self.services)?, self.dice.pick(&self.rewards)?);
        let call = Distributor::distributeCall { epoch: closed.into(), token, payments };
        Some(self.to_distributor(service, &call))
    }

    fn set_commission(&mut self, known: Known<'_>) -> Option<Move> {
        let operators: Vec<_> = known.replay.vault().operators.keys().copied().collect();
        let operator = self.dice.pick(&operators)?;
        let rate = U256::from(self.dice.below(u64::try_from(WAD / 2).unwrap()));
        Some(self.to_distributor(operator, &Distributor::setCommissionCall { rate }))
    }

    fn collect_commission(&mut self, known: Known<'_>) -> Option<Move> {
        let due: Vec<_> = known.replay.distributor().collectable.keys().copied().collect();
        let (operator, _) = self.dice.pick(&due)?;
        let receiver = self.dice.pick(&self.stakers)?;
        let tokens = self.rewards.to_vec();
        let call = Distributor::collectCall { operator, receiver, tokens };
        Some(self.to_distributor(operator, &call))
    }

    /// Of any generation, by whoever held or holds something of it.
    fn claim(&mut self, known: Known<'_>) -> Option<Move> {
        let paid: Vec<_> = known.replay.distributor().rewards.keys().copied().collect();
        let (pool, _) = self.dice.pick(&paid)?;
        let positions = known.replay.vault().positions.keys();
        let holders = positions.filter(|(of, _)| *of == pool).map(|(_, owner)| *owner);
        let owner = self.dice.pick(&holders.collect::<Vec<_>>())?;
        let receiver = self.dice.pick(&self.stakers)?;
        let back = if self.dice.once_in(2) { 0 } else { self.dice.below(6) };
        let through = U256::from(u64::from(known.epoch.0).saturating_sub(1 + back));
        let claims = self.rewards.map(|token| Distributor::Claim { pool: pool.0, token }).to_vec();
        let call = Distributor::claimCall { owner, receiver, through, claims };
        let actor = self.actor_of(known, owner)?;
        Some(self.to_distributor(actor, &call))
    }

    fn set_recipient(&mut self, _: Known<'_>) -> Option<Move> {
        let (owner, recipient) = (self.dice.pick(&self.stakers)?, self.dice.pick(&self.stakers)?);
        Some(self.to_distributor(owner, &Distributor::setRecipientCall { recipient }))
    }

    fn to_distributor(&self, from: Address, call: &impl SolCall) -> Move {
        Move::new(from, self.core.distributor, call)
    }
}

fn to_vault(core: Core, from: Address, call: &impl SolCall) -> Move {
    Move::new(from, core.vault, call)
}

fn to_manager(core: Core, from: Address, call: &impl SolCall) -> Move {
    Move::new(from, core.allocation_manager, call)
}

impl Known<'_> {
    /// Who decides who may stake with the operator, if anybody does.
    fn approver(self, operator: Address) -> Option<Address> {
        let it = self.replay.vault().operators.get(&operator)?;
        Some(it.approver).filter(|approver| !approver.is_zero())
    }

    fn admitted_until(self, operator: Address, staker: Address) -> u64 {
        let admission = self.replay.vault().admissions.get(&(operator, staker));
        admission.map(|it| it.deadline).unwrap_or_default()
    }
}

fn counts(promise: &Promise) -> bool {
    promise.allocation.current != 0 || promise.allocation.next != 0
}

fn is_worn_out(pool: &palisade_replay::Pool) -> bool {
    pool.now.shares > pool.assets * U256::from(4096)
}

/// Code of a registrar that accepts joins, and reverts on all else.
fn fails_on_leave() -> Bytes {
    let on_join = keccak256("onJoin(uint192,address,bytes)");
    // Is the selector that of `onJoin`? Then stop, else revert.
    let mut code = vec![0x5f, 0x35, 0x60, 0xe0, 0x1c, 0x63];
    code.extend_from_slice(&on_join[..4]);
    code.extend_from_slice(&[0x14, 0x60, 0x11, 0x57, 0x5f, 0x5f, 0xfd, 0x5b, 0x00]);
    code.into()
}
