// Uses S3: the user's own prefix, a shared link, and another user's prefix.

import Foundation
import Poolpass

private let text = "The Analytical Engine weaves algebraic patterns."
let somebodyElse = "eu-west-1:00000000-0000-4000-8000-000000000000"

func useObjects(_ people: People, _ log: StepLog) async throws {
    let bucket = try people.laptop.bucket()
    let key = try await bucket.privatePath("notes/first letter.txt")

    _ = try await log.step("put an object under the own prefix", "PutObject") { try await bucket.put(text, to: key) }
    let read = try await log.step("get it", "GetObject") { try await bucket.get(key).text() }
    guard read == text else { throw Failure("another text came back") }

    let link = try await log.step("make a link that lives for a minute", "(presigned GetObject)") {
        try await bucket.presignGet(key, expiresIn: 60)
    }
    let shared = try await log.step("read it through the link, without signing", "GetObject") {
        try await fetch(link.url)
    }
    guard shared == Data(text.utf8) else { throw Failure("another text came back") }

    try await log.refused("be refused another person's prefix", "GetObject", .accessDenied) {
        try await bucket.get("private/\(somebodyElse)/diary.txt")
    }
    try await log.step("delete the object", "DeleteObject") { try await bucket.delete(key) }
}
