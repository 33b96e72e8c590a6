package dev.poolpass

import java.time.Instant
import dev.poolpass.ffi.ByteRange as FfiByteRange
import dev.poolpass.ffi.GetOptions as FfiGetOptions

/** Settings for writing an object. Default: none. */
typealias PutOptions = dev.poolpass.ffi.PutOptions

/** The result of writing an object. */
typealias PutResult = dev.poolpass.ffi.PutResult

/** The metadata of an object, from HeadObject or GetObject. */
typealias ObjectMetadata = dev.poolpass.ffi.ObjectMetadata

/** Settings for a copy. Default: the latest version, with all its settings. */
typealias CopyOptions = dev.poolpass.ffi.CopyOptions

/**
 * The range and the conditions of a read. Default: the whole object, without conditions.
 *
 * @property range reads only these bytes.
 * @property ifMatch reads only if the object has this ETag. Otherwise the call fails with [PoolpassException.ConditionFailed].
 * @property ifNoneMatch reads only if the object has another ETag, that is, has changed. Otherwise the call fails with
 * [PoolpassException.NotModified].
 * @property ifModifiedSince reads only if the object has changed since this time. Otherwise the call fails with
 * [PoolpassException.NotModified].
 * @property ifUnmodifiedSince reads only if the object has not changed since this time. Otherwise the call fails with
 * [PoolpassException.ConditionFailed].
 * @property versionId reads this version, in a bucket with versioning. Default: the latest.
 */
data class GetOptions(
    val range: ByteRange? = null,
    val ifMatch: String? = null,
    val ifNoneMatch: String? = null,
    val ifModifiedSince: Instant? = null,
    val ifUnmodifiedSince: Instant? = null,
    val versionId: String? = null,
) {
    internal fun toFfi() =
        FfiGetOptions(range?.toFfi(), ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince, versionId)
}

/** A range of an object's bytes. */
sealed interface ByteRange {
    /**
     * The bytes from the first position up to the second, which is not included. The object may end earlier.
     *
     * @property start the first position.
     * @property end the position after the last byte.
     */
    data class Between(val start: Long, val end: Long) : ByteRange

    /**
     * The bytes from this position to the end.
     *
     * @property start the first position.
     */
    data class From(val start: Long) : ByteRange

    /**
     * This many bytes at the end.
     *
     * @property count the number of bytes.
     */
    data class Last(val count: Long) : ByteRange
}

private fun ByteRange.toFfi(): FfiByteRange = when (this) {
    is ByteRange.Between -> FfiByteRange.Between(start, end)
    is ByteRange.From -> FfiByteRange.From(start)
    is ByteRange.Last -> FfiByteRange.Last(count)
}

/**
 * The result of deleting several objects.
 *
 * @property deleted the keys that no longer have an object, whether or not they had one before.
 * @property errors the keys whose objects S3 refused to delete, each with its error.
 */
class DeletedObjects internal constructor(val deleted: List<String>, val errors: Map<String, PoolpassException>) {
    override fun toString(): String = "DeletedObjects(${deleted.size} deleted, ${errors.size} errors)"
}
