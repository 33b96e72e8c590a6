package dev.poolpass.player

import dev.poolpass.Changes
import dev.poolpass.Client
import dev.poolpass.Condition
import dev.poolpass.Item
import dev.poolpass.SearchOptions
import dev.poolpass.Table
import dev.poolpass.TransactGet
import dev.poolpass.TransactWrite
import dev.poolpass.attribute
import dev.poolpass.plain
import kotlinx.coroutines.flow.toList

/** What the scenarios do in DynamoDB. */
internal val ITEM_OPERATIONS =
    setOf("putItem", "getItem", "updateItem", "deleteItem", "query", "scan", "batchGet", "transactWrite", "transactGet")

internal suspend fun itemOperation(client: Client, operation: String, args: Arguments): Any? {
    val table = client.table()
    return when (operation) {
        "putItem" -> table.put(args.item("item"), condition(args), returnsOld(args)).let { null }
        "getItem" -> table.get(args.item("key"))?.plain()
        "updateItem" ->
            table.updateReturning(
                args.item("key"),
                condition = condition(args),
                returnOldOnConditionCheckFailure = returnsOld(args),
                changes = changes(args),
            )?.plain()
        "deleteItem" -> table.delete(args.item("key"), condition(args), returnsOld(args)).let { null }
        "query" -> args.members("partitionKey").entries.single().let { (name, value) ->
            table.query(attribute(name) eq value, options = SearchOptions(pageSize = args.maybeInt("pageSize")))
        }.toList().map(Item::plain)
        "scan" -> table.scan().toList().map(Item::plain)
        "batchGet" -> table.batchGet(args.items("keys")).map(Item::plain)
        "transactWrite" -> {
            val writes = args.list("writes").map { transactWrite(table, Arguments((it as Map<*, *>).mapKeys { member -> member.key as String })) }
            client.transactWrite(writes).let { null }
        }
        "transactGet" -> client.transactGet(args.items("keys").map { TransactGet(table, it) }).map { it?.plain() }
        else -> throw UnknownOperation(operation)
    }
}

private fun transactWrite(table: Table, args: Arguments): TransactWrite = when {
    "put" in args -> TransactWrite.Put(table, args.item("put"), condition(args), returnsOld(args))
    "update" in args -> TransactWrite.Update(table, args.item("update"), condition(args), returnsOld(args), changes(args))
    "delete" in args -> TransactWrite.Delete(table, args.item("delete"), condition(args), returnsOld(args))
    else -> TransactWrite.Check(table, args.item("check"), condition(args) ?: error("a check needs a condition"), returnsOld(args))
}

private fun changes(args: Arguments): Changes.() -> Unit = {
    args.members("set").forEach { (name, value) -> set(name, value) }
    args.members("add").forEach { (name, value) -> add(name, value) }
}

private fun condition(args: Arguments): Condition? =
    args.maybeText("ifNotExists")?.let { attribute(it).notExists() }
        ?: args.members("ifEquals").entries.firstOrNull()?.let { (name, value) -> attribute(name) eq value }

private fun returnsOld(args: Arguments): Boolean = args.flag("returnOldOnConditionCheckFailure")
