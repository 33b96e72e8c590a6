package dev.poolpass

import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import java.nio.file.Files
import java.nio.file.Path
import java.time.Duration
import dev.poolpass.ffi.Client as FfiClient
import dev.poolpass.ffi.SignIn as FfiSignIn
import dev.poolpass.ffi.SignInOptions as FfiSignInOptions

/**
 * Signs a person in and makes AWS requests as that person.
 *
 * ```kotlin
 * val client = Client(File("poolpass.json").readText())
 * val step = client.signIn("ada", password)
 * if (step is SignInStep.Done) client.bucket().put("hello.txt", "Hello!".toByteArray())
 * ```
 *
 * Every call is a suspend function that may be called from any thread, the main one included, and that stops its requests when
 * its coroutine is cancelled. A refresh of the session is not lost by that: it goes on by itself.
 *
 * Every call fails with a [PoolpassException]. One client serves the whole app; [close] gives back what it holds, but not what
 * its buckets and tables do.
 */
class Client private constructor(internal val ffi: FfiClient) : AutoCloseable {
    /**
     * Makes a client. Nothing is sent.
     *
     * @param config the text of a `poolpass.json`, or of a file of Amplify's, which names no table and no API: an
     *   `amplify_outputs.json` (Gen 2), or an `amplifyconfiguration.json`, an `awsconfiguration.json` or the object in an
     *   `aws-exports.js`, as JSON (Gen 1).
     * @throws PoolpassException.InvalidConfig when it is neither.
     */
    constructor(config: String, options: ClientOptions = ClientOptions()) :
        this(mapped { FfiClient(config, options.toFfi()) })

    /** The region of the configuration. */
    val region: String get() = ffi.region()

    /** The person's account: signing up, passwords, attributes, second factors. */
    val account: Account get() = Account(ffi.account())

    /**
     * Signs in with a user name and a password (InitiateAuth, RespondToAuthChallenge). A successful sign-in replaces the present
     * session.
     *
     * @param flow how the person proves who they are. Default: by SRP, so that the password never leaves the device.
     * @param clientMetadata data for the user pool's Lambda triggers, sent with every step of this sign-in.
     * @throws PoolpassException.NotAuthorized for a wrong password.
     */
    suspend fun signIn(
        username: String,
        password: String,
        flow: AuthFlow = AuthFlow.USER_SRP_AUTH,
        clientMetadata: Map<String, String> = emptyMap(),
    ): SignInStep = signIn(FfiSignIn.Password(username, password), flow, clientMetadata)

    /**
     * Signs in with a user name alone (InitiateAuth): with a code, a passkey or another factor that the person chooses (USER_AUTH), or
     * by the challenges of the user pool's own triggers (CUSTOM_AUTH).
     *
     * The next step is the challenge of the preferred factor where that is available, otherwise a [Challenge.SelectChallenge].
     *
     * @param flow how the person proves who they are: `USER_AUTH`, the default, or `CUSTOM_AUTH`.
     * @param preferred the factor to begin with, where it is available. Default: the person chooses. Only for `USER_AUTH`.
     * @param clientMetadata data for the user pool's Lambda triggers, sent with every step of this sign-in.
     * @throws PoolpassException.Aws where the app client or the user pool's feature plan does not allow the flow.
     */
    suspend fun signInWithoutPassword(
        username: String,
        flow: AuthFlow = AuthFlow.USER_AUTH,
        preferred: AuthFactor? = null,
        clientMetadata: Map<String, String> = emptyMap(),
    ): SignInStep = signIn(FfiSignIn.WithoutPassword(username, preferred?.toFfi()), flow, clientMetadata)

    /**
     * Signs in whoever has just confirmed the sign-up, without another code (InitiateAuth with USER_AUTH).
     *
     * [Account.confirmSignUp] keeps AWS's `Session` in the store, for the app client that allows USER_AUTH, so that this works after a
     * restart too.
     *
     * @throws PoolpassException.ChallengeExpired if no sign-up was confirmed with this store, or too long ago: sign in.
     */
    suspend fun autoSignIn(): SignInStep = signIn(FfiSignIn.Auto, AuthFlow.USER_AUTH, emptyMap())

    private suspend fun signIn(beginning: FfiSignIn, flow: AuthFlow, clientMetadata: Map<String, String>): SignInStep =
        mapped { SignInStep.of(ffi.signIn(beginning, FfiSignInOptions(flow, clientMetadata))) }

    /**
     * Has the signed-in person prove more strongly, or again, who they are (InitiateAuth with USER_AUTH and TARGET_ACR_VALUES).
     *
     * If the session has reached the level, no longer ago than [maxAge], the step is `Done` at once and nothing is sent. Of names that
     * the user pool has given, only the same one counts as reached.
     *
     * Otherwise challenges follow, as in a sign-in, but only for the factors that are missing. New tokens take the place of the
     * session's when the last one is answered, and AWS revokes the old ones. Until then, and if a challenge fails, the session stays as
     * it is. Listeners hear [SessionEvent.Refreshed]; to other processes it is a new sign-in. A backend must check the claims `acr` and
     * `auth_time` of the tokens itself.
     *
     * The app client has to allow USER_AUTH (`ALLOW_USER_AUTH`), and the user pool needs the Essentials plan or a higher one. This
     * follows AWS's documentation; it has not been tried against AWS.
     *
     * @param level `urn:cognito:loa:1` (a password), `urn:cognito:loa:2` (a code by SMS or email), `urn:cognito:loa:3` (a passkey, or a
     *   password and a code by SMS or email), `urn:cognito:loa:4` (a password and a TOTP code), or the name that the user pool has given
     *   to one of them.
     * @param maxAge how long ago the person may have proved who they are, to the second. Default: any time ago. A refresh does not count.
     * @param clientMetadata data for the user pool's Lambda triggers, sent with every step of this step-up.
     * @throws PoolpassException.FeatureUnavailableInTier on a lower plan.
     */
    suspend fun stepUp(
        level: String,
        maxAge: Duration? = null,
        clientMetadata: Map<String, String> = emptyMap(),
    ): SignInStep = mapped { SignInStep.of(ffi.stepUp(level, maxAge, clientMetadata)) }

    /**
     * Begins a sign-in on the pages of managed login (`/oauth2/authorize`): with Google, Facebook, Apple, Amazon, a SAML or OpenID
     * Connect provider, or with Cognito's own pages. Returns the URL to open.
     *
     * [redirectUri] is where the pages send the person back: one of the app client's callback URLs, to the letter, its last slash
     * included. Give the URL of that redirect to [handleRedirect]. Several sign-ins may wait at the same time, for an hour each. State,
     * nonce and PKCE's verifier are random, and kept in the store.
     *
     * Nothing is sent.
     *
     * @throws PoolpassException.InvalidConfig without a user pool or without its domain.
     * @throws PoolpassException.InvalidInput for a redirect URI that Cognito does not allow, scopes without `openid` or an empty setting.
     */
    suspend fun signInWithRedirect(redirectUri: String, options: RedirectOptions = RedirectOptions()): RedirectSignIn =
        mapped { RedirectSignIn(ffi.signInWithRedirect(redirectUri, options.toFfi())) }

    /**
     * Signs in with the URL of a redirect from managed login: exchanges its code for tokens (`/oauth2/token`), and checks that they are
     * for the sign-in that this device began. A successful sign-in replaces the present session.
     *
     * `null` when the URL is no answer to a redirect of this SDK, or was handled already. Calls with the same URL, at the same time,
     * share one exchange. After [PoolpassException.Network], [PoolpassException.Timeout], [PoolpassException.Throttled] or
     * [PoolpassException.Unavailable], call it again with the same URL; if it returns `null` then, managed login itself had failed, and the
     * sign-in has to begin again.
     *
     * @throws PoolpassException.Cancelled when the person said no.
     * @throws PoolpassException.TriggerRejected with the text of the user pool's trigger.
     * @throws PoolpassException.Aws with managed login's code and description.
     * @throws PoolpassException.SignedOut if managed login was asked not to ask (`prompt` is `none`).
     * @throws PoolpassException.InvalidRedirect when no sign-in of this store waits for the URL, or the tokens, which are
     * then revoked, are not for it: the old session stays.
     * @throws PoolpassException.ChallengeExpired when the code was used already or is older than five minutes.
     * @throws PoolpassException.NotAuthorized for a wrong app client secret.
     * @throws PoolpassException.MissingScope when the app client does not allow `openid`.
     * @throws PoolpassException.Conflict when Cognito has only just linked the provider's account to a user: send the person to
     * [PoolpassException.retryUrl].
     */
    suspend fun handleRedirect(url: String): RedirectResult? =
        mapped { ffi.handleRedirect(url)?.let { RedirectResult(User(it.user), it.customState) } }

    /**
     * Signs in through a user agent, which shows the pages of managed login and catches the redirect: the system's browser or an
     * authentication session of the system.
     *
     * It does what [signInWithRedirect] and [handleRedirect] do, and sends the person a second time where Cognito has only just linked the
     * provider's account to a user. The SDK sets no limit to the wait for the person.
     *
     * @throws PoolpassException.Cancelled when the person closed the pages.
     * @throws PoolpassException.Timeout when the user agent waited too long.
     * @throws PoolpassException.Platform when the user agent failed.
     */
    suspend fun signInWithUserAgent(
        agent: RedirectUserAgent,
        redirectUri: String,
        options: RedirectOptions = RedirectOptions(),
    ): User = mapped { User(ffi.signInWithUserAgent(ForeignUserAgent(agent), redirectUri, options.toFfi())) }

    /**
     * Returns the URL at which managed login forgets who is signed in there (`/logout`), and then redirects to [logoutUri].
     *
     * Open it in the browser after [signOut], which ends the session on this device in any case. [logoutUri] is one of the app client's
     * sign-out URLs, to the letter. The person stays signed in at the provider, such as Google.
     *
     * @throws PoolpassException.InvalidConfig without a user pool or without its domain.
     * @throws PoolpassException.InvalidInput for a URI that Cognito does not allow.
     */
    fun logoutUrl(logoutUri: String): String = mapped { ffi.logoutUrl(logoutUri) }

    /**
     * Takes over a session that another SDK or the app's backend began, so that nobody has to sign in again. It replaces the present
     * session.
     *
     * Expired tokens are refreshed first (GetTokensFromRefreshToken, or InitiateAuth with REFRESH_TOKEN_AUTH); with others nothing is
     * sent. If the present session comes from the same sign-in and is no older, it stays, so that the call can be repeated. Nothing is
     * revoked. Tokens are not proof: their signatures are not checked here, but by AWS at every use.
     *
     * @throws PoolpassException.InvalidInput for tokens that are malformed, of another user pool or app client, or of two people.
     * @throws PoolpassException.SessionEnded when AWS refuses to refresh for good. After every error the present session stays.
     */
    suspend fun adoptSession(tokens: SessionTokens): User = mapped { User(ffi.refresh(tokens.toFfi())) }

    /** The challenge that waits for its answer, also after a restart of the app. It waits for 15 minutes at most. */
    suspend fun pendingChallenge(): Challenge? = mapped { ffi.pendingChallenge()?.let(Challenge::of) }

    /**
     * Returns the person who is signed in, as stored: works without a network, however old the tokens are. `null` when nobody is
     * signed in.
     */
    suspend fun currentUser(): User? = mapped { ffi.currentUser()?.let(::User) }

    /**
     * Returns the ID token, refreshed if it expires within a minute (within a tenth of its life, if that is less).
     *
     * All callers share one refresh, and so do all processes that share the store. When the refresh fails, a token that is still valid
     * is returned nevertheless.
     *
     * @throws PoolpassException.SignedOut when nobody is signed in.
     * @throws PoolpassException.SessionEnded when AWS refuses to refresh for good: then the session is gone.
     */
    suspend fun idToken(): IdToken = mapped { IdToken(ffi.idToken()) }

    /** Returns the access token, refreshed like [idToken]. */
    suspend fun accessToken(): AccessToken = mapped { AccessToken(ffi.accessToken()) }

    /**
     * Refreshes the session now, for example because the person's attributes or groups have changed (GetTokensFromRefreshToken, or
     * InitiateAuth with REFRESH_TOKEN_AUTH).
     */
    suspend fun refresh(): User = mapped { User(ffi.refresh(null)) }

    /**
     * Signs out on this device: removes the session and a pending challenge, then has AWS revoke the tokens (RevokeToken).
     *
     * The session is gone in any case, even without a network; [SignOut] tells whether AWS has revoked the tokens.
     *
     * @param associated whether the session of managed login that the session comes from ends too (`RevokeAssociatedSessions`), if the
     *   user pool tracks sessions.
     */
    suspend fun signOut(associated: Boolean = false): SignOut = mapped { ffi.signOut(associated) }

    /**
     * Signs out on every device (GlobalSignOut): AWS ends all sessions of the user, then this one is removed.
     *
     * When AWS cannot be reached or refuses, the session stays, so that the call can be repeated.
     */
    suspend fun signOutEverywhere(): Unit = mapped { ffi.signOutEverywhere() }

    /**
     * Returns a flow of the changes of the session from this call on. Events wait until the flow is collected, which works once.
     */
    fun events(): Flow<SessionEvent> {
        val events = ffi.events()
        return flow { events.use { while (true) emit(SessionEvent.of(mapped { it.next() } ?: break)) } }
    }

    /**
     * Returns AWS credentials of the person who is signed in, or of a guest if nobody is (GetId, GetCredentialsForIdentity).
     *
     * The client keeps them in memory until shortly before they expire. One exchange serves all callers.
     *
     * @throws PoolpassException.SignedOut when nobody is signed in and the pool accepts no guests.
     */
    suspend fun credentials(): Credentials = mapped { Credentials(ffi.credentials()) }

    /**
     * Returns the identity id in the identity pool, which policies call `${cognito-identity.amazonaws.com:sub}`. As a part of an object
     * key or as a partition key, it makes data a person's own.
     */
    suspend fun identityId(): String = mapped { ffi.identityId() }

    /** Returns the same client with the credentials of another role, if the sign-in allows more than one (`CustomRoleArn`). */
    fun withRole(roleArn: String): Client = Client(ffi.withRole(roleArn))

    /**
     * Adds a login of a third party: from now on the AWS credentials are those of the identity that this login leads to, with or without
     * a user pool (GetId, GetCredentialsForIdentity). It replaces a login with the same provider.
     *
     * The SDK asks [source] for a token whenever the credentials have to be renewed. Several logins at once, and the user pool's among
     * them, lead to one identity: AWS links those that it has not seen before. A guest keeps the identity id, unless the login has an
     * identity already; then listeners hear [SessionEvent.IdentityChanged]. Signing out leaves these logins: see [removeLogin].
     *
     * Nothing is sent. A login that AWS refuses makes the next call fail: `Conflict` if it belongs to another identity than the other
     * logins, `LoginExpired` if its token has expired or [source] has none, `NotAuthorized` if the identity pool does not accept it.
     *
     * @param source returns a token that is valid now, such as the one that the provider's own SDK holds or refreshes. If it throws, AWS
     *   credentials that are still valid stay in use; after that, calls fail with [PoolpassException.LoginExpired].
     * @throws PoolpassException.InvalidInput for a provider name that AWS does not take.
     */
    fun addLogin(provider: LoginProvider, source: suspend () -> ProviderToken): Unit =
        mapped { ffi.addLogin(provider.toFfi(), ForeignLoginToken(source)) }

    /** Removes a login from this client. The identity stays linked to it: with the same login it is the same again. Nothing is sent. */
    fun removeLogin(provider: LoginProvider): Unit = mapped { ffi.removeLogin(provider.toFfi()) }

    /**
     * Unlinks a login from the identity (UnlinkIdentity), and removes it from this client.
     *
     * The next time, the login leads to another identity. After the last one, nobody can use the identity any more. The app's own backend
     * unlinks developer-authenticated logins (UnlinkDeveloperIdentity). If AWS cannot be reached, the login stays, so that the call can be
     * repeated.
     *
     * @throws PoolpassException.InvalidInput if the client has no such login, or for one of the app's own backend.
     */
    suspend fun unlinkLogin(provider: LoginProvider): Unit = mapped { ffi.unlinkLogin(provider.toFfi()) }

    /** The providers of the logins that were added, without the user pool. */
    fun logins(): List<LoginProvider> = ffi.logins().map(::loginProvider)

    /**
     * Starts a client with the credentials of a role that the app names, by the classic (basic) flow: GetOpenIdToken of the identity
     * pool, AssumeRoleWithWebIdentity of STS in the identity pool's region.
     *
     * The role's trust policy decides who may use it: with `cognito-identity.amazonaws.com` as its principal, the identity pool as its
     * `aud`, and `authenticated` or `unauthenticated` as its `amr`. Guests have no other way to services that their session policy leaves
     * out. Requests of the new client fail with [PoolpassException.OperationNotEnabled] if the identity pool does not allow the classic flow,
     * and with [PoolpassException.AccessDenied] if the role does not trust the identity.
     *
     * @param sessionName the name of the role's session (`RoleSessionName`), 2 to 64 characters, which CloudTrail shows. Default: the identity
     *   id, with a dot in place of the colon.
     * @param duration how long the credentials are valid (`DurationSeconds`), 15 minutes to what the role allows. Default: an hour.
     * @param policy a session policy (`Policy`), a JSON document that narrows what the role allows. Default: none.
     * @throws PoolpassException.InvalidInput for a role, name, duration or policy that AWS does not take.
     */
    fun classicFlow(
        roleArn: String,
        sessionName: String? = null,
        duration: Duration? = null,
        policy: String? = null,
    ): Client = Client(mapped { ffi.classicFlow(roleArn, sessionName, checked(duration, "duration"), policy) })

    /** An S3 bucket. Default: the configuration's, in its region. */
    fun bucket(name: String? = null, region: String? = null): Bucket = Bucket(mapped { ffi.bucket(name, region) })

    /** A DynamoDB table by its name or ARN. Default: the configuration's. */
    fun table(name: String? = null): Table = Table(mapped { ffi.table(name) })

    /**
     * Reads up to 100 items of one or more tables as of one moment, in the order of [gets] (TransactGetItems).
     *
     * @throws PoolpassException.Conflict when one of them was being written; [PoolpassException.cancellationReasons] tell which.
     */
    suspend fun transactGet(gets: List<TransactGet>): List<Item?> =
        mapped { ffi.transactGet(gets.map(TransactGet::toFfi)).map { it?.let(::itemFromFfi) } }

    /**
     * Writes up to 100 items of one or more tables, all or none (TransactWriteItems).
     *
     * @param clientRequestToken transactions with the same token within ten minutes are done once. Default: a new token for each call.
     * @throws PoolpassException.ConditionFailed when a condition does not hold; [PoolpassException.cancellationReasons] tell the reason for
     * each item, in their order.
     */
    suspend fun transactWrite(writes: List<TransactWrite>, clientRequestToken: String? = null): Unit =
        mapped { ffi.transactWrite(writes.map(TransactWrite::toFfi), clientRequestToken) }

    /**
     * Makes requests to [service], its name in signatures: `execute-api` for API Gateway, `lambda`, `iotdata` and so on.
     *
     * @param service default: `execute-api`.
     * @param region signs for this region. Default: the configuration's.
     */
    fun api(service: String = "execute-api", region: String? = null): ApiClient = ApiClient(mapped { ffi.api(service, region) })

    /** Gives back what the client holds. It cannot be used afterwards. */
    override fun close(): Unit = ffi.close()

    override fun toString(): String = "Client($region)"

    companion object {
        /** As the constructor, with the configuration in a file. */
        @JvmStatic
        fun fromFile(path: Path, options: ClientOptions = ClientOptions()): Client =
            Client(Files.readAllBytes(path).decodeToString(), options)
    }
}
