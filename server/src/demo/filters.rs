//! The `filters` parameter of the Engine API: `{"key": ["a", "b"]}`, or the older
//! `{"key": {"a": true}}`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::refusal::Refusal;

/// Parsed filters: all keys must match, of one key any value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filters(BTreeMap<String, Vec<String>>);

impl Filters {
    /// Parses the parameter; none or an empty one lets everything pass.
    pub(crate) fn parse(text: Option<&str>) -> Result<Self, Refusal> {
        let Some(text) = text.filter(|t| !t.is_empty()) else {
            return Ok(Self::default());
        };
        let Ok(Value::Object(map)) = serde_json::from_str(text) else {
            return Err(Refusal::bad_request("invalid filter"));
        };
        let mut filters = BTreeMap::new();
        for (key, values) in map {
            let values = match values {
                Value::Array(list) => list
                    .into_iter()
                    .filter_map(|v| v.as_str().map(str::to_owned))
                    .collect(),
                Value::Object(set) => set.into_iter().map(|(value, _)| value).collect(),
                _ => return Err(Refusal::bad_request("invalid filter")),
            };
            filters.insert(key, values);
        }
        Ok(Self(filters))
    }

    /// True where the key is absent or one of its values matches.
    pub(crate) fn any(&self, key: &str, matches: impl Fn(&str) -> bool) -> bool {
        match self.0.get(key) {
            Some(values) if !values.is_empty() => values.iter().any(|v| matches(v)),
            _ => true,
        }
    }

    /// True where every `label` filter (`key` or `key=value`) is met; labels need all of them.
    pub(crate) fn labels<'a>(&self, label: impl Fn(&str) -> Option<&'a str>) -> bool {
        let Some(wanted) = self.0.get("label") else {
            return true;
        };
        wanted.iter().all(|want| match want.split_once('=') {
            Some((key, value)) => label(key) == Some(value),
            None => label(want).is_some(),
        })
    }

    /// Whether the key is used at all.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }
}
