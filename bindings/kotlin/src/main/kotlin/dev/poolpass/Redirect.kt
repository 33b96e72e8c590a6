package dev.poolpass

import dev.poolpass.ffi.identityProvider
import java.time.Duration
import dev.poolpass.ffi.IdentityProvider as FfiIdentityProvider
import dev.poolpass.ffi.RedirectOptions as FfiRedirectOptions
import dev.poolpass.ffi.RedirectUserAgent as FfiRedirectUserAgent
import dev.poolpass.ffi.UserAgentException as FfiUserAgentException

/** An identity provider of the user pool: where a person signs in with managed login. */
sealed interface IdentityProvider {
    /** AWS's name for the provider, such as `SignInWithApple`: the `identity_provider` of the request. */
    val name: String get() = toFfi().name()

    /** The user pool itself, with a password, a code or a passkey (`COGNITO`). */
    data object Cognito : IdentityProvider

    /** Google (`Google`). */
    data object Google : IdentityProvider

    /** Facebook (`Facebook`). */
    data object Facebook : IdentityProvider

    /** Apple (`SignInWithApple`). */
    data object SignInWithApple : IdentityProvider

    /** Amazon (`LoginWithAmazon`). */
    data object LoginWithAmazon : IdentityProvider

    /**
     * A SAML or OpenID Connect provider.
     *
     * @property name its name in the user pool.
     */
    data class Other(override val name: String) : IdentityProvider

    /** Finds a provider by its name. */
    companion object {
        /** The provider that has AWS's [name]. */
        fun ofName(name: String): IdentityProvider = when (val provider = identityProvider(name)) {
            FfiIdentityProvider.Cognito -> Cognito
            FfiIdentityProvider.Google -> Google
            FfiIdentityProvider.Facebook -> Facebook
            FfiIdentityProvider.SignInWithApple -> SignInWithApple
            FfiIdentityProvider.LoginWithAmazon -> LoginWithAmazon
            is FfiIdentityProvider.Other -> Other(provider.v1)
        }
    }
}

internal fun IdentityProvider.toFfi(): FfiIdentityProvider = when (this) {
    IdentityProvider.Cognito -> FfiIdentityProvider.Cognito
    IdentityProvider.Google -> FfiIdentityProvider.Google
    IdentityProvider.Facebook -> FfiIdentityProvider.Facebook
    IdentityProvider.SignInWithApple -> FfiIdentityProvider.SignInWithApple
    IdentityProvider.LoginWithAmazon -> FfiIdentityProvider.LoginWithAmazon
    is IdentityProvider.Other -> FfiIdentityProvider.Other(name)
}

/**
 * Settings for a sign-in by redirect. Default: managed login lets the person choose among the app client's providers, and the tokens
 * have all scopes that the app client allows. [toString] shows neither nonce nor custom state.
 *
 * @property provider the provider to go to at once (`identity_provider`). Default: the person chooses.
 * @property idpIdentifier one of a provider's identifiers, such as the domain of the person's email address (`idp_identifier`), in place
 *   of the provider.
 * @property scopes the scopes of the tokens. Default: all that the app client allows. They have to include `openid`; calls of the
 *   [Account] need `aws.cognito.signin.user.admin`.
 * @property prompt whether managed login asks again (`prompt`): `login` asks also those who are signed in there, `none` asks nobody.
 *   Providers get `select_account` and `consent` too, which Cognito's own pages ignore. Blanks separate several. Default: it asks those
 *   who are not signed in there.
 * @property loginHint the user name or email address to fill in (`login_hint`).
 * @property lang the language of the pages, such as `de` (`lang`). Default: the language that the browser last asked for, or English.
 * @property acrValues the levels that the person has to reach, such as `urn:cognito:loa:3`, with blanks between them (`acr_values`).
 * @property maxAge how long ago the person may have proved who they are, to the second (`max_age`). Default: any time ago.
 * @property nonce the nonce of the ID token, a secret. Default: a random one.
 * @property customState a text that comes back with the person, such as the page to go on with. It stays on the device.
 */
class RedirectOptions(
    val provider: IdentityProvider? = null,
    val idpIdentifier: String? = null,
    val scopes: List<String> = emptyList(),
    val prompt: String? = null,
    val loginHint: String? = null,
    val lang: String? = null,
    val acrValues: String? = null,
    val maxAge: Duration? = null,
    val nonce: String? = null,
    val customState: String? = null,
) {
    internal fun toFfi() = FfiRedirectOptions(
        provider?.toFfi(), idpIdentifier, scopes, prompt, loginHint, lang, acrValues, checked(maxAge, "maxAge"), nonce, customState,
    )

    override fun toString(): String = "RedirectOptions(provider=$provider)"
}

/**
 * The first half of a sign-in by redirect: where to send the person.
 *
 * @property url the URL of managed login (`/oauth2/authorize`), good for one sign-in. Open it in a browser, not in a web view of the app.
 */
class RedirectSignIn internal constructor(val url: String) {
    override fun toString(): String = "RedirectSignIn(${url.substringBefore('?')})"
}

/**
 * The person whom a redirect has signed in.
 *
 * @property user the person, whose session is stored.
 * @property customState the app's [RedirectOptions.customState].
 */
class RedirectResult internal constructor(val user: User, val customState: String?) {
    override fun toString(): String = "RedirectResult"
}

/**
 * Shows the pages of managed login, and catches the redirect at their end.
 *
 * Apps implement it over what their platform has; `CustomTabsUserAgent` of `poolpass-android-passkeys` does it on Android. It must be a
 * browser of the system's that the app cannot read: providers such as Google refuse web views that are part of an app. There is no time
 * limit besides that of the pages: a person is asked. An exception that the method throws, other than [UserAgentException], counts as
 * `FAILED`.
 */
fun interface RedirectUserAgent {
    /**
     * Opens [url], and waits until the pages redirect to [redirectUri]. Returns the whole URL of that redirect, with its query.
     *
     * Cancelling it closes the pages, or at least ends the wait.
     */
    suspend fun authenticate(url: String, redirectUri: String): String
}

/** The reason why a user agent came back without a redirect. */
typealias UserAgentErrorKind = dev.poolpass.ffi.UserAgentErrorKind

/**
 * A user agent came back without a redirect.
 *
 * @property kind the reason.
 */
class UserAgentException(val kind: UserAgentErrorKind, message: String) : Exception(message)

internal class ForeignUserAgent(private val agent: RedirectUserAgent) : FfiRedirectUserAgent {
    override suspend fun authenticate(url: String, redirectUri: String): String = foreign({
        try {
            agent.authenticate(url, redirectUri)
        } catch (failure: UserAgentException) {
            throw FfiUserAgentException.Failed(failure.kind, failure.message.orEmpty())
        }
    }, { FfiUserAgentException.Failed(UserAgentErrorKind.FAILED, it) })
}
