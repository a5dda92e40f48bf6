//! Palisade: bindings.
