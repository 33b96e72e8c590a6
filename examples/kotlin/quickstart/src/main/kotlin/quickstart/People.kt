package quickstart

import dev.poolpass.Challenge
import dev.poolpass.Client
import dev.poolpass.MfaSetting
import dev.poolpass.MfaSettings
import dev.poolpass.PoolpassException
import dev.poolpass.SignInStep
import dev.turingcomplete.kotlinonetimepassword.HmacAlgorithm
import dev.turingcomplete.kotlinonetimepassword.TimeBasedOneTimePasswordConfig
import dev.turingcomplete.kotlinonetimepassword.TimeBasedOneTimePasswordGenerator
import org.apache.commons.codec.binary.Base32
import java.time.Instant
import java.util.concurrent.TimeUnit

/** One user with two devices. */
class People(val laptop: Client, val phone: Client, val identityId: String)

/** Sign-up, sign-in with SRP, and an authenticator app. */
suspend fun signIn(environment: Environment, log: StepLog): People {
    val (laptop, phone) = environment.client() to environment.client()
    when (val user = environment.user) {
        null -> newcomer(environment, laptop, phone, log)
        else -> {
            val (name, password) = user
            answerByHand(log.step("sign in with SRP on the laptop", SRP) { laptop.signIn(name, password) }, log)
            answerByHand(log.step("sign in with SRP on the phone", SRP) { phone.signIn(name, password) }, log)
        }
    }

    val attributes = log.step("ask who is signed in", "GetUser") { laptop.account.attributes() }
    println("      ${laptop.currentUser()?.username}, ${attributes["email"] ?: "no email"}")
    val exchange = "GetId, GetCredentialsForIdentity"
    val credentials = log.step("exchange the ID token for AWS credentials", exchange) { laptop.credentials() }
    println("      access key ${credentials.accessKeyId}")
    val identityId = log.step("know the identity behind them", "(known by now)") { laptop.identityId() }
    println("      $identityId")
    return People(laptop, phone, identityId)
}

private const val SRP = "InitiateAuth, RespondToAuthChallenge"
private const val EMAIL = "lovelace@example.com"
private const val USER = "lovelace"
private const val PASSWORD = "Difference-Engine-1"

/** Signs up, confirms the account, and sets up an authenticator app. */
private suspend fun newcomer(environment: Environment, laptop: Client, phone: Client, log: StepLog) {
    log.step("sign up", "SignUp") { laptop.account.signUp(USER, PASSWORD, mapOf("email" to EMAIL)) }
    log.refused("be refused before the email is confirmed", SRP, PoolpassException.UserNotConfirmed::class) {
        phone.signIn(USER, PASSWORD)
    }
    val mail = environment.codeSentTo(EMAIL)
    log.step("confirm with the code from the mailbox", "ConfirmSignUp") { laptop.account.confirmSignUp(USER, mail) }

    log.refused("be refused with a wrong password", SRP, PoolpassException.NotAuthorized::class) {
        phone.signIn(USER, "Difference-Engine-2")
    }
    val signedIn = log.step("sign in with SRP on the phone", SRP) { phone.signIn(USER, PASSWORD) }
    check(signedIn is SignInStep.Done) { "no challenge was expected" }

    val account = phone.account
    val setup = log.step("enrol an authenticator app", "AssociateSoftwareToken") { account.associateSoftwareToken() }
    println("      ${setup.otpauthUri("Quickstart", USER).substringBefore('?')}")
    val authenticator = Authenticator(setup.secret)
    log.step("confirm it with a first code", "VerifySoftwareToken") { account.verifySoftwareToken(authenticator.code(0)) }
    log.step("make it the second factor", "SetUserMFAPreference") {
        account.setMfaPreference(MfaSettings(softwareToken = MfaSetting.PREFERRED))
    }

    val challenge = log.step("sign in with SRP on the laptop", SRP) { laptop.signIn(USER, PASSWORD) }
    check(challenge is Challenge.SoftwareTokenMfa) { "SOFTWARE_TOKEN_MFA was expected" }
    // Cognito accepts each code only once; the next one is already valid.
    val answered = log.step("answer with the authenticator's code", "RespondToAuthChallenge") {
        challenge.answer(authenticator.code(1))
    }
    check(answered is SignInStep.Done) { "no other challenge was expected" }
}

/** On AWS, the codes are on the user's own devices. */
private suspend fun answerByHand(first: SignInStep, log: StepLog) {
    var step = first
    while (step is Challenge) {
        val challenge: Challenge = step
        print("      ${challenge.name}: the code? ")
        val code = readln()
        step = log.step("answer", "RespondToAuthChallenge") {
            when (challenge) {
                is Challenge.SoftwareTokenMfa -> challenge.answer(code)
                is Challenge.SmsMfa -> challenge.answer(code)
                is Challenge.EmailMfa -> challenge.answer(code)
                else -> error("the quickstart cannot answer ${challenge.name}")
            }
        }
    }
}

/** The user's authenticator app. */
private class Authenticator(secret: String) {
    private val generator = TimeBasedOneTimePasswordGenerator(
        Base32().decode(secret),
        TimeBasedOneTimePasswordConfig(30, TimeUnit.SECONDS, 6, HmacAlgorithm.SHA1),
    )

    /** The current code, or the code after this many steps of 30 seconds. */
    fun code(later: Long): String = generator.generate(Instant.now().plusSeconds(30 * later))
}
