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
        public func authenticate(url: URL, redirectUri: String) async throws -> URL {
            guard let callback = RedirectCallback(redirectUri) else {
                throw UserAgentError(.failed, "the redirect URI is malformed")
            }
            let visit = await Visit(window())
            return try await withTaskCancellationHandler {
                try await visit.redirect(from: url, to: callback, isEphemeral: isEphemeral)
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
        private var waiting: CheckedContinuation<URL, any Error>?
        private var isCancelled = false

        init(_ window: ASPresentationAnchor) {
            self.window = window
        }

        func redirect(from url: URL, to callback: RedirectCallback, isEphemeral: Bool) async throws -> URL {
            if isCancelled { throw CancellationError() }
            let session = try session(from: url, to: callback)
            session.presentationContextProvider = self
            session.prefersEphemeralWebBrowserSession = isEphemeral
            self.session = session
            return try await withCheckedThrowingContinuation { waiting in
                self.waiting = waiting
                guard !session.start() else { return }
                // After the handler, which may know the reason.
                Task { self.finish(.failure(UserAgentError(.failed, "the system did not start the session"))) }
            }
        }

        func cancel() {
            isCancelled = true
            session?.cancel()
            finish(.failure(CancellationError()))
        }

        func presentationAnchor(for session: ASWebAuthenticationSession) -> ASPresentationAnchor {
            window
        }

        private func session(from url: URL, to callback: RedirectCallback) throws -> ASWebAuthenticationSession {
            // The system calls it on a thread of its own choice.
            let completed: @Sendable (URL?, (any Error)?) -> Void = { url, error in
                let outcome = outcome(url, error)
                Task { @MainActor in self.finish(outcome) }
            }
            switch callback {
            case .scheme(let scheme):
                return ASWebAuthenticationSession(url: url, callbackURLScheme: scheme, completionHandler: completed)
            case .https(let host, let path):
                guard #available(iOS 17.4, macOS 14.4, visionOS 1.1, *) else {
                    let detail = "a redirect URI with https needs iOS 17.4 or macOS 14.4: register one with a scheme of the app's"
                    throw UserAgentError(.unsupported, detail)
                }
                return ASWebAuthenticationSession(
                    url: url, callback: .https(host: host, path: path), completionHandler: completed)
            }
        }

        /// Ends the wait once: whether the handler is called for a session that was cancelled or did not start is the system's affair.
        private func finish(_ outcome: Result<URL, any Error>) {
            waiting?.resume(with: outcome)
            waiting = nil
            session = nil
        }
    }

    private func outcome(_ url: URL?, _ error: (any Error)?) -> Result<URL, any Error> {
        if let url { return .success(url) }
        let isCancelled = (error as? ASWebAuthenticationSessionError)?.code == .canceledLogin
        let detail = error?.localizedDescription ?? "the system returned nothing"
        return .failure(UserAgentError(isCancelled ? .cancelled : .failed, detail))
    }
#endif
