use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;

use super::*;

const URL: &str = "https://auth.example.com/oauth2/authorize?state=poolpass-1&nonce=n";

async fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    listener.local_addr().unwrap().port()
}

/// Sends the request, whose line is `line`, and returns the answer.
async fn send(to: impl Into<SocketAddr>, line: &str, host: &str) -> String {
    let mut stream = TcpStream::connect(to.into()).await.unwrap();
    let request = format!("{line} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn only_the_answer_to_this_sign_in_is_taken() {
    for host in ["localhost", "127.0.0.1"] {
        let port = free_port().await;
        let authority = format!("{host}:{port}");
        let (opened, mut urls) = mpsc::unbounded_channel();
        let agent = LoopbackUserAgent::new()
            .page("<p>Bye</p>")
            .opener(move |url| opened.send(url.to_owned()).map_err(io::Error::other));
        let redirect_uri = format!("http://{authority}/signed-in");
        let waiting = {
            let redirect_uri = redirect_uri.clone();
            tokio::spawn(async move { agent.authenticate(URL, &redirect_uri).await })
        };
        assert_eq!(urls.recv().await.as_deref(), Some(URL));
        // A connection that says nothing, as browsers open one in advance.
        let _silent = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
        for (line, its_host) in [
            ("GET /favicon.ico", authority.as_str()),
            ("GET /signed-in", &authority),
            ("GET /signed-in?code=c&state=poolpass-2", &authority),
            ("GET /other?code=c&state=poolpass-1", &authority),
            ("POST /signed-in?code=c&state=poolpass-1", &authority),
            ("GET /signed-in?code=c&state=poolpass-1", "evil.example"),
            ("GET http://evil.example/signed-in?code=c&state=poolpass-1", "evil.example"),
            // A path that is another origin to whoever joins it with a URL.
            ("GET //evil.example/signed-in?code=c&state=poolpass-1", &authority),
        ] {
            let answer = send((Ipv4Addr::LOCALHOST, port), line, its_host).await;
            assert!(answer.starts_with("HTTP/1.1 404"), "{line}: {answer}");
        }
        assert!(!waiting.is_finished());
        let answer =
            send((Ipv4Addr::LOCALHOST, port), "GET /signed-in?code=c%2B1&state=poolpass-1", &authority).await;
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("<p>Bye</p>"), "{answer}");
        assert!(answer.contains("cache-control: no-store"), "{answer}");
        let redirected = waiting.await.unwrap().unwrap();
        assert_eq!(redirected, format!("{redirect_uri}?code=c%2B1&state=poolpass-1"));
        // The port is free again.
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.unwrap();
    }
}

/// Waits at `redirect_uri`; the listener is there when this returns.
async fn waiting(redirect_uri: String) -> tokio::task::JoinHandle<Result<String, UserAgentError>> {
    let (opened, mut urls) = mpsc::unbounded_channel();
    let agent =
        LoopbackUserAgent::new().opener(move |_| opened.send(()).map_err(|_| io::Error::other("gone")));
    let waiting = tokio::spawn(async move { agent.authenticate(URL, &redirect_uri).await });
    urls.recv().await.unwrap();
    waiting
}

#[tokio::test]
async fn a_browser_may_come_by_the_address_of_ipv6() {
    if TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).await.is_err() {
        return; // A machine without IPv6.
    }
    for host in ["localhost", "[::1]"] {
        let port = free_port().await;
        let waiting = waiting(format!("http://{host}:{port}/")).await;
        let authority = format!("{host}:{port}");
        let answer = send((Ipv6Addr::LOCALHOST, port), "GET /?code=c&state=poolpass-1", &authority).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert_eq!(waiting.await.unwrap().unwrap(), format!("http://{authority}/?code=c&state=poolpass-1"));
    }
}

#[tokio::test]
async fn no_browser_opens_where_another_program_would_get_the_code() {
    let Ok(other) = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).await else {
        return; // A machine without IPv6.
    };
    let port = other.local_addr().unwrap().port();
    let opened = Arc::new(AtomicBool::new(false));
    let agent = LoopbackUserAgent::new().time_limit(Duration::from_secs(1)).opener({
        let opened = Arc::clone(&opened);
        move |_| {
            opened.store(true, Ordering::Relaxed);
            Ok(())
        }
    });
    for host in ["localhost", "[::1]"] {
        let error = agent.authenticate(URL, &format!("http://{host}:{port}/")).await.unwrap_err();
        assert_eq!(error.kind, UserAgentErrorKind::Failed, "{host}: {error}");
    }
    assert!(!opened.load(Ordering::Relaxed));
}

#[tokio::test]
async fn no_more_connections_are_held_than_a_browser_needs() {
    let port = free_port().await;
    let redirect_uri = format!("http://127.0.0.1:{port}/");
    let waiting = waiting(redirect_uri.clone()).await;
    let mut silent = Vec::new();
    for _ in 0..32 {
        silent.push(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap());
    }
    let mut surplus = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
    let closed = timeout(Duration::from_secs(5), surplus.read(&mut [0])).await;
    assert_eq!(closed.expect("it is closed").unwrap(), 0);
    // The others were held, so that the answer comes through one of them.
    let last = silent.last_mut().unwrap();
    let request = format!("GET /?code=c&state=poolpass-1 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");
    last.write_all(request.as_bytes()).await.unwrap();
    let redirected = timeout(Duration::from_secs(5), waiting).await.expect("it is served");
    assert_eq!(redirected.unwrap().unwrap(), format!("{redirect_uri}?code=c&state=poolpass-1"));
}

#[tokio::test]
async fn what_cannot_be_waited_for_is_refused_before_the_browser_opens() {
    let opened = Arc::new(AtomicBool::new(false));
    let agent = || {
        let opened = Arc::clone(&opened);
        LoopbackUserAgent::new().opener(move |_| {
            opened.store(true, Ordering::Relaxed);
            Err(io::Error::other("no screen"))
        })
    };
    for redirect_uri in [
        "https://localhost:8400/",
        "http://app.example:8400/",
        "http://localhost/",
        "my-app://signed-in",
        "my-app://localhost:8400/",
        "x",
    ] {
        let error = agent().authenticate(URL, redirect_uri).await.unwrap_err();
        assert_eq!(error.kind, UserAgentErrorKind::Unsupported, "{redirect_uri}");
    }
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let redirect_uri = format!("http://127.0.0.1:{}/", taken.local_addr().unwrap().port());
    let error = agent().authenticate(URL, &redirect_uri).await.unwrap_err();
    assert_eq!(error.kind, UserAgentErrorKind::Failed);
    assert!(error.detail.contains("port"), "{error}");
    let error = agent().authenticate("https://auth.example.com/", "http://127.0.0.1:1/").await.unwrap_err();
    assert_eq!(error.kind, UserAgentErrorKind::Failed);
    assert!(!opened.load(Ordering::Relaxed));
}

#[tokio::test]
async fn a_browser_that_does_not_open_and_a_person_who_does_not_come_end_the_wait() {
    let redirect_uri = format!("http://127.0.0.1:{}/", free_port().await);
    let agent = LoopbackUserAgent::new().opener(|_| Err(io::Error::other("no screen")));
    let error = agent.authenticate(URL, &redirect_uri).await.unwrap_err();
    assert_eq!(error.kind, UserAgentErrorKind::Unsupported);
    let agent = LoopbackUserAgent::new().opener(|_| Ok(())).time_limit(Duration::from_millis(50));
    let error = agent.authenticate(URL, &redirect_uri).await.unwrap_err();
    assert_eq!(error.kind, UserAgentErrorKind::TimedOut);
}
