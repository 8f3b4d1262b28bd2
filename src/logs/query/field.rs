//! Fields of structured lines. They are read only of lines that hold the name, and the value.

use super::columns::Columns;
use super::evaluate::{strip, with_byte, with_text};
use super::phrase::Phrase;
use super::plan::Check;
use super::rows::Rows;
use super::{Comparison, FieldTest, Quantity};
use crate::logs::fields::{self, Value};

/// A field to compare.
pub(super) struct Field {
    key: String,
    /// What the line holds if it has the field, but for escapes: the last part of its name.
    name: Phrase,
    comparison: Comparison,
    /// To be found in the value, or equal to it; `None` for any value and for numbers.
    value: Option<Phrase>,
    /// To compare the value with.
    number: Option<Quantity>,
}

impl Field {
    pub(super) fn new(test: &FieldTest) -> Self {
        let name = test.key.rsplit('.').next().unwrap_or_default();
        let any = match test.comparison {
            Comparison::Is => test.value == "*",
            // Each value holds nothing.
            Comparison::Holds => test.value.is_empty(),
            _ => false,
        };
        let order = test.comparison.is_order();
        Self {
            name: Phrase::new(name),
            key: test.key.clone(),
            comparison: test.comparison,
            value: (!any && !order).then(|| Phrase::new(&test.value)),
            number: match order {
                true => Quantity::parse(&test.value),
                false => None,
            },
        }
    }

    /// Whether a line without escape sequences has such a field.
    fn holds(&self, line: &str) -> bool {
        let Some(value) = field(line, &self.key) else {
            return false;
        };
        let text = value.text();
        if let Some(asked) = self.number {
            let pair = Quantity::parse(&text).and_then(|it| it.comparable(asked));
            return pair.is_some_and(|(value, asked)| match self.comparison {
                Comparison::Above => value > asked,
                Comparison::AtLeast => value >= asked,
                Comparison::Below => value < asked,
                _ => value <= asked,
            });
        }
        match (&self.value, self.comparison) {
            (None, _) => true,
            (Some(asked), Comparison::Is) => asked.is(&text),
            (Some(asked), Comparison::IsNot) => !asked.is(&text),
            (Some(asked), _) => asked.is_in(&text),
        }
    }
}

impl Check for Field {
    fn narrow(&self, columns: &Columns<'_>, rows: &mut Rows) {
        // An escape may stand for anything.
        let mut strange = with_byte(b'\\', columns, rows);
        strange.add(&with_byte(0x1b, columns, rows));
        let mut sure = rows.clone();
        sure.remove(&strange);
        with_text(&self.name, columns, &mut sure);
        if let Some(value) = &self.value
            && value.anchor().is_some()
            && self.comparison != Comparison::IsNot
        {
            with_text(value, columns, &mut sure);
        }
        sure.add(&strange);
        let mut stripped = String::new();
        sure.retain(&mut |row| self.holds(strip(columns.line(row), &mut stripped)));
        *rows = sure;
    }

    fn cost(&self) -> u8 {
        4
    }

    fn work(&self) -> usize {
        10
    }
}

/// Deepest member of an object that is found.
const MAX_DEPTH: usize = 8;

/// The field of this name, of a line without escape sequences; `a.b.c.d` also where it is a member of an
/// object in an object in an object.
pub(in crate::logs) fn field<'a>(line: &'a str, key: &str) -> Option<Value<'a>> {
    let (mut text, mut rest) = (line, key);
    for _ in 0..MAX_DEPTH {
        let found = fields::parse(text)?;
        if let Some(value) = found.get(rest) {
            return Some(value);
        }
        // An object in an object is one value, as it was written.
        let outer = rest.match_indices('.').nth(1)?.0;
        let value = found.get(&rest[..outer])?;
        let inside = value.raw().starts_with('{') && !value.is_quoted();
        (text, rest) = (inside.then_some(value.raw())?, &rest[outer + 1..]);
    }
    None
}
