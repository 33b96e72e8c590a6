// Refreshes the tokens and signs out.

import Poolpass

func tellEnd(_ people: People, _ narrator: Narrator) async throws {
    let (laptop, phone) = (people.laptop, people.phone)
    _ = try await narrator.step("refresh the session", "GetTokensFromRefreshToken") { try await laptop.refresh() }
    try await narrator.step("sign out everywhere", "GlobalSignOut") { try await laptop.signOutEverywhere() }
    let calls = "GetUser, GetTokensFromRefreshToken"
    try await narrator.refused("learn on the phone that the tokens are dead", calls, .sessionEnded) {
        try await phone.account.attributes()
    }
    try await narrator.refused("have no token left on the phone", "(none)", .signedOut) { try await phone.idToken() }
    try await narrator.refused("have no token left on the laptop", "(none)", .signedOut) { try await laptop.idToken() }
}
