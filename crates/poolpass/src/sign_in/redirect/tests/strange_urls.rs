//! URLs that no honest server redirects to, and what is kept of a redirect afterwards.

use super::*;

#[tokio::test]
async fn a_strange_url_is_none_of_ours_or_refused_and_sends_nothing() {
    let pool = ScriptedPool::default();
    let client = client_of_bob(&pool).await;
    let state = parameter(&begun(&client).await, "state").unwrap();
    let long = "s".repeat(1_000_000);
    for url in [
        "",
        "?",
        "&=&",
        "?code&state",
        "\0",
        "%00",
        "https://",
        &format!("?code=c&state=other&state={state}"),
        &format!("?code=c&State={state}"),
        &format!("?code=c&stat%65={state}"),
        &format!("?a?code=c&state={state}"),
        &format!("?code=c&state=%20{state}"),
        &format!("#?code=c&state={state}"),
        &format!("?code=&state={state}"),
        &format!("?error=&state={state}"),
        &format!("?state={state}#code=c"),
        &format!("?code=c&state={long}"),
    ] {
        let handled = client.handle_redirect(url).await;
        assert!(handled.unwrap().is_none(), "{}", url.get(..80).unwrap_or(url));
    }
    for url in [
        "?code=c&state=poolpass-".to_owned(),
        format!("?code=c&state=poolpass-{long}"),
        format!("?code={long}&state=poolpass-"),
        format!("?code=c&state={state}%00"),
        format!("?code=c&state={state}%FF"),
        format!("?code=c&state={state}%"),
        format!("?code=c&state={}", state.to_uppercase().replacen("POOLPASS", "poolpass", 1)),
        // Nobody but the server knows the state: from here on, each URL ends the sign-in.
        format!("?code=c&state={}&code=c", parameter(&begun(&client).await, "state").unwrap()),
        format!("?code=c&state={}&state=poolpass-1", parameter(&begun(&client).await, "state").unwrap()),
        format!("?code=c&error=e&state={}", parameter(&begun(&client).await, "state").unwrap()),
        format!("?code=c&iss=%00&state={}", parameter(&begun(&client).await, "state").unwrap()),
        format!("?code=c&iss=a&iss=b&state={}", parameter(&begun(&client).await, "state").unwrap()),
    ] {
        let shown = url.get(..80).unwrap_or(&url).to_owned();
        let error = client.handle_redirect(&url).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRedirect, "{shown}");
        assert!(!format!("{error} {error:?}").contains(&state), "{error:?}");
    }
    assert!(pool.operations().is_empty());
    assert_eq!(username(&client).await.as_deref(), Some("bob"));
}

#[tokio::test]
async fn a_code_arrives_as_it_was_sent() {
    let pool = ScriptedPool::default();
    let client = pool.client().build().unwrap();
    for (written, code) in [("a+b%20c", "a b c"), ("%2B%26%3D", "+&="), ("a=b=c", "a=b=c"), ("%C3%A9", "é")]
    {
        let url = begun(&client).await;
        pool.answer(good(&pool, &url));
        client.handle_redirect(&redirected(&url, &format!("code={written}"))).await.unwrap().unwrap();
        assert_eq!(pool.last_input()["code"], code);
    }
}

#[tokio::test]
async fn an_error_of_managed_login_is_not_handled_twice_though_the_server_may_recover() {
    let pool = ScriptedPool::default();
    let client = pool.client().build().unwrap();
    let url = begun(&client).await;
    let failed = redirected(&url, "error=server_error");
    assert_eq!(client.handle_redirect(&failed).await.unwrap_err().kind(), ErrorKind::Unavailable);
    assert!(client.handle_redirect(&failed).await.unwrap().is_none());
    // Nor does its state go with a code.
    assert!(client.handle_redirect(&redirected(&url, "code=c")).await.unwrap().is_none());
    assert!(pool.operations().is_empty());
}

#[tokio::test]
async fn nothing_of_a_handled_redirect_stays_in_memory() {
    let pool = ScriptedPool::default();
    let client = pool.client().build().unwrap();
    let sign_in = client.sign_in_with_redirect(REDIRECT_URI).custom_state("a secret").await.unwrap();
    pool.answer(good(&pool, sign_in.url()));
    let result = client.handle_redirect(&redirected(sign_in.url(), "code=c")).await.unwrap().unwrap();
    let shown = format!("{result:?}");
    assert!(!shown.contains("a secret") && !shown.contains("ada"), "{shown}");
    drop(result);
    let session = client.manager().unwrap().current().await.unwrap().unwrap();
    assert_eq!(Arc::strong_count(&session), 2, "only the session manager has it too");
}
