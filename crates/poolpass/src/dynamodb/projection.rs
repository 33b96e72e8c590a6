//! The attributes that a read returns.

use super::expression::Piece;
use super::{Attribute, Expression};

#[derive(Clone, Debug)]
pub(super) struct Projection(Vec<Piece>);

impl Projection {
    /// `None` if there are no attributes, which means all of them.
    pub(super) fn of<A: Into<Attribute>>(attributes: impl IntoIterator<Item = A>) -> Option<Self> {
        let mut pieces = Vec::new();
        for attribute in attributes {
            if !pieces.is_empty() {
                pieces.push(Piece::text(", "));
            }
            pieces.extend(attribute.into().into_pieces());
        }
        (!pieces.is_empty()).then_some(Self(pieces))
    }

    pub(super) fn into_pieces(self) -> Vec<Piece> {
        self.0
    }
}

impl From<Expression> for Projection {
    fn from(expression: Expression) -> Self {
        Self(vec![Piece::Plain(expression)])
    }
}
