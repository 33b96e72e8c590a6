package dev.poolpass

import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.asExecutor
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.withContext
import java.io.InputStream
import java.time.Duration
import dev.poolpass.ffi.Body as FfiBody
import dev.poolpass.ffi.ByteStream as FfiByteStream
import dev.poolpass.ffi.PoolpassException as FfiPoolpassException
import dev.poolpass.ffi.SourceException as FfiSourceException

/** Makes a call, whose error becomes one of the classes that apps see. */
internal inline fun <T> mapped(call: () -> T): T =
    try {
        call()
    } catch (failure: FfiPoolpassException) {
        throw PoolpassException.of(failure)
    }

/** A time that is not negative: the generated code would refuse another by an exception of its own. */
internal fun <D : Duration?> checked(time: D, name: String): D {
    if (time?.isNegative == true) throw PoolpassException.invalidInput("$name is negative: $time")
    return time
}

/** Runs code of the app for the SDK and passes on everything that it throws, so that no exception ends the SDK. */
internal inline fun <T> foreign(work: () -> T, failed: (String) -> Exception): T =
    try {
        work()
    } catch (cancelled: CancellationException) {
        throw cancelled
    } catch (thrown: Throwable) {
        // The errors that the SDK's own interfaces declare pass unchanged.
        if (thrown.javaClass.name.startsWith("dev.poolpass.ffi.")) throw thrown
        throw failed(thrown.message ?: thrown.javaClass.simpleName)
    }

/** The pieces of a body. Whoever stops collecting stops the transfer. */
internal fun pieces(body: FfiBody): Flow<ByteArray> = flow {
    try {
        while (true) emit(mapped { body.next() } ?: break)
    } finally {
        body.cancel()
    }
}

/** A stream of the app's, read when a piece is asked for, on a thread that may block. */
internal class ForeignStream(private val stream: InputStream) : FfiByteStream {
    override suspend fun next(): ByteArray? = foreign({
        withContext(Dispatchers.IO) {
            val piece = ByteArray(PIECE)
            val length = stream.read(piece)
            if (length < 0) null else piece.copyOf(length)
        }
    }, FfiSourceException::Failed)

    /** Nobody waits for a stream that takes its time to close, and what comes of it is nobody's affair any more. */
    override fun cancel() = Dispatchers.IO.asExecutor().execute { runCatching(stream::close) }

    private companion object {
        const val PIECE = 64 * 1024
    }
}
