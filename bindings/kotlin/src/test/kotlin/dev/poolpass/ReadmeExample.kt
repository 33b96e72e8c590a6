package dev.poolpass

import java.nio.file.Path

internal suspend fun readmeExample(file: Path, password: String, film: Path, askForCode: () -> String, show: (Long, Long?) -> Unit) {
    val client = Client.fromFile(file) // a poolpass.json
    var step = client.signIn("ada", password) // SRP: the password never leaves the device
    if (step is Challenge.SoftwareTokenMfa) step = step.answer(askForCode())
    check(step is SignInStep.Done) { "this app cannot answer $step" }

    val bucket = client.bucket()
    val key = bucket.privatePath("film.mp4") // private/{identity id}/film.mp4
    bucket.upload(key, UploadBody.File(film)) { sent, total -> show(sent, total) }

    val mine = attribute("pk") eq client.identityId()
    client.table().query(mine).items().collect { note -> println(note.plain()) }
}
