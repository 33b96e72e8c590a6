// Uses AWS as a guest.

import Poolpass

func useGuest(_ environment: Environment, _ log: StepLog) async throws {
    let guest = try environment.client()
    _ = try await log.step("get an identity as a guest", "GetId, GetCredentialsForIdentity") {
        _ = try await guest.credentials()
        return try await guest.identityId()
    }
    let bucket = try guest.bucket()
    let key = try await bucket.privatePath("guest.txt")
    try await log.refused("be refused to write as a guest", "PutObject", .accessDenied) {
        try await bucket.put("x", to: key)
    }
}
