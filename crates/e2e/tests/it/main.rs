//! End-to-end tests: see the README of this package.

mod demo;
mod deploy;
mod devnet;
mod manifest;
mod node;
mod palisade;
mod parity;
mod resume;
