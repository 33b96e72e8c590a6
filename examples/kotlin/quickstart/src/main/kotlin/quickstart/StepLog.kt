package quickstart

import dev.poolpass.PoolpassException
import kotlin.reflect.KClass
import kotlin.time.TimeMark
import kotlin.time.TimeSource

/** Prints each step with its AWS operation and its time. */
class StepLog {
    /** The number of started steps. */
    var steps = 0
        private set

    /** Runs [work], which must succeed, and returns its result. */
    suspend fun <T> step(did: String, call: String, work: suspend () -> T): T {
        steps += 1
        val begin = TimeSource.Monotonic.markNow()
        val outcome = runCatching { work() }
        show(did, call, begin, outcome.isSuccess)
        return outcome.getOrThrow()
    }

    /** Runs [work], which AWS must refuse with this error kind. */
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
