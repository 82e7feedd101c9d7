//! The link to the page.

use std::env;
use std::net::IpAddr;

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
pub(super) fn forwarding(url: &str) -> Option<String> {
    let connection = env::var("SSH_CONNECTION").ok()?;
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

/// The host of a page that other machines can open, whichever flag made it so.
pub(super) fn public_host(url: &str) -> Option<&str> {
    let place = place(url)?;
    let host = match place.rsplit_once(':') {
        Some((host, port)) if port.parse::<u16>().is_ok() => host,
        _ => place,
    };
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    let is_local = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
    (!is_local).then_some(host)
}

fn port(url: &str) -> Option<u16> {
    place(url)?.rsplit(':').next()?.parse().ok()
}

/// The host and the port.
fn place(url: &str) -> Option<&str> {
    url.split("://").nth(1)?.split('/').next()
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
    fn only_links_to_this_machine_are_private() {
        for url in [
            "http://localhost:6006/",
            "http://127.0.0.2:1/x/",
            "http://[::1]/",
        ] {
            assert_eq!(public_host(url), None, "{url}");
        }
        assert_eq!(public_host("http://node7:6006/"), Some("node7"));
        assert_eq!(public_host("http://0.0.0.0:6006/"), Some("0.0.0.0"));
        assert_eq!(public_host("http://[::]:6006/"), Some("[::]"));
        assert_eq!(public_host("http://[fe80::1]/"), Some("[fe80::1]"));
    }

    #[test]
    fn ports_of_links() {
        assert_eq!(port("http://localhost:6006/"), Some(6006));
        assert_eq!(port("http://[::1]:7000/prefix/"), Some(7000));
        assert_eq!(port("http://localhost/"), None);
    }
}
