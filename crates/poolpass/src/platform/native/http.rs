//! [`Transport`] over reqwest.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt;
use rustls::ClientConfig;
use rustls::crypto::{CryptoProvider, KeyProvider, ring};
use rustls::pki_types::PrivateKeyDer;
use rustls::sign::SigningKey;

use crate::platform::{Body, BoxFuture, Request, Response, Transport, TransportError};

/// The platform's HTTP client: reqwest with rustls.
///
/// Servers are trusted as the operating system trusts them; on Android by Mozilla's roots, since
/// the system's verifier is out of reach there without JNI.
#[derive(Clone, Debug)]
pub struct HttpTransport {
    client: reqwest::Client,
}

impl HttpTransport {
    const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

    /// A client with a connection pool of its own.
    ///
    /// # Errors
    ///
    /// [`TransportError`] when the system's certificates cannot be loaded.
    pub fn new() -> Result<Self, TransportError> {
        let tls = tls_config()
            .map_err(|error| TransportError::not_sent(format!("TLS is not available: {error}")))?;
        #[expect(clippy::disallowed_methods, reason = "the one place where the client is built")]
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .connect_timeout(Self::CONNECT_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .user_agent(concat!("poolpass/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| TransportError::not_sent(describe(error)))?;
        Ok(Self { client })
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            let request = reqwest::Request::try_from(request).map_err(to_transport_error)?;
            let answer = self.client.execute(request).await.map_err(to_transport_error)?;
            let mut response = http::Response::new(());
            *response.status_mut() = answer.status();
            *response.headers_mut() = answer.headers().clone();
            let body = Body::from_stream(answer.bytes_stream().map_err(to_transport_error));
            Ok(response.map(|()| body))
        })
    }
}

#[cfg(not(target_os = "android"))]
fn tls_config() -> Result<ClientConfig, rustls::Error> {
    use rustls_platform_verifier::BuilderVerifierExt;

    Ok(ClientConfig::builder_with_provider(Arc::new(crypto()))
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth())
}

#[cfg(target_os = "android")]
fn tls_config() -> Result<ClientConfig, rustls::Error> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned());
    Ok(ClientConfig::builder_with_provider(Arc::new(crypto()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

fn crypto() -> CryptoProvider {
    CryptoProvider { key_provider: &NoKeys, ..ring::default_provider() }
}

/// The client has no certificate of its own. Said here, what would sign with its key is not linked.
#[derive(Debug)]
struct NoKeys;

impl KeyProvider for NoKeys {
    fn load_private_key(&self, _: PrivateKeyDer<'static>) -> Result<Arc<dyn SigningKey>, rustls::Error> {
        Err(rustls::Error::General("there are no client certificates".to_owned()))
    }
}

fn to_transport_error(error: reqwest::Error) -> TransportError {
    if error.is_connect() || error.is_builder() {
        TransportError::not_sent(describe(error))
    } else if error.is_timeout() {
        TransportError::timed_out(describe(error))
    } else {
        TransportError::interrupted(describe(error))
    }
}

/// The innermost cause says what happened; the layers above it only say that something did.
fn describe(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut cause: &dyn StdError = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::platform::TransportErrorKind;

    #[tokio::test]
    async fn a_refused_connection_is_known_not_to_be_sent_and_names_no_url() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let request = http::Request::get(format!("http://{address}/key?X-Amz-Signature=secret"))
            .body(Bytes::new())
            .unwrap();
        let error = HttpTransport::new().unwrap().send(request).await.unwrap_err();
        assert_eq!(error.kind, TransportErrorKind::NotSent);
        assert!(!error.to_string().contains("secret"), "{error}");
    }

    #[tokio::test]
    async fn a_connection_that_closes_before_the_answer_is_interrupted() {
        use tokio::io::AsyncReadExt;

        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut request = [0; 1024];
            socket.read(&mut request).await.unwrap()
        });
        let request = http::Request::get(format!("http://{address}/")).body(Bytes::new()).unwrap();
        let error = HttpTransport::new().unwrap().send(request).await.unwrap_err();
        assert_eq!(error.kind, TransportErrorKind::Interrupted);
        assert!(server.await.unwrap() > 0);
    }
}
