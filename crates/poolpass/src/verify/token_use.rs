//! The kind of a token.

/// The kind of a token: its claim `token_use`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenUse {
    /// An ID token says who the person is. Identity pools take it.
    Id,
    /// An access token says what its bearer may do. APIs take it.
    Access,
}

impl TokenUse {
    /// The value of the claim: `id` or `access`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Access => "access",
        }
    }
}
