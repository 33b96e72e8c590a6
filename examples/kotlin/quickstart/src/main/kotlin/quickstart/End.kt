package quickstart

import dev.poolpass.PoolpassException

/** Refreshes the tokens and signs out. */
suspend fun tellOfEnd(people: People, narrator: Narrator) {
    val (laptop, phone) = people.laptop to people.phone
    narrator.step("refresh the session", "GetTokensFromRefreshToken") { laptop.refresh() }
    narrator.step("sign out everywhere", "GlobalSignOut") { laptop.signOutEverywhere() }
    val calls = "GetUser, GetTokensFromRefreshToken"
    narrator.refused("learn on the phone that the tokens are dead", calls, PoolpassException.SessionEnded::class) {
        phone.account.attributes()
    }
    narrator.refused("have no token left on the phone", "(none)", PoolpassException.SignedOut::class) { phone.idToken() }
    narrator.refused("have no token left on the laptop", "(none)", PoolpassException.SignedOut::class) { laptop.idToken() }
}
