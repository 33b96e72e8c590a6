// Uses DynamoDB: the user's own partition, and another user's.

import Poolpass

private struct Note: Codable, Sendable {
    var pk: String
    var sk: String
    var title: String
    var revision: Int
}

func useItems(_ people: People, _ log: StepLog) async throws {
    let table = try people.laptop.table()
    let me = people.identityId

    for (sk, title) in [("note-1", "Bernoulli numbers"), ("note-2", "Punched cards")] {
        let note = Note(pk: me, sk: sk, title: title, revision: 1)
        try await log.step("write the note \"\(title)\"", "PutItem") { try await table.put(note) }
    }
    let mine = attribute("pk") == .s(me) && attribute("sk").beginsWith("note-")
    let notes = try await log.step("query the own notes", "Query") {
        try await table.query(Note.self, keyCondition: mine).all()
    }
    guard notes.count == 2 else { throw Failure("expected two notes, got \(notes)") }

    let updated: Note? = try await log.step("count a revision up", "UpdateItem") {
        try await table.update(key: ["pk": .s(me), "sk": "note-1"], [.add(1, to: "revision")], returnValues: .allNew)
    }
    guard updated?.revision == 2 else { throw Failure("the revision was not counted") }

    try await log.refused("be refused another person's partition", "GetItem", .accessDenied) {
        try await table.get(Note.self, key: ["pk": .s(somebodyElse), "sk": "note-1"])
    }

    for sk in ["note-1", "note-2"] {
        try await log.step("delete \(sk)", "DeleteItem") { try await table.delete(key: ["pk": .s(me), "sk": .s(sk)]) }
    }
}
