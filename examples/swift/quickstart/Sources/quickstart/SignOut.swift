// Refreshes the tokens and signs out.

import Poolpass

func refreshAndSignOut(_ people: People, _ log: StepLog) async throws {
    let (laptop, phone) = (people.laptop, people.phone)
    _ = try await log.step("refresh the session", "GetTokensFromRefreshToken") { try await laptop.refresh() }
    try await log.step("sign out everywhere", "GlobalSignOut") { try await laptop.signOutEverywhere() }
    let calls = "GetUser, GetTokensFromRefreshToken"
    try await log.refused("learn on the phone that the tokens are dead", calls, .sessionEnded) {
        try await phone.account.attributes()
    }
    try await log.refused("have no token left on the phone", "(none)", .signedOut) { try await phone.idToken() }
    try await log.refused("have no token left on the laptop", "(none)", .signedOut) { try await laptop.idToken() }
}
