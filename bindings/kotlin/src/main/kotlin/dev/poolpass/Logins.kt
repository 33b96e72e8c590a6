package dev.poolpass

import dev.poolpass.ffi.LoginTokenException
import dev.poolpass.ffi.LoginProvider as FfiLoginProvider
import dev.poolpass.ffi.LoginToken as FfiLoginToken
import dev.poolpass.ffi.ProviderToken as FfiProviderToken

/** A login provider of the identity pool besides its user pool. */
sealed interface LoginProvider {
    /** Google (`accounts.google.com`): the source returns an ID token. */
    data object Google : LoginProvider

    /** Facebook (`graph.facebook.com`): the source returns an access token. */
    data object Facebook : LoginProvider

    /** Sign in with Apple (`appleid.apple.com`): the source returns an ID token. */
    data object Apple : LoginProvider

    /** Login with Amazon (`www.amazon.com`): the source returns an access token. */
    data object Amazon : LoginProvider

    /**
     * An OpenID provider that IAM knows: the source returns an ID token. Twitter, which AWS's API reference lists as `api.twitter.com`, is
     * named like one: the source returns the access token, a semicolon and the token's secret.
     *
     * @property issuer its issuer, such as `https://login.example.com`.
     */
    data class OpenId(val issuer: String) : LoginProvider

    /**
     * A SAML provider: the source returns the SAML response in base64.
     *
     * @property arn its ARN in IAM.
     */
    data class Saml(val arn: String) : LoginProvider

    /**
     * The app's own backend (developer-authenticated identities): the source returns what GetOpenIdTokenForDeveloperIdentity has returned
     * to the backend, the token with its identity id.
     *
     * @property name the pool's `DeveloperProviderName`.
     */
    data class Developer(val name: String) : LoginProvider
}

/** A token of a login provider. [toString] does not show it. */
class ProviderToken private constructor(internal val identityId: String?, internal val token: String) {
    /** The token of any provider but the app's own backend. */
    constructor(token: String) : this(null, token)

    override fun toString(): String = "ProviderToken(identityId=$identityId)"

    companion object {
        /** The identity id and the token that GetOpenIdTokenForDeveloperIdentity has returned to the app's backend. */
        @JvmStatic
        fun developer(identityId: String, token: String): ProviderToken = ProviderToken(identityId, token)
    }
}

internal fun LoginProvider.toFfi(): FfiLoginProvider = when (this) {
    LoginProvider.Google -> FfiLoginProvider.Google
    LoginProvider.Facebook -> FfiLoginProvider.Facebook
    LoginProvider.Apple -> FfiLoginProvider.Apple
    LoginProvider.Amazon -> FfiLoginProvider.Amazon
    is LoginProvider.OpenId -> FfiLoginProvider.OpenId(issuer)
    is LoginProvider.Saml -> FfiLoginProvider.Saml(arn)
    is LoginProvider.Developer -> FfiLoginProvider.Developer(name)
}

internal fun loginProvider(provider: FfiLoginProvider): LoginProvider = when (provider) {
    FfiLoginProvider.Google -> LoginProvider.Google
    FfiLoginProvider.Facebook -> LoginProvider.Facebook
    FfiLoginProvider.Apple -> LoginProvider.Apple
    FfiLoginProvider.Amazon -> LoginProvider.Amazon
    is FfiLoginProvider.OpenId -> LoginProvider.OpenId(provider.v1)
    is FfiLoginProvider.Saml -> LoginProvider.Saml(provider.v1)
    is FfiLoginProvider.Developer -> LoginProvider.Developer(provider.v1)
}

internal class ForeignLoginToken(private val source: suspend () -> ProviderToken) : FfiLoginToken {
    override suspend fun token(): FfiProviderToken =
        foreign({ source().let { FfiProviderToken(it.token, it.identityId) } }, LoginTokenException::Failed)
}
