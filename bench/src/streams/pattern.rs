//! Patterns: text with `{placeholders}`, and `{one|of|these}`.

use std::collections::HashMap;
use std::rc::Rc;
use std::str::Chars;

use super::values::Value;

/// Text and what varies in it.
#[derive(Debug, Default)]
pub(super) struct Pattern(pub(super) Vec<Part>);

#[derive(Debug)]
pub(super) enum Part {
    Text(String),
    Value(Value),
    /// One of these; of a named set, the first ones are the commonest.
    OneOf {
        items: Rc<[Pattern]>,
        named: bool,
    },
    /// So many of a placeholder, with this between them.
    List {
        item: Box<Part>,
        least: usize,
        most: usize,
        between: String,
    },
}

impl Pattern {
    /// Whether it shows the level.
    pub(super) fn has_level(&self) -> bool {
        let level = |it: &Part| matches!(it, Part::Value(Value::Level { .. }));
        self.0.iter().any(level)
    }

    /// Its text, with a mark in place of each value.
    pub(super) fn constant(&self) -> String {
        let text = |it: &Part| match it {
            Part::Text(text) => text.clone(),
            _ => "\0".to_owned(),
        };
        self.0.iter().map(text).collect()
    }

    /// Whether it shows the fields.
    pub(super) fn has_fields(&self) -> bool {
        let fields = |it: &Part| matches!(it, Part::Value(Value::Fields));
        self.0.iter().any(fields)
    }
}

/// The sets that a file has defined.
#[derive(Default)]
pub(super) struct Names(HashMap<String, Rc<[Pattern]>>);

impl Names {
    /// Defines a set, or adds to it.
    pub(super) fn add<'a>(
        &mut self,
        name: &str,
        items: impl Iterator<Item = &'a str>,
    ) -> Result<(), String> {
        if Value::parse(name, true).is_some() {
            return Err(format!("{{{name}}} has a meaning already"));
        }
        let items: Result<Rc<[Pattern]>, String> = items.map(|it| self.parse(it.trim())).collect();
        match self.0.insert(name.to_owned(), items?) {
            Some(_) => Err(format!("{{{name}}} has a meaning already")),
            None => Ok(()),
        }
    }

    /// A message.
    pub(super) fn parse(&self, text: &str) -> Result<Pattern, String> {
        self.whole(text, false)
    }

    /// What stands around a message; it may have `{level}`, `{from}`, `{message}` and `{fields}`.
    pub(super) fn header(&self, text: &str) -> Result<Pattern, String> {
        self.whole(text, true)
    }

    fn whole(&self, text: &str, header: bool) -> Result<Pattern, String> {
        let mut chars = text.chars();
        let mut all = self.alternatives(&mut chars, header, false)?;
        Ok(all.pop().unwrap_or_default())
    }

    /// Up to the end, or within braces up to the closing one; `|` separates only there.
    fn alternatives(
        &self,
        chars: &mut Chars<'_>,
        header: bool,
        nested: bool,
    ) -> Result<Vec<Pattern>, String> {
        let mut all = vec![Pattern::default()];
        while let Some(c) = chars.next() {
            let c = match c {
                '{' => {
                    let part = self.placeholder(chars, header)?;
                    if let Some(last) = all.last_mut() {
                        last.0.push(part);
                    }
                    continue;
                }
                '}' if nested => return Ok(all),
                '}' => return Err("a brace that was not opened".to_owned()),
                '|' if nested => {
                    all.push(Pattern::default());
                    continue;
                }
                '\\' => match chars.next() {
                    Some('t') => '\t',
                    Some('e') => '\x1b',
                    Some(it @ ('\\' | '{' | '}' | '|')) => it,
                    other => return Err(format!("unknown escape \\{}", other.unwrap_or(' '))),
                },
                other => other,
            };
            match all.last_mut().map(|it| &mut it.0) {
                Some(parts) => match parts.last_mut() {
                    Some(Part::Text(text)) => text.push(c),
                    _ => parts.push(Part::Text(c.to_string())),
                },
                None => break,
            }
        }
        match nested {
            true => Err("a brace that is not closed".to_owned()),
            false => Ok(all),
        }
    }

    fn placeholder(&self, chars: &mut Chars<'_>, header: bool) -> Result<Part, String> {
        let items = self.alternatives(chars, header, true)?;
        match items.as_slice() {
            [Pattern(only)] => match only.as_slice() {
                [Part::Text(name)] => self
                    .named(name, header)
                    .ok_or_else(|| format!("unknown placeholder {{{name}}}")),
                _ => Err("braces need a name, or a choice of two".to_owned()),
            },
            _ => Ok(Part::OneOf {
                items: items.into(),
                named: false,
            }),
        }
    }

    fn named(&self, name: &str, header: bool) -> Option<Part> {
        if let Some(items) = self.0.get(name) {
            let items = Rc::clone(items);
            return Some(Part::OneOf { items, named: true });
        }
        if let Some(list) = name.strip_prefix("list:") {
            let (least, rest) = list.split_once("..")?;
            let (item, least) = least.rsplit_once(':')?;
            let (most, between) = rest.split_once(':').unwrap_or((rest, ", "));
            let (least, most) = (least.parse().ok()?, most.parse().ok()?);
            return (least <= most).then_some(Part::List {
                item: Box::new(self.named(item, header)?),
                least,
                most,
                between: between.to_owned(),
            });
        }
        Value::parse(name, header).map(Part::Value)
    }
}
