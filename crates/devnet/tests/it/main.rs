//! What tests and demos rely on in a development network.

mod leash;
mod network;
mod time;
