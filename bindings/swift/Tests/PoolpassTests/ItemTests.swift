import Foundation
import Poolpass
import XCTest

/// `Codable` items, conditions and queries.
final class ItemTests: XCTestCase {
    private struct Note: Codable, Equatable {
        enum State: String, Codable { case draft, done }
        struct Place: Codable, Equatable { var street: String; var number: Int }

        var pk: String
        var sk: String
        var large = UInt64.max
        var small = Int64.min
        var price = Decimal(string: "12345678901234567890.12345678901234567")!
        var ratio = 0.1
        var tiny: Float = 1e-7
        var data = Data([0, 255])
        var made = Date(timeIntervalSince1970: 1_700_000_000.5)
        var link = URL(string: "https://example.com/a%20b")!
        var id = UUID()
        var state = State.done
        var place = Place(street: "Große Straße", number: 7)
        var visits: [Place] = [Place(street: "x", number: 1)]
        var nothing: String?
        var holes: [Int?] = [1, nil, 3]
        var byName: [String: [Bool]] = ["a": [true, false]]
        var tags: AttributeValue = .ss(["a", "b"])
    }

    func testACodableItemComesBackAsItWas() async throws {
        try await Demo.run { demo in
            let client = try await demo.signedIn()
            let table = try client.table()
            let note = Note(pk: try await client.identityId(), sk: "note")
            let key: Item = ["pk": .s(note.pk), "sk": "note"]
            try await table.put(note)
            var read = try await table.get(Note.self, key: key)
            // DynamoDB's sets have no order.
            if case .ss(let tags)? = read?.tags { read?.tags = .ss(tags.sorted()) }
            XCTAssertEqual(read, note)

            let raw = try await table.get(Item.self, key: key)
            XCTAssertEqual(raw?["large"], .n("18446744073709551615"))
            XCTAssertEqual(raw?["made"], .n("1700000000.5"))
            XCTAssertEqual(raw?["data"], .b(Data([0, 255])))
            XCTAssertEqual(raw?["state"], "done")
            XCTAssertNil(raw?["nothing"])

            let none = try await table.get(Note.self, key: ["pk": .s(note.pk), "sk": "none"])
            XCTAssertNil(none)
            do {
                _ = try await table.get([String: UInt8].self, key: key)
                XCTFail("a note is not a dictionary of small numbers")
            } catch is DecodingError {}
        }
    }

    func testWhatDynamoDBDoesNotHaveIsNotEncoded() {
        XCTAssertThrowsError(try AttributeValue(encoding: Double.nan)) { XCTAssertTrue($0 is EncodingError) }
        XCTAssertThrowsError(try AttributeValue(encoding: ["x": Double.infinity]))
        XCTAssertThrowsError(try AttributeValue(encoding: ["x": Decimal.nan])) { XCTAssertTrue($0 is EncodingError) }
        XCTAssertEqual(try AttributeValue(encoding: [1, 2]), [1, 2])
        XCTAssertEqual(try AttributeValue(encoding: 3.0), 3)
        XCTAssertEqual(try AttributeValue(encoding: Optional<Int>.none), .null)
    }

    func testConditionsUpdatesQueriesAndTransactionsSayWhatTheyMean() async throws {
        try await Demo.run { demo in
            let client = try await demo.signedIn()
            let (table, me) = (try client.table(), try await client.identityId())
            func key(_ number: Int) -> Item { ["pk": .s(me), "sk": .s("c#\(number)")] }
            try await table.batchWrite(put: (1...3).map { number in
                key(number).merging(["n": .number(number), "tags": ["a"]]) { first, _ in first }
            })
            await assertFails(.conditionFailed) { try await table.put(key(1), condition: attribute("pk").notExists()) }
            let changed: Item? = try await table.update(
                key: key(1),
                [
                    .set("dotted.name", to: 1), .append(["b"], to: "tags"), .add(10, to: "n"),
                    .setIfNotExists("made", to: "now"),
                ],
                condition: attribute("tags").element(0) == "a" && (attribute("n") < 2 || !attribute("n").exists()),
                returnValues: .allNew)
            XCTAssertEqual(changed?["n"], 11)
            XCTAssertEqual(changed?["tags"], ["a", "b"])
            XCTAssertEqual(changed?["dotted.name"], 1)
            XCTAssertEqual(changed?["made"], "now")

            let mine = attribute("pk") == .s(me) && attribute("sk").beginsWith("c#")
            let sortKeys = table.query(
                Item.self, keyCondition: mine, descending: true, attributes: ["sk"], pageSize: 1)
            var names: [AttributeValue?] = []
            for try await item in sortKeys { names.append(item["sk"]) }
            XCTAssertEqual(names, ["c#3", "c#2", "c#1"])
            let aboveTwo = Condition(Expression(text: "#n > :two", names: ["#n": "n"], values: [":two": 2]))
            let count = try await table.query(Item.self, keyCondition: mine, filter: aboveTwo).count()
            XCTAssertEqual(count, 2)
            let paged = table.query(Item.self, keyCondition: mine, pageSize: 2)
            let sizes: [Int] = try await paged.pages().reduce(into: []) { $0.append($1.items.count) }
            XCTAssertEqual(sizes, [2, 1])
            let first = try await paged.page()
            XCTAssertEqual(first.scannedCount, 2)
            let rest = try await table.query(Item.self, keyCondition: mine, exclusiveStartKey: first.lastEvaluatedKey).all()
            XCTAssertEqual(rest.map { $0["sk"] }, ["c#3"])

            try await client.transactWrite([
                .put(key(4), in: table),
                .update(key: key(2), [.add(1, to: "n")], in: table),
                .delete(key: key(3), in: table, condition: attribute("n") == 3),
                .conditionCheck(key: key(1), in: table, attribute("n").between(11, and: 12)),
            ])
            let read = try await client.transactGet([
                TransactGet(key: key(2), in: table, attributes: ["n"]), TransactGet(key: key(3), in: table),
            ])
            XCTAssertEqual(read.map { $0?["n"] }, [3, nil])
            XCTAssertEqual(read.map { $0?["tags"] }, [nil, nil])
            let refused: [TransactWrite] = [
                .delete(key: key(1), in: table), .conditionCheck(key: key(2), in: table, attribute("n") > 100),
            ]
            await assertFails(.conditionFailed) { try await client.transactWrite(refused) }
            let kept = try await table.delete(key: key(1), returnOld: Item.self)
            XCTAssertEqual(kept?["n"], 11)
            let old = try await table.put(key(2), returnOld: Item.self)
            XCTAssertEqual(old?["n"], 3)
            let scanned = try await table.batchGet(Item.self, keys: [key(1), key(2), key(4)])
            XCTAssertEqual(Set(scanned), [key(2), key(4)])
        }
    }

    func testAnErrorTellsTheItemsForWhichConditionsDoNotHoldAndShowsThemNowhere() async throws {
        struct Diary: Codable, Equatable { var pk, sk, words: String; var pages = 3 }
        try await Demo.run { demo in
            let client = try await demo.signedIn()
            let (table, me) = (try client.table(), try await client.identityId())
            let diary = Diary(pk: me, sk: "diary", words: "dear diary")
            try await table.put(diary)
            let absent = attribute("pk").notExists()
            let thrown = await assertFails(.conditionFailed) {
                try await table.put(diary, condition: absent, returnOldOnConditionCheckFailure: true)
            }
            let error = try XCTUnwrap(thrown)
            XCTAssertEqual(error.item?["words"], "dear diary")
            XCTAssertEqual(try error.item(as: Diary.self), diary)
            XCTAssertTrue(error.cancellationReasons.isEmpty)
            XCTAssertThrowsError(try error.item(as: [String: UInt8].self)) { XCTAssertTrue($0 is DecodingError) }
            let plain = await assertFails(.conditionFailed) { try await table.put(diary, condition: absent) }
            XCTAssertNil(try XCTUnwrap(plain).item)

            let writes: [TransactWrite] = [
                .delete(key: ["pk": .s(me), "sk": "other"], in: table),
                try .put(diary, in: table, condition: absent, returnOldOnConditionCheckFailure: true),
            ]
            let cancelled = await assertFails(.conditionFailed) { try await client.transactWrite(writes) }
            let reasons = try XCTUnwrap(cancelled).cancellationReasons
            XCTAssertEqual(reasons.map(\.code), [nil, "ConditionalCheckFailed"])
            XCTAssertNil(reasons[0].item)
            XCTAssertEqual(try reasons[1].item(as: Diary.self), diary)

            let printed = try printedForms(error) + printedForms(XCTUnwrap(cancelled))
            XCTAssertEqual(printed.filter { $0.contains("dear diary") }, [])
            XCTAssertTrue("\(String(describing: error.item))".contains("dear diary"))
        }
    }

    func testJSONBecomesAnAttributeValueAndBack() throws {
        let json = #"{"a":[1,2.5,true,null],"b":{"c":"text"},"n":18446744073709551615}"#
        let value = try JSONDecoder().decode(AttributeValue.self, from: Data(json.utf8))
        XCTAssertEqual(value, ["a": [1, .n("2.5"), true, .null], "b": ["c": "text"], "n": .n("18446744073709551615")])
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        XCTAssertEqual(String(decoding: try encoder.encode(value), as: UTF8.self), json)
    }
}
