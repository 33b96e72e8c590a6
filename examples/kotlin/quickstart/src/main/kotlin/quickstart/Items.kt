package quickstart

import dev.poolpass.PoolpassException
import dev.poolpass.ReturnValues
import dev.poolpass.attribute
import dev.poolpass.itemOf
import dev.poolpass.plain

/** Uses DynamoDB: the user's own partition, and another user's. */
suspend fun useItems(people: People, log: StepLog) {
    val table = people.laptop.table()
    val me = people.identityId

    for ((sk, title) in listOf("note-1" to "Bernoulli numbers", "note-2" to "Punched cards")) {
        val note = itemOf("pk" to me, "sk" to sk, "title" to title, "revision" to 1)
        log.step("write the note \"$title\"", "PutItem") { table.put(note) }
    }
    val own = (attribute("pk") eq me) and (attribute("sk") beginsWith "note-")
    val notes = log.step("query the own notes", "Query") { table.query(own).all() }
    check(notes.size == 2) { "expected two notes, got $notes" }

    val key = itemOf("pk" to me, "sk" to "note-1")
    val updated = log.step("count a revision up", "UpdateItem") { table.update(key, returnValues = ReturnValues.ALL_NEW) { add("revision", 1) } }
    check(updated?.plain()?.get("revision") == 2.toBigDecimal()) { "the revision was not counted" }

    val foreign = itemOf("pk" to SOMEBODY_ELSE, "sk" to "note-1")
    log.refused("be refused another person's partition", "GetItem", PoolpassException.AccessDenied::class) {
        table.get(foreign)
    }
    for (sk in listOf("note-1", "note-2")) {
        log.step("delete $sk", "DeleteItem") { table.delete(itemOf("pk" to me, "sk" to sk)) }
    }
}
