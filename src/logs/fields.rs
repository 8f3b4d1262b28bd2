//! Structured lines as fields: JSON objects, logfmt, and `key=value` among words.
//!
//! A line is not parsed into a tree: [`parse`] looks at its beginning, and [`Fields::iter`] walks
//! it and lends out its parts. Nothing is allocated but by [`Value::text`] where a text holds
//! escapes. What is no longer JSON ends the walk, so that an object which was cut in the middle
//! still gives the fields before the cut.
//!
//! Members of an object in an object are fields of their own, with both names joined by a dot
//! (`log.level`); what lies deeper is one value as it was written. No line gives more than
//! [`MAX_FIELDS`].

mod json;
mod message;
mod names;
mod pairs;
mod value;

use std::borrow::Cow;

use super::envelope::Envelope;

pub use message::{MessagePlace, message_place};
pub use value::Value;
pub(super) use value::unescape_into;

/// Most fields of one line; further ones are not found.
pub const MAX_FIELDS: usize = 256;

/// How the fields of a line are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A JSON object.
    Json,
    /// `key=value` from the start on, at least two.
    Logfmt,
    /// Words, with `key=value` among them.
    Text,
}

/// The fields of one line, which it borrows.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a> {
    form: Form,
    text: &'a str,
}

/// The name of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key<'a> {
    /// Name of the object that holds the field, as it was written.
    outer: Option<&'a str>,
    /// Its own name, as it was written.
    name: &'a str,
}

/// One field of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// Its name.
    pub key: Key<'a>,
    /// Its value.
    pub value: Value<'a>,
}

/// Finds the fields of a line without escape sequences. A prefix of Kubernetes or of
/// `docker logs --timestamps` is passed over; a line of a Docker JSON file is a JSON object like
/// any other, whose message is the program's line. `None` where there is no field.
#[must_use]
pub fn parse(line: &str) -> Option<Fields<'_>> {
    let text = Envelope::of_prefix(line).map_or(line, |envelope| envelope.text);
    let text = text.trim_ascii();
    let form = if text.starts_with('{') {
        json::is_object(text).then_some(Form::Json)?
    } else {
        pairs::form(text)?
    };
    Some(Fields { form, text })
}

/// The members of a JSON object, which `text` begins with.
pub(super) fn members(text: &str) -> impl Iterator<Item = Field<'_>> {
    json::Members::new(text)
}

impl<'a> Fields<'a> {
    /// How they are written.
    #[must_use]
    pub fn form(&self) -> Form {
        self.form
    }

    /// The fields in the order of the line.
    pub fn iter(&self) -> impl Iterator<Item = Field<'a>> + use<'a> {
        let (json, pairs) = match self.form {
            Form::Json => (Some(json::Members::new(self.text)), None),
            Form::Logfmt | Form::Text => (None, Some(pairs::Pairs::new(self.text))),
        };
        let members = json.into_iter().flatten();
        members.chain(pairs.into_iter().flatten()).take(MAX_FIELDS)
    }

    /// The value of the first field of this name, ASCII letter case aside; `outer.inner` for a
    /// member of an object in the object.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Value<'a>> {
        self.iter().find(|it| it.key.is(name)).map(|it| it.value)
    }

    /// What the program says: the value of `msg`, `message` and the like; in words with pairs
    /// among them the whole line.
    #[must_use]
    pub fn message(&self) -> Option<Value<'a>> {
        match self.form {
            Form::Text => Some(Value::bare(self.text)),
            _ => self.best(names::MESSAGE),
        }
    }

    /// How bad it is in the program's own word or number: `level`, `severity` and the like.
    #[must_use]
    pub fn level(&self) -> Option<Value<'a>> {
        self.best(names::LEVEL)
    }

    /// When it was, as the program wrote it: `time`, `ts` and the like.
    #[must_use]
    pub fn time(&self) -> Option<Value<'a>> {
        self.best(names::TIME)
    }

    /// The fields that are neither message nor level nor time, in the order of the line.
    pub fn rest(&self) -> impl Iterator<Item = Field<'a>> + use<'a> {
        let known = [names::MESSAGE, names::LEVEL, names::TIME].map(|it| self.best_field(it));
        self.iter().filter(move |it| !known.contains(&Some(*it)))
    }

    fn best(&self, names: &[&str]) -> Option<Value<'a>> {
        self.best_field(names).map(|it| it.value)
    }

    /// The field whose name comes first in a list of names.
    fn best_field(&self, names: &[&str]) -> Option<Field<'a>> {
        let mut best = None;
        let mut rank = names.len();
        for field in self.iter() {
            if let Some(at) = names[..rank].iter().position(|name| field.key.is(name)) {
                (best, rank) = (Some(field), at);
            }
        }
        best
    }
}

impl<'a> Key<'a> {
    /// The name of a field of the object itself, as it was written.
    pub(super) fn plain(&self) -> Option<&'a str> {
        self.outer.is_none().then_some(self.name)
    }

    /// The name of the object's own member that the field is, or is in, as it was written.
    pub(super) fn top(&self) -> &'a str {
        self.outer.unwrap_or(self.name)
    }

    /// The whole name, `outer.inner` for a member of an object in the object.
    #[must_use]
    pub fn name(&self) -> Cow<'a, str> {
        let own = value::unescape(self.name);
        match self.outer {
            None => own,
            Some(outer) => Cow::Owned([&value::unescape(outer), ".", &own].concat()),
        }
    }

    /// The name of the object that holds the field, if it is in one, and its own name.
    #[must_use]
    pub fn parts(&self) -> (Option<Cow<'a, str>>, Cow<'a, str>) {
        (self.outer.map(value::unescape), value::unescape(self.name))
    }

    /// Whether this is its whole name, ASCII letter case aside.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        let own = value::unescape(self.name);
        let Some(outer) = self.outer else {
            return own.eq_ignore_ascii_case(name);
        };
        let outer = value::unescape(outer);
        let (name, at) = (name.as_bytes(), outer.len());
        name.len() == at + 1 + own.len()
            && name[at] == b'.'
            && name[..at].eq_ignore_ascii_case(outer.as_bytes())
            && name[at + 1..].eq_ignore_ascii_case(own.as_bytes())
    }
}

#[cfg(test)]
mod tests;
