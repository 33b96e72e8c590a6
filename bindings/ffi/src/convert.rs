//! Values whose form differs between the languages.

use std::collections::{BTreeMap, HashMap};

use crate::error::PoolpassError;

/// A count that is not negative.
pub(crate) fn count<N: TryFrom<i64>>(value: i64, name: &str) -> Result<N, PoolpassError> {
    N::try_from(value).map_err(|_| PoolpassError::invalid_input(&format!("{name} is out of range: {value}")))
}

/// A count that may be left to Poolpass.
pub(crate) fn counts<N: TryFrom<i64>>(
    value: Option<impl Into<i64>>,
    name: &str,
) -> Result<Option<N>, PoolpassError> {
    value.map(|value| count(value.into(), name)).transpose()
}

/// A number of bytes or items as the languages count them: no object comes near the limit.
pub(crate) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(crate) fn hash_map<'a, K, V>(entries: impl IntoIterator<Item = (K, V)>) -> HashMap<String, String>
where
    K: Into<String> + 'a,
    V: Into<String> + 'a,
{
    entries.into_iter().map(|(name, value)| (name.into(), value.into())).collect()
}

pub(crate) fn cloned(entries: &BTreeMap<String, String>) -> HashMap<String, String> {
    hash_map(entries.clone())
}

/// Entry by entry: `collect` would sort them first, which takes a sort of its own for every type of value.
pub(crate) fn sorted<V: Into<W>, W>(entries: HashMap<String, V>) -> BTreeMap<String, W> {
    let mut sorted = BTreeMap::new();
    sorted.extend(entries.into_iter().map(|(name, value)| (name, value.into())));
    sorted
}

/// Pairs of borrowed texts, as the SDK takes them.
pub(crate) fn pairs(texts: &HashMap<String, String>) -> Vec<(&str, &str)> {
    texts.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}
