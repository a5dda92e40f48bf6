//! What the allocation manager returns and logs, and the vault for it.

use alloy::{
    primitives::{Address, B256, Log, LogData, U256, aliases::U192},
    sol,
    sol_types::SolCall,
};
use palisade_bindings::{AllocationManager as M, StakeVault as V};
use palisade_model::{
    Account, Action, Delivery, Operator, OperatorSetId, Outcome, Parts, PoolId, Slashed, Strategy,
};

use super::{REST, Telling, packed};
use crate::{
    calls::{joining, selector, terms},
    names::BURN_ADDRESS,
    world::{EVIDENCE, REGISTRARS, address, epoch, operator, pool, strategy, wad},
};

sol! {
    /// What registrars are told.
    function onJoin(uint192 set, address operator, bytes data);
    function onLeave(uint192 set, address operator);
}

impl Telling<'_> {
    /// What governance, services and operators do at the allocation manager.
    pub(super) fn manager(&mut self, action: &Action) {
        use Action as A;
        match *action {
            A::SetCeiling { strategy: token, ceiling, .. } => {
                let (strategy, ceiling) = (strategy(token), wad(ceiling));
                self.manager_logs(&M::DegreeCeilingSet { strategy, ceiling });
            }
            A::Appoint { account, appointee, function, allowed } => {
                self.manager_logs(&M::Appointed {
                    account: address(account),
                    appointee: address(appointee),
                    selector: selector(function).into(),
                    allowed,
                });
            }
            A::SetMetadata { avs, ref uri, .. } => {
                self.manager_logs(&M::MetadataUpdated { avs: address(avs), uri: uri.clone() });
            }
            A::CreateOperatorSet { set: id, terms: ref it, ref strategies, .. } => {
                self.manager_logs(&M::OperatorSetCreated { set: packed(id), terms: terms(it) });
                for &token in strategies {
                    self.strategy_added(id, token);
                }
            }
            A::AddStrategy { set: id, strategy: token, .. } => self.strategy_added(id, token),
            A::RemoveStrategy { set: id, strategy: token, .. } => {
                let (set, strategy) = (packed(id), strategy(token));
                self.manager_logs(&M::StrategyRemoved { set, strategy });
            }
            A::Retire { set: id, .. } => {
                self.manager_logs(&M::OperatorSetRetired { set: packed(id) });
            }
            A::Join { operator: who, set: id, .. } => {
                let (set, operator) = (packed(id), operator(who));
                self.manager_logs(&M::Joined { set, operator });
                if let Some(registrar) = self.registrar(id) {
                    let data = joining(who);
                    self.told(registrar, &onJoinCall { set, operator, data });
                }
            }
            A::Leave { operator: who, set: id, .. } => self.left(id, who, false),
            A::Eject { operator: who, set: id, .. } => self.left(id, who, true),
            A::Renew { operator: who, strategy: token, .. } => self.renewed(who, token),
            A::Allocate { operator: who, set: id, strategy: token, target, .. } => {
                let effective = epoch(self.effective());
                self.allocated(packed(id), who, token, U256::from(target.0), effective);
                self.returns::<M::allocateCall>(&effective);
            }
            A::Settle { operator: who, set: id, strategy: token, .. } => {
                let (set, operator, strategy) = (packed(id), operator(who), strategy(token));
                self.manager_logs(&M::Settled { set, operator, strategy });
            }
            _ => self.slashing(action),
        }
    }

    /// What slashers and resolvers do, and who executes what they proposed.
    fn slashing(&mut self, action: &Action) {
        use Action as A;
        match *action {
            A::Slash { set: id, operator: who, ref fractions, .. } => {
                let Outcome::Slashed(reports) = self.outcome else { return };
                for ((token, _), report) in fractions.iter().zip(reports) {
                    self.slashed(packed(id), who, *token, report, EVIDENCE);
                }
                let assets = reports.iter().map(total).collect();
                self.returns::<M::slashCall>(&assets);
            }
            A::ExecuteSlash { set: id, operator: who, strategy: token, .. } => {
                let Outcome::Slashed(reports) = self.outcome else { return };
                for report in reports {
                    // The evidence was logged with the proposal.
                    self.slashed(packed(id), who, token, report, B256::ZERO);
                    self.returns::<M::executeSlashCall>(&total(report));
                }
            }
            A::ProposeSlash { set: id, operator: who, strategy: token, wad: part, .. } => {
                let Outcome::Proposed(proposal) = self.outcome else { return };
                self.manager_logs(&M::SlashProposed {
                    set: packed(id),
                    operator: operator(who),
                    strategy: strategy(token),
                    magnitude: U256::from(proposal.magnitude.0),
                    wad: wad(part),
                    evidence: EVIDENCE,
                });
            }
            A::CancelSlash { set: id, operator: who, strategy: token, .. } => {
                let (set, operator, strategy) = (packed(id), operator(who), strategy(token));
                self.manager_logs(&M::SlashCancelled { set, operator, strategy });
            }
            _ => {}
        }
    }

    fn strategy_added(&mut self, id: OperatorSetId, token: Strategy) {
        self.manager_logs(&M::StrategyAdded { set: packed(id), strategy: strategy(token) });
    }

    fn allocated(
        &mut self,
        set: U192,
        who: Operator,
        token: Strategy,
        magnitude: U256,
        effective: U256,
    ) {
        let (operator, strategy) = (operator(who), strategy(token));
        self.manager_logs(&M::Allocated { set, operator, strategy, magnitude, effective });
    }

    /// A membership ends: each allocation that counts is lowered to nothing, the smallest strategy first.
    fn left(&mut self, id: OperatorSetId, who: Operator, ejected: bool) {
        let Outcome::Left(lowered) = self.outcome else { return };
        let set = packed(id);
        for &(token, effective) in lowered {
            self.allocated(set, who, token, U256::ZERO, epoch(effective));
        }
        let operator = operator(who);
        self.manager_logs(&M::Left { set, operator, ejected });
        match self.registrar(id) {
            Some(registrar) if registrar == REGISTRARS[1] => {
                self.manager_logs(&M::LeaveHookFailed { set, operator });
            }
            Some(registrar) => self.told(registrar, &onLeaveCall { set, operator }),
            None => {}
        }
    }

    /// Who is told of the joins and leaves of a set; a retired one keeps it.
    fn registrar(&self, id: OperatorSetId) -> Option<Account> {
        self.model.operator_set(id).ok()?.terms.registrar
    }

    /// A registrar logs what it is told.
    fn told(&mut self, registrar: Account, call: &impl SolCall) {
        let data = LogData::new_unchecked(Vec::new(), call.abi_encode().into());
        self.expected.logs.push(Log { address: address(registrar), data });
    }

    /// The generation that ended keeps what is left of it.
    fn renewed(&mut self, who: Operator, token: Strategy) {
        let PoolId { generation, .. } = self.model.pool_id(who, token);
        let generation = generation.saturating_sub(1);
        let ended = PoolId { operator: who, strategy: token, generation };
        let assets = U256::from(self.model.bucket(ended, REST).assets);
        self.vault_logs(&V::PoolRenewed { pool: pool(ended).into(), assets });
    }

    /// One strategy of a slash: what the vault takes and where it goes, then what the set did. Of a strategy of which
    /// nothing is taken, the vault says nothing.
    fn slashed(
        &mut self,
        set: U192,
        who: Operator,
        token: Strategy,
        report: &Slashed,
        evidence: B256,
    ) {
        let assets = report.assets.total();
        if assets > 0 {
            self.taken(pool(report.pool).into(), report);
            let account = match report.delivery {
                Delivery::Burned => BURN_ADDRESS,
                Delivery::Sent(account) | Delivery::Credited(account) => address(account),
                Delivery::Nothing => Address::ZERO,
            };
            if matches!(report.delivery, Delivery::Credited(_)) {
                let (strategy, assets) = (strategy(token), U256::from(assets));
                self.vault_logs(&V::Credited { strategy, account, assets });
            } else {
                self.tokens_move(token, self.world.vault, account, assets);
            }
        }
        self.manager_logs(&M::OperatorSlashed {
            set,
            operator: operator(who),
            strategy: strategy(token),
            magnitude: U256::from(report.magnitude.0),
            assets: U256::from(assets),
            evidence,
        });
    }

    fn taken(&mut self, pool: U256, report: &Slashed) {
        let Parts { pool: of_pool, exits: [of_next, of_last] } = report.assets;
        self.vault_logs(&V::Slashed {
            pool,
            fromPool: U256::from(of_pool),
            fromNext: U256::from(of_next),
            fromLast: U256::from(of_last),
        });
        if report.ended_generation {
            self.vault_logs(&V::GenerationEnded { pool });
        }
    }
}

fn total(report: &Slashed) -> U256 {
    U256::from(report.assets.total())
}
