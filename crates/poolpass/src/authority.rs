//! The host and port of a URL, as HTTP clients write them into the header `host`, which is signed.

use std::net::{Ipv4Addr, Ipv6Addr};

use http::uri::Authority;

/// In lower case, without the scheme's default port, an IPv6 address in its shortest form. `None` for what HTTP clients refuse or take
/// for another host, such as `1.2.3`, which is `1.2.0.3` to them, and for a user's name and password.
pub(crate) fn as_sent(authority: &Authority, scheme: &str) -> Option<Authority> {
    let written = authority.as_str().to_ascii_lowercase();
    let (host, port) = written.split_at_checked(authority.host().len())?;
    let host = if host.starts_with('[') {
        ipv6(host)?
    } else {
        Some(host.to_owned()).filter(|host| is_name(host))?
    };
    let port = match port.strip_prefix(':') {
        None if port.is_empty() => None,
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => Some(digits.parse::<u16>().ok()?),
        _ => return None,
    };
    let default_port = if matches!(scheme, "https" | "wss") { 443 } else { 80 };
    match port.filter(|port| *port != default_port) {
        Some(port) => Authority::try_from(format!("{host}:{port}")).ok(),
        None => Authority::try_from(host).ok(),
    }
}

fn ipv6(bracketed: &str) -> Option<String> {
    let address: Ipv6Addr = bracketed.strip_prefix('[')?.strip_suffix(']')?.parse().ok()?;
    // One that holds an IPv4 address is written in two ways.
    Some(format!("[{address}]")).filter(|address| !address.contains('.'))
}

/// A name, or an IPv4 address in its usual form. Browsers take whatever ends in a number for an address.
fn is_name(host: &str) -> bool {
    let labels = host.strip_suffix('.').unwrap_or(host);
    let last = labels.rsplit('.').next().unwrap_or_default();
    let ends_in_a_number = last.bytes().all(|byte| byte.is_ascii_digit()) || last.starts_with("0x");
    let is_label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    labels.split('.').all(is_label) && (!ends_in_a_number || host.parse::<Ipv4Addr>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(scheme: &str, authority: &str) -> Option<String> {
        let authority: Authority = authority.parse().ok()?;
        as_sent(&authority, scheme).map(|authority| authority.to_string())
    }

    #[test]
    fn a_host_is_written_as_http_clients_write_it() {
        for (scheme, written, as_sent) in [
            ("https", "S3.Example", "s3.example"),
            ("https", "x.example:443", "x.example"),
            ("wss", "x.example:443", "x.example"),
            ("https", "x.example:80", "x.example:80"),
            ("http", "x.example:0080", "x.example"),
            ("ws", "x.example:80", "x.example"),
            ("http", "x.example:08080", "x.example:8080"),
            ("http", "127.0.0.1:4577", "127.0.0.1:4577"),
            ("http", "[0:0:0:0:0:0:0:1]:8", "[::1]:8"),
            ("http", "[2001:DB8::1]", "[2001:db8::1]"),
            ("http", "my_service:8000", "my_service:8000"),
            ("https", "x.example.", "x.example."),
            ("https", "xn--mnchen-3ya.example", "xn--mnchen-3ya.example"),
        ] {
            assert_eq!(sent(scheme, written).as_deref(), Some(as_sent), "{written}");
        }
    }

    #[test]
    fn what_http_clients_refuse_or_take_for_another_host_is_none() {
        for written in [
            "x.example:",
            "x.example:99999",
            "x.example:abc",
            "x.example:+80",
            "user@x.example",
            "user:password@x.example",
            "1.2.3",
            "2130706433",
            "0x7f.1",
            "127.0.0.1.",
            "127.00.0.1",
            "256.1.1.1",
            "1.2.3.4.5",
            "a.0x1",
            "[::g]",
            "[::ffff:1.2.3.4]",
            "[fe80::1%25eth0]",
            "[v1.a]",
            "a..b",
            ".a",
            "a;b",
            "a,b",
            "a'b",
            "~",
        ] {
            assert_eq!(sent("https", written), None, "{written}");
        }
    }
}
