import Foundation
import PoolpassFFI

/// The error of every call.
///
/// Decide by its ``kind``. The message is for people and never contains a password, token, code, key or signed URL.
public struct PoolpassError: LocalizedError, Sendable {
    /// The kind of the error: stable, and the same in every language.
    public let kind: ErrorKind
    /// The message for people, without any secret. The wording may change.
    public let message: String
    /// AWS's own code, such as `NotAuthorizedException`, if AWS rejected the request.
    public let awsCode: String?
    /// AWS's id of the rejected request, for AWS's support.
    public let requestId: String?
    /// The HTTP status of AWS's answer, if there was one.
    public let httpStatus: Int?
    /// The AWS operation that failed, such as `InitiateAuth`.
    public let operation: String?
    /// The item as it was when the condition of a put, update or delete did not hold, if there was one and
    /// `returnOldOnConditionCheckFailure` asked for it. It is a person's data: nothing prints it.
    public let item: Item?
    /// The reasons for which DynamoDB cancelled a transaction: one for each item, in order. Empty for other errors.
    public let cancellationReasons: [CancellationReason]
    /// The URL of managed login to send the person to once more, if Cognito has only just linked the provider's account to a user and
    /// therefore refused the sign-in ("Already found an entry for username"). The error's kind is `conflict`. The second attempt works,
    /// mostly without a question.
    ///
    /// Nothing else of the error shows the URL: it is good for one sign-in.
    public internal(set) var retryUrl: URL? = nil

    /// The authentication that an API requires, of an error of kind `insufficientUserAuthentication`.
    public let stepUp: StepUpRequirement?

    /// The ``message``, as `localizedDescription` gives it.
    public var errorDescription: String? { message }

    /// The ``item`` as a `Codable` type.
    ///
    /// ```swift
    /// do {
    ///     try await table.put(note, condition: attribute("revision") == 1, returnOldOnConditionCheckFailure: true)
    /// } catch let error as PoolpassError where error.kind == .conditionFailed {
    ///     let theirs = try error.item(as: Note.self)
    /// }
    /// ```
    ///
    /// - Throws: `DecodingError` for an item of another form.
    public func item<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value? {
        try item.map { try ItemDecoder().decode(from: $0) }
    }
}

/// The authentication that an API requires for a request (RFC 9470), which a step-up can reach: `acrValues` are the authentication levels
/// of which the API accepts each, the preferred one first, empty if it asks for a more recent authentication only; `maxAge` is how many
/// seconds ago the person may have proved who they are, nil for any time ago.
public typealias StepUpRequirement = PoolpassFFI.StepUpRequirement

/// The reason for which DynamoDB cancelled a transaction, for one of its items.
public struct CancellationReason: Sendable {
    /// DynamoDB's code, such as `ConditionalCheckFailed`, `TransactionConflict` or `ValidationError`. Nil if this item was not the reason.
    public let code: String?
    /// DynamoDB's message for people.
    public let message: String?
    /// The item as it was when its condition did not hold, if there was one and `returnOldOnConditionCheckFailure` asked for it. Nothing
    /// prints it.
    public let item: Item?

    /// The ``item`` as a `Codable` type.
    ///
    /// - Throws: `DecodingError` for an item of another form.
    public func item<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value? {
        try item.map { try ItemDecoder().decode(from: $0) }
    }
}

extension CancellationReason: Redacted {
    var shown: KeyValuePairs<String, Any> { ["code": code as Any, "message": message as Any] }
}

/// The kind of an error, which says what the app can do about it. The kinds are the same in every language of Poolpass.
public typealias ErrorKind = PoolpassFFI.ErrorKind

extension PoolpassError: CustomStringConvertible, CustomReflectable {
    /// The kind's code, what AWS calls it, and the message.
    public var description: String {
        "\(kind.code())\(awsCode.map { " (\($0))" } ?? ""): \(message)"
    }

    /// All members except the items.
    public var customMirror: Mirror {
        Mirror(
            self,
            children: [
                "kind": kind, "message": message, "awsCode": awsCode as Any, "requestId": requestId as Any,
                "httpStatus": httpStatus as Any, "operation": operation as Any, "cancellationReasons": cancellationReasons,
                "stepUp": stepUp as Any,
            ])
    }
}

extension PoolpassError {
    init(_ error: PoolpassFFI.PoolpassError) {
        switch error {
        case .Failed(let kind, let detail, let awsCode, let requestId, let httpStatus, let operation, let refused, let stepUp):
            let reasons = refused?.cancellationReasons() ?? []
            self.init(
                kind: kind, message: detail, awsCode: awsCode, requestId: requestId,
                httpStatus: httpStatus.map(Int.init), operation: operation, item: refused?.item(),
                cancellationReasons: reasons.map {
                    CancellationReason(code: $0.code, message: $0.message, item: $0.item)
                }, stepUp: stepUp)
            retryUrl = refused?.retryUrl().flatMap(URL.init(string:))
        }
    }

    /// An argument is invalid. Nothing was sent.
    static func invalidInput(_ message: String) -> PoolpassError {
        PoolpassError(
            kind: .invalidInput, message: message, awsCode: nil, requestId: nil, httpStatus: nil, operation: nil,
            item: nil, cancellationReasons: [], stepUp: nil)
    }
}
