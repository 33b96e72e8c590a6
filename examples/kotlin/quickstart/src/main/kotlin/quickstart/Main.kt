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
    val log = StepLog()
    val code = try {
        Environment.prepare(arguments).use { runBlocking { run(it, log) } }
        println("\nquickstart: all ${log.steps} steps passed")
        0
    } catch (failure: Exception) {
        if (log.steps == 0) System.err.println("quickstart: ${failure.message}")
        else System.err.println("\nquickstart: step ${log.steps} failed: ${failure.message}")
        1
    }
    if (code != 0) exitProcess(code)
}

private suspend fun run(environment: Environment, log: StepLog) {
    println("Poolpass on ${environment.place}\n")

    val people = signIn(environment, log)
    useObjects(people, log)
    useItems(people, log)
    useGuest(environment, log)
    refreshAndSignOut(people, log)
}
