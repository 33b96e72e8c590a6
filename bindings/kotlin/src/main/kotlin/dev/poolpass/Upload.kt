package dev.poolpass

import java.io.InputStream
import java.nio.file.Path
import dev.poolpass.ffi.SourceException as FfiSourceException
import dev.poolpass.ffi.UploadBody as FfiUploadBody
import dev.poolpass.ffi.UploadListener as FfiUploadListener
import dev.poolpass.ffi.UploadSource as FfiUploadSource

/** Settings for an upload: those of the object, the size of a part, and the number of parts sent at the same time. */
typealias UploadOptions = dev.poolpass.ffi.UploadOptions

/** The content of an upload. */
sealed interface UploadBody {
    /** [bytes] in memory. */
    class Bytes(internal val bytes: ByteArray) : UploadBody

    /** The file at [path], read part by part: it is never all in memory. */
    class File(internal val path: Path) : UploadBody

    /** Content of known size that can be read at any position, and more than once. */
    class Source(internal val source: UploadSource) : UploadBody

    /** Content that is read once, from beginning to end, and closed. One part of it is in memory at a time. */
    class Stream(internal val stream: InputStream) : UploadBody
}

/** Content of known size that can be read at any position, and more than once. Several parts are read at the same time. */
interface UploadSource {
    /** The number of bytes. */
    val size: Long

    /** The [length] bytes from [offset] on, which lie within the size. */
    suspend fun read(offset: Long, length: Int): ByteArray
}

/**
 * The state of an upload that has begun: enough to continue or to abort it. It is small and holds no secret.
 *
 * @property json the state as text, to be kept.
 */
@JvmInline
value class UploadState(val json: String)

/** Calls [work] with the body. A stream is always closed, even if the upload never begins. */
internal suspend fun <T> UploadBody.sentBy(work: suspend (FfiUploadBody) -> T): T = when (this) {
    is UploadBody.Bytes -> work(FfiUploadBody.Bytes(bytes))
    is UploadBody.File -> work(FfiUploadBody.File(path.toString()))
    is UploadBody.Source -> work(FfiUploadBody.Source(ForeignSource(source)))
    is UploadBody.Stream -> {
        val pieces = ForeignStream(stream)
        try {
            work(FfiUploadBody.Stream(pieces))
        } finally {
            pieces.cancel()
        }
    }
}

internal fun listener(
    onResumable: ((UploadState) -> Unit)?,
    onProgress: ((sent: Long, total: Long?) -> Unit)?,
): FfiUploadListener? =
    if (onResumable == null && onProgress == null) null else ForeignListener(onResumable, onProgress)

private class ForeignSource(private val source: UploadSource) : FfiUploadSource {
    override fun size() = foreign({ source.size }, FfiSourceException::Failed)

    override suspend fun read(offset: Long, length: Long) =
        foreign({ source.read(offset, Math.toIntExact(length)) }, FfiSourceException::Failed)
}

private class ForeignListener(
    private val resumable: ((UploadState) -> Unit)?,
    private val progress: ((sent: Long, total: Long?) -> Unit)?,
) : FfiUploadListener {
    override fun onProgress(sent: Long, total: Long?) =
        foreign({ progress?.invoke(sent, total) ?: Unit }, FfiSourceException::Failed)

    override fun isResumable() = resumable != null

    override fun onResumable(state: String) =
        foreign({ resumable?.invoke(UploadState(state)) ?: Unit }, FfiSourceException::Failed)
}
