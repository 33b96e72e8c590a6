//! Listings in pages: a server's next page is followed only while it leads to new places.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::error::Error;

/// The progress of a listing from page to page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pagination {
    /// The hashes of the places where pages began.
    seen: BTreeSet<u64>,
    empty_pages: u32,
}

impl Pagination {
    /// A service may skip entries that are not shown, such as deleted versions, but never so many.
    const MAX_EMPTY_PAGES: u32 = 1000;

    /// Starts a listing at `start`, or at the beginning.
    pub(crate) fn starting_at(start: Option<&(impl Hash + ?Sized)>) -> Self {
        let mut pagination = Self::default();
        if let Some(start) = start {
            pagination.seen.insert(hash(start));
        }
        pagination
    }

    /// Records where the next page begins, and whether this page had entries.
    ///
    /// # Errors
    ///
    /// Kind `InvalidResponse` when a page has begun there before, or when too many pages in a row were empty: such a listing
    /// might never end.
    pub(crate) fn go_on(&mut self, next: &(impl Hash + ?Sized), page_is_empty: bool) -> Result<(), Error> {
        if !self.seen.insert(hash(next)) {
            return Err(Error::invalid_response(
                "the listing goes in a circle: the server names a next page that was there before",
            ));
        }
        self.empty_pages = if page_is_empty { self.empty_pages + 1 } else { 0 };
        if self.empty_pages > Self::MAX_EMPTY_PAGES {
            return Err(Error::invalid_response(
                "the listing does not get on: the server sends empty pages only",
            ));
        }
        Ok(())
    }
}

#[cfg(any(feature = "s3", feature = "dynamodb"))]
/// The error of a listing that has not ended and does not say where it continues.
pub(crate) fn without_next_page() -> Error {
    Error::invalid_response("the listing goes on, but the server does not say where")
}

fn hash(place: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    place.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_was_there_before_is_an_error() {
        let mut pages = Pagination::starting_at(Some("start"));
        assert!(pages.go_on("a", false).is_ok());
        assert!(pages.go_on("b", false).is_ok());
        for before in ["start", "a", "b"] {
            assert!(pages.clone().go_on(before, false).is_err(), "{before}");
        }
        assert!(pages.go_on("c", false).is_ok());
    }

    #[test]
    fn empty_pages_end_somewhere() {
        let mut pages = Pagination::default();
        let limit = Pagination::MAX_EMPTY_PAGES;
        for page in 0..limit {
            pages.go_on(&page, true).unwrap();
        }
        assert!(pages.clone().go_on("one more", true).is_err());
        pages.go_on("something", false).unwrap();
        assert!(pages.go_on("empty again", true).is_ok());
    }
}
