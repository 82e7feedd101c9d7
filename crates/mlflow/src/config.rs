//! Where the server is, and with which credentials: the variables that MLflow's own clients read.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::error::{Error, ErrorKind, Result};

mod profiles;
mod proxies;

pub(crate) use proxies::Proxies;

/// How long an answer may take: MLflow's own default.
const TIMEOUT: Duration = Duration::from_secs(120);

/// How large files are put, where that is possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parts {
    /// From how many bytes on in parts.
    pub(crate) from: u64,
    /// How many bytes a part has.
    pub(crate) size: u64,
}

/// Where the server is, and how to speak to it.
#[derive(Clone)]
pub(crate) struct Config {
    /// The address, without a slash at its end and without credentials.
    pub(crate) base: String,
    /// The value of the header `Authorization`.
    pub(crate) authorization: Option<String>,
    /// The value of the header `X-MLFLOW-WORKSPACE`.
    pub(crate) workspace: Option<String>,
    /// Whether any certificate will do.
    pub(crate) insecure: bool,
    /// Certificates of authorities, in PEM, in place of the well-known ones: a file, or a directory of such.
    pub(crate) authorities: Option<PathBuf>,
    /// A certificate with its key, in PEM, by which the server knows who asks.
    pub(crate) identity: Option<PathBuf>,
    pub(crate) proxies: Proxies,
    /// What nobody may see.
    pub(crate) secrets: Vec<String>,
    /// How long an answer may take.
    pub(crate) timeout: Duration,
    /// How large files are put in parts.
    pub(crate) parts: Parts,
}

/// Without the credentials.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}

impl Config {
    /// The server at `uri`; the rest is in the environment, which `var` reads.
    pub(crate) fn new(uri: &str, var: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let var = |name: &str| var(name).filter(|value| !value.is_empty());
        let mut secrets = Vec::new();
        let (base, authorization) = match uri {
            "" => {
                return Err(invalid(
                    "no tracking server; set MLFLOW_TRACKING_URI to its address, such as http://localhost:5000",
                ));
            }
            uri if uri == "databricks" || uri.starts_with("databricks://") => {
                let profile = uri.strip_prefix("databricks://");
                let (host, token) = databricks(profile.filter(|name| !name.is_empty()), &var)?;
                let (base, _) = without_credentials(&match host.contains("://") {
                    true => host,
                    false => format!("https://{host}"),
                })?;
                secrets.push(token.clone());
                (base, Some(bearer(&token)))
            }
            uri => {
                let (base, user) = without_credentials(uri)?;
                let password = user.as_ref().and_then(|user| user.split_once(':'));
                secrets.extend(password.map(|(_, password)| password.to_owned()));
                (base, user.map(|user| basic(&user)))
            }
        };
        let stored = match profiles::at_home(&var, ".mlflow/credentials") {
            Some(file) if authorization.is_none() => profiles::section(&file, "mlflow")?,
            _ => None,
        };
        let stored = stored.unwrap_or_default();
        let either = |name: &str| var(name).or_else(|| stored.get(&name.to_lowercase()).cloned());
        let user = either("MLFLOW_TRACKING_USERNAME").zip(either("MLFLOW_TRACKING_PASSWORD"));
        let token = var("MLFLOW_TRACKING_TOKEN");
        secrets.extend(user.iter().map(|(_, password)| password.clone()));
        secrets.extend(token.clone());
        let authorization = authorization
            .or_else(|| user.map(|(name, password)| basic(&format!("{name}:{password}"))))
            .or_else(|| token.map(|token| bearer(&token)));
        // As it is sent, in base64.
        let sent = authorization
            .as_ref()
            .and_then(|value| value.split_once(' '));
        secrets.extend(sent.map(|(_, sent)| sent.to_owned()));
        let proxies = Proxies::new(var);
        for proxy in [proxies.http(), proxies.https()].into_iter().flatten() {
            let user = proxy.rsplit_once('@').map_or("", |(user, _)| user);
            secrets.extend(
                user.rsplit_once(':')
                    .map(|(_, password)| password.to_owned()),
            );
        }
        let authorities = [
            "MLFLOW_TRACKING_SERVER_CERT_PATH",
            "REQUESTS_CA_BUNDLE",
            "CURL_CA_BUNDLE",
            "SSL_CERT_FILE",
        ];
        let number = |name: &str| var(name).and_then(|text| text.parse().ok());
        let timeout = number("MLFLOW_HTTP_REQUEST_TIMEOUT");
        let (from, size) = (
            number("MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE"),
            number("MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE").filter(|size| *size > 0),
        );
        Ok(Self {
            base,
            authorization,
            workspace: var("MLFLOW_WORKSPACE"),
            insecure: var("MLFLOW_TRACKING_INSECURE_TLS").is_some_and(|text| is_true(&text)),
            authorities: authorities.into_iter().find_map(&var).map(PathBuf::from),
            identity: var("MLFLOW_TRACKING_CLIENT_CERT_PATH").map(PathBuf::from),
            proxies,
            secrets,
            timeout: timeout.map_or(TIMEOUT, Duration::from_secs),
            parts: Parts {
                from: from.unwrap_or(500 << 20),
                size: size.unwrap_or(10 << 20),
            },
        })
    }
}

/// Host and token of a workspace of Databricks: those that variables name, unless a profile is asked for.
fn databricks(
    profile: Option<&str>,
    var: &impl Fn(&str) -> Option<String>,
) -> Result<(String, String)> {
    if let (None, Some(host), Some(token)) =
        (profile, var("DATABRICKS_HOST"), var("DATABRICKS_TOKEN"))
    {
        return Ok((host, token));
    }
    let file = var("DATABRICKS_CONFIG_FILE").map(PathBuf::from);
    let file = file.or_else(|| profiles::at_home(var, ".databrickscfg"));
    let named = var("DATABRICKS_CONFIG_PROFILE");
    let profile = profile.or(named.as_deref()).unwrap_or("DEFAULT");
    let section = match &file {
        Some(file) => profiles::section(file, profile)?.unwrap_or_default(),
        None => Default::default(),
    };
    match (section.get("host"), section.get("token")) {
        (Some(host), Some(token)) => Ok((host.clone(), token.clone())),
        _ => Err(invalid(format!(
            "`databricks` needs DATABRICKS_HOST and DATABRICKS_TOKEN, or `host` and `token` of the profile `{profile}` in ~/.databrickscfg"
        ))),
    }
}

/// As MLflow reads it.
fn is_true(text: &str) -> bool {
    matches!(&*text.to_lowercase(), "true" | "1")
}

fn basic(user: &str) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(user))
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Invalid, message)
}

/// An address without `USER:PASSWORD@`, and that.
fn without_credentials(uri: &str) -> Result<(String, Option<String>)> {
    let scheme_and_rest = uri.split_once("://");
    let scheme = scheme_and_rest.map(|(scheme, _)| scheme.to_ascii_lowercase());
    let Some((_, rest)) = scheme_and_rest else {
        return Err(no_server(match uri.split_once(':') {
            Some((scheme, _)) if scheme.eq_ignore_ascii_case("file") => "file:",
            Some((_, port)) if port.starts_with(|c: char| c.is_ascii_digit()) => {
                return Err(invalid(
                    "the address of the tracking server must begin with http:// or https://",
                ));
            }
            _ => "a path",
        }));
    };
    let scheme = match scheme.as_deref() {
        Some(scheme @ ("http" | "https")) => scheme,
        scheme => return Err(no_server(&format!("{}://", scheme.unwrap_or_default()))),
    };
    let (authority, path) = match rest.find(['/', '?', '#']) {
        Some(end) => rest.split_at(end),
        None => (rest, ""),
    };
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (Some(percent_decoded(user)), host),
        None => (None, authority),
    };
    if host.is_empty() || path.contains(['?', '#']) {
        return Err(invalid(
            "the address of the tracking server has to look like http://localhost:5000",
        ));
    }
    let path = path.trim_end_matches('/');
    Ok((format!("{scheme}://{host}{path}"), user))
}

fn no_server(what: &str) -> Error {
    invalid(format!(
        "{what} is a store, not a server; start one on it with `mlflow server`, and give its address, which begins with http:// or https://"
    ))
}

/// What `%40` and the like stand for.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = tail
            .get(..2)
            .and_then(|code| std::str::from_utf8(code).ok());
        let code = code.and_then(|code| u8::from_str_radix(code, 16).ok());
        match (first, code) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(uri: &str, vars: &[(&str, &str)]) -> Result<Config> {
        Config::new(uri, |name| {
            let value = vars.iter().find(|(known, _)| *known == name);
            value.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn credentials_are_found_where_mlflow_looks() {
        let name = ("MLFLOW_TRACKING_USERNAME", "ada");
        let password = ("MLFLOW_TRACKING_PASSWORD", "pw");
        let token = ("MLFLOW_TRACKING_TOKEN", "tok");
        let host = ("DATABRICKS_HOST", "https://dbc.example/");
        let own = ("DATABRICKS_TOKEN", "dapi");
        for (uri, vars, base, wanted) in [
            ("http://h:5000/", &[][..], "http://h:5000", None),
            (
                "http://h/ml/flow/",
                &[name, password, token],
                "http://h/ml/flow",
                Some("Basic YWRhOnB3"),
            ),
            ("https://h", &[name, token], "https://h", Some("Bearer tok")),
            (
                "http://ada:p%40w@h:1/x",
                &[token],
                "http://h:1/x",
                Some("Basic YWRhOnBAdw=="),
            ),
            (
                "databricks",
                &[host, own],
                "https://dbc.example",
                Some("Bearer dapi"),
            ),
        ] {
            let config = config(uri, vars).unwrap();
            assert_eq!(config.base, base, "{uri}");
            assert_eq!(config.authorization.as_deref(), wanted, "{uri}");
            assert!(!format!("{config:?}").contains("pw"), "{config:?}");
        }
    }

    #[test]
    fn what_is_not_a_server_is_explained_without_its_password() {
        for (uri, why) in [
            ("", "MLFLOW_TRACKING_URI"),
            ("sqlite:///mlflow.db", "sqlite:// is a store"),
            ("postgresql://u:secret@h/db", "postgresql:// is a store"),
            ("file:/x", "file: is a store"),
            ("mlruns", "a path is a store"),
            ("localhost:5000", "must begin with http:// or https://"),
            ("http://", "http://localhost:5000"),
            ("http://u:secret@/x", "http://localhost:5000"),
            ("databricks", "DATABRICKS_HOST"),
            ("databricks://prod", "the profile `prod`"),
        ] {
            let error = config(uri, &[]).unwrap_err().to_string();
            assert!(error.contains(why), "{uri}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn credentials_are_found_in_files() {
        let home = tempfile::tempdir().unwrap();
        let text = "[DEFAULT]\nhost = dbc.example/\ntoken = one\n[team]\nhost = https://t.example\ntoken = two\n";
        std::fs::write(home.path().join(".databrickscfg"), text).unwrap();
        std::fs::create_dir(home.path().join(".mlflow")).unwrap();
        let text = "[mlflow]\nmlflow_tracking_username = ada\nmlflow_tracking_password = pw\n";
        std::fs::write(home.path().join(".mlflow/credentials"), text).unwrap();
        let at_home = ("HOME", home.path().to_str().unwrap());
        for (uri, base, wanted) in [
            ("databricks", "https://dbc.example", "Bearer one"),
            ("databricks://team", "https://t.example", "Bearer two"),
            ("http://h", "http://h", "Basic YWRhOnB3"),
        ] {
            let config = config(uri, &[at_home]).unwrap();
            assert_eq!(config.base, base);
            assert_eq!(config.authorization.as_deref(), Some(wanted));
        }
        let none = config("databricks://other", &[at_home]).err().unwrap();
        assert!(none.to_string().contains("profile `other`"), "{none}");
    }

    #[test]
    fn other_settings_are_those_of_mlflow() {
        let insecure = ("MLFLOW_TRACKING_INSECURE_TLS", "True");
        let bundle = ("REQUESTS_CA_BUNDLE", "/ca.pem");
        let workspace = ("MLFLOW_WORKSPACE", "team");
        let timeout = ("MLFLOW_HTTP_REQUEST_TIMEOUT", "7");
        let config = config("http://h", &[insecure, bundle, workspace, timeout]).unwrap();
        assert!(config.insecure);
        assert_eq!(config.authorities, Some("/ca.pem".into()));
        assert_eq!(config.workspace.as_deref(), Some("team"));
        assert_eq!(config.timeout, Duration::from_secs(7));
    }
}
