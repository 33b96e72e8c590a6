import Foundation
import Poolpass
import XCTest

/// Many calls at once, and what does not fit into one request.
final class TransferTests: XCTestCase {
    private static let mib = 1024 * 1024

    func testSixtyFourCallsAtOnceShareOneRefresh() async throws {
        try await Demo.run { demo in
            let client = try await demo.signedIn()
            let old = try await client.idToken().jwt
            try await demo.backend.setClock(3590)
            // From this answer the client learns what time it is.
            _ = try? await client.account.attributes()
            _ = try await demo.backend.takeRequestCounts()
            let tokens = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<64 { group.addTask { try await client.idToken().jwt } }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            XCTAssertEqual(tokens.count, 1)
            XCTAssertNotEqual(tokens, [old])
            let counts = try await demo.backend.takeRequestCounts()
            let refreshes = (counts["GetTokensFromRefreshToken"].int ?? 0) + (counts["InitiateAuth"].int ?? 0)
            XCTAssertEqual(refreshes, 1, counts.text)
        }
    }

    func testSixtyFourObjectsAreWrittenAndReadAtOnce() async throws {
        try await Demo.run { demo in
            let client = try await demo.signedIn()
            let bucket = try client.bucket()
            let prefix = try await bucket.privatePath("many/")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<64 {
                    group.addTask {
                        try await bucket.put("number \(number)", to: "\(prefix)\(number)")
                        let text = try await bucket.get("\(prefix)\(number)").text()
                        XCTAssertEqual(text, "number \(number)")
                    }
                }
                try await group.waitForAll()
            }
            let listed = try await bucket.list(prefix).reduce(into: [ListedObject]()) { $0.append($1) }
            XCTAssertEqual(listed.count, 64)
            let page = try await bucket.list(prefix, options: ListOptions(pageSize: 40)).page()
            XCTAssertEqual(page.objects.count, 40)
            let rest = bucket.list(prefix, options: ListOptions(continuationToken: page.nextContinuationToken))
            let pages = try await rest.pages().reduce(into: [ListPage]()) { $0.append($1) }
            let last = try await rest.page()
            XCTAssertEqual(pages, [last])
            XCTAssertEqual((page.objects + pages.flatMap(\.objects)).map(\.key), listed.map(\.key))
            let outcome = try await bucket.deleteMany(listed.map(\.key))
            XCTAssertEqual(outcome.deleted.count, 64)
            XCTAssertTrue(outcome.errors.isEmpty)
        }
    }

    func testAURLForAnyServiceIsPresignedAlsoOneWhoseTokenIsNotSigned() async throws {
        try await Demo.run { demo in
            let client = try await demo.signedIn()
            let request = ApiRequest("GET", "wss://abc-ats.iot.eu-west-1.amazonaws.com/mqtt")
            func signature(_ service: String, appended: Bool = false) async throws -> String? {
                let presigned = try await client.api(service).presign(
                    request, expiresIn: 60, sessionTokenAfterSigning: appended)
                XCTAssertTrue(presigned.url.absoluteString.hasPrefix(request.url + "?X-Amz-Algorithm="))
                let parts = URLComponents(url: presigned.url, resolvingAgainstBaseURL: false)
                XCTAssertEqual(parts?.queryItems?.last?.name, "X-Amz-Security-Token")
                return parts?.queryItems?.first { $0.name == "X-Amz-Signature" }?.value
            }
            let (signed, appended) = (try await signature("appsync"), try await signature("appsync", appended: true))
            XCTAssertNotEqual(signed, appended)
            let iot = try await signature("iotdevicegateway")
            XCTAssertEqual(iot?.count, 64)
            await assertFails(.invalidInput) { try await client.api().presign(request, expiresIn: 8 * 24 * 3600) }
        }
    }

    func testTheContentOfARangeHasTheRangesLength() async throws {
        try await Demo.run { demo in
            let bucket = try await demo.signedIn().bucket()
            let key = try await bucket.privatePath("range")
            try await bucket.put("0123456789", to: key)
            let whole = try await bucket.get(key).contentLength
            XCTAssertEqual(whole, 10)
            let part = try await bucket.get(key, options: GetOptions(range: .between(start: 5, end: 8))).contentLength
            XCTAssertEqual(part, 3)
        }
    }

    func testAFileIsUploadedInPartsAndSavedAgain() async throws {
        try await Demo.run { demo in
            let file = try Self.file(megabytes: 17)
            let copy = file.appendingPathExtension("copy")
            defer { for url in [file, copy] { try? FileManager.default.removeItem(at: url) } }
            let bucket = try await demo.signedIn().bucket()
            let key = try await bucket.privatePath("film.mp4")
            let seen = Guarded<[UploadProgress]>([])
            _ = try await demo.backend.takeRequestCounts()
            let options = UploadOptions(put: PutOptions(contentType: "video/mp4"), partSize: Int64(5 * Self.mib))
            try await bucket.upload(.file(file), to: key, options: options) { progress in seen.change { $0.append(progress) } }

            let counts = try await demo.backend.takeRequestCounts()
            XCTAssertEqual(counts["UploadPart"], 4)
            let size = Int64(17 * Self.mib)
            XCTAssertEqual(seen.value.map(\.sent), seen.value.map(\.sent).sorted())
            XCTAssertEqual(seen.value.last, UploadProgress(sent: size, total: size))
            XCTAssertEqual(seen.value.count, 4)
            let metadata = try await bucket.head(key)
            XCTAssertEqual(metadata.size, size)
            XCTAssertEqual(metadata.contentType, "video/mp4")
            try await bucket.get(key).save(to: copy)
            XCTAssertTrue(FileManager.default.contentsEqual(atPath: file.path, andPath: copy.path))

            let missing = file.appendingPathExtension("missing")
            await assertFails(.platform) { try await bucket.upload(.file(missing), to: key) }
        }
    }

    func testStreamsAndSourcesAreUploadedPieceByPiece() async throws {
        try await Demo.run { demo in
            let bucket = try await demo.signedIn().bucket()
            let key = try await bucket.privatePath("pieces")
            let piece = Data(repeating: 7, count: Self.mib)
            let left = Guarded(12)
            let stream = AsyncThrowingStream<Data, any Error> {
                left.change { $0 -= 1; return $0 } < 0 ? nil : piece
            }
            let totals = Guarded<[Int64?]>([])
            let options = UploadOptions(partSize: Int64(5 * Self.mib))
            try await bucket.upload(.stream(stream), to: key, options: options) { progress in
                totals.change { $0.append(progress.total) }
            }
            let metadata = try await bucket.head(key)
            XCTAssertEqual(metadata.size, Int64(12 * Self.mib))
            XCTAssertEqual(totals.value.count, 3)

            let source = Numbers(size: Int64(11 * Self.mib))
            try await bucket.upload(.source(source), to: key, options: options)
            var (offset, wrong): (Int64, Int) = (0, 0)
            for try await piece in try await bucket.get(key).stream() {
                if piece.first != Numbers.byte(at: offset) { wrong += 1 }
                offset += Int64(piece.count)
                if piece.last != Numbers.byte(at: offset - 1) { wrong += 1 }
            }
            XCTAssertEqual([offset, Int64(wrong)], [source.size, 0])

            let broken = AsyncThrowingStream<Data, any Error> { throw DiskFull() }
            let error = await assertFails(.invalidInput) { try await bucket.upload(.stream(broken), to: key) }
            XCTAssertTrue(error?.message.contains("the disk is full") == true, "\(String(describing: error))")
        }
    }

    func testAnUploadThatWasCancelledGoesOnWhereItStopped() async throws {
        try await Demo.run { demo in
            let file = try Self.file(megabytes: 16)
            defer { try? FileManager.default.removeItem(at: file) }
            let bucket = try await demo.signedIn().bucket()
            let key = try await bucket.privatePath("resumed")
            let state = Guarded<UploadState?>(nil)
            let firstPart = Gate()
            let options = UploadOptions(partSize: Int64(5 * Self.mib), concurrency: 1)
            try await demo.backend.fault(["operation": "UploadPart", "skip": 1, "action": ["delayMs": 600_000]])
            let upload = Task {
                try await bucket.upload(
                    .file(file), to: key, options: options,
                    onProgress: { _ in Task { await firstPart.open() } },
                    onResumable: { resumable in state.change { $0 = resumable } })
            }
            await firstPart.pass()
            upload.cancel()
            await assertFails(.cancelled) { try await upload.value }
            try await demo.backend.fault(.null)
            _ = try await demo.backend.takeRequestCounts()
            try await bucket.resumeUpload(try XCTUnwrap(state.value), of: .file(file))
            let counts = try await demo.backend.takeRequestCounts()
            XCTAssertEqual(counts["UploadPart"], 3)
            let metadata = try await bucket.head(key)
            XCTAssertEqual(metadata.size, Int64(16 * Self.mib))
        }
    }

    func testAnUploadThatWasCancelledIsGivenUp() async throws {
        try await Demo.run { demo in
            let bucket = try await demo.signedIn().bucket()
            let key = try await bucket.privatePath("cancelled")
            let firstPart = Gate()
            let options = UploadOptions(partSize: Int64(5 * Self.mib), concurrency: 1)
            try await demo.backend.fault(["operation": "UploadPart", "skip": 1, "action": ["delayMs": 600_000]])
            let upload = Task {
                try await bucket.upload(.data(Data(count: 11 * Self.mib)), to: key, options: options) { _ in
                    Task { await firstPart.open() }
                }
            }
            await firstPart.pass()
            upload.cancel()
            await assertFails(.cancelled) { try await upload.value }
            try await demo.reached("AbortMultipartUpload")
        }
    }

    func testAnUploadThatFailsIsGivenUpUnlessItsStateIsKept() async throws {
        try await Demo.run { demo in
            let bucket = try await demo.signedIn().bucket()
            let key = try await bucket.privatePath("refused")
            let body = UploadBody.data(Data(count: 6 * Self.mib))
            let options = UploadOptions(partSize: Int64(5 * Self.mib))
            try await demo.backend.fault(["operation": "UploadPart", "action": ["status": 403, "code": "AccessDenied"]])
            let state = Guarded<UploadState?>(nil)
            await assertFails(.accessDenied) {
                try await bucket.upload(
                    body, to: key, options: options, onResumable: { resumable in state.change { $0 = resumable } })
            }
            await assertFails(.accessDenied) { try await bucket.upload(body, to: key, options: options) { _ in } }
            try await demo.reached("AbortMultipartUpload")
            try await demo.backend.fault(.null)
            try await bucket.resumeUpload(try XCTUnwrap(state.value), of: body)
            let metadata = try await bucket.head(key)
            XCTAssertEqual(metadata.size, Int64(6 * Self.mib))
        }
    }

    /// A file whose bytes tell where they are.
    private static func file(megabytes: Int) throws -> URL {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        var content = Data()
        for megabyte in 0..<megabytes { content += Data(repeating: UInt8(megabyte), count: mib) }
        try content.write(to: url)
        return url
    }
}

/// Bytes that are made when they are read: each stretch of 64 KiB has a byte of its own.
private struct Numbers: UploadSource {
    private static let stretch: Int64 = 65536

    let size: Int64

    static func byte(at offset: Int64) -> UInt8 { UInt8(offset / stretch % 251) }

    func read(offset: Int64, length: Int64) async throws -> Data {
        let end = offset + length
        var (data, offset) = (Data(), offset)
        while offset < end {
            let next = min(end, (offset / Self.stretch + 1) * Self.stretch)
            data += Data(repeating: Self.byte(at: offset), count: Int(next - offset))
            offset = next
        }
        return data
    }
}
