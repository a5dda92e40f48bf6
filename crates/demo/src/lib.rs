#![doc = include_str!("../README.md")]

mod action;
mod calls;
mod cast;
mod chain;
mod demo;
mod error;
mod forecast;
mod format;
mod ledger;
mod narrate;
mod pay;
mod payout;
mod player;
mod quantity;
mod reading;
mod report;
mod script;
mod story;

pub use demo::Demo;
pub use error::{Error, Result};
pub use report::{Balance, Check, Checksummed, Report, Step};
