//! Which proxy a request goes through, chosen as Python's `requests` chooses it.

use std::net::IpAddr;

/// The proxies that the environment names.
#[derive(Clone, Default)]
pub(crate) struct Proxies {
    http: Option<String>,
    https: Option<String>,
    /// What is asked directly.
    except: Vec<String>,
}

impl Proxies {
    pub(super) fn new(var: impl Fn(&str) -> Option<String>) -> Self {
        let any = |name: &str| var(&name.to_lowercase()).or_else(|| var(name));
        let all = any("ALL_PROXY");
        let except = any("NO_PROXY").unwrap_or_default().to_lowercase();
        let except = except.split(',').map(str::trim);
        Self {
            http: any("HTTP_PROXY").or_else(|| all.clone()),
            https: any("HTTPS_PROXY").or(all),
            except: except
                .filter(|entry| !entry.is_empty())
                .map(str::to_owned)
                .collect(),
        }
    }

    /// The proxy for `http://`.
    pub(crate) fn http(&self) -> Option<&str> {
        self.http.as_deref()
    }

    /// The proxy for `https://`.
    pub(crate) fn https(&self) -> Option<&str> {
        self.https.as_deref()
    }

    /// Whether a host is asked directly.
    pub(crate) fn except(&self, host: &str, port: Option<u16>) -> bool {
        let host = host.trim_matches(['[', ']']).to_lowercase();
        let with_port = port.map(|port| format!("{host}:{port}"));
        self.except.iter().any(|entry| {
            let name = entry.trim_start_matches('*').trim_start_matches('.');
            entry == "*"
                || host == name
                || with_port.as_deref() == Some(name)
                || host
                    .strip_suffix(name)
                    .is_some_and(|rest| rest.ends_with('.'))
                || is_in_network(&host, entry)
        })
    }
}

/// Whether an address is in a network such as `10.0.0.0/8`.
fn is_in_network(host: &str, network: &str) -> bool {
    let bits = |address: &str| match address.parse().ok()? {
        IpAddr::V4(address) => Some((u128::from(address.to_bits()) << 96, 32)),
        IpAddr::V6(address) => Some((address.to_bits(), 128)),
    };
    let network = network.split_once('/').and_then(|(address, prefix)| {
        let (bits, length) = bits(address)?;
        let prefix: u32 = prefix.parse().ok()?;
        (prefix <= length).then_some((bits, length, prefix))
    });
    match (bits(host), network) {
        (Some((host, length)), Some((network, of, prefix))) if length == of => {
            (host ^ network).leading_zeros() >= prefix
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(vars: &[(&str, &str)]) -> Proxies {
        Proxies::new(|name| {
            let value = vars.iter().find(|(known, _)| *known == name);
            value.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn each_scheme_has_its_own() {
        let https = proxies(&[("HTTPS_PROXY", "http://p:1")]);
        assert_eq!((https.http(), https.https()), (None, Some("http://p:1")));
        let all = proxies(&[("ALL_PROXY", "a"), ("http_proxy", "b"), ("HTTP_PROXY", "c")]);
        assert_eq!((all.http(), all.https()), (Some("b"), Some("a")));
    }

    #[test]
    fn some_hosts_are_asked_directly() {
        let list = "localhost, .corp.example,*.lab,intern:8080,10.0.0.0/8,fd00::/8";
        let proxies = proxies(&[("no_proxy", list)]);
        for (host, port, wanted) in [
            ("LOCALHOST", None, true),
            ("ml.corp.example", None, true),
            ("corp.example", None, true),
            ("xcorp.example", None, false),
            ("a.lab", Some(5000), true),
            ("intern", Some(8080), true),
            ("intern", Some(80), false),
            ("10.1.2.3", None, true),
            ("11.1.2.3", None, false),
            ("[fd12::1]", None, true),
            ("example.com", None, false),
        ] {
            assert_eq!(proxies.except(host, port), wanted, "{host}");
        }
        assert!(self::proxies(&[("NO_PROXY", "*")]).except("h", None));
        assert!(!self::proxies(&[]).except("h", None));
    }
}
