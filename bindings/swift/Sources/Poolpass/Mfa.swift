import PoolpassFFI

/// A second factor.
public typealias MfaMethod = PoolpassFFI.MfaMethod

extension MfaMethod {
    /// The method that has this `code()`.
    public init(code: String) {
        self = mfaMethod(code: code)
    }
}

/// The secret that a person puts into their authenticator app.
public struct SoftwareTokenSetup: Sendable {
    private let inner: PoolpassFFI.SoftwareTokenSetup

    init(_ inner: PoolpassFFI.SoftwareTokenSetup) {
        self.inner = inner
    }

    /// The secret in base32, for people who type it in: a secret.
    public var secret: String { inner.secret() }

    /// The `otpauth://` URI to show as a QR code: a secret, since it contains the TOTP secret.
    ///
    /// `issuer` names the app, `account` the person; authenticator apps show both.
    public func otpauthUri(issuer: String, account: String) -> String {
        inner.otpauthUri(issuer: issuer, account: account)
    }

    /// The `otpauth://` URI as a QR code in an SVG image: a secret, since it contains the TOTP secret.
    ///
    /// - Throws: ``PoolpassError`` with `invalidInput` if the names are too long for a QR code, which takes about two thousand bytes.
    public func qrCodeSvg(issuer: String, account: String) throws -> String {
        try mapped { try inner.qrCodeSvg(issuer: issuer, account: account) }
    }
}

extension SoftwareTokenSetup: Redacted {
    var shown: KeyValuePairs<String, Any> { [:] }
}
