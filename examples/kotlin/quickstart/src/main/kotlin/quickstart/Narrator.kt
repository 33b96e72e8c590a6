package quickstart

import dev.poolpass.PoolpassException
import kotlin.reflect.KClass
import kotlin.time.TimeMark
import kotlin.time.TimeSource

/** Tells each step: what was done, by which AWS operation, and how long it took. */
class Narrator {
    /** How many steps were begun. */
    var steps = 0
        private set

    /** Does [work], which has to succeed, and returns its result. */
    suspend fun <T> step(did: String, call: String, work: suspend () -> T): T {
        steps += 1
        val begin = TimeSource.Monotonic.markNow()
        val outcome = runCatching { work() }
        show(did, call, begin, outcome.isSuccess)
        return outcome.getOrThrow()
    }

    /** Does [work], which AWS has to refuse with this kind of error. */
    suspend fun refused(did: String, call: String, kind: KClass<out PoolpassException>, work: suspend () -> Any?) {
        steps += 1
        val begin = TimeSource.Monotonic.markNow()
        val outcome = runCatching { work() }
        val refused = kind.isInstance(outcome.exceptionOrNull())
        show(did, call, begin, refused)
        if (refused) return
        outcome.getOrThrow()
        error("this should have been refused")
    }

    private fun show(did: String, call: String, begin: TimeMark, passed: Boolean) {
        val mark = if (passed) "✓" else "✗"
        val millis = begin.elapsedNow().inWholeMilliseconds.toString().padStart(5)
        println("$mark ${steps.toString().padStart(2)}  ${did.padEnd(DID_WIDTH)}  ${call.padEnd(CALL_WIDTH)} $millis ms")
    }

    private companion object {
        const val DID_WIDTH = 46
        const val CALL_WIDTH = 44
    }
}
