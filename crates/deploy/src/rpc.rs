use std::{error::Error as StdError, future::IntoFuture, time::Duration};

use alloy::{
    contract::Error as CallError,
    transports::{TransportError, TransportErrorKind, http::reqwest},
};
use palisade_bindings::one_line;

use crate::{Error, Result};

/// What came of a request instead of an answer. Never tells the node's URL, which may hold a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RpcFailure {
    /// The node did not answer in time.
    #[error("no answer within {0:?}")]
    Timeout(Duration),
    /// No connection came about.
    #[error("cannot connect: {0}")]
    Unreachable(String),
    /// The connection was lost before the answer.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// The node answered with an error.
    #[error("the node refuses: {message} (code {code})")]
    Refused {
        /// The JSON-RPC error code.
        code: i64,
        /// The node's words.
        message: String,
    },
    /// The answer makes no sense.
    #[error("{0}")]
    Nonsense(String),
}

impl RpcFailure {
    fn new(error: &TransportError, timeout: Duration) -> Self {
        match error {
            TransportError::ErrorResp(payload) => {
                Self::Refused { code: payload.code, message: one_line(&payload.message) }
            }
            TransportError::Transport(TransportErrorKind::Custom(cause)) => {
                cause.downcast_ref::<reqwest::Error>().map_or_else(
                    || Self::Broken(one_line(&root_cause(cause.as_ref()))),
                    |error| Self::of_request(error, timeout),
                )
            }
            TransportError::Transport(TransportErrorKind::HttpError(error)) => {
                Self::Nonsense(format!("the node answers with HTTP status {}", error.status))
            }
            TransportError::DeserError { err, .. } => Self::Nonsense(format!(
                "the answer is not JSON-RPC: {}",
                one_line(&err.to_string())
            )),
            other => Self::Nonsense(one_line(&other.to_string())),
        }
    }

    fn of_request(error: &reqwest::Error, timeout: Duration) -> Self {
        let cause = one_line(&root_cause(error));
        if error.is_timeout() {
            Self::Timeout(timeout)
        } else if error.is_connect() {
            Self::Unreachable(cause)
        } else if error.is_builder() {
            Self::Unreachable(format!("{cause} (only http:// is spoken here)"))
        } else {
            Self::Broken(cause)
        }
    }
}

/// Errors that a request to a node can end in.
pub trait Failure {
    /// What the error comes to. `timeout` is how long the request could take, for its message.
    fn into_failure(self, timeout: Duration) -> RpcFailure;
}

impl Failure for TransportError {
    fn into_failure(self, timeout: Duration) -> RpcFailure {
        RpcFailure::new(&self, timeout)
    }
}

impl Failure for CallError {
    fn into_failure(self, timeout: Duration) -> RpcFailure {
        match self {
            Self::TransportError(error) => RpcFailure::new(&error, timeout),
            other => RpcFailure::Nonsense(one_line(&other.to_string())),
        }
    }
}

/// Waits for the answer to a request, at most for `timeout`. `action` says what it is for, after "cannot".
///
/// # Errors
/// [`Error::Rpc`].
pub async fn ask<T, E: Failure>(
    timeout: Duration,
    action: &'static str,
    request: impl IntoFuture<Output = Result<T, E>>,
) -> Result<T> {
    let fail = |source| Error::Rpc { action, source };
    match tokio::time::timeout(timeout, request.into_future()).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(fail(error.into_failure(timeout))),
        Err(_) => Err(fail(RpcFailure::Timeout(timeout))),
    }
}

/// The innermost cause: outer ones repeat it, and reqwest's outermost tells the URL.
fn root_cause(error: &(dyn StdError + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    // Without a cause there is nothing but the outermost: leave out the URL that it ends in.
    let text = cause.to_string();
    text.split(" for url (").next().unwrap_or_default().to_owned()
}
