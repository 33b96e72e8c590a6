// Uses AWS as a guest.

import Poolpass

func tellGuest(_ setting: Setting, _ narrator: Narrator) async throws {
    let guest = try setting.client()
    _ = try await narrator.step("get an identity as a guest", "GetId, GetCredentialsForIdentity") {
        _ = try await guest.credentials()
        return try await guest.identityId()
    }
    let bucket = try guest.bucket()
    let key = try await bucket.privatePath("guest.txt")
    try await narrator.refused("be refused to write as a guest", "PutObject", .accessDenied) {
        try await bucket.put("x", to: key)
    }
}
