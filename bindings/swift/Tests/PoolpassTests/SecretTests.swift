import Foundation
import Poolpass
import XCTest

/// Nothing that is printed holds a secret, whichever way it is printed.
final class SecretTests: XCTestCase {
    func testTheLogListenerHearsWhatTheSDKDoesAndNoSecret() async throws {
        try await Demo.run { demo in
            let events = Guarded<[LogEvent]>([])
            var options = ClientOptions()
            options.logListener = { event in events.change { $0.append(event) } }
            let client = try Client(demo.configuration(), options: options)
            await assertFails(.notAuthorized) {
                try await client.signIn(username: demo.username, password: "Wrong-Horse-9")
            }
            _ = try await client.signIn(username: demo.username, password: demo.password)
            _ = try await client.refresh()
            let heard = events.value
            let failed = try XCTUnwrap(heard.first { $0.message == "request failed" })
            XCTAssertEqual(failed.level, .warn)
            XCTAssertEqual(failed.fields["operation"], "RespondToAuthChallenge")
            XCTAssertEqual(failed.fields["attempt"], "1")
            XCTAssertEqual(failed.fields["status"], "400")
            XCTAssertEqual(failed.fields["kind"], "notAuthorized")
            XCTAssertNotNil(failed.fields["requestId"])
            XCTAssertTrue(heard.contains { $0.level == .debug && $0.message == "request succeeded" })
            XCTAssertTrue(heard.contains { $0.level == .info && $0.message == "the session was refreshed" })
            let token = try await client.idToken().jwt
            for secret in [demo.password, "Wrong-Horse-9", token, "eyJ"] {
                XCTAssertFalse("\(heard)".contains(secret))
            }
        }
    }

    func testNoPublicTypePrintsASecret() async throws {
        try await Demo.run { demo in
            let own = DictionaryStore()
            var options = ClientOptions()
            let bodies = Guarded<[HTTPRequest]>([])
            options.transport = ScriptedTransport { request in
                bodies.change { $0.append(request) }
                return nil
            }
            let client = try Client(demo.configuration(), store: .custom(own), options: options)
            let step = try await client.signIn(username: demo.username, password: demo.password)
            let (idToken, accessToken) = (try await client.idToken(), try await client.accessToken())
            let credentials = try await client.credentials()
            let totp = try await client.account.associateSoftwareToken()
            let bucket = try client.bucket()
            let key = try await bucket.privatePath("secret")
            let presigned = try await bucket.presignGet(key, expiresIn: 60)
            let signature = try XCTUnwrap(
                URLComponents(url: presigned.url, resolvingAgainstBaseURL: false)?.queryItems?
                    .first { $0.name == "X-Amz-Signature" }?.value)
            var secretClient = Config.UserPool(id: "eu-west-1_AbCdEfGhI", clientId: "1example23456789")
            secretClient.clientSecret = "the-client-secret"
            var request = ApiRequest("POST", "/whoami", body: Data(idToken.jwt.utf8))
            request.headers = [("x-secret", credentials.secretAccessKey)]
            let response = HTTPResponse(
                status: 200, headers: [("x-secret", accessToken.jwt)], body: .data(Data(idToken.jwt.utf8)))
            let error = await assertFails(.notAuthorized) {
                try await client.signIn(username: demo.username, password: "Wrong-Horse-9")
            }

            let device = DeviceTokens(key: "eu-west-1_device", groupKey: "-group", password: "the-device-password")
            let redirectOptions = RedirectOptions(nonce: "the-chosen-nonce", customState: "the-custom-state")
            let redirect = try await client.signInWithRedirect("http://localhost:3000/", options: redirectOptions)
            XCTAssertTrue(redirect.url.absoluteString.contains("the-chosen-nonce"))
            let secrets = [
                "the-chosen-nonce", "the-custom-state",
                demo.password, "Wrong-Horse-9", "the-client-secret", "the-device-password", "the-refresh-token", idToken.jwt, accessToken.jwt, totp.secret,
                credentials.secretAccessKey, try XCTUnwrap(credentials.sessionToken), signature,
                try XCTUnwrap(own.values.value.values.max { $0.count < $1.count }),
            ]
            let shown: [String: Any] = [
                "AccessToken": accessToken,
                "Account": client.account,
                "ApiClient": try client.api(),
                "ApiRequest": request,
                "ApiResponse": try await client.api().request(ApiRequest("GET", "/whoami")),
                "Bucket": bucket,
                "Client": client,
                "ClientOptions": options,
                "Config": try Config(userPool: secretClient),
                "Credentials": credentials,
                "DeviceTokens": device,
                "HTTPRequest": try XCTUnwrap(bodies.value.last),
                "HTTPResponse": response,
                "HTTPResponse.Body": response.body,
                "IdToken": idToken,
                "ListObjects": bucket.list(key),
                "PoolpassError": try XCTUnwrap(error),
                "PresignedURL": presigned,
                "ProviderToken": ProviderToken(idToken.jwt),
                "RedirectOptions": redirectOptions,
                "RedirectSignIn": redirect,
                "SessionTokens": SessionTokens(
                    idToken: idToken.jwt, accessToken: accessToken.jwt, refreshToken: "the-refresh-token", device: device),
                "SignInStep": step,
                "Store": Store.custom(own),
                "StoredObject": try await {
                    try await bucket.put(idToken.jwt, to: key)
                    return try await bucket.get(key)
                }(),
                "Table": try client.table(),
                "SoftwareTokenSetup": totp,
                "UserPool": secretClient,
            ]
            XCTAssertEqual(secrets.filter { $0.count < 6 }, [])
            for (name, value) in shown {
                for (way, text) in printed(value) {
                    for secret in secrets where text.contains(secret) { XCTFail("\(name) prints a secret by \(way)") }
                    for secret in secrets where text.contains("\(Array(secret.utf8).prefix(12))".dropLast()) {
                        XCTFail("\(name) prints the bytes of a secret by \(way)")
                    }
                }
            }
            for request in bodies.value {
                let headers = request.headers.map(\.value).filter { $0.count > 20 }
                for text in printed(request).values {
                    XCTAssertFalse(headers.contains { text.contains($0) })
                    XCTAssertFalse(text.contains(request.url))
                }
            }
            let types = try Source.publicTypes()
            XCTAssertGreaterThan(types.count, 25)
            XCTAssertEqual(types.subtracting(shown.keys).subtracting(Self.withoutSecrets), [], "look at them here")
        }
    }

    /// Without it, a search that finds nothing would pass.
    func testASecretThatIsPrintedWouldBeFound() {
        struct Leaky { let token: String }
        struct Nested { let leaky: [Leaky] }
        for value in [Leaky(token: "the-secret"), Nested(leaky: [Leaky(token: "the-secret")])] as [Any] {
            for (way, text) in printed(value) { XCTAssertTrue(text.contains("the-secret"), way) }
        }
        struct Curt: CustomStringConvertible { let token: String; var description: String { "Curt" } }
        XCTAssertTrue(printed(Curt(token: "the-secret"))["dump"]!.contains("the-secret"))
    }

    /// Types without secrets: values that an app passes in, and what AWS tells about people and objects.
    private static let withoutSecrets: Set = [
        "AccountList", "AccountPage", "Authenticator", "AuthenticatorError", "PasskeyRegistration", "SystemAuthenticator",
        "Attribute", "CancellationReason", "Change", "Challenge", "Condition", "CustomChallenge", "DeletedObjects", "DeviceFingerprint",
        "EmailMfaChallenge", "EmailOtpChallenge", "ItemPage", "Iterator", "KeychainError", "KeychainStore", "NewPasswordRequiredChallenge", "OtherChallenge",
        "PagedItems", "PasswordChallenge", "SelectChallenge", "SelectMfaTypeChallenge", "SessionStore", "MfaSetupChallenge",
        "SmsMfaChallenge", "SmsOtpChallenge", "WebAuthnChallenge",
        "SoftwareTokenMfaChallenge", "TransactGet", "TransactWrite", "Transport", "TransportError", "URLSessionTransport",
        "RedirectResult", "RedirectUserAgent", "UploadBody", "UploadProgress", "UploadSource", "UploadState", "User", "UserAgentError", "Body",
        "WebAuthenticationSessionUserAgent",
    ]

    private func printed(_ value: Any) -> [String: String] {
        var dumped = ""
        dump(value, to: &dumped)
        var debugged = ""
        debugPrint(value, to: &debugged)
        return [
            "dump": dumped, "print": "\(value)", "debugPrint": debugged, "reflecting": String(reflecting: value),
            "dump in a list": { var text = ""; dump([value], to: &text); return text }(),
            "print in a list": "\([value])",
        ]
    }
}
