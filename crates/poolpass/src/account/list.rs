//! Lists of what belongs to the signed-in person, in pages.

use std::fmt;

use futures_util::{TryStreamExt, stream};

use super::Account;
use crate::error::Error;
use crate::json::Object;
use crate::pagination::Pagination;
use crate::platform::BoxStream;
use crate::user_pool::Call;

/// A list of what belongs to the signed-in person, such as [`Account::passkeys`].
///
/// [`items`](Self::items) and [`pages`](Self::pages) fetch the pages one after the other, each when it is needed.
/// [`page`](Self::page) fetches one page, for apps that hand out pages themselves.
///
/// ```no_run
/// # async fn example(account: poolpass::Account) -> Result<(), poolpass::Error> {
/// use futures_util::TryStreamExt;
///
/// let mut passkeys = account.passkeys().items();
/// while let Some(passkey) = passkeys.try_next().await? {
///     println!("{} {}", passkey.friendly_name, passkey.credential_id);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is sent until items, pages or page is called"]
pub struct AccountList<T: 'static> {
    account: Account,
    source: &'static Source<T>,
    options: AccountListOptions,
}

/// Settings for a list of what belongs to the signed-in person. Default: everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountListOptions {
    /// The maximum number of entries in a page. Default: AWS's. The limit is the operation's.
    pub page_size: Option<u32>,
    /// Continues after an earlier page, with that page's [`next_token`](AccountPage::next_token).
    pub next_token: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccountPage<T> {
    /// The entries.
    pub items: Vec<T>,
    /// The token for the next page, as [`AccountListOptions::next_token`]. `None` on the last page.
    pub next_token: Option<String>,
}

/// Where a list comes from, in AWS's names.
pub(super) struct Source<T> {
    pub(super) operation: &'static str,
    /// The member of the answer that has the entries.
    pub(super) items: &'static str,
    /// The member that has the token, in requests and in answers.
    pub(super) token: &'static str,
    /// The member that limits a page, and the highest limit. `None` for an operation that has no such member.
    pub(super) page_size: Option<(&'static str, u32)>,
    pub(super) read: fn(Object) -> Result<T, Error>,
}

impl<T> AccountList<T> {
    pub(super) fn new(account: &Account, source: &'static Source<T>) -> Self {
        Self { account: account.clone(), source, options: AccountListOptions::default() }
    }

    /// Sets all options at once.
    pub fn options(mut self, options: AccountListOptions) -> Self {
        self.options = options;
        self
    }

    /// Sets the maximum number of entries in a page. Default: AWS's. The limit is the operation's.
    pub fn page_size(mut self, entries: u32) -> Self {
        self.options.page_size = Some(entries);
        self
    }

    /// Continues after an earlier page, with that page's [`next_token`](AccountPage::next_token).
    pub fn next_token(mut self, token: impl Into<String>) -> Self {
        self.options.next_token = Some(token.into());
        self
    }

    /// Fetches one page.
    ///
    /// Takes at most 60 seconds, and the time to get the [access token](crate::Client::access_token).
    ///
    /// # Errors
    ///
    /// `SignedOut`, `SessionEnded`. `InvalidInput` for a page size that the operation does not take.
    pub async fn page(self) -> Result<AccountPage<T>, Error> {
        self.fetch().await
    }

    async fn fetch(&self) -> Result<AccountPage<T>, Error> {
        let source = self.source;
        let input = input(source.page_size, source.token, &self.options)?;
        let mut answer = self.account.signed_in(Call::list(source.operation, input)).await?;
        let items = answer.objects(source.items)?.into_iter().map(source.read).collect::<Result<_, _>>();
        let items = items.map_err(|error| error.during(source.operation))?;
        let next_token = answer.maybe_text(source.token)?.filter(|token| !token.is_empty());
        Ok(AccountPage { items, next_token })
    }
}

impl<T: crate::platform::MaybeSend> AccountList<T> {
    /// The entries of all pages.
    pub fn items(self) -> BoxStream<'static, Result<T, Error>> {
        let items = |page: AccountPage<T>| stream::iter(page.items.into_iter().map(Ok));
        Box::pin(self.pages().map_ok(items).try_flatten())
    }

    /// All pages, each fetched when it is needed.
    pub fn pages(self) -> BoxStream<'static, Result<AccountPage<T>, Error>> {
        let seen = Pagination::starting_at(self.options.next_token.as_deref());
        let pages = stream::try_unfold(Some((self, seen)), |rest| async move {
            let Some((mut list, mut seen)) = rest else { return Ok(None) };
            let page = list.fetch().await?;
            if let Some(next) = &page.next_token {
                let seen = seen.go_on(next.as_str(), page.items.is_empty());
                seen.map_err(|error| error.during(list.source.operation))?;
            }
            list.options.next_token.clone_from(&page.next_token);
            let rest = page.next_token.is_some().then_some((list, seen));
            Ok(Some((page, rest)))
        });
        Box::pin(pages)
    }
}

fn input(
    page_size: Option<(&'static str, u32)>,
    token: &'static str,
    options: &AccountListOptions,
) -> Result<Object, Error> {
    let mut input = Object::new().maybe(token, options.next_token.as_deref());
    match (options.page_size, page_size) {
        (None, _) => {}
        (Some(size), Some((member, limit))) if (1..=limit).contains(&size) => {
            input = input.with(member, size);
        }
        (Some(_), Some(_)) => return Err(Error::invalid_input("the page size is 0 or above AWS's limit")),
        (Some(_), None) => return Err(Error::invalid_input("this list takes no page size")),
    }
    Ok(input)
}

impl<T> Clone for AccountList<T> {
    fn clone(&self) -> Self {
        Self { account: self.account.clone(), source: self.source, options: self.options.clone() }
    }
}

impl<T> fmt::Debug for AccountList<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountList").field("operation", &self.source.operation).finish_non_exhaustive()
    }
}
