//! The link to the page.

use std::env;

use anyhow::Result;
use serde_json::json;

use super::Args;

/// The link with what is to be seen first, in the names that TensorBoard gives it in the address bar.
pub(super) fn with_settings(url: &str, args: &Args) -> Result<String> {
    let pins: Vec<_> = args
        .pin
        .iter()
        .map(|tag| json!({"plugin": "scalars", "tag": tag}))
        .collect();
    let pins = match pins.is_empty() {
        true => None,
        false => Some(serde_json::to_string(&pins)?),
    };
    let settings = [
        ("pinnedCards", pins),
        ("smoothing", args.smoothing.map(|weight| weight.to_string())),
        ("tagFilter", args.tag_filter.clone()),
        ("runFilter", args.run_filter.clone()),
    ];
    let settings: Vec<_> = settings
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name}={}", encoded(&value?))))
        .collect();
    Ok(match settings.is_empty() {
        true => url.to_owned(),
        // Only this dashboard has them.
        false => format!("{url}?{}#timeseries", settings.join("&")),
    })
}

/// Text as the value of a parameter.
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// The command that brings the page to where the user sits, in a session over SSH.
pub(super) fn forwarding(url: &str, is_public: bool) -> Option<String> {
    let connection = env::var("SSH_CONNECTION").ok().filter(|_| !is_public)?;
    forwarding_over(&connection, env::var("USER").ok().as_deref(), port(url)?)
}

/// `connection` has the address and the port of the client, and those of the server.
fn forwarding_over(connection: &str, user: Option<&str>, port: u16) -> Option<String> {
    let mut server = connection.split(' ').skip(2);
    let host = server.next()?;
    let user = user.map(|user| format!("{user}@")).unwrap_or_default();
    let ssh_port = server.next().filter(|port| *port != "22");
    let ssh_port = ssh_port
        .map(|port| format!("-p {port} "))
        .unwrap_or_default();
    Some(format!(
        "ssh -N -L {port}:localhost:{port} {ssh_port}{user}{host}"
    ))
}

fn port(url: &str) -> Option<u16> {
    let host = url.split("://").nth(1)?.split('/').next()?;
    host.rsplit(':').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_pass_through_the_address_bar() {
        assert_eq!(encoded("a-b.c_d~9"), "a-b.c_d~9");
        assert_eq!(
            encoded("val/acc (ä|b)+&#%"),
            "val%2Facc%20%28%C3%A4%7Cb%29%2B%26%23%25"
        );
    }

    #[test]
    fn pages_are_forwarded_over_the_same_port_of_ssh() {
        let over = |connection, user| forwarding_over(connection, user, 6006);
        assert_eq!(
            over("10.0.0.2 50000 10.0.0.1 22", Some("me")).unwrap(),
            "ssh -N -L 6006:localhost:6006 me@10.0.0.1"
        );
        assert_eq!(
            over("fe80::2 50000 fe80::1 2222", None).unwrap(),
            "ssh -N -L 6006:localhost:6006 -p 2222 fe80::1"
        );
        assert_eq!(over("odd", None), None);
    }

    #[test]
    fn ports_of_links() {
        assert_eq!(port("http://localhost:6006/"), Some(6006));
        assert_eq!(port("http://[::1]:7000/prefix/"), Some(7000));
        assert_eq!(port("http://localhost/"), None);
    }
}
