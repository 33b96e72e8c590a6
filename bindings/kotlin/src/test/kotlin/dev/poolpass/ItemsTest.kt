package dev.poolpass

import dev.poolpass.player.Backend
import dev.poolpass.player.printedForms
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestInstance
import org.junit.jupiter.api.assertThrows
import java.math.BigDecimal

/** Items, conditions, batches and transactions as Kotlin writes them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ItemsTest {
    private val backend = Backend.start()
    private val client = runBlocking { Person(backend).client() }
    private val table = client.table()
    private val me = runBlocking { client.identityId() }

    @AfterAll
    fun stop() = backend.close()

    @Test
    fun `every kind of value comes back as it was`() = runBlocking {
        val item = key("values") + itemOf(
            "text" to "Grüße",
            "number" to BigDecimal("12345678901234567890.123456789"),
            "bytes" to byteArrayOf(1, 2, 3),
            "yes" to true,
            "nothing" to null,
            "list" to listOf(1, "two", listOf(3.5)),
            "map" to mapOf("inner" to mapOf("deep" to 1L)),
            "texts" to setOf("a", "b"),
            "numbers" to setOf(1, 2.5),
            "blobs" to setOf(byteArrayOf(1), byteArrayOf(2)),
        )
        table.put(item)
        assertEquals(item, table.get(key("values"), consistentRead = true))
        assertEquals(setOf("pk", "text"), table.get(key("values"), attributes = listOf(attribute("pk"), attribute("text")))?.keys)
        assertEquals(BigDecimal("12345678901234567890.123456789"), item.plain()["number"])
        for (wrong in listOf(emptySet<String>(), setOf(1, "a"), Any())) {
            assertThrows<IllegalArgumentException> { AttributeValue.of(wrong) }
        }
    }

    @Test
    fun `conditions hold or fail the write`() = runBlocking {
        table.put(key("conditions") + itemOf("n" to 5, "title" to "Punched cards", "tags" to setOf("a", "b"), "list" to listOf(mapOf("x" to 1))))
        val n = attribute("n")
        val true_ = listOf(
            n eq 5, n ne 6, n lt 6, n le 5, n gt 4, n ge 5, n.between(4, 6), n isIn listOf(1, 5), n.exists(),
            attribute("none").notExists(), attribute("title") beginsWith "Pun", attribute("tags") contains "a",
            attribute("list").element(0).member("x") eq 1, !(n eq 6), (n eq 6) or (n eq 5),
            Condition(Expression("size(#t) = :two", mapOf("#t" to "tags"), itemOf(":two" to 2))),
        )
        for (condition in true_) {
            table.update(key("conditions"), condition) { set("seen", true) }
            assertThrows<PoolpassException.ConditionFailed> { runBlocking { table.update(key("conditions"), !condition) { set("seen", true) } } }
        }
        assertThrows<PoolpassException.ConditionFailed> { runBlocking { table.put(key("conditions"), attribute("pk").notExists()) } }
        assertThrows<PoolpassException.ConditionFailed> { runBlocking { table.delete(key("conditions"), n eq 6) } }
        assertEquals(BigDecimal(5), table.delete(key("conditions"), n eq 5, returnOld = true)?.plain()?.get("n"))
    }

    @Test
    fun `every change does what it says`() = runBlocking {
        val key = key("changes")
        table.put(key + itemOf("gone" to 1, "tags" to setOf("a", "b"), "log" to listOf("begun")))
        val after = table.update(key, returnValues = ReturnValues.ALL_NEW) {
            set("title", "Bernoulli")
            setIfNotExists("once", 1)
            append("log", listOf("first"))
            add("count", 2)
            deleteFromSet("tags", setOf("a"))
            remove("gone")
        }!!.plain()
        val expected = mapOf("title" to "Bernoulli", "once" to BigDecimal(1), "log" to listOf("begun", "first"), "count" to BigDecimal(2), "tags" to setOf("b"))
        assertEquals(expected, after - setOf("pk", "sk"))
        val old = table.update(key, returnValues = ReturnValues.UPDATED_OLD) {
            expression(Expression("SET title = :t", values = itemOf(":t" to "new")))
        }
        assertEquals(itemOf("title" to "Bernoulli"), old)
        assertEquals("new", table.put(key, returnOld = true)?.plain()?.get("title"))
    }

    @Test
    fun `queries, scans, counts, batches and transactions`() = runBlocking {
        val keys = (1..30).map { key("row-%02d".format(it)) }
        table.batchWrite(put = keys.mapIndexed { index, key -> key + itemOf("n" to index) })
        val rows = (attribute("pk") eq me) and (attribute("sk") beginsWith "row-")
        assertEquals(30, table.query(rows).count())
        val found = table.query(rows, descending = true, filter = attribute("n") ge 20, pageSize = 7).all()
        assertEquals((29 downTo 20).map { BigDecimal(it) }, found.map { it.plain()["n"] })
        val page = table.query(rows, pageSize = 4).page()
        assertEquals(4 to 4L, page.items.size to page.scannedCount)
        assertEquals(listOf(8, 8, 8, 6), table.query(rows, pageSize = 8).pages().toList().map { it.items.size })
        assertEquals(26, table.query(rows, exclusiveStartKey = page.lastEvaluatedKey).items().toList().size)
        assertEquals(30, table.batchGet(keys, attributes = listOf(attribute("n"))).size)

        client.transactWrite(
            listOf(
                TransactWrite.Put(table, key("t-1"), attribute("pk").notExists()),
                TransactWrite.Update(table, keys[0]) { add("n", 100) },
                TransactWrite.Delete(table, keys[1]),
                TransactWrite.ConditionCheck(table, keys[2], attribute("n") eq 2),
            ),
        )
        val read = client.transactGet(listOf(TransactGet(table, keys[0], listOf(attribute("n"))), TransactGet(table, keys[1])))
        assertEquals(BigDecimal(100), read[0]?.plain()?.get("n"))
        assertNull(read[1])
        assertThrows<PoolpassException.ConditionFailed> {
            runBlocking { client.transactWrite(listOf(TransactWrite.Put(table, key("t-1"), attribute("pk").notExists()))) }
        }
        table.batchWrite(delete = keys)
        assertEquals(0, table.query(rows).count())
    }

    @Test
    fun `an error tells the items for which conditions do not hold, and shows them nowhere`() = runBlocking {
        val diary = key("diary") + itemOf("words" to "dear diary", "pages" to 3)
        table.put(diary)
        val absent = attribute("pk").notExists()
        val failure = assertThrows<PoolpassException.ConditionFailed> {
            runBlocking { table.put(key("diary"), absent, returnOldOnConditionCheckFailure = true) }
        }
        assertEquals(diary, failure.item)
        assertEquals(emptyList<CancellationReason>(), failure.cancellationReasons)
        assertNull(assertThrows<PoolpassException.ConditionFailed> { runBlocking { table.put(key("diary"), absent) } }.item)

        val writes = listOf(
            TransactWrite.Delete(table, key("other")),
            TransactWrite.Update(table, key("diary"), absent, returnOldOnConditionCheckFailure = true) { set("pages", 4) },
        )
        val cancelled = assertThrows<PoolpassException.ConditionFailed> { runBlocking { client.transactWrite(writes) } }
        assertEquals(listOf(null, "ConditionalCheckFailed"), cancelled.cancellationReasons.map { it.code })
        assertEquals(listOf(null, diary), cancelled.cancellationReasons.map { it.item })

        val printed = printedForms(failure) + printedForms(cancelled)
        assertEquals(emptyList<String>(), printed.filter { "dear diary" in it })
        assertTrue("dear diary" in failure.item.toString())
    }

    private fun key(sk: String) = itemOf("pk" to me, "sk" to sk)
}
