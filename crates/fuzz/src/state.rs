//! The state as a person reads it.
