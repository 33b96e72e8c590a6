// Uses S3: the user's own prefix, a shared link, and another user's prefix.

import Foundation
import Poolpass

private let text = "The Analytical Engine weaves algebraic patterns."
let somebodyElse = "eu-west-1:00000000-0000-4000-8000-000000000000"

func tellObjects(_ people: People, _ narrator: Narrator) async throws {
    let bucket = try people.laptop.bucket()
    let key = try await bucket.privatePath("notes/first letter.txt")

    _ = try await narrator.step("put an object under the own prefix", "PutObject") { try await bucket.put(text, to: key) }
    let read = try await narrator.step("get it", "GetObject") { try await bucket.get(key).text() }
    guard read == text else { throw Failure("another text came back") }

    let link = try await narrator.step("make a link that lives for a minute", "(presigned GetObject)") {
        try await bucket.presignGet(key, expiresIn: 60)
    }
    let shared = try await narrator.step("read it through the link, without signing", "GetObject") {
        try await fetch(link.url)
    }
    guard shared == Data(text.utf8) else { throw Failure("another text came back") }

    try await narrator.refused("be refused another person's prefix", "GetObject", .accessDenied) {
        try await bucket.get("private/\(somebodyElse)/diary.txt")
    }
    try await narrator.step("delete the object", "DeleteObject") { try await bucket.delete(key) }
}
