package quickstart

import dev.poolpass.PoolpassException
import java.net.URI
import java.time.Duration

/** Uses S3: the user's own prefix, a shared link, and another user's prefix. */
suspend fun useObjects(people: People, log: StepLog) {
    val bucket = people.laptop.bucket()
    val key = bucket.privatePath("notes/first letter.txt")

    log.step("put an object under the own prefix", "PutObject") { bucket.put(key, TEXT.toByteArray()) }
    val read = log.step("get it", "GetObject") { bucket.get(key).text() }
    check(read == TEXT) { "another text came back" }

    val link = log.step("make a link that lives for a minute", "(presigned GetObject)") {
        bucket.presignGet(key, Duration.ofMinutes(1))
    }
    val shared = log.step("read it through the link, without signing", "GetObject") { URI(link.url).toURL().readText() }
    check(shared == TEXT) { "another text came back" }

    val foreign = "private/$SOMEBODY_ELSE/diary.txt"
    log.refused("be refused another person's prefix", "GetObject", PoolpassException.AccessDenied::class) {
        bucket.get(foreign)
    }
    log.step("delete the object", "DeleteObject") { bucket.delete(key) }
}

private const val TEXT = "The Analytical Engine weaves algebraic patterns."
internal const val SOMEBODY_ELSE = "eu-west-1:00000000-0000-4000-8000-000000000000"
