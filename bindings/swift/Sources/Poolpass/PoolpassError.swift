import Foundation
import PoolpassFFI

/// What every call throws.
///
/// Decide by ``kind``: it is the same in every language of Poolpass, and says what to do. No error holds a secret.
public struct PoolpassError: LocalizedError, Sendable {
    /// What kind of error it is.
    public let kind: ErrorKind
    /// What went wrong, in a sentence for people. The wording may change.
    public let message: String
    /// AWS's own code, such as `NotAuthorizedException`, where AWS refused.
    public let awsCode: String?
    /// AWS's id of the refused request, for AWS's support.
    public let requestId: String?
    /// The HTTP status of AWS's answer, where there was one.
    public let httpStatus: Int?
    /// The AWS operation that failed, such as `InitiateAuth`.
    public let operation: String?

    /// The kind's stable name, such as `notAuthorized`, for logs and statistics.
    public var code: String { kind.code() }

    /// The ``message``, as `localizedDescription` gives it.
    public var errorDescription: String? { message }
}

/// What kind of error it is; each case says what the app should do.
public typealias ErrorKind = PoolpassFFI.ErrorKind

extension PoolpassError: CustomStringConvertible {
    /// The code, what AWS calls it, and the message.
    public var description: String {
        "\(code)\(awsCode.map { " (\($0))" } ?? ""): \(message)"
    }
}

extension PoolpassError {
    init(_ error: PoolpassFFI.PoolpassError) {
        switch error {
        case .Failed(let kind, let detail, let awsCode, let requestId, let httpStatus, let operation):
            self.init(
                kind: kind, message: detail, awsCode: awsCode, requestId: requestId,
                httpStatus: httpStatus.map(Int.init), operation: operation)
        }
    }

    /// An argument is not what the documentation asks for; nothing was sent.
    static func invalidInput(_ message: String) -> PoolpassError {
        PoolpassError(
            kind: .invalidInput, message: message, awsCode: nil, requestId: nil, httpStatus: nil, operation: nil)
    }
}
