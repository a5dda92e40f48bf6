//! The reference model of Palisade.
