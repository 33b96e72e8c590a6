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

/** An S3 bucket, seen with the person's permissions. */
class Bucket internal constructor(private val ffi: FfiBucket) {
    /** The bucket's name. */
    val name: String get() = ffi.name()

    /** The key of an object that belongs to the person alone: `private/IDENTITY_ID/name`. */
    suspend fun privatePath(name: String): String = mapped { ffi.privatePath(name) }

    /**
     * Writes an object in one request (PutObject). [upload] is for what is large.
     *
     * @throws PoolpassException.AccessDenied when the role does not allow it.
     * @throws PoolpassException.ConditionFailed when a condition of [options] does not hold.
     */
    suspend fun put(key: String, body: ByteArray, options: PutOptions = PutOptions()): PutResult =
        mapped { ffi.put(key, body, options) }

    /**
     * Uploads an object of any size: in one request where it is small, in parts otherwise (CreateMultipartUpload, UploadPart,
     * CompleteMultipartUpload). Each part is read when its turn comes. An upload in parts that fails or is cancelled is aborted,
     * so that its parts cost nothing, unless there is [onResumable]: then they stay.
     *
     * @param onProgress hears how many bytes were sent, and how many there are in total where that is known. It must not block.
     * @param onResumable hears from where [resumeUpload] can go on with an upload in parts, should it break off; [abortUpload]
     * gives it up.
     * @throws PoolpassException.Platform when a file cannot be opened.
     * @throws PoolpassException.InvalidInput when the body cannot be read to its end.
     */
    suspend fun upload(
        key: String,
        body: UploadBody,
        options: UploadOptions = UploadOptions(),
        onResumable: ((UploadState) -> Unit)? = null,
        onProgress: ((sent: Long, total: Long?) -> Unit)? = null,
    ): PutResult = mapped { body.sentBy { ffi.upload(key, it, options, listener(onResumable, onProgress)) } }

    /**
     * Goes on with an upload that broke off. Parts that S3 has are not sent again. Should it break off once more, the same state
     * serves again.
     *
     * @param state what `onResumable` heard.
     * @param body the same bytes.
     */
    suspend fun resumeUpload(
        state: UploadState,
        body: UploadBody,
        options: UploadOptions = UploadOptions(),
        onProgress: ((sent: Long, total: Long?) -> Unit)? = null,
    ): PutResult = mapped { body.sentBy { ffi.resumeUpload(state.json, it, options, listener(null, onProgress)) } }

    /** Gives up an upload that broke off, so that its parts cost nothing (AbortMultipartUpload). */
    suspend fun abortUpload(state: UploadState): Unit = mapped { ffi.abortUpload(state.json) }

    /**
     * Reads an object (GetObject). Its bytes arrive while they are read.
     *
     * @throws PoolpassException.NotFound when there is none.
     * @throws PoolpassException.NotModified when it has not changed, as [options] may ask.
     */
    suspend fun get(key: String, options: GetOptions = GetOptions()): StoredObject =
        mapped { StoredObject(ffi.get(key, options.toFfi())) }

    /** What is known about an object, without its bytes (HeadObject). */
    suspend fun head(key: String, options: GetOptions = GetOptions()): ObjectMetadata =
        mapped { ffi.head(key, options.toFfi()) }

    /** Deletes an object (DeleteObject). That there is none is not an error. */
    suspend fun delete(key: String): Unit = mapped { ffi.delete(key) }

    /** Deletes any number of objects (DeleteObjects). */
    suspend fun deleteMany(keys: List<String>): DeletedObjects {
        val outcome = mapped { ffi.deleteMany(keys) }
        return DeletedObjects(outcome.deleted, outcome.errors.associate { it.key to PoolpassException.of(it.error) })
    }

    /** Copies an object without its bytes coming here (CopyObject). */
    suspend fun copy(from: String, to: String, options: CopyOptions = CopyOptions()): PutResult =
        mapped { ffi.copy(from, to, options) }

    /** One page of objects (ListObjectsV2). [list] and [listPages] read on by themselves. */
    suspend fun listPage(options: ListOptions = ListOptions()): ListPage = mapped { ffi.listPage(options) }

    /** All pages of objects, each read when it is asked for. */
    fun listPages(options: ListOptions = ListOptions()): Flow<ListPage> = flow {
        var next: ListOptions? = options
        while (next != null) {
            val page = listPage(next)
            emit(page)
            next = page.next?.let { options.copy(continuation = it) }
        }
    }

    /** All objects whose keys begin with [prefix]. */
    fun list(prefix: String = ""): Flow<ListedObject> = flow {
        listPages(ListOptions(prefix = prefix)).collect { page -> page.objects.forEach { emit(it) } }
    }

    /**
     * A URL with which anyone can read the object for a while, at most seven days; it dies with the credentials that signed it,
     * which live for about an hour.
     *
     * @param fileName a browser saves the object under this name.
     */
    suspend fun presignGet(key: String, expiresIn: Duration, fileName: String? = null): PresignedUrl =
        mapped { PresignedUrl(ffi.presignGet(key, checked(expiresIn, "expiresIn"), fileName)) }

    /** A URL with which anyone can write the object for a while, as [options] say; it dies with its credentials, as that of [presignGet]. */
    suspend fun presignPut(key: String, expiresIn: Duration, options: PutOptions = PutOptions()): PresignedUrl =
        mapped { PresignedUrl(ffi.presignPut(key, checked(expiresIn, "expiresIn"), options)) }

    override fun toString(): String = "Bucket($name)"
}

/**
 * An object whose bytes arrive while they are read. They can be read once, in one of three ways; an object that nobody reads holds
 * its connection until it is closed.
 */
class StoredObject internal constructor(private val ffi: FfiStoredObject) : AutoCloseable {
    /** What is known about it. */
    val metadata: ObjectMetadata = ffi.metadata()

    /** How many bytes arrive, those of the range where one was asked for. `null` where that is not known. */
    val contentLength: Long? = ffi.contentLength()

    /** All bytes, in memory. */
    suspend fun bytes(): ByteArray = mapped { ffi.bytes() }

    /** All bytes as UTF-8. */
    suspend fun text(): String = bytes().decodeToString()

    /** Writes the bytes to a file, which appears when it is complete. They are never all in memory. */
    suspend fun saveTo(path: Path): Unit = mapped { ffi.saveTo(path.toString()) }

    /** The bytes piece by piece. Whoever stops collecting stops the transfer. */
    fun pieces(): Flow<ByteArray> = flow { emitAll(pieces(mapped { ffi.body() })) }

    /** Gives up what nobody has begun to read. */
    override fun close(): Unit = ffi.cancel()

    override fun toString(): String = "StoredObject"
}

/**
 * A URL that proves by itself who signed it: a secret as long as it lives.
 *
 * @property url the URL.
 * @property headers have to be sent along.
 * @property expiresAt when it stops working, by AWS's clock.
 */
class PresignedUrl internal constructor(url: FfiPresignedUrl) {
    val url: String = url.url()
    val headers: Map<String, String> = url.headers()
    val expiresAt: Instant = url.expiresAt()

    override fun toString(): String = "PresignedUrl(expires $expiresAt)"
}
