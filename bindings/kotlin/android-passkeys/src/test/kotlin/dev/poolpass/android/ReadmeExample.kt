package dev.poolpass.android

import android.app.Activity
import android.content.Intent
import android.os.Bundle
import dev.poolpass.AuthFactor
import dev.poolpass.Challenge
import dev.poolpass.Client
import dev.poolpass.IdentityProvider
import dev.poolpass.PoolpassException
import dev.poolpass.RedirectOptions
import dev.poolpass.User
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.launch

/** The README's examples of Android. A test holds the two together. */
internal class RedirectActivity : Activity() {
    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        val back = Intent(this, SignInActivity::class.java).setData(intent.data)
        startActivity(back.addFlags(Intent.FLAG_ACTIVITY_CLEAR_TOP or Intent.FLAG_ACTIVITY_SINGLE_TOP))
        finish()
    }
}

internal class SignInActivity : Activity() {
    private val client by lazy { Client("{}") }
    private val scope = CoroutineScope(Dispatchers.Main)

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        finishSignIn(intent)
    }

    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        if (!CustomTabsUserAgent.onNewIntent(intent)) finishSignIn(intent)
    }

    /** Android has ended the app while the browser was in front. */
    private fun finishSignIn(intent: Intent) {
        val url = intent.dataString ?: return
        scope.launch {
            try {
                client.handleRedirect(url)?.let { show(it.user) }
            } catch (failure: PoolpassException) {
                show(failure)
            }
        }
    }

    fun signIn() = scope.launch {
        val agent = CustomTabsUserAgent(this@SignInActivity) // the browser above the app
        val user = client.signInWithUserAgent(agent, "my-app://signed-in", RedirectOptions(provider = IdentityProvider.Google))
        show(user)
    }

    private fun show(user: User) = println(user)

    private fun show(failure: PoolpassException) = println(failure)
}

internal suspend fun readmeExampleOfPasskeys(client: Client, activity: Activity) {
    val authenticator = CredentialManagerAuthenticator(activity) // the screen lock, or a phone nearby
    client.account.registerPasskey(authenticator)

    var step = client.signInWithoutPassword("ada", preferred = AuthFactor.WebAuthn)
    if (step is Challenge.WebAuthn) step = step.answerWith(authenticator)
}
