//! What an action of the model is on the chain: a call.

use alloy::{
    primitives::{Address, Bytes},
    sol_types::SolCall,
};
use palisade_bindings::{
    AllocationManager as M, BlocklistToken as T, RewardsDistributor as D, StakeVault as V,
};
use palisade_model::{Action, Function, Operator, Pausable, Recipient, Strategy, Terms};

use crate::{
    chain::Sent,
    world::{
        EVIDENCE, World, address, epoch, long, operator, pool, set, strategies, strategy, wad, wide,
    },
};

/// The call that an action is; `None` where time passes, which is no call.
pub(crate) fn call(world: &World, action: &Action) -> Option<Sent> {
    let (to, input) = if let Some((token, input)) = token(world, action) {
        (strategy(token), input)
    } else if let Some(input) = rewards(action) {
        (world.rewards, input)
    } else if let Some(input) = vault(world, action) {
        (if is_of_manager(action) { world.manager } else { world.vault }, input)
    } else {
        (world.manager, manager(action)?)
    };
    let from = action.by().map_or(Address::ZERO, address);
    Some(Sent { from, to, input: input.into() })
}

/// Whether it pauses what only the allocation manager does.
const fn is_of_manager(action: &Action) -> bool {
    let Action::Pause { action, .. } = action else { return false };
    matches!(action, Pausable::Join | Pausable::Raise | Pausable::CreateSet)
}

fn token(world: &World, action: &Action) -> Option<(Strategy, Vec<u8>)> {
    Some(match *action {
        Action::Mint { strategy, to, amount } => {
            (strategy, T::mintCall { to: address(to), amount: wide(amount) }.abi_encode())
        }
        Action::Donate { strategy, amount, .. } => {
            (strategy, T::transferCall { to: world.vault, value: wide(amount) }.abi_encode())
        }
        Action::SetCanReceive { strategy, account, can } => {
            let account = address(account);
            (strategy, T::setBlockedCall { account, blocked: !can }.abi_encode())
        }
        _ => return None,
    })
}

fn vault(world: &World, action: &Action) -> Option<Vec<u8>> {
    use Action as A;
    Some(match *action {
        A::SetDepositCap { strategy: token, cap, .. } => {
            V::setDepositCapCall { strategy: strategy(token), cap: wide(cap) }.abi_encode()
        }
        A::Pause { action, duration, .. } => {
            let duration = long(duration);
            V::pauseCall { action: pausable(action), duration }.abi_encode()
        }
        A::RegisterOperator { approver, .. } => {
            V::registerOperatorCall { approver: approver.map_or(Address::ZERO, address) }
                .abi_encode()
        }
        A::RemoveApprover { .. } => V::removeApproverCall {}.abi_encode(),
        A::Open { .. } => V::openCall {}.abi_encode(),
        A::Close { .. } => V::closeCall {}.abi_encode(),
        A::Admit { operator: of, staker, deadline, ref signed, .. } => V::admitCall {
            operator: operator(of),
            staker: address(staker),
            deadline: long(deadline),
            signature: signed.as_ref().map_or_else(Bytes::new, |signed| world.signature(signed)),
        }
        .abi_encode(),
        A::Deposit { strategy: token, operator: to, assets, min_shares, receiver, .. } => {
            V::depositCall {
                strategy: strategy(token),
                operator: operator(to),
                receiver: address(receiver),
                assets: wide(assets),
                minShares: wide(min_shares),
            }
            .abi_encode()
        }
        A::Withdraw { owner, pool: id, shares, receiver, .. } => V::withdrawCall {
            pool: pool(id).into(),
            shares: wide(shares),
            receiver: address(receiver),
            owner: address(owner),
        }
        .abi_encode(),
        A::Delegate { owner, pool: id, shares, to, min_shares, .. } => V::delegateCall {
            pool: pool(id).into(),
            shares: wide(shares),
            operator: operator(to),
            minShares: wide(min_shares),
            owner: address(owner),
        }
        .abi_encode(),
        A::QueueWithdrawal { owner, pool: id, shares, min_assets, .. } => V::queueWithdrawalCall {
            pool: pool(id).into(),
            shares: wide(shares),
            minAssets: wide(min_assets),
            owner: address(owner),
        }
        .abi_encode(),
        A::CompleteWithdrawal { owner, pool: id, epoch: of, receiver, .. } => {
            V::completeWithdrawalCall {
                pool: pool(id).into(),
                epoch: epoch(of),
                owner: address(owner),
                receiver: address(receiver),
            }
            .abi_encode()
        }
        A::Redelegate { owner, pool: id, epoch: of, to, min_shares, .. } => V::redelegateCall {
            pool: pool(id).into(),
            epoch: epoch(of),
            owner: address(owner),
            operator: operator(to),
            minShares: wide(min_shares),
        }
        .abi_encode(),
        // An owner may use either: the other one for odd amounts.
        A::Transfer { by, from, to, pool: id, amount } if by == from && amount % 2 == 0 => {
            V::transferCall { receiver: address(to), id: pool(id).into(), amount: wide(amount) }
                .abi_encode()
        }
        A::Transfer { from, to, pool: id, amount, .. } => V::transferFromCall {
            sender: address(from),
            receiver: address(to),
            id: pool(id).into(),
            amount: wide(amount),
        }
        .abi_encode(),
        A::Approve { spender, pool: id, amount, .. } => {
            V::approveCall { spender: address(spender), id: pool(id).into(), amount }.abi_encode()
        }
        A::SetOperator { spender, approved, .. } => {
            V::setOperatorCall { spender: address(spender), approved }.abi_encode()
        }
        A::CollectCredit { owner, strategy: token, receiver, .. } => V::collectCall {
            strategy: strategy(token),
            account: address(owner),
            receiver: address(receiver),
        }
        .abi_encode(),
        _ => return None,
    })
}

fn rewards(action: &Action) -> Option<Vec<u8>> {
    use Action as A;
    Some(match *action {
        A::Distribute { epoch: of, token, ref payments, .. } => {
            let payments = payments.iter().map(|it| D::Payment {
                operator: operator(it.operator),
                strategy: strategy(it.strategy),
                amount: wide(it.amount),
            });
            let (epoch, token, payments) = (epoch(of), strategy(token), payments.collect());
            D::distributeCall { epoch, token, payments }.abi_encode()
        }
        A::SetCommission { rate, .. } => D::setCommissionCall { rate: wad(rate) }.abi_encode(),
        A::CollectCommission { operator: of, receiver, ref tokens, .. } => D::collectCall {
            operator: operator(of),
            receiver: address(receiver),
            tokens: strategies(tokens),
        }
        .abi_encode(),
        A::ClaimRewards { owner, receiver, through, ref claims, .. } => {
            let claims = claims
                .iter()
                .map(|it| D::Claim { pool: pool(it.pool).into(), token: strategy(it.token) });
            D::claimCall {
                owner: address(owner),
                receiver: address(receiver),
                through: epoch(through),
                claims: claims.collect(),
            }
            .abi_encode()
        }
        A::SetRecipient { recipient, .. } => {
            D::setRecipientCall { recipient: address(recipient) }.abi_encode()
        }
        _ => return None,
    })
}

fn manager(action: &Action) -> Option<Vec<u8>> {
    use Action as A;
    Some(match *action {
        A::SetCeiling { strategy: token, ceiling, .. } => {
            M::setDegreeCeilingCall { strategy: strategy(token), ceiling: wad(ceiling) }
                .abi_encode()
        }
        A::Appoint { appointee, function, allowed, .. } => M::appointCall {
            appointee: address(appointee),
            selector: selector(function).into(),
            allowed,
        }
        .abi_encode(),
        A::SetMetadata { avs, ref uri, .. } => {
            M::setMetadataURICall { avs: address(avs), uri: uri.clone() }.abi_encode()
        }
        A::CreateOperatorSet { set: id, terms: ref it, strategies: ref accepted, .. } => {
            M::createOperatorSetCall {
                set: set(id).into(),
                terms: terms(it),
                strategies: strategies(accepted),
            }
            .abi_encode()
        }
        A::AddStrategy { set: id, strategy: token, .. } => {
            let strategies = vec![strategy(token)];
            M::addStrategiesCall { set: set(id).into(), strategies }.abi_encode()
        }
        A::RemoveStrategy { set: id, strategy: token, .. } => {
            let strategies = vec![strategy(token)];
            M::removeStrategiesCall { set: set(id).into(), strategies }.abi_encode()
        }
        A::Retire { set: id, .. } => M::retireCall { set: set(id).into() }.abi_encode(),
        A::Join { operator: who, set: id, .. } => {
            M::joinCall { set: set(id).into(), operator: operator(who), data: joining(who) }
                .abi_encode()
        }
        A::Leave { operator: who, set: id, strategies: ref named, .. } => M::leaveCall {
            set: set(id).into(),
            operator: operator(who),
            strategies: strategies(named),
        }
        .abi_encode(),
        A::Eject { operator: who, set: id, strategies: ref named, .. } => M::ejectCall {
            set: set(id).into(),
            operator: operator(who),
            strategies: strategies(named),
        }
        .abi_encode(),
        A::Renew { operator: who, strategy: token, .. } => {
            M::renewCall { operator: operator(who), strategy: strategy(token) }.abi_encode()
        }
        A::Allocate { operator: who, set: id, strategy: token, target, .. } => M::allocateCall {
            set: set(id).into(),
            operator: operator(who),
            strategy: strategy(token),
            magnitude: long(target.0),
        }
        .abi_encode(),
        A::Slash { set: id, operator: who, ref fractions, .. } => M::slashCall {
            set: set(id).into(),
            operator: operator(who),
            strategies: fractions.iter().map(|(token, _)| strategy(*token)).collect(),
            wads: fractions.iter().map(|(_, part)| wad(*part)).collect(),
            evidence: EVIDENCE,
        }
        .abi_encode(),
        A::Settle { set: id, operator: who, strategy: token, .. } => {
            let (set, operator, strategy) = (set(id).into(), operator(who), strategy(token));
            M::settleCall { set, operator, strategy }.abi_encode()
        }
        A::ProposeSlash { set: id, operator: who, strategy: token, wad: part, .. } => {
            M::proposeSlashCall {
                set: set(id).into(),
                operator: operator(who),
                strategy: strategy(token),
                wad: wad(part),
                evidence: EVIDENCE,
            }
            .abi_encode()
        }
        A::CancelSlash { set: id, operator: who, strategy: token, .. } => {
            let (set, operator, strategy) = (set(id).into(), operator(who), strategy(token));
            M::cancelSlashCall { set, operator, strategy }.abi_encode()
        }
        A::ExecuteSlash { set: id, operator: who, strategy: token, .. } => {
            let (set, operator, strategy) = (set(id).into(), operator(who), strategy(token));
            M::executeSlashCall { set, operator, strategy }.abi_encode()
        }
        _ => return None,
    })
}

/// What an operator has the registrar told when it joins: of another length for each, and not always of whole words.
pub(crate) fn joining(who: Operator) -> Bytes {
    let [.., length] = who.0;
    who.0.iter().rev().copied().cycle().take(usize::from(length) * 7 % 100).collect()
}

/// A set's terms, as the chain has them: nobody is address zero, and so is what burns.
pub(crate) fn terms(terms: &Terms) -> M::Terms {
    M::Terms {
        slasher: address(terms.slasher),
        cap: wad(terms.cap),
        window: long(terms.window),
        recipient: match terms.recipient {
            Recipient::Account(account) => address(account),
            Recipient::Burn => Address::ZERO,
        },
        resolver: terms.resolver.map_or(Address::ZERO, address),
        conditions: terms.conditions.into(),
        registrar: terms.registrar.map_or(Address::ZERO, address),
    }
}

/// The place of an action in the contracts' `Pausable`.
pub(crate) const fn pausable(action: Pausable) -> u8 {
    match action {
        Pausable::Deposit => 0,
        Pausable::Open => 1,
        Pausable::Complete => 2,
        Pausable::Join => 3,
        Pausable::Raise => 4,
        Pausable::CreateSet => 5,
    }
}

/// The selector of a function that can be lent.
pub(crate) const fn selector(function: Function) -> [u8; 4] {
    match function {
        Function::SetMetadata => M::setMetadataURICall::SELECTOR,
        Function::CreateOperatorSet => M::createOperatorSetCall::SELECTOR,
        Function::AddStrategies => M::addStrategiesCall::SELECTOR,
        Function::RemoveStrategies => M::removeStrategiesCall::SELECTOR,
        Function::Retire => M::retireCall::SELECTOR,
        Function::Eject => M::ejectCall::SELECTOR,
        Function::Join => M::joinCall::SELECTOR,
        Function::Allocate => M::allocateCall::SELECTOR,
        Function::Leave => M::leaveCall::SELECTOR,
        Function::Renew => M::renewCall::SELECTOR,
    }
}
