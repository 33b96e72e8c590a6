import Foundation
import PoolpassFFI

/// Shows the pages of managed login, and catches the redirect at their end.
///
/// Apps implement it over what their platform has; `WebAuthenticationSessionUserAgent` does it on Apple's systems. It must be a browser of
/// the system's that the app cannot read: providers such as Google refuse web views that are part of an app. There is no time limit
/// besides that of the pages: a person is asked. An error that the method throws, other than ``UserAgentError``, counts as `failed`.
public protocol RedirectUserAgent: Sendable {
    /// Opens `url`, and waits until the pages redirect to `redirectUri`. Returns the whole URL of that redirect, with its query.
    ///
    /// Cancelling its task closes the pages, or at least ends the wait.
    func authenticate(url: URL, redirectUri: String) async throws -> URL
}

/// The reason why a user agent came back without a redirect.
public typealias UserAgentErrorKind = PoolpassFFI.UserAgentErrorKind

/// A user agent came back without a redirect.
public struct UserAgentError: Error, Sendable {
    /// The reason.
    public let kind: UserAgentErrorKind
    /// The cause in words.
    public let detail: String

    /// An error of this kind, with its cause in words.
    public init(_ kind: UserAgentErrorKind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }
}

/// An app's user agent, as the library calls it.
final class ForeignUserAgent: PoolpassFFI.RedirectUserAgent {
    private let agent: any RedirectUserAgent

    init(_ agent: any RedirectUserAgent) {
        self.agent = agent
    }

    func authenticate(url: String, redirectUri: String) async throws -> String {
        do {
            return try await agent.authenticate(url: try URL(ofCore: url), redirectUri: redirectUri).absoluteString
        } catch let error as UserAgentError {
            throw PoolpassFFI.UserAgentError.Failed(kind: error.kind, detail: error.detail)
        } catch is CancellationError {
            throw PoolpassFFI.UserAgentError.Failed(kind: .cancelled, detail: "the call was cancelled")
        } catch {
            throw PoolpassFFI.UserAgentError.Failed(kind: .failed, detail: error.localizedDescription)
        }
    }
}
