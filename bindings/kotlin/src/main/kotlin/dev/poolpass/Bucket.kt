package dev.poolpass

import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.emitAll
import kotlinx.coroutines.flow.flow
import java.nio.file.Path
import java.time.Duration
import java.time.Instant
import dev.poolpass.ffi.Bucket as FfiBucket
import dev.poolpass.ffi.PresignedUrl as FfiPresignedUrl
import dev.poolpass.ffi.StoredObject as FfiStoredObject

/** An S3 bucket, used with the permissions of the user or guest. */
class Bucket internal constructor(private val ffi: FfiBucket) {
    /** The name of the bucket. */
    val name: String get() = ffi.name()

    /** A key under the user's own prefix: `private/{identity id}/{name}`. */
    suspend fun privatePath(name: String): String = mapped { ffi.privatePath(name) }

    /**
     * Writes an object, replacing any object under the key (PutObject). Use [upload] for more than a few megabytes.
     *
     * @throws PoolpassException.AccessDenied if the role does not allow it.
     * @throws PoolpassException.ConditionFailed if a condition of [options] does not hold.
     */
    suspend fun put(key: String, body: ByteArray, options: PutOptions = PutOptions()): PutResult =
        mapped { ffi.put(key, body, options) }

    /**
     * Uploads content of any size, in parallel parts if it is large (PutObject, or CreateMultipartUpload, UploadPart and
     * CompleteMultipartUpload). Each part is read when its turn comes. An upload in parts that fails or is cancelled is aborted, unless
     * there is an [onResumable]: then S3 keeps its parts.
     *
     * @param onProgress is called whenever a part is done, with the bytes that S3 has and the total number of bytes, if it is known. It
     * must not block.
     * @param onResumable is called once, when an upload in parts has begun, with the state for continuing it ([resumeUpload]) or aborting
     * it ([abortUpload]).
     * @throws PoolpassException.Platform if a file cannot be opened.
     * @throws PoolpassException.InvalidInput if the body cannot be read to its end.
     */
    suspend fun upload(
        key: String,
        body: UploadBody,
        options: UploadOptions = UploadOptions(),
        onResumable: ((UploadState) -> Unit)? = null,
        onProgress: ((sent: Long, total: Long?) -> Unit)? = null,
    ): PutResult = mapped { body.sentBy { ffi.upload(key, it, options, listener(onResumable, onProgress)) } }

    /**
     * Continues an interrupted upload, in this process or another (ListParts, then as [upload]). Parts that S3 has are not sent again.
     *
     * @param state the state that `onResumable` was called with. It stays valid if the upload is interrupted again.
     * @param body the same content, from the beginning.
     */
    suspend fun resumeUpload(
        state: UploadState,
        body: UploadBody,
        options: UploadOptions = UploadOptions(),
        onProgress: ((sent: Long, total: Long?) -> Unit)? = null,
    ): PutResult = mapped { body.sentBy { ffi.resumeUpload(state.json, it, options, listener(null, onProgress)) } }

    /** Aborts an upload in parts: S3 discards the parts it has (AbortMultipartUpload). */
    suspend fun abortUpload(state: UploadState): Unit = mapped { ffi.abortUpload(state.json) }

    /**
     * Reads an object (GetObject). The content arrives while it is read.
     *
     * @throws PoolpassException.NotFound if there is no such object.
     * @throws PoolpassException.NotModified if a condition of [options] asks for a changed object and it has not changed.
     */
    suspend fun get(key: String, options: GetOptions = GetOptions()): StoredObject =
        mapped { StoredObject(ffi.get(key, options.toFfi())) }

    /** Reads an object's metadata without its content (HeadObject). */
    suspend fun head(key: String, options: GetOptions = GetOptions()): ObjectMetadata =
        mapped { ffi.head(key, options.toFfi()) }

    /** Deletes an object (DeleteObject). Deleting a missing object succeeds. With versioning, S3 keeps the old versions. */
    suspend fun delete(key: String): Unit = mapped { ffi.delete(key) }

    /** Deletes any number of objects, a thousand per request (DeleteObjects). The result has the errors of single keys. */
    suspend fun deleteMany(keys: List<String>): DeletedObjects {
        val outcome = mapped { ffi.deleteMany(keys) }
        return DeletedObjects(outcome.deleted, outcome.errors.associate { it.key to PoolpassException.of(it.error) })
    }

    /** Copies an object inside S3, without transferring it to this device (CopyObject). At most 5 GB. */
    suspend fun copy(from: String, to: String, options: CopyOptions = CopyOptions()): PutResult =
        mapped { ffi.copy(from, to, options) }

    /** Lists the objects whose keys begin with [prefix] (ListObjectsV2). */
    fun list(prefix: String, options: ListOptions = ListOptions()): ListObjects = ListObjects(ffi, prefix, options)

    /**
     * Creates a URL that reads the object until it expires (GetObject). At most seven days. The URL also expires with the credentials
     * that sign it, which last about an hour.
     *
     * @param fileName tells the browser to save the object under this name.
     */
    suspend fun presignGet(key: String, expiresIn: Duration, fileName: String? = null): PresignedUrl =
        mapped { PresignedUrl(ffi.presignGet(key, checked(expiresIn, "expiresIn"), fileName)) }

    /** Creates a URL that writes the object until it expires (PutObject), as often as it is used. At most seven days. */
    suspend fun presignPut(key: String, expiresIn: Duration, options: PutOptions = PutOptions()): PresignedUrl =
        mapped { PresignedUrl(ffi.presignPut(key, checked(expiresIn, "expiresIn"), options)) }

    override fun toString(): String = "Bucket($name)"
}

/**
 * An object: its metadata, and its content, which arrives while it is read and can be read once. An object that nobody reads holds its
 * connection until it is closed.
 */
class StoredObject internal constructor(private val ffi: FfiStoredObject) : AutoCloseable {
    /** The object's metadata. */
    val metadata: ObjectMetadata = ffi.metadata()

    /** The number of bytes in the content, or in the range that was asked for. `null` if it is unknown. */
    val contentLength: Long? = ffi.contentLength()

    /** Reads the whole content, or the whole range, into memory. */
    suspend fun bytes(): ByteArray = mapped { ffi.bytes() }

    /** Reads the whole content as UTF-8 text. Malformed bytes become replacement characters. */
    suspend fun text(): String = bytes().decodeToString()

    /** Writes the content to a file, which appears once it is complete. The content is never in memory as a whole. */
    suspend fun saveTo(path: Path): Unit = mapped { ffi.saveTo(path.toString()) }

    /** The content as a stream of pieces. The transfer stops when the collector stops. */
    fun pieces(): Flow<ByteArray> = flow { emitAll(pieces(mapped { ffi.body() })) }

    /** Stops the transfer of content that nobody has begun to read. */
    override fun close(): Unit = ffi.cancel()

    override fun toString(): String = "StoredObject"
}

/**
 * A URL that carries its own signature: a secret until it expires.
 *
 * @property url the URL: a secret.
 * @property headers the headers that must be sent with the request, unchanged. Empty for a URL that reads.
 * @property expiresAt the time at which it stops working, on AWS's clock.
 */
class PresignedUrl internal constructor(url: FfiPresignedUrl) {
    val url: String = url.url()
    val headers: Map<String, String> = url.headers()
    val expiresAt: Instant = url.expiresAt()

    override fun toString(): String = "PresignedUrl(expires $expiresAt)"
}
