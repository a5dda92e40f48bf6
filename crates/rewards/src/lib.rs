#![doc = include_str!("../README.md")]

pub mod apr;
pub mod ledger;
pub mod tree;
