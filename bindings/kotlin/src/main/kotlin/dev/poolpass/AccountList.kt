package dev.poolpass

import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow

/**
 * A page of a list.
 *
 * @property items the entries.
 * @property nextToken the token for the next page. Null on the last page.
 */
data class AccountPage<T>(val items: List<T>, val nextToken: String?)

/** A list of what belongs to the signed-in person, such as [Account.passkeys]. */
class AccountList<T> internal constructor(
    private val nextToken: String?,
    private val fetch: suspend (String?) -> AccountPage<T>,
) {
    /** The entries of all pages. */
    fun items(): Flow<T> = flow {
        pages().collect { page -> page.items.forEach { emit(it) } }
    }

    /** All pages, each fetched when it is needed. */
    fun pages(): Flow<AccountPage<T>> = flow {
        var page = page()
        emit(page)
        while (true) {
            page = fetch(page.nextToken ?: break)
            emit(page)
        }
    }

    /** Fetches one page. */
    suspend fun page(): AccountPage<T> = fetch(nextToken)

    override fun toString(): String = "AccountList"
}
