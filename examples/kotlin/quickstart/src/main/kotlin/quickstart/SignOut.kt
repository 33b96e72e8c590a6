package quickstart

import dev.poolpass.PoolpassException

/** Refreshes the tokens and signs out. */
suspend fun refreshAndSignOut(people: People, log: StepLog) {
    val (laptop, phone) = people.laptop to people.phone
    log.step("refresh the session", "GetTokensFromRefreshToken") { laptop.refresh() }
    log.step("sign out everywhere", "GlobalSignOut") { laptop.signOutEverywhere() }
    val calls = "GetUser, GetTokensFromRefreshToken"
    log.refused("learn on the phone that the tokens are dead", calls, PoolpassException.SessionEnded::class) {
        phone.account.attributes()
    }
    log.refused("have no token left on the phone", "(none)", PoolpassException.SignedOut::class) { phone.idToken() }
    log.refused("have no token left on the laptop", "(none)", PoolpassException.SignedOut::class) { laptop.idToken() }
}
