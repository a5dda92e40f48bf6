//! The same few actors for every test, and a model that is ready for them.

use palisade_model::{
    Account, Magnitude, Model, Operator, OperatorSetId, Recipient, Result, Strategy, Terms, Wad,
};

pub(crate) const ALICE: Account = Account::from_u64(0xa1);
pub(crate) const BOB: Account = Account::from_u64(0xb0);
pub(crate) const CAROL: Account = Account::from_u64(0xca);
pub(crate) const STAKERS: [Account; 3] = [ALICE, BOB, CAROL];

/// Sets limits and pauses.
pub(crate) const GOVERNANCE: Account = Account::from_u64(0x60f);
/// Has no role: sends what everybody may.
pub(crate) const ANYBODY: Account = Account::from_u64(0xab);
pub(crate) const SLASHER: Account = Account::from_u64(0x51a);
pub(crate) const TREASURY: Account = Account::from_u64(0x7ea);
/// Decides who may stake with EAST.
pub(crate) const WARDEN: Account = Account::from_u64(0x3a);
/// May cancel what the court's slasher proposes.
pub(crate) const RESOLVER: Account = Account::from_u64(0x5e);

pub(crate) const ETH: Strategy = Strategy::from_u64(0xe);
pub(crate) const GOLD: Strategy = Strategy::from_u64(0x60);
pub(crate) const STRATEGIES: [Strategy; 2] = [ETH, GOLD];

pub(crate) const NORTH: Operator = Operator::from_u64(0x1);
pub(crate) const SOUTH: Operator = Operator::from_u64(0x2);
/// Takes only stakers whom the warden admits.
pub(crate) const EAST: Operator = Operator::from_u64(0x3);
pub(crate) const OPERATORS: [Operator; 3] = [NORTH, SOUTH, EAST];

/// Slashes all at once, to the treasury.
pub(crate) const ORACLE: OperatorSetId = OperatorSetId { avs: Account::from_u64(0xa5), id: 1 };
/// Slashes at most 30 % in an epoch, and burns it.
pub(crate) const BRIDGE: OperatorSetId = OperatorSetId { avs: Account::from_u64(0xa5), id: 2 };
/// Slashes all at once, to a staker.
pub(crate) const ROLLUP: OperatorSetId = OperatorSetId { avs: Account::from_u64(0xa6), id: 1 };
/// Proposes its slashes, of at most 60 % in an epoch, to the treasury.
pub(crate) const COURT: OperatorSetId = OperatorSetId { avs: Account::from_u64(0xa7), id: 1 };
pub(crate) const INSTANT: [OperatorSetId; 3] = [ORACLE, BRIDGE, ROLLUP];
pub(crate) const SETS: [OperatorSetId; 4] = [ORACLE, BRIDGE, ROLLUP, COURT];

pub(crate) const ORIGIN: u64 = 1_000;
pub(crate) const EPOCH: u64 = 100;
/// The court's challenge window.
pub(crate) const WINDOW: u64 = 40;

pub(crate) const fn percent(n: u64) -> Magnitude {
    Magnitude(n * 10_000_000_000_000_000)
}

pub(crate) const fn wad(n: u64) -> Wad {
    Wad(percent(n).0)
}

pub(crate) fn terms(recipient: Recipient, cap: Wad) -> Terms {
    Terms {
        slasher: SLASHER,
        recipient,
        window: 0,
        resolver: None,
        cap,
        conditions: [7; 32],
        registrar: None,
    }
}

/// Four sets, three registered operators that are members of all of them, and rich stakers. Nothing
/// is allocated, nobody is open, it is epoch 1.
pub(crate) fn founded() -> Result<Model> {
    let mut model = Model::new(ORIGIN, EPOCH)?.governed_by(GOVERNANCE);
    let treasury = Recipient::Account(TREASURY);
    model.create_operator_set(ORACLE, terms(treasury, Wad::ONE), &STRATEGIES)?;
    model.create_operator_set(BRIDGE, terms(Recipient::Burn, wad(30)), &STRATEGIES)?;
    let staker = Recipient::Account(CAROL);
    model.create_operator_set(ROLLUP, terms(staker, Wad::ONE), &STRATEGIES)?;
    let slow = Terms { window: WINDOW, resolver: Some(RESOLVER), ..terms(treasury, wad(60)) };
    model.create_operator_set(COURT, slow, &STRATEGIES)?;
    for operator in OPERATORS {
        model.register_operator(operator, (operator == EAST).then_some(WARDEN))?;
        for set in SETS {
            model.join(operator, set)?;
        }
    }
    for strategy in STRATEGIES {
        for staker in STAKERS {
            model.mint(strategy, staker, 1 << 100)?;
        }
    }
    Ok(model)
}

/// [`founded`], with `allocations` of NORTH's ETH made before all operators opened; epoch 2.
pub(crate) fn running(allocations: &[(OperatorSetId, Magnitude)]) -> Result<Model> {
    let mut model = founded()?;
    for &(set, magnitude) in allocations {
        model.allocate(NORTH, set, ETH, magnitude)?;
    }
    for operator in OPERATORS {
        model.open(operator)?;
    }
    pass_epochs(&mut model, 1)?;
    Ok(model)
}

/// [`running`], with 1,000 ETH of Alice with NORTH.
pub(crate) fn staked(allocations: &[(OperatorSetId, Magnitude)]) -> Result<Model> {
    let mut model = running(allocations)?;
    deposit(&mut model, ALICE, NORTH, 1_000)?;
    Ok(model)
}

/// To the first instant of the `n`th epoch from now.
pub(crate) fn pass_epochs(model: &mut Model, n: u32) -> Result<()> {
    model.advance_to(model.clock().start_of(model.epoch().plus(n)))
}

/// A deposit of ETH for oneself.
pub(crate) fn deposit(
    model: &mut Model,
    staker: Account,
    operator: Operator,
    assets: u128,
) -> Result<u128> {
    model.deposit(staker, ETH, operator, assets, 0, staker)
}

/// A slash of NORTH's ETH; returns the assets taken of pool and exits.
pub(crate) fn slash(model: &mut Model, set: OperatorSetId, wad: Wad) -> Result<u128> {
    let slashed = model.slash(SLASHER, set, NORTH, &[(ETH, wad)])?;
    Ok(slashed.iter().map(|report| report.assets.total()).sum())
}
