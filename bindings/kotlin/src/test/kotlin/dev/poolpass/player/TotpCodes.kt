package dev.poolpass.player

import dev.turingcomplete.kotlinonetimepassword.HmacAlgorithm
import dev.turingcomplete.kotlinonetimepassword.TimeBasedOneTimePasswordConfig
import dev.turingcomplete.kotlinonetimepassword.TimeBasedOneTimePasswordGenerator
import org.apache.commons.codec.binary.Base32
import java.time.Instant
import java.util.concurrent.TimeUnit

/** Hands out TOTP codes, never the same twice: a server accepts each code once, and those of the neighbouring time steps too. */
class TotpCodes {
    /** The server's clock runs this far ahead. */
    var clockOffsetSeconds = 0L
    private val lastSteps = mutableMapOf<String, Long>()

    /** A code that was not handed out yet. */
    fun next(secret: String): String {
        val now = Instant.now().epochSecond + clockOffsetSeconds
        val step = maxOf(now / STEP_SECONDS, (lastSteps[secret] ?: -1) + 1)
        lastSteps[secret] = step
        return code(secret, step)
    }

    /** The code that was handed out last. */
    fun last(secret: String): String = code(secret, lastSteps[secret] ?: error("no code was handed out"))

    private fun code(secret: String, step: Long): String =
        TimeBasedOneTimePasswordGenerator(Base32().decode(secret), CONFIG).generate(Instant.ofEpochSecond(step * STEP_SECONDS))

    private companion object {
        const val STEP_SECONDS = 30L
        val CONFIG = TimeBasedOneTimePasswordConfig(STEP_SECONDS, TimeUnit.SECONDS, 6, HmacAlgorithm.SHA1)
    }
}
