//! The replay against the chain: every view for every key that the logs know, and every stored word.
#![expect(non_snake_case, reason = "fields of calls are named as in the interface")]

use std::collections::{BTreeMap, BTreeSet};

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::SolCall,
};
use palisade_bindings::{AllocationManager, Epoch, PoolId, RewardsDistributor, StakeVault};
use palisade_replay::{
    Checkpoint, DistributorAt, LEAST_MAGNITUDE, MAX_ASSETS, MAX_COMMISSION, ManagerAt, Replay,
    Storage, VaultAt,
};

use super::{
    DISTRIBUTOR, MANAGER, VAULT,
    chain::{Chain, name_of},
    functions,
};

/// A view, and what it must answer.
struct Question {
    to: Address,
    input: Bytes,
    expected: Bytes,
    asked: String,
}

struct Questions {
    to: Address,
    all: Vec<Question>,
    /// The views that were asked.
    views: BTreeSet<String>,
}

impl Questions {
    fn ask<C: SolCall + std::fmt::Debug>(&mut self, call: &C, expected: &C::Return) {
        self.views.insert(name_of::<C>());
        self.all.push(Question {
            to: self.to,
            input: call.abi_encode().into(),
            expected: C::abi_encode_returns(expected).into(),
            asked: format!("{call:?}"),
        });
    }
}

/// Every view for every known key answers what the replay says.
pub(crate) async fn views(chain: &Chain, replay: &Replay) {
    let core = chain.core();
    let vault = replay.vault_at(chain.now).unwrap();
    let manager = replay.manager_at(chain.now).unwrap();
    let names = Names::of(replay);
    let mut questions = Questions { to: core.vault, all: Vec::new(), views: BTreeSet::new() };
    vault_questions(&mut questions, replay, vault, &names);
    every_view_was_asked(VAULT, &questions);
    questions.to = core.allocation_manager;
    questions.views.clear();
    manager_questions(&mut questions, replay, manager, &names);
    every_view_was_asked(MANAGER, &questions);
    questions.to = core.distributor;
    questions.views.clear();
    let distributor = replay.distributor_at(chain.now).unwrap();
    distributor_questions(&mut questions, replay, distributor, &names);
    every_view_was_asked(DISTRIBUTOR, &questions);
    for some in questions.all.chunks(500) {
        let calls = some.iter().map(|question| (question.to, question.input.clone()));
        let answers = chain.ask(calls).await;
        for (question, answer) in some.iter().zip(answers) {
            assert_eq!(answer, question.expected, "{}", question.asked);
        }
    }
}

/// But for those that tell nothing of the contract's state.
fn every_view_was_asked(artifact: &str, questions: &Questions) {
    const OTHERS: [&str; 7] = [
        "ALLOCATION_MANAGER",
        "BURN_ADDRESS",
        "VAULT",
        "decimals",
        "name",
        "supportsInterface",
        "symbol",
    ];
    let mut missing = functions(artifact, true);
    missing.retain(|view| !questions.views.contains(view) && !OTHERS.contains(&view.as_str()));
    assert_eq!(missing, BTreeSet::new());
}

/// Every word that a contract has stored is predicted, and every predicted one is stored.
pub(crate) async fn storage(chain: &Chain, replay: &Replay) {
    let (core, state) = (chain.core(), chain.state().await);
    let contracts = [
        ("vault", core.vault, replay.vault_storage()),
        ("allocation manager", core.allocation_manager, replay.manager_storage()),
        ("rewards distributor", core.distributor, replay.distributor_storage()),
    ];
    for (name, address, predicted) in contracts {
        let stored = Chain::storage(&state, address);
        assert!(stored.len() > 100, "the {name} has stored {} words only", stored.len());
        let wrong = differences(&predicted, &stored);
        assert!(wrong.is_empty(), "{name}, {} of {}: {wrong:#?}", wrong.len(), stored.len());
    }
    solvent(chain, replay).await;
}

fn differences(predicted: &Storage, stored: &BTreeMap<B256, U256>) -> Vec<String> {
    let mut wrong = Vec::new();
    for (slot, it) in predicted {
        let word = stored.get(slot).copied().unwrap_or_default();
        if word != it.word {
            let (told, is) = (it.place.decode(it.word), it.place.decode(word));
            wrong.push(format!("{}: {told:?} predicted, {is:?} stored", it.place));
        }
    }
    let unknown = stored.iter().filter(|(slot, _)| !predicted.contains_key(*slot));
    wrong
        .extend(unknown.map(|(slot, word)| format!("{slot}: {word:#x} stored, nothing predicted")));
    wrong
}

/// P1, from the logs alone: what the vault must hold is what it holds. Nobody sent tokens unasked.
async fn solvent(chain: &Chain, replay: &Replay) {
    let vault = chain.core().vault;
    for token in chain.net.strategies() {
        let call = palisade_bindings::DevToken::balanceOfCall { account: vault };
        let answer = chain.ask([(token.address, call.abi_encode().into())].into_iter()).await;
        let held = U256::from_be_slice(&answer[0]);
        assert_eq!(held, replay.vault().holdings(token.address), "{}", token.symbol);
    }
}

/// Everybody and everything that the logs name.
struct Names {
    accounts: BTreeSet<Address>,
    strategies: BTreeSet<Address>,
    operators: BTreeSet<Address>,
    pools: BTreeSet<PoolId>,
}

impl Names {
    fn of(replay: &Replay) -> Self {
        let (vault, manager) = (replay.vault(), replay.manager());
        let mut accounts: BTreeSet<_> = vault.positions.keys().map(|(_, owner)| *owner).collect();
        accounts.extend(vault.operators.keys());
        accounts.extend(vault.spenders.iter().flat_map(|(owner, spender)| [*owner, *spender]));
        accounts.extend(vault.credits.keys().map(|(_, account)| *account));
        accounts.extend(
            manager.appointees.iter().flat_map(|(account, appointee, _)| [*account, *appointee]),
        );
        let mut strategies: BTreeSet<_> = vault.pools.values().map(|pool| pool.strategy).collect();
        strategies.extend(manager.sets.values().flat_map(|set| set.accepted.iter().copied()));
        strategies.extend(vault.caps.keys());
        strategies.extend(manager.ceilings.keys());
        let mut operators: BTreeSet<_> = vault.operators.keys().copied().collect();
        operators.insert(Address::ZERO);
        let mut pools: BTreeSet<_> = vault.positions.keys().map(|(pool, _)| *pool).collect();
        pools.extend(vault.buckets.keys().map(|(pool, _)| *pool));
        pools.extend(vault.pools.keys());
        Self { accounts, strategies, operators, pools }
    }
}

fn word(epoch: Epoch) -> U256 {
    epoch.into()
}

fn vault_questions(questions: &mut Questions, replay: &Replay, now: VaultAt<'_>, names: &Names) {
    use StakeVault as C;
    let state = replay.vault();
    questions.ask(&C::MAX_ASSETSCall {}, &MAX_ASSETS);
    questions.ask(&C::EPOCH_LENGTHCall {}, &U256::from(now.clock().epoch_length));
    questions.ask(&C::ORIGINCall {}, &U256::from(now.clock().origin));
    questions.ask(&C::AUTHORITYCall {}, &now.authority());
    questions.ask(&C::currentEpochCall {}, &word(now.current_epoch()));
    for action in 0..6 {
        let pause = now.pause_of(action);
        let (until, restUntil) = (U256::from(pause.until), U256::from(pause.rest_until));
        questions.ask(&C::pauseOfCall { action }, &C::pauseOfReturn { until, restUntil });
    }
    for &strategy in &names.strategies {
        questions.ask(&C::depositCapOfCall { strategy }, &now.deposit_cap_of(strategy));
        for &operator in &names.operators {
            questions
                .ask(&C::poolIdCall { operator, strategy }, &now.pool_id(operator, strategy).0);
        }
        for &account in &names.accounts {
            questions
                .ask(&C::creditOfCall { strategy, account }, &now.credit_of(strategy, account));
        }
    }
    for &operator in &names.accounts {
        let it = now.operator_state(operator);
        let standing = it.unwrap_or_default();
        questions.ask(
            &C::operatorStateCall { operator },
            &C::operatorStateReturn {
                registered: it.is_some(),
                opened: standing.opened,
                admitsFrom: word(standing.admits_from),
                approver: standing.approver,
            },
        );
    }
    for &operator in &names.operators {
        for &staker in &names.accounts {
            let it = now.admission_of(operator, staker);
            let told = C::admissionOfReturn { nonce: it.nonce, deadline: U256::from(it.deadline) };
            questions.ask(&C::admissionOfCall { operator, staker }, &told);
        }
    }
    for &owner in &names.accounts {
        for &spender in &names.accounts {
            questions.ask(&C::isOperatorCall { owner, spender }, &now.is_operator(owner, spender));
        }
    }
    for &(owner, spender, pool) in state.allowances.keys() {
        let told = now.allowance(owner, spender, pool);
        questions.ask(&C::allowanceCall { owner, spender, id: pool.0 }, &told);
    }
    let pools: Vec<_> = names.pools.iter().copied().collect();
    let assets = pools.iter().map(|pool| now.assets_of(*pool)).collect();
    let ids = pools.iter().map(|pool| pool.0).collect();
    questions.ask(&C::assetsOfCall { pools: ids }, &assets);
    for pool in pools {
        pool_questions(questions, now, pool);
    }
    for (&(pool, owner), position) in &state.positions {
        let held = now.balance_of(owner, pool);
        questions.ask(&C::balanceOfCall { owner, pool: pool.0 }, &held);
        let worth = now.position_value(pool, owner);
        questions.ask(&C::positionValueCall { pool: pool.0, owner }, &worth);
        let mut epochs = BTreeSet::from([Epoch(0), now.current_epoch()]);
        let changes = position.history.keys().copied();
        let changes = changes.chain([position.previous.since, position.now.since]);
        epochs.extend(changes.flat_map(|since| [since, since.plus(1)]));
        for epoch in epochs {
            let Some(shares) = now.shares_at(pool, owner, epoch) else { continue };
            let call = C::sharesAtCall { pool: pool.0, owner, epoch: word(epoch) };
            questions.ask(&call, &shares);
            let to = now.current_epoch();
            for (from, to) in [(epoch, to), (Epoch(0), epoch)] {
                let Some(held) = now.history_of(pool, owner, from, to) else { continue };
                let packed = |it: &Checkpoint| word(it.since) << 104 | it.shares;
                let held: Vec<U256> = held.iter().map(packed).collect();
                let (from, to) = (word(from), word(to));
                questions.ask(&C::historyOfCall { pool: pool.0, owner, from, to }, &held);
            }
        }
    }
    for &(pool, epoch) in state.buckets.keys() {
        let it = now.bucket_of(pool, epoch);
        let told = C::bucketOfReturn { assets: it.assets, shares: it.shares };
        questions.ask(&C::bucketOfCall { pool: pool.0, epoch: word(epoch) }, &told);
        for &owner in &names.accounts {
            let shares = now.exit_of(pool, epoch, owner);
            questions.ask(&C::exitOfCall { pool: pool.0, epoch: word(epoch), owner }, &shares);
            if !shares.is_zero() {
                let worth = now.exit_value(pool, epoch, owner);
                questions
                    .ask(&C::exitValueCall { pool: pool.0, epoch: word(epoch), owner }, &worth);
            }
        }
    }
}

fn pool_questions(questions: &mut Questions, now: VaultAt<'_>, pool: PoolId) {
    use StakeVault as C;
    let (operator, strategy) = now.pool_of(pool);
    questions.ask(&C::poolOfCall { pool: pool.0 }, &C::poolOfReturn { operator, strategy });
    let it = now.pool_state(pool);
    questions.ask(
        &C::poolStateCall { pool: pool.0 },
        &C::poolStateReturn {
            assets: it.assets,
            shares: it.shares,
            generation: U256::from(it.generation),
            since: word(it.since),
        },
    );
    let [inPool, inNext, inLast] = now.slashable(pool);
    questions
        .ask(&C::slashableCall { pool: pool.0 }, &C::slashableReturn { inPool, inNext, inLast });
    for epoch in 0..=now.current_epoch().0 {
        let Some((generation, shares)) = now.total_shares_at(pool, Epoch(epoch)) else { continue };
        questions.ask(
            &C::totalSharesAtCall { pool: pool.0, epoch: U256::from(epoch) },
            &C::totalSharesAtReturn { generation: generation.0, shares },
        );
    }
}

fn manager_questions(
    questions: &mut Questions,
    replay: &Replay,
    now: ManagerAt<'_>,
    names: &Names,
) {
    use AllocationManager as C;
    let state = replay.manager();
    questions.ask(&C::LEAST_MAGNITUDECall {}, &U256::from(LEAST_MAGNITUDE));
    questions.ask(&C::EPOCH_LENGTHCall {}, &U256::from(now.clock().epoch_length));
    questions.ask(&C::ORIGINCall {}, &U256::from(now.clock().origin));
    questions.ask(&C::AUTHORITYCall {}, &now.authority());
    questions.ask(&C::currentEpochCall {}, &word(now.current_epoch()));
    for action in 0..6 {
        let pause = now.pause_of(action);
        let (until, restUntil) = (U256::from(pause.until), U256::from(pause.rest_until));
        questions.ask(&C::pauseOfCall { action }, &C::pauseOfReturn { until, restUntil });
    }
    let operators: Vec<_> = names.operators.iter().copied().collect();
    for &strategy in &names.strategies {
        let ceiling = U256::from(now.degree_ceiling_of(strategy));
        questions.ask(&C::degreeCeilingOfCall { strategy }, &ceiling);
        let losses = operators.iter().map(|it| U256::from(now.worst_case_loss(strategy, *it)));
        let losses = losses.collect();
        questions.ask(&C::worstCaseLossCall { strategy, operators: operators.clone() }, &losses);
        for &operator in &operators {
            let it = now.budget_of(operator, strategy);
            questions.ask(
                &C::budgetOfCall { operator, strategy },
                &C::budgetOfReturn {
                    left: U256::from(it.left()),
                    committed: U256::from(it.committed),
                    generation: U256::from(it.generation),
                },
            );
            let until = word(now.contested_until(operator, strategy));
            questions.ask(&C::contestedUntilCall { operator, strategy }, &until);
        }
    }
    for &(account, appointee, selector) in &state.appointees {
        let call = C::isAppointedCall { account, appointee, selector };
        questions.ask(&call, &now.is_appointed(account, appointee, selector));
    }
    for &id in state.sets.keys() {
        set_questions(questions, now, id, names);
    }
}

fn set_questions(
    questions: &mut Questions,
    now: ManagerAt<'_>,
    id: palisade_bindings::OperatorSetId,
    names: &Names,
) {
    use AllocationManager as C;
    let set = id.packed();
    let operators: Vec<_> = names.operators.iter().copied().collect();
    let terms = now.terms_of(id).unwrap();
    questions.ask(
        &C::termsOfCall { set },
        &C::Terms {
            slasher: terms.slasher,
            cap: U256::from(terms.cap),
            window: U256::from(terms.window),
            recipient: terms.recipient,
            resolver: terms.resolver,
            conditions: terms.conditions,
            registrar: terms.registrar,
        },
    );
    for &operator in &operators {
        let it = now.membership_of(id, operator);
        let told =
            C::Membership { joined: it.joined, opened: it.opened, allocations: it.allocations };
        questions.ask(&C::membershipOfCall { set, operator }, &told);
    }
    for &strategy in &names.strategies {
        questions.ask(&C::isAcceptedCall { set, strategy }, &now.is_accepted(id, strategy));
        let stake = |of: &dyn Fn(Address) -> U256| operators.iter().map(|it| of(*it)).collect();
        questions.ask(
            &C::slashableStakeCall { set, strategy, operators: operators.clone() },
            &stake(&|operator| now.slashable_stake(id, strategy, operator)),
        );
        questions.ask(
            &C::guaranteedStakeCall { set, strategy, operators: operators.clone() },
            &stake(&|operator| now.guaranteed_stake(id, strategy, operator)),
        );
        for &operator in &operators {
            let it = now.allocation_of(id, operator, strategy);
            questions.ask(
                &C::allocationOfCall { set, operator, strategy },
                &C::allocationOfReturn {
                    current: U256::from(it.current),
                    next: U256::from(it.next),
                    effective: word(it.effective),
                    taken: U256::from(it.taken),
                },
            );
            let it = now.proposal_of(id, operator, strategy);
            let told = it.map(|it| C::proposalOfReturn {
                magnitude: U256::from(it.proposal.magnitude),
                wad: U256::from(it.proposal.wad),
                executableFrom: U256::from(it.executable_from),
                lapsesAt: U256::from(it.lapses_at),
            });
            let none = C::proposalOfReturn {
                magnitude: U256::ZERO,
                wad: U256::ZERO,
                executableFrom: U256::ZERO,
                lapsesAt: U256::ZERO,
            };
            questions.ask(&C::proposalOfCall { set, operator, strategy }, &told.unwrap_or(none));
        }
    }
}

/// About every pool and token that was paid, and everybody who held or claimed something of it.
fn distributor_questions(
    questions: &mut Questions,
    replay: &Replay,
    now: DistributorAt<'_>,
    names: &Names,
) {
    use RewardsDistributor as C;
    let state = replay.distributor();
    questions.ask(&C::MAX_COMMISSIONCall {}, &U256::from(MAX_COMMISSION));
    questions.ask(&C::EPOCH_LENGTHCall {}, &U256::from(now.clock().epoch_length));
    questions.ask(&C::ORIGINCall {}, &U256::from(now.clock().origin));
    questions.ask(&C::currentEpochCall {}, &word(now.current_epoch()));
    let closed = now.closed_epoch();
    for &owner in &names.accounts {
        questions.ask(&C::recipientOfCall { owner }, &now.recipient_of(owner));
    }
    let tokens: BTreeSet<_> = state.rewards.keys().map(|(_, token)| *token).collect();
    for &operator in &names.operators {
        for later in 0..5 {
            let epoch = closed.plus(later);
            let rate = U256::from(now.commission_at(operator, epoch).unwrap());
            questions.ask(&C::commissionAtCall { operator, epoch: word(epoch) }, &rate);
        }
        for &token in &tokens {
            let due = now.commission_of(operator, token);
            questions.ask(&C::commissionOfCall { operator, token }, &due);
        }
    }
    for (&(pool, token), rewards) in &state.rewards {
        let carry = now.carried(pool, token);
        questions.ask(&C::carriedCall { pool: pool.0, token }, &carry);
        let paid = rewards.paid.keys().flat_map(|epoch| [*epoch, epoch.plus(1)]);
        for epoch in paid.chain([Epoch(0), closed.plus(3)]) {
            let reached = now.rewards_per_share(pool, token, epoch);
            let call = C::rewardsPerShareCall { pool: pool.0, token, epoch: word(epoch) };
            questions.ask(&call, &reached);
        }
        let holders = replay.vault().positions.keys().filter(|(of, _)| *of == pool);
        let mut owners: BTreeSet<_> = holders.map(|(_, owner)| *owner).collect();
        let claims =
            state.claims.keys().filter(|(of, in_token, _)| (*of, *in_token) == (pool, token));
        owners.extend(claims.map(|(.., owner)| *owner));
        for owner in owners {
            let it = now.claimed_of(pool, token, owner);
            let (cumulative, fraction) = (it.cumulative, it.fraction);
            let told = C::claimedOfReturn { through: word(it.through), cumulative, fraction };
            questions.ask(&C::claimedOfCall { pool: pool.0, token, owner }, &told);
            for through in [Epoch(0), Epoch(closed.0.saturating_sub(2)), closed, closed.plus(3)] {
                let due = now.claimable(owner, through, pool, token);
                let claims = vec![C::Claim { pool: pool.0, token }];
                let call = C::claimableCall { owner, through: word(through), claims };
                questions.ask(&call, &vec![due]);
            }
        }
    }
}
