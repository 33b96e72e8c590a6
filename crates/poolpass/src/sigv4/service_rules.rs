//! The rules of services for signatures, beyond the algorithm.

use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SessionTokenMode, SigningSettings, UriPathNormalizationMode,
};

/// How a service expects the body to be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Payload {
    /// Its hash is signed.
    Hashed,
    /// Its hash is signed, and must also be in `x-amz-content-sha256`.
    HashedInHeader,
    /// It is not signed, and `x-amz-content-sha256` says so.
    Unsigned,
}

/// The rules of one service, by its signing name.
#[derive(Clone, Copy, Debug)]
pub(super) struct ServiceRules {
    payload: Payload,
    /// Whether the service checks the path as it is sent. The others normalize and encode it once more.
    path_as_sent: bool,
    /// Whether a presigned URL carries the session token without signing it.
    appends_session_token: bool,
}

impl ServiceRules {
    pub(super) fn of(service: &str) -> Self {
        let rules = Self { payload: Payload::Hashed, path_as_sent: false, appends_session_token: false };
        match service {
            "s3" | "s3express" | "s3-object-lambda" | "s3-outposts" => {
                Self { payload: Payload::HashedInHeader, path_as_sent: true, ..rules }
            }
            "aoss" | "glacier" => Self { payload: Payload::HashedInHeader, ..rules },
            "vpc-lattice-svcs" => Self { payload: Payload::Unsigned, path_as_sent: true, ..rules },
            "iotdevicegateway" => Self { appends_session_token: true, ..rules },
            _ => rules,
        }
    }

    pub(super) fn path_as_sent(self) -> bool {
        self.path_as_sent
    }

    pub(super) fn appends_session_token(self) -> bool {
        self.appends_session_token
    }

    pub(super) fn signs_payload(self) -> bool {
        self.payload != Payload::Unsigned
    }

    /// Whether the payload is part of a presigned URL's signature. S3 checks the URL before it has the payload.
    pub(super) fn signs_presigned_payload(self) -> bool {
        self.payload != Payload::Unsigned && !self.path_as_sent
    }

    pub(super) fn settings(self) -> SigningSettings {
        /// A browser, an HTTP client or a proxy may add, change or drop them. No service requires them to be signed.
        const CHANGE_ON_THE_WAY: [&str; 26] = [
            "accept-charset",
            "accept-encoding",
            "connection",
            "cookie",
            "date",
            "dnt",
            "expect",
            "forwarded",
            "from",
            "keep-alive",
            "max-forwards",
            "origin",
            "pragma",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "referer",
            "te",
            "trailer",
            "upgrade",
            "via",
            "warning",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-port",
            "x-forwarded-proto",
        ];

        let mut settings = SigningSettings::default();
        let excluded = settings.excluded_headers.get_or_insert_default();
        excluded.extend(CHANGE_ON_THE_WAY.map(Into::into));
        if self.path_as_sent {
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        }
        if self.payload != Payload::Hashed {
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        settings.session_token_mode = SessionTokenMode::Include;
        settings
    }
}
