import Foundation
import PoolpassFFI

/// Makes a call that ends when its task is cancelled: generated code does not do that by itself.
///
/// `work` gets the handle that has to cancel the object on which it calls.
func call<Result>(_ work: (CancelHandle) async throws -> Result) async throws -> Result {
    let handle = CancelHandle()
    return try await withTaskCancellationHandler {
        try await mapped { try await work(handle) }
    } onCancel: {
        handle.cancel()
    }
}

/// Gives the library's errors their public form.
func mapped<Result>(_ work: () throws -> Result) throws -> Result {
    do {
        return try work()
    } catch let error as PoolpassFFI.PoolpassError {
        throw PoolpassError(error)
    }
}

private func mapped<Result>(_ work: () async throws -> Result) async throws -> Result {
    do {
        return try await work()
    } catch let error as PoolpassFFI.PoolpassError {
        throw PoolpassError(error)
    }
}

extension URL {
    /// A URL that the core has made.
    init(ofCore text: String) throws {
        guard let url = URL(string: text) else { throw PoolpassError.invalidInput("Foundation does not take this URL") }
        self = url
    }
}
