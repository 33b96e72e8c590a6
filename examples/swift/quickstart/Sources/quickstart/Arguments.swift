import Foundation

/// `--config FILE --user NAME --password-file FILE`, or nothing.
struct Arguments {
    /// A poolpass.json that names a bucket and a table. Without it, a local AWS is started.
    let config: URL?
    /// The name of an existing user.
    let user: String?
    /// A file with the user's password. A newline at its end is ignored.
    let passwordFile: URL?

    init(_ arguments: some Sequence<String>) throws {
        var values: [String: String] = [:]
        var rest = Array(arguments)[...]
        while let name = rest.popFirst() {
            guard ["--config", "--user", "--password-file"].contains(name), let value = rest.popFirst() else {
                throw Failure("usage: quickstart [--config FILE --user NAME --password-file FILE]")
            }
            values[name] = value
        }
        guard values.isEmpty || values.count == 3 else {
            throw Failure("--config, --user and --password-file go together")
        }
        config = values["--config"].map(URL.init(fileURLWithPath:))
        user = values["--user"]
        passwordFile = values["--password-file"].map(URL.init(fileURLWithPath:))
    }
}

/// An error with a message.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
