//! Whether every view of the contracts and of the tokens answers what the model does.
//!
//! A question is a call, what the model says that it returns, and its arguments in words. What is asked about follows
//! from the model, and some of it the model has never heard of. Questions have a fixed order: where they are too many
//! for one turn, a turn asks each so-manieth, and the next turn those that come one after.

mod answer;
mod gates;
mod keys;
mod manager;
mod rewards;
mod tokens;
mod vault;

#[cfg(test)]
mod tests;

use alloy::{
    primitives::{Address, Bytes},
    sol_types::{SolCall, SolError},
};
use palisade_model::Model;

use self::keys::Keys;
use crate::{Chain, Disagreement, Error, Result, World, names::name_of};

/// How much is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// A part: consecutive turns ask everything.
    Turn(u64),
    /// Everything.
    All,
}

/// Views are asked by nobody in particular.
const NOBODY: Address = Address::ZERO;

/// How many questions a turn asks at most.
const MOST: usize = 500;

/// Compares what the views answer with what the model does. Returns the first that differs.
///
/// # Errors
/// [`Error::Evm`] where the EVM gave no answer.
pub(crate) fn compare(
    chain: &mut Chain,
    world: &World,
    model: &Model,
    extent: Extent,
) -> Result<Option<Disagreement>> {
    let keys = Keys::new(world, model);
    let (stride, turn) = match extent {
        Extent::All => (1, 0),
        Extent::Turn(turn) => {
            let stride = count(world, model, &keys).div_ceil(MOST).max(1);
            (stride, usize::try_from(turn % stride as u64).unwrap_or_default())
        }
    };
    let mut judge = |question: &Question<'_>| question.judge(chain);
    let mut questions = Questions { place: 0, stride, turn, judge: &mut judge };
    let asked = put(&mut questions, world, model, &keys);
    chain.forget_reads();
    match asked {
        Ok(()) => Ok(None),
        Err(Stop::Differs(disagreement)) => Ok(Some(*disagreement)),
        Err(Stop::Failed(error)) => Err(error),
    }
}

/// Puts every question.
fn put(to: &mut Questions<'_>, world: &World, model: &Model, keys: &Keys) -> Asked {
    vault::ask(to, world, model, keys)?;
    manager::ask(to, world, model, keys)?;
    rewards::ask(to, world, model, keys)?;
    tokens::ask(to, world, model, keys)?;
    gates::ask(to, world, model, keys)
}

/// How many questions there are.
fn count(world: &World, model: &Model, keys: &Keys) -> usize {
    // No question has this turn.
    let (stride, turn) = (usize::MAX, usize::MAX);
    let mut questions = Questions { place: 0, stride, turn, judge: &mut |_| Ok(()) };
    let _ = put(&mut questions, world, model, keys);
    questions.place
}

/// Why nothing more is asked.
enum Stop {
    Differs(Box<Disagreement>),
    Failed(Error),
}

type Asked = std::result::Result<(), Stop>;

/// What a view is asked, and what the model says.
struct Question<'a> {
    from: Address,
    contract: Address,
    /// The function, with the types of its arguments.
    signature: &'static str,
    input: Bytes,
    /// The answers that are right, or the error.
    expected: std::result::Result<&'a [Vec<u8>], &'a Refused>,
    /// The arguments in words.
    about: &'a dyn Fn() -> String,
}

/// The error with which a view should revert.
struct Refused {
    data: Vec<u8>,
    signature: &'static str,
}

impl Question<'_> {
    fn judge(&self, chain: &mut Chain) -> Asked {
        let found =
            chain.answer(self.from, self.contract, self.input.clone()).map_err(Stop::Failed)?;
        let agrees = match (self.expected, &found) {
            (Ok(answers), Ok(found)) => answers.iter().any(|answer| **answer == **found),
            (Err(refused), Err(found)) => *refused.data == **found,
            _ => false,
        };
        if agrees { Ok(()) } else { Err(Stop::Differs(Box::new(self.disagreement(found)))) }
    }

    fn disagreement(&self, found: std::result::Result<Bytes, Bytes>) -> Disagreement {
        let function = self.signature.split('(').next().unwrap_or_default();
        let what = format!("{}.{function}({})", name_of(self.contract), (self.about)());
        let expected = match self.expected {
            Ok(answers) => Ok(answers.first().cloned().unwrap_or_default().into()),
            Err(refused) => Err(refused.signature.to_owned()),
        };
        let (from, contract, input) = (self.from, self.contract, self.input.clone());
        Disagreement::View { what, from, contract, input, expected, found }
    }
}

/// Has the questions judged whose turn it is.
struct Questions<'a> {
    /// The place of the next question.
    place: usize,
    stride: usize,
    turn: usize,
    judge: &'a mut dyn FnMut(&Question<'_>) -> Asked,
}

impl Questions<'_> {
    /// Asks what a view returns: the call and the model's answer to it, encoded; and the call's arguments in words.
    fn ask<C: SolCall>(
        &mut self,
        contract: Address,
        question: impl FnOnce() -> (C, Vec<u8>),
        about: impl Fn() -> String,
    ) -> Asked {
        if !self.is_next_due() {
            return Ok(());
        }
        let (call, answer) = question();
        self.put((NOBODY, contract), &call, Ok(&[answer]), &about)
    }

    /// The same where any of some answers is right.
    fn ask_either<C: SolCall, const N: usize>(
        &mut self,
        contract: Address,
        question: impl FnOnce() -> (C, [Vec<u8>; N]),
        about: impl Fn() -> String,
    ) -> Asked {
        if !self.is_next_due() {
            return Ok(());
        }
        let (call, answers) = question();
        self.put((NOBODY, contract), &call, Ok(&answers), &about)
    }

    /// Asks what a view refuses to answer: the call and the error.
    fn ask_refused<C: SolCall, E: SolError>(
        &mut self,
        contract: Address,
        question: impl FnOnce() -> (C, E),
        about: impl Fn() -> String,
    ) -> Asked {
        self.ask_refused_from((NOBODY, contract), question, about)
    }

    /// The same of what is asked by somebody of a contract.
    fn ask_refused_from<C: SolCall, E: SolError>(
        &mut self,
        ends: (Address, Address),
        question: impl FnOnce() -> (C, E),
        about: impl Fn() -> String,
    ) -> Asked {
        if !self.is_next_due() {
            return Ok(());
        }
        let (call, error) = question();
        let refused = Refused { data: error.abi_encode(), signature: E::SIGNATURE };
        self.put(ends, &call, Err(&refused), &about)
    }

    fn put<C: SolCall>(
        &mut self,
        (from, contract): (Address, Address),
        call: &C,
        expected: std::result::Result<&[Vec<u8>], &Refused>,
        about: &dyn Fn() -> String,
    ) -> Asked {
        let (signature, input) = (C::SIGNATURE, call.abi_encode().into());
        (self.judge)(&Question { from, contract, signature, input, expected, about })
    }

    const fn is_next_due(&mut self) -> bool {
        let place = self.place;
        self.place += 1;
        place % self.stride == self.turn
    }
}
