package quickstart

import dev.poolpass.PoolpassException

/** Uses AWS as a guest. */
suspend fun tellOfGuest(setting: Setting, narrator: Narrator) {
    val guest = setting.client()
    narrator.step("get an identity as a guest", "GetId, GetCredentialsForIdentity") {
        guest.credentials()
        guest.identityId()
    }
    val bucket = guest.bucket()
    val key = bucket.privatePath("guest.txt")
    narrator.refused("be refused to write as a guest", "PutObject", PoolpassException.AccessDenied::class) {
        bucket.put(key, "x".toByteArray())
    }
}
