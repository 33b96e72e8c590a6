package dev.poolpass

import java.time.Instant
import dev.poolpass.ffi.ByteRange as FfiByteRange
import dev.poolpass.ffi.GetOptions as FfiGetOptions

/** How an object is written: its content type, metadata, conditions and encryption. */
typealias PutOptions = dev.poolpass.ffi.PutOptions

/** What S3 says about an object that was written. */
typealias PutResult = dev.poolpass.ffi.PutResult

/** What is known about an object. */
typealias ObjectMetadata = dev.poolpass.ffi.ObjectMetadata

/** How an object is copied. */
typealias CopyOptions = dev.poolpass.ffi.CopyOptions

/** Which objects are listed. */
typealias ListOptions = dev.poolpass.ffi.ListOptions

/** A page of objects. */
typealias ListPage = dev.poolpass.ffi.ListPage

/** An object in a list. */
typealias ListedObject = dev.poolpass.ffi.ListedObject

/**
 * How an object is read.
 *
 * @property range only these bytes.
 * @property ifMatch fails with [PoolpassException.ConditionFailed] unless the object has this ETag.
 * @property ifNoneMatch fails with [PoolpassException.NotModified] where the object has this ETag.
 * @property ifModifiedSince fails with [PoolpassException.NotModified] unless the object was changed since.
 * @property ifUnmodifiedSince fails with [PoolpassException.ConditionFailed] where the object was changed since.
 * @property versionId this version.
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

/** Some of an object's bytes. */
sealed interface ByteRange {
    /**
     * From [start] to before [end].
     *
     * @property start the first byte.
     * @property end the byte after the last.
     */
    data class Between(val start: Long, val end: Long) : ByteRange

    /**
     * To the end of the object.
     *
     * @property start the first byte.
     */
    data class From(val start: Long) : ByteRange

    /**
     * The end of the object.
     *
     * @property count how many bytes.
     */
    data class Last(val count: Long) : ByteRange
}

private fun ByteRange.toFfi(): FfiByteRange = when (this) {
    is ByteRange.Between -> FfiByteRange.Between(start, end)
    is ByteRange.From -> FfiByteRange.From(start)
    is ByteRange.Last -> FfiByteRange.Last(count)
}

/**
 * What became of many objects.
 *
 * @property deleted the keys that are gone.
 * @property errors why S3 refused to delete the others.
 */
class DeletedObjects internal constructor(val deleted: List<String>, val errors: Map<String, PoolpassException>) {
    override fun toString(): String = "DeletedObjects(${deleted.size} deleted, ${errors.size} errors)"
}
