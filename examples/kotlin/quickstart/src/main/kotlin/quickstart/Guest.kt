package quickstart

import dev.poolpass.PoolpassException

/** Uses AWS as a guest. */
suspend fun useGuest(environment: Environment, log: StepLog) {
    val guest = environment.client()
    log.step("get an identity as a guest", "GetId, GetCredentialsForIdentity") {
        guest.credentials()
        guest.identityId()
    }
    val bucket = guest.bucket()
    val key = bucket.privatePath("guest.txt")
    log.refused("be refused to write as a guest", "PutObject", PoolpassException.AccessDenied::class) {
        bucket.put(key, "x".toByteArray())
    }
}
