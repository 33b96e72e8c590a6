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

internal suspend fun readmeExampleOfLogins(client: Client, currentGoogleIdToken: suspend () -> String): String {
    client.addLogin(LoginProvider.Google) { ProviderToken(currentGoogleIdToken()) }
    val key = client.bucket().privatePath("cat.jpg") // private/{identity id}/cat.jpg
    return key
}

internal suspend fun readmeExampleOfRequests(client: Client): String {
    val request = ApiRequest("/notes", authorization = Authorization.ACCESS_TOKEN, bearer = true) // below api.url of the configuration
    val notes = client.api().request(request).use { it.text() }
    return notes
}

internal suspend fun readmeExampleOfAmplify(client: Client, tokensOfAmplify: suspend () -> SessionTokens?) {
    val old = if (client.currentUser() == null) tokensOfAmplify() else null
    if (old != null) client.adoptSession(SessionTokens(old.idToken, old.accessToken, old.refreshToken))
}
