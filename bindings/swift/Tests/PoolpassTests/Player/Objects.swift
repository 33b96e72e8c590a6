import Foundation
import Poolpass

/// Objects in S3.
let objects: [String: Operation] = [
    "bucket.put": { driver, with in
        described(
            try await driver.client.bucket()
                .put(try with.text("body"), to: try with.text("key"), options: putOptions(with)))
    },
    "bucket.get": { driver, with in
        let options = GetOptions(range: try range(with), ifNoneMatch: with.maybeText("ifNoneMatch"))
        let object = try await driver.client.bucket().get(try with.text("key"), options: options)
        return ["metadata": described(object.metadata), "text": .string(try await object.text())]
    },
    "bucket.head": { driver, with in described(try await driver.client.bucket().head(try with.text("key"))) },
    "bucket.delete": { driver, with in
        try await driver.client.bucket().delete(try with.text("key"))
        return .null
    },
    "bucket.copy": { driver, with in
        described(try await driver.client.bucket().copy(from: try with.text("from"), to: try with.text("to")))
    },
    "bucket.list": { driver, with in
        var (objects, commonPrefixes): ([JSON], [String]) = ([], [])
        let options = ListOptions(
            delimiter: with.maybeText("delimiter"), pageSize: with.maybeInt("pageSize").map(Int32.init))
        let pages = try driver.client.bucket().list(try with.text("prefix"), options: options).pages()
        for try await page in pages {
            objects += page.objects.map { ["key": .string($0.key)] }
            commonPrefixes += page.commonPrefixes
        }
        return ["objects": .array(objects), "commonPrefixes": .of(commonPrefixes)]
    },
    "bucket.upload": { driver, with in
        let (size, ending) = (try with.int("size"), "so it ends")
        let body = Data(repeating: UInt8(ascii: "x"), count: max(0, size - ending.utf8.count)) + Data(ending.utf8)
        let parts = Guarded(0)
        let options = UploadOptions(partSize: with.maybeInt("partSize").map(Int64.init))
        try await driver.client.bucket().upload(.data(body.suffix(size)), to: try with.text("key"), options: options) { _ in
            parts.change { $0 += 1 }
        }
        return ["parts": .of(parts.value)]
    },
    "bucket.presignGet": { driver, with in
        described(
            try await driver.client.bucket()
                .presignGet(try with.text("key"), expiresIn: TimeInterval(try with.int("expiresIn"))))
    },
    "bucket.presignPut": { driver, with in
        described(
            try await driver.client.bucket().presignPut(
                try with.text("key"), expiresIn: TimeInterval(try with.int("expiresIn")), options: putOptions(with)))
    },
]

private func putOptions(_ with: Arguments) -> PutOptions {
    PutOptions(contentType: with.maybeText("contentType"), ifAbsent: with["ifAbsent"] == true)
}

private func range(_ with: Arguments) throws -> ByteRange? {
    guard with["range"] != .null else { return nil }
    let range = Arguments(with["range"])
    return .between(start: Int64(try range.int("start")), end: Int64(try range.int("end")))
}

private func described(_ result: PutResult) -> JSON {
    ["etag": .of(result.etag), "versionId": .of(result.versionId)]
}

private func described(_ metadata: ObjectMetadata) -> JSON {
    [
        "size": metadata.size.map { .of(Int($0)) } ?? .null, "contentType": .of(metadata.contentType),
        "etag": .of(metadata.etag),
    ]
}
