use std::{fmt, net::Ipv4Addr, str::FromStr, time::Duration};

use alloy::{
    network::EthereumWallet,
    providers::{DynProvider, Provider, ProviderBuilder},
    rpc::client::RpcClient,
    signers::local::PrivateKeySigner,
    transports::http::{
        Http,
        reqwest::{Client, Url},
    },
};
use eyre::{Result, WrapErr, bail};

/// Where a node answers JSON-RPC. Shown without path, query and user, which may hold a key.
#[derive(Clone)]
pub struct NodeUrl(Url);

impl FromStr for NodeUrl {
    type Err = eyre::Report;

    fn from_str(text: &str) -> Result<Self> {
        let url: Url = text.parse().wrap_err("not a URL: write it as http://host:port")?;
        if url.scheme() != "http" {
            bail!(
                "only http:// is spoken here, not {}://: put a local node or proxy before it",
                url.scheme()
            );
        }
        // What reads URLs mends slips, and each would mean another host: `http:8545` and `http://8545` the address
        // 0.0.33.97, `http:///host` the host.
        let rest = text.get(..7).filter(|it| it.eq_ignore_ascii_case("http://"));
        let rest = rest.map_or("", |_| &text[7..]);
        let host = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        let shown = url.host_str().unwrap_or_default();
        let is_number = shown.parse::<Ipv4Addr>().is_ok();
        let has_gaps = text.contains(|letter: char| letter.is_whitespace() || letter.is_control());
        if host.is_empty() || has_gaps || (is_number && !host.starts_with(shown)) {
            bail!("not a URL of a node, or one of {shown}: write it as http://host:port");
        }
        Ok(Self(url))
    }
}

impl fmt::Display for NodeUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.origin().ascii_serialization())
    }
}

impl fmt::Debug for NodeUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl NodeUrl {
    /// Connects to read, and to send in the name of `signer` if there is one. An answer may take `timeout`.
    pub(crate) fn connect(
        &self,
        signer: Option<PrivateKeySigner>,
        timeout: Duration,
    ) -> Result<DynProvider> {
        let http =
            Client::builder().timeout(timeout).build().wrap_err("cannot make an HTTP client")?;
        let client = RpcClient::new(Http::with_client(http, self.0.clone()), false);
        let builder = ProviderBuilder::new().disable_recommended_fillers();
        let Some(signer) = signer else {
            return Ok(builder.connect_client(client).erased());
        };
        let builder = builder.with_gas_estimation().with_simple_nonce_management().fetch_chain_id();
        Ok(builder.wallet(EthereumWallet::from(signer)).connect_client(client).erased())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_in_urls_are_not_shown() {
        let url: NodeUrl =
            "http://user:secret@node.example:8545/v2/secret?key=secret".parse().unwrap();
        assert_eq!(url.to_string(), "http://node.example:8545");
        assert_eq!(format!("{url:?}"), "http://node.example:8545");
    }

    #[test]
    fn only_plain_http_is_spoken() {
        let refusal = |text: &str| text.parse::<NodeUrl>().unwrap_err().to_string();
        assert_eq!(
            refusal("https://node.example"),
            "only http:// is spoken here, not https://: put a local node or proxy before it"
        );
        assert_eq!(
            refusal("localhost:8545"),
            "only http:// is spoken here, not localhost://: put a local node or proxy before it"
        );
        assert_eq!(refusal("8545"), "not a URL: write it as http://host:port");
    }

    #[test]
    fn slips_are_not_mended() {
        for (slip, host) in [
            ("http:8545", "0.0.33.97"),
            ("http://8545", "0.0.33.97"),
            ("http://8545/secret", "0.0.33.97"),
            ("http:localhost:8545", "localhost"),
            ("http:///localhost:8545", "localhost"),
            ("http://local host", "localhost"),
            ("http://localhost:8545\n", "localhost"),
            ("http://local\thost", "localhost"),
        ] {
            let Err(error) = slip.parse::<NodeUrl>() else { panic!("{slip} is taken") };
            let told = error.to_string();
            let is_told = told
                == format!("not a URL of a node, or one of {host}: write it as http://host:port")
                || told == "not a URL: write it as http://host:port";
            assert!(is_told, "{slip}: {told}");
        }
        for fine in [
            "http://localhost:8545",
            "HTTP://127.0.0.1:8545/x",
            "http://[::1]:8545",
            "http://u:p@10.0.0.1",
        ] {
            assert!(fine.parse::<NodeUrl>().is_ok(), "{fine}");
        }
    }
}
