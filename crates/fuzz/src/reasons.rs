use crate::world::World;
use palisade_bindings::Refusal;
use palisade_model::{Action, Model};
pub(crate) fn applies(_: &World, _: &Model, _: &Action, _: &Refusal) -> bool { true }
