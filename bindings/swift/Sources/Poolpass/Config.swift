import Foundation
import PoolpassFFI

/// Which user pool, identity pool, bucket, table and API the app uses.
///
/// It is what a `poolpass.json` says, or a file of Amplify's, which names no table and no API: an `amplify_outputs.json` (Gen 2), or an
/// `amplifyconfiguration.json`, an `awsconfiguration.json` or the object in an `aws-exports.js`, as JSON (Gen 1).
/// ``Client/init(_:store:options:)`` checks it.
public struct Config: Sendable {
    let text: String

    /// Takes the text of a `poolpass.json` or of a file of Amplify's.
    public init(json: String) {
        text = json
    }

    /// Reads a `poolpass.json` or a file of Amplify's, such as one in the app's bundle.
    ///
    /// - Throws: Foundation's error when the file cannot be read.
    public init(contentsOf file: URL) throws {
        self.init(json: String(decoding: try Data(contentsOf: file), as: UTF8.self))
    }

    /// Says everything in code.
    ///
    /// - Parameters:
    ///   - region: Such as `eu-west-1`. Default: that of the user pool or the identity pool.
    ///   - userPool: Where people sign in. Default: only guests.
    ///   - identityPoolId: Where AWS credentials come from. Default: there are none.
    ///   - bucket: The S3 bucket of ``Client/bucket(_:region:)``.
    ///   - table: The DynamoDB table of ``Client/table(_:)``.
    ///   - api: The base URL of ``Client/send(_:to:region:)``.
    public init(
        region: String? = nil, userPool: UserPool? = nil, identityPoolId: String? = nil, bucket: String? = nil,
        table: String? = nil, api: URL? = nil
    ) throws {
        let file = PoolpassFile(
            region: region, userPool: userPool, identityPool: identityPoolId.map { .init(id: $0) },
            s3: bucket.map { .init(bucket: $0) }, dynamodb: table.map { .init(table: $0) }, api: api.map { .init(url: $0) })
        text = String(decoding: try JSONEncoder().encode(file), as: UTF8.self)
    }

    /// A user pool and the app's client in it.
    public struct UserPool: Sendable, Encodable {
        /// Such as `eu-west-1_AbCdEfGhI`.
        public var id: String
        /// The id of the app client.
        public var clientId: String
        /// The app client's secret, where it has one. An app cannot keep it from its users.
        public var clientSecret: String?

        /// A user pool and the app's client in it.
        public init(id: String, clientId: String, clientSecret: String? = nil) {
            self.id = id
            self.clientId = clientId
            self.clientSecret = clientSecret
        }
    }
}

/// The form of a `poolpass.json`.
private struct PoolpassFile: Encodable {
    struct IdentityPool: Encodable { let id: String }
    struct S3: Encodable { let bucket: String }
    struct DynamoDB: Encodable { let table: String }
    struct Api: Encodable { let url: URL }

    let region: String?
    let userPool: Config.UserPool?
    let identityPool: IdentityPool?
    let s3: S3?
    let dynamodb: DynamoDB?
    let api: Api?
}

extension Config: Redacted {
    var shown: KeyValuePairs<String, Any> { [:] }
}

extension Config.UserPool: Redacted {
    var shown: KeyValuePairs<String, Any> { ["id": id, "clientId": clientId] }
}
