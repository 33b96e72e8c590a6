//! The host and port of a URL, as HTTP clients write them into the header `host`, which is signed.

use http::uri::Authority;

use crate::platform;

/// Writes host and port in lower case, without the scheme's default port, and an IPv6 address in its shortest form. Returns `None` for a
/// host that HTTP clients refuse or change, such as `1.2.3`, which they send as `1.2.0.3`, and for a URL with a user's name or password.
pub(crate) fn as_sent(authority: &Authority, scheme: &str) -> Option<Authority> {
    let written = authority.as_str().to_ascii_lowercase();
    let (host, port) = written.split_at_checked(authority.host().len())?;
    let sent = platform::host_as_sent(host)?;
    // An IPv6 address has many spellings. Any other host that would be sent differently is another host.
    let host = Some(sent).filter(|sent| host.starts_with('[') || (sent == host && is_name(host)))?;
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

/// Whether the host consists of labels of letters, digits, hyphens and underscores.
fn is_name(host: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    host.strip_suffix('.').unwrap_or(host).split('.').all(is_label)
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
            ("http", "[::ffff:1.2.3.4]", "[::ffff:102:304]"),
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
