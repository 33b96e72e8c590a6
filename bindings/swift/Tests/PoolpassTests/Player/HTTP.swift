import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Plain HTTP, as somebody without the SDK would do it.
enum HTTP {
    struct Answer {
        let status: Int
        let body: String
    }

    static func send(
        _ method: String, _ url: String, headers: [String: String] = [:], body: String? = nil
    ) async throws -> Answer {
        guard let url = URL(string: url) else { throw Mismatch("\(url) is no URL") }
        var request = URLRequest(url: url)
        request.httpMethod = method
        request.httpBody = body.map { Data($0.utf8) }
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        return try await withCheckedThrowingContinuation { continuation in
            let task = URLSession.shared.dataTask(with: request) { data, response, error in
                guard let response = response as? HTTPURLResponse else {
                    return continuation.resume(throwing: error ?? Mismatch("no answer from \(url)"))
                }
                let body = String(decoding: data ?? Data(), as: UTF8.self)
                continuation.resume(returning: Answer(status: response.statusCode, body: body))
            }
            task.resume()
        }
    }
}
