//! Logs of real programs' kind, made from descriptions: one small text file for each program says
//! how its lines begin and which messages it has, and each line that is made of it knows its true
//! template. docs/analytics.md describes the format.

mod clock;
mod pattern;
mod values;
mod vocabulary;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::rc::Rc;

use sidekick::time::Nanos;

use crate::lines::Log;
use crate::rng::Rng;
use pattern::{Names, Pattern};
use values::Context;

/// A program, as its file describes it.
#[derive(Debug)]
pub struct Stream {
    name: String,
    rows: Vec<Row>,
}

/// One true template.
#[derive(Debug)]
struct Row {
    when: When,
    level: String,
    /// Who says it: a logger, a place in the source, a program.
    from: Rc<Pattern>,
    /// How the line begins and ends.
    line: Rc<Pattern>,
    message: Pattern,
    /// What a structured logger writes beside the message.
    fields: Pattern,
    /// Its number; rows that go on an event share it where they say the same.
    template: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    /// Now and then: how often, beside the others.
    Weight(usize),
    /// Once, at the start.
    Once,
    /// So many times behind each line of the row before it, without a header.
    Behind(usize, usize),
}

impl Stream {
    /// Reads a description.
    ///
    /// # Errors
    ///
    /// A sentence that begins with the number of the wrong line.
    pub fn parse(name: &str, text: &str) -> Result<Self, String> {
        let mut reader = Reader::default();
        for (at, line) in text.lines().enumerate() {
            reader
                .read(line)
                .map_err(|error| format!("{}: {error}", at + 1))?;
        }
        if !reader
            .rows
            .iter()
            .any(|it| matches!(it.when, When::Weight(n) if n > 0))
        {
            return Err("1: no row has a weight".to_owned());
        }
        Ok(Self {
            name: name.to_owned(),
            rows: reader.rows,
        })
    }

    /// A log of `count` lines, twice: only the messages, and whole lines. They are named
    /// `stream-NAME.message` and `.raw`.
    #[must_use]
    pub fn generate(&self, count: usize, seed: u64) -> (Log, Log) {
        let log = |kind: &str| Log {
            name: format!("stream-{}.{kind}", self.name),
            ..Log::default()
        };
        let mut maker = Maker {
            // Streams have nothing in common but the seed.
            context: Context::new(Rng::new(seed ^ fnv(&self.name))),
            messages: log("message"),
            raw: log("raw"),
        };
        let mut total = 0;
        for (at, row) in self.rows.iter().enumerate() {
            match row.when {
                When::Once => maker.event(&self.rows, at),
                When::Weight(weight) => total += weight,
                When::Behind(..) => {}
            }
        }
        while maker.raw.lines.len() < count {
            let mut drawn = maker.context.rng.below(total);
            let chosen = self.rows.iter().position(|row| match row.when {
                When::Weight(weight) if drawn < weight => true,
                When::Weight(weight) => {
                    drawn -= weight;
                    false
                }
                _ => false,
            });
            maker.event(&self.rows, chosen.unwrap_or_default());
        }
        for log in [&mut maker.messages, &mut maker.raw] {
            log.lines.truncate(count);
            log.truth.truncate(count);
        }
        (maker.messages, maker.raw)
    }
}

/// FNV-1a.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

struct Maker {
    context: Context,
    messages: Log,
    raw: Log,
}

impl Maker {
    /// The row at `at` and those that go on it.
    fn event(&mut self, rows: &[Row], at: usize) {
        let Some((first, rest)) = rows.get(at..).and_then(<[Row]>::split_first) else {
            return;
        };
        let context = &mut self.context;
        context.next_line(first.template, &first.level);
        context.message = context.text(&first.message);
        context.fields = context.text(&first.fields);
        context.from = context.text(&first.from);
        let line = context.text(&first.line);
        let message = std::mem::take(&mut context.message);
        self.push(message, line, first.template);
        for row in rest {
            let When::Behind(least, most) = row.when else {
                break;
            };
            for _ in 0..least + self.context.rng.below(most - least + 1) {
                let text = self.context.text(&row.message);
                self.push(text.clone(), text, row.template);
            }
        }
    }

    fn push(&mut self, message: String, line: String, template: u32) {
        self.messages.lines.push(message);
        self.raw.lines.push(line);
        self.messages.truth.push(template);
        self.raw.truth.push(template);
    }
}

/// What was read of a file so far.
#[derive(Default)]
struct Reader {
    names: Names,
    from: Rc<Pattern>,
    line: Option<Rc<Pattern>>,
    rows: Vec<Row>,
    /// Templates by whether they go on an event, and what is constant in them.
    templates: HashMap<(bool, String), u32>,
}

impl Reader {
    fn read(&mut self, line: &str) -> Result<(), String> {
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        let (word, rest) = line.split_once(' ').ok_or("a row of one word")?;
        match word {
            "line" => self.line = Some(Rc::new(self.names.header(rest)?)),
            "from" => self.from = Rc::new(self.names.parse(rest)?),
            "words" => {
                let (name, words) = rest.split_once(' ').ok_or("words without a word")?;
                self.names.add(name, words.split_whitespace())?;
            }
            "set" => {
                let (name, items) = rest.split_once(' ').ok_or("a set of nothing")?;
                self.names.add(name, items.split(" | "))?;
            }
            when => self.row(When::parse(when)?, rest)?,
        }
        Ok(())
    }

    fn row(&mut self, when: When, rest: &str) -> Result<(), String> {
        let behind = matches!(when, When::Behind(..));
        if behind && self.rows.is_empty() {
            return Err("there is no event to go on".to_owned());
        }
        let (level, rest) = match rest.split_once(' ') {
            _ if behind => ("-", rest),
            Some(it) => it,
            None => return Err("a row without a message".to_owned()),
        };
        let (text, fields) = rest.split_once(" ;; ").unwrap_or((rest, ""));
        let line = match &self.line {
            Some(line) => Rc::clone(line),
            None => Rc::new(self.names.header("{message}")?),
        };
        if !behind && (level == "-") == line.has_level() {
            return Err("a level, and a line that has none; or the other way round".to_owned());
        }
        if !fields.is_empty() && !line.has_fields() {
            return Err("fields, and a line that has none".to_owned());
        }
        let message = self.names.parse(text)?;
        let next = self.templates.len() as u32;
        let template = match self.templates.entry((behind, message.constant())) {
            Entry::Occupied(_) if !behind => {
                return Err("an earlier row differs in nothing but variables".to_owned());
            }
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(place) => *place.insert(next),
        };
        self.rows.push(Row {
            when,
            level: level.to_owned(),
            from: Rc::clone(&self.from),
            line,
            message,
            fields: self.names.parse(fields)?,
            template,
        });
        Ok(())
    }
}

impl When {
    fn parse(word: &str) -> Result<Self, String> {
        let number = |text: &str| text.parse::<usize>().ok();
        let parsed = match word.strip_prefix('+') {
            Some("") => Some(Self::Behind(1, 1)),
            Some(range) => range.split_once("..").and_then(|(least, most)| {
                let (least, most) = (number(least)?, number(most)?);
                (least <= most).then_some(Self::Behind(least, most))
            }),
            None if word == "once" => Some(Self::Once),
            None => number(word).filter(|it| *it > 0).map(Self::Weight),
        };
        parsed.ok_or_else(|| format!("{word:?} is no weight, `once`, `+` or `+A..B`"))
    }
}

/// The lines of the logs one by one in turns, as if all wrote into one.
#[must_use]
pub fn interleaved(name: &str, logs: &[Log]) -> Log {
    let mut all = Log {
        name: name.to_owned(),
        ..Log::default()
    };
    let longest = logs.iter().map(|log| log.lines.len()).max().unwrap_or(0);
    for i in 0..longest {
        for (number, log) in logs.iter().enumerate() {
            if let (Some(line), Some(&truth)) = (log.lines.get(i), log.truth.get(i)) {
                all.lines.push(line.clone());
                all.truth.push(((number as u32) << 20) + truth);
            }
        }
    }
    all
}

/// When the first line of a stream was written: 2026-03-14 06:25:01 UTC.
const START: Nanos = Nanos(1_773_469_501_000_000_000);

#[cfg(test)]
mod tests {
    use super::*;

    const SHOP: &str = "\
# A shop.
line {time:%H:%M:%S} {level:<5} [{from}] {message}{fields}
words item apple pear plum
set reason no stock | {int:3..3} left | bad card
from shop.Cart
once INFO Starting shop
9 INFO Added {item} to cart {hex:4}{| for {user}}
+1..2 \\tat {item}
1 WARN Refused: {reason} ;;  code={list:item:2..2:/}
from shop.Stock
3 ERROR Lost \\{{item}\\}|x
+ \\tat {item}
";

    fn error(text: &str) -> String {
        Stream::parse("x", text).map(|_| ()).unwrap_err()
    }

    #[test]
    fn rows_become_lines_that_know_their_template() {
        let (messages, raw) = Stream::parse("shop", SHOP).unwrap().generate(500, 1);
        assert_eq!((messages.lines.len(), raw.lines.len()), (500, 500));
        assert_eq!(raw.lines[0], "06:25:01 INFO  [shop.Cart] Starting shop");
        assert_eq!(messages.lines[0], "Starting shop");
        assert_eq!(messages.truth, raw.truth);
        let of = |template: u32| {
            let lines = raw.lines.iter().zip(&raw.truth);
            lines
                .filter(move |it| *it.1 == template)
                .map(|it| it.0.as_str())
        };
        assert_eq!(of(0).count(), 1);
        assert!(of(1).all(|it| it.contains(" INFO  [shop.Cart] Added ")));
        assert!(of(1).any(|it| it.contains(" for ")) && of(1).any(|it| !it.contains(" for ")));
        // The same step of a stack behind two events is one template.
        assert!(of(2).count() > of(1).count() && of(2).all(|it| it.starts_with("\tat ")));
        assert!(of(3).any(|it| it.contains("Refused: 3 left code=")));
        assert!(of(4).all(|it| it.contains("ERROR [shop.Stock] Lost {") && it.ends_with("}|x")));
        assert_eq!(of(5).count(), 0);
    }

    #[test]
    fn a_seed_and_a_name_mean_the_same_lines() {
        let lines = |name, seed| {
            Stream::parse(name, SHOP)
                .unwrap()
                .generate(50, seed)
                .1
                .lines
        };
        assert_eq!(lines("a", 1), lines("a", 1));
        assert_ne!(lines("a", 1), lines("a", 2));
        assert_ne!(lines("a", 1), lines("b", 1));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, expected) in [
            ("1 - hello {wrld}", "1: unknown placeholder {wrld}"),
            ("\n1 - a {int:5}", "2: unknown placeholder {int:5}"),
            ("1 - a {b", "1: a brace that is not closed"),
            ("1 - a }", "1: a brace that was not opened"),
            ("1 - a \\q", "1: unknown escape \\q"),
            ("x - a", "1: \"x\" is no weight, `once`, `+` or `+A..B`"),
            (
                "+2..1 a",
                "1: \"+2..1\" is no weight, `once`, `+` or `+A..B`",
            ),
            ("+ a", "1: there is no event to go on"),
            ("1 -", "1: a row without a message"),
            ("1 - {level}", "1: unknown placeholder {level}"),
            (
                "1 INFO a",
                "1: a level, and a line that has none; or the other way round",
            ),
            ("1 - a ;; b=1", "1: fields, and a line that has none"),
            (
                "1 - a {word}\n2 - a {x|y}",
                "2: an earlier row differs in nothing but variables",
            ),
            ("words int a", "1: {int} has a meaning already"),
            ("once - a", "1: no row has a weight"),
        ] {
            assert_eq!(error(text), expected, "{text}");
        }
    }

    #[test]
    fn interleaved_streams_keep_their_templates_apart() {
        let log = |truth: &[u32]| Log {
            lines: truth.iter().map(u32::to_string).collect(),
            truth: truth.to_vec(),
            ..Log::default()
        };
        let all = interleaved("all", &[log(&[1, 2]), log(&[1])]);
        assert_eq!(all.lines, ["1", "1", "2"]);
        assert_eq!(all.truth, [1, (1 << 20) + 1, 2]);
    }
}
