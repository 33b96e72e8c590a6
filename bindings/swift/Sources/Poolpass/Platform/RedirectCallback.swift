import Foundation

/// The redirect that a user agent waits for, as Apple's systems name it.
enum RedirectCallback: Equatable {
    /// Any URL with this scheme of the app's own.
    case scheme(String)
    /// The URLs on this host with this path, to the letter.
    case https(host: String, path: String)

    init?(_ redirectUri: String) {
        guard let url = URL(string: redirectUri), let scheme = url.scheme else { return nil }
        guard scheme.lowercased() == "https" else {
            self = .scheme(scheme)
            return
        }
        guard let host = url.host() else { return nil }
        // `URL.path` would lose the last slash. A browser asks for the empty path as a slash.
        let path = url.path(percentEncoded: false)
        self = .https(host: host, path: path.isEmpty ? "/" : path)
    }
}
