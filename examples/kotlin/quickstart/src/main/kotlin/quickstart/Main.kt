/**
 * Poolpass from sign-up to a private DynamoDB item.
 *
 * Without arguments, the program runs offline, against a local AWS that it starts. With `--config`, `--user` and
 * `--password-file`, it runs on AWS or the configured endpoints.
 */
package quickstart

import kotlinx.coroutines.runBlocking
import kotlin.system.exitProcess

fun main(arguments: Array<String>) {
    val narrator = Narrator()
    val code = try {
        Setting.prepare(arguments).use { runBlocking { run(it, narrator) } }
        println("\nquickstart: all ${narrator.steps} steps passed")
        0
    } catch (failure: Exception) {
        if (narrator.steps == 0) System.err.println("quickstart: ${failure.message}")
        else System.err.println("\nquickstart: step ${narrator.steps} failed: ${failure.message}")
        1
    }
    if (code != 0) exitProcess(code)
}

private suspend fun run(setting: Setting, narrator: Narrator) {
    println("Poolpass on ${setting.place}\n")

    val people = signIn(setting, narrator)
    tellOfObjects(people, narrator)
    tellOfItems(people, narrator)
    tellOfGuest(setting, narrator)
    tellOfEnd(people, narrator)
}
