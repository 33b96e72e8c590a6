#if canImport(AuthenticationServices) && (os(iOS) || os(macOS) || os(visionOS))
    import AuthenticationServices

    /// The user agent of Apple's systems (`ASWebAuthenticationSession`): a sheet with the pages of managed login, which shares the cookies
    /// of Safari or of the default browser.
    ///
    /// The redirect URI has a scheme of the app's own, such as `my-app://signed-in`, or from iOS 17.4 and macOS 14.4 on `https` and a domain
    /// that the capability Associated Domains names as `webcredentials:DOMAIN`, see the README.
    public struct WebAuthenticationSessionUserAgent: RedirectUserAgent {
        private let isEphemeral: Bool
        private let window: @MainActor @Sendable () -> ASPresentationAnchor

        /// Makes a user agent.
        ///
        /// - Parameters:
        ///   - isEphemeral: Whether the sheet shares no cookies with the browser, so that nobody is signed in there yet, and the system does
        ///     not ask whether the app may sign in. Default: it shares them.
        ///   - window: Gives the window above which the system shows the sheet.
        public init(isEphemeral: Bool = false, window: @escaping @MainActor @Sendable () -> ASPresentationAnchor) {
            self.isEphemeral = isEphemeral
            self.window = window
        }

        /// Opens `url`, and waits until the pages redirect to `redirectUri`. Returns the whole URL of that redirect, with its query.
        public func authenticate(url: String, redirectUri: String) async throws -> String {
            guard let url = URL(string: url), let redirect = URL(string: redirectUri), let scheme = redirect.scheme else {
                throw UserAgentError(.failed, "the URL or the redirect URI is malformed")
            }
            let visit = await Visit(window())
            return try await withTaskCancellationHandler {
                try await visit.redirect(from: url, to: redirect, scheme: scheme, isEphemeral: isEphemeral)
            } onCancel: {
                Task { @MainActor in visit.cancel() }
            }
        }
    }

    /// One visit of the pages.
    @MainActor
    private final class Visit: NSObject, ASWebAuthenticationPresentationContextProviding {
        private let window: ASPresentationAnchor
        private var session: ASWebAuthenticationSession?
        private var isCancelled = false

        init(_ window: ASPresentationAnchor) {
            self.window = window
        }

        func redirect(from url: URL, to redirect: URL, scheme: String, isEphemeral: Bool) async throws -> String {
            if isCancelled { throw CancellationError() }
            return try await withCheckedThrowingContinuation { waiting in
                let completed: @Sendable (URL?, (any Error)?) -> Void = { url, error in
                    if let url {
                        waiting.resume(returning: url.absoluteString)
                    } else {
                        let isCancelled = (error as? ASWebAuthenticationSessionError)?.code == .canceledLogin
                        let detail = error?.localizedDescription ?? "the system returned nothing"
                        waiting.resume(throwing: UserAgentError(isCancelled ? .cancelled : .failed, detail))
                    }
                }
                let session: ASWebAuthenticationSession
                if scheme.lowercased() != "https" {
                    session = ASWebAuthenticationSession(url: url, callbackURLScheme: scheme, completionHandler: completed)
                } else if #available(iOS 17.4, macOS 14.4, visionOS 1.1, *), let host = redirect.host {
                    let callback = ASWebAuthenticationSession.Callback.https(host: host, path: redirect.path)
                    session = ASWebAuthenticationSession(url: url, callback: callback, completionHandler: completed)
                } else {
                    let detail = "a redirect URI with https needs iOS 17.4 or macOS 14.4: register one with a scheme of the app's"
                    waiting.resume(throwing: UserAgentError(.unsupported, detail))
                    return
                }
                session.presentationContextProvider = self
                session.prefersEphemeralWebBrowserSession = isEphemeral
                self.session = session
                // One that does not start calls its handler too, with the reason.
                _ = session.start()
            }
        }

        func cancel() {
            isCancelled = true
            session?.cancel()
        }

        func presentationAnchor(for session: ASWebAuthenticationSession) -> ASPresentationAnchor {
            window
        }
    }
#endif
