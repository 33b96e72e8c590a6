package dev.poolpass.player

import dev.poolpass.Changes
import dev.poolpass.Client
import dev.poolpass.Condition
import dev.poolpass.Item
import dev.poolpass.ReturnValues
import dev.poolpass.Table
import dev.poolpass.TransactGet
import dev.poolpass.TransactWrite
import dev.poolpass.attribute
import dev.poolpass.plain

/** The DynamoDB operations of the scenarios. */
internal val ITEM_OPERATIONS =
    setOf(
        "table.put", "table.get", "table.update", "table.delete", "table.query", "table.scan", "table.batchGet",
        "transactWrite", "transactGet",
    )

internal suspend fun itemOperation(client: Client, operation: String, args: Arguments): Any? {
    val table = client.table()
    return when (operation) {
        "table.put" -> table.put(args.item("item"), condition(args), returnsOld(args))?.plain()
        "table.get" -> table.get(args.item("key"))?.plain()
        "table.update" ->
            table.update(
                args.item("key"),
                condition = condition(args),
                returnOldOnConditionCheckFailure = returnsOld(args),
                returnValues = ReturnValues.ALL_NEW.takeIf { args.maybeText("returnValues") == "allNew" },
                changes = changes(args),
            )?.plain()
        "table.delete" -> table.delete(args.item("key"), condition(args), returnsOld(args))?.plain()
        "table.query" -> {
            val mine = condition(args, "keyCondition") ?: error("no key condition")
            table.query(mine, pageSize = args.maybeInt("pageSize")).all().map(Item::plain)
        }
        "table.scan" -> table.scan().all().map(Item::plain)
        "table.batchGet" -> table.batchGet(args.items("keys")).map(Item::plain)
        "transactWrite" -> {
            val writes = args.list("writes").map { transactWrite(table, arguments(it)) }
            client.transactWrite(writes).let { null }
        }
        "transactGet" -> client.transactGet(args.list("gets").map { TransactGet(table, arguments(it).item("key")) }).map { it?.plain() }
        else -> throw UnknownOperation(operation)
    }
}

private fun transactWrite(table: Table, args: Arguments): TransactWrite = when {
    "put" in args -> TransactWrite.Put(table, args.item("put"), condition(args), returnsOld(args))
    "update" in args -> TransactWrite.Update(table, args.item("update"), condition(args), returnsOld(args), changes(args))
    "delete" in args -> TransactWrite.Delete(table, args.item("delete"), condition(args), returnsOld(args))
    else -> TransactWrite.ConditionCheck(table, args.item("conditionCheck"), condition(args) ?: error("a check needs a condition"), returnsOld(args))
}

private fun changes(args: Arguments): Changes.() -> Unit = {
    args.members("set").forEach { (name, value) -> set(name, value) }
    args.members("add").forEach { (name, value) -> add(name, value) }
}

/** A condition by the name of its operator: `{"eq": ["n", 1]}`. */
private fun condition(args: Arguments, argument: String = "condition"): Condition? =
    args.members(argument).entries.singleOrNull()?.let { (operator, operands) ->
        operands as List<*>
        val place = attribute(operands[0] as String)
        when (operator) {
            "eq" -> place eq operands[1]
            "notExists" -> place.notExists()
            else -> error("there is no operator $operator")
        }
    }

private fun arguments(json: Any?) = Arguments((json as Map<*, *>).mapKeys { it.key as String })

private fun returnsOld(args: Arguments): Boolean = args.flag("returnOldOnConditionCheckFailure")
