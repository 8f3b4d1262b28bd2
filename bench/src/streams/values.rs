//! Values of the kinds that programs print.

use std::fmt::Write as _;

use sidekick::time::Nanos;

use super::START;
use super::clock::time;
use super::pattern::{Part, Pattern};
use super::vocabulary::{HOSTS, STATEMENTS, TEXTS, USERS, WORDS};
use crate::rng::Rng;

/// A kind of value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// Of the line, padded with spaces to a width, on its left or right.
    Level {
        width: usize,
        right: bool,
    },
    From,
    Message(Quotes),
    Fields,
    /// A number that belongs to the template, as a line of the source does.
    Source,
    /// The number of the line.
    Sequence,
    /// When the line was written; `%` and a letter as in strftime, `%3 %6 %9` digits of a second.
    Time(String),
    /// Even between bounds.
    Int(i64, i64),
    /// Between bounds, small ones more often.
    Log(u64, u64),
    Float(f64, f64, usize),
    /// Hexadecimal digits.
    Hex(usize),
    /// Letters and digits.
    Id(usize),
    Uuid,
    Ip,
    Ip6,
    Mac,
    /// A word out of a list.
    Of(&'static str),
    /// What a program says of a failure, a few words out of a list.
    Text,
    Host,
    Email,
    File,
    Path,
    Url,
    Class,
    Sql,
    Version,
    Date,
    /// As Go prints it.
    Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quotes {
    None,
    /// `"` and `\` are escaped.
    Json,
    /// As in JSON, in quotes, where it is not one word.
    Logfmt,
}

impl Value {
    /// What a placeholder means; `header` allows those of the line.
    pub(super) fn parse(placeholder: &str, header: bool) -> Option<Self> {
        let (name, argument) = match placeholder.split_once(':') {
            Some((name, argument)) => (name, Some(argument)),
            None => (placeholder, None),
        };
        let length = |default: Option<usize>| match argument {
            Some(it) => it.parse().ok(),
            None => default,
        };
        fn range<T: std::str::FromStr + PartialOrd>(text: &str) -> Option<(T, T)> {
            let (least, most) = text.split_once("..")?;
            let (least, most) = (least.parse().ok()?, most.parse().ok()?);
            (least <= most).then_some((least, most))
        }
        Some(match (name, argument) {
            ("level", None) if header => Self::Level {
                width: 0,
                right: false,
            },
            ("level", Some(it)) if header => Self::Level {
                width: it.get(1..)?.parse().ok()?,
                right: it.starts_with('>'),
            },
            ("from", None) if header => Self::From,
            ("message", None) if header => Self::Message(Quotes::None),
            ("message", Some("json")) if header => Self::Message(Quotes::Json),
            ("message", Some("logfmt")) if header => Self::Message(Quotes::Logfmt),
            ("fields", None) if header => Self::Fields,
            ("source", None) => Self::Source,
            ("sequence", None) => Self::Sequence,
            ("time", Some(it)) => Self::Time(it.to_owned()),
            ("int", None) => Self::Log(0, 1_000_000),
            ("int", Some(it)) => range(it).map(|(a, b)| Self::Int(a, b))?,
            ("log", Some(it)) => range(it).map(|(a, b)| Self::Log(a, b))?,
            ("float", Some(it)) => {
                let (bounds, decimals) = it.rsplit_once(':')?;
                let (least, most) = range(bounds)?;
                Self::Float(least, most, decimals.parse().ok()?)
            }
            ("hex", _) => Self::Hex(length(Some(8))?),
            ("id", _) => Self::Id(length(Some(8))?),
            (_, Some(_)) => return None,
            ("port", None) => Self::Int(1024, 65_535),
            ("uuid", None) => Self::Uuid,
            ("ip", None) => Self::Ip,
            ("ip6", None) => Self::Ip6,
            ("mac", None) => Self::Mac,
            ("word", None) => Self::Of(WORDS),
            ("user", None) => Self::Of(USERS),
            ("hostname", None) => Self::Of(HOSTS),
            ("text", None) => Self::Text,
            ("host", None) => Self::Host,
            ("email", None) => Self::Email,
            ("file", None) => Self::File,
            ("path", None) => Self::Path,
            ("url", None) => Self::Url,
            ("class", None) => Self::Class,
            ("sql", None) => Self::Sql,
            ("version", None) => Self::Version,
            ("date", None) => Self::Date,
            ("duration", None) => Self::Duration,
            _ => return None,
        })
    }
}

/// What the values of a line are made of.
pub(super) struct Context {
    pub(super) rng: Rng,
    pub(super) message: String,
    pub(super) fields: String,
    pub(super) from: String,
    level: String,
    template: u32,
    sequence: u64,
    time: Nanos,
}

impl Context {
    pub(super) fn new(rng: Rng) -> Self {
        Self {
            rng,
            message: String::new(),
            fields: String::new(),
            from: String::new(),
            level: String::new(),
            template: 0,
            sequence: 0,
            time: START,
        }
    }

    /// A line of this template comes; some follow at once, some after seconds.
    pub(super) fn next_line(&mut self, template: u32, level: &str) {
        if self.sequence > 0 {
            let bits = 20 + self.rng.below(14);
            self.time.0 += self.rng.below(1 << bits) as i64;
        }
        self.sequence += 1;
        self.template = template;
        level.clone_into(&mut self.level);
    }

    /// A pattern with its values.
    pub(super) fn text(&mut self, pattern: &Pattern) -> String {
        let mut out = String::new();
        self.pattern(pattern, &mut out);
        out
    }

    fn pattern(&mut self, pattern: &Pattern, out: &mut String) {
        for part in &pattern.0 {
            self.part(part, out);
        }
    }

    fn part(&mut self, part: &Part, out: &mut String) {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Value(value) => self.value(value, out),
            Part::OneOf { items, named } => {
                let at = match named {
                    true => self.skewed(items.len()),
                    false => self.rng.below(items.len()),
                };
                if let Some(item) = items.get(at) {
                    self.pattern(item, out);
                }
            }
            Part::List {
                item,
                least,
                most,
                between,
            } => {
                for i in 0..least + self.rng.below(most - least + 1) {
                    if i > 0 {
                        out.push_str(between);
                    }
                    self.part(item, out);
                }
            }
        }
    }

    /// A number below `end`, small ones more often.
    fn skewed(&mut self, end: usize) -> usize {
        self.rng.below(end).min(self.rng.below(end))
    }

    fn word(&mut self, list: &'static str) -> &'static str {
        let at = self.skewed(list.split_whitespace().count());
        list.split_whitespace().nth(at).unwrap_or_default()
    }

    /// Between bounds, each order of magnitude alike.
    fn log(&mut self, least: u64, most: u64) -> u64 {
        let bits = u64::BITS - (most - least).leading_zeros();
        let end = (1_u64 << self.rng.below(bits as usize + 1)).min(most - least + 1);
        least + self.rng.bits() % end.max(1)
    }

    fn digits(&mut self, alphabet: &str, count: usize, out: &mut String) {
        for _ in 0..count {
            let at = self.rng.below(alphabet.len());
            out.extend(alphabet.get(at..=at));
        }
    }

    fn value(&mut self, value: &Value, out: &mut String) {
        let n = self.rng.bits();
        // Writing to a string does not fail.
        let _ = match value {
            Value::Level { width, right: true } => write!(out, "{:>width$}", self.level),
            Value::Level {
                width,
                right: false,
            } => write!(out, "{:<width$}", self.level),
            Value::From => write!(out, "{}", self.from),
            Value::Message(quotes) => {
                quotes.write(&self.message, out);
                Ok(())
            }
            Value::Fields => write!(out, "{}", self.fields),
            Value::Source => write!(out, "{}", 40 + self.template * 197 % 1500),
            Value::Sequence => write!(out, "{}", self.sequence),
            Value::Time(format) => {
                time(self.time, format, out);
                Ok(())
            }
            Value::Int(least, most) => {
                let span = (most - least) as u64 + 1;
                write!(out, "{}", least + (n % span) as i64)
            }
            Value::Log(least, most) => write!(out, "{}", self.log(*least, *most)),
            Value::Float(least, most, decimals) => {
                let share = (n >> 11) as f64 / (1_u64 << 53) as f64;
                write!(out, "{:.decimals$}", least + (most - least) * share)
            }
            Value::Hex(count) => {
                self.digits("0123456789abcdef", *count, out);
                Ok(())
            }
            Value::Id(count) => {
                self.digits(
                    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
                    *count,
                    out,
                );
                Ok(())
            }
            Value::Uuid => {
                let m = self.rng.bits();
                write!(
                    out,
                    "{:08x}-{:04x}-4{:03x}-{:x}{:03x}-{:012x}",
                    n >> 32,
                    n & 0xffff,
                    m >> 52,
                    8 + (n >> 16 & 3),
                    n >> 20 & 0xfff,
                    m & 0xffff_ffff_ffff
                )
            }
            Value::Ip => match n % 3 {
                0 => write!(out, "192.168.{}.{}", n >> 8 & 3, 1 + (n >> 16) % 254),
                1 => write!(
                    out,
                    "10.{}.{}.{}",
                    n >> 8 & 15,
                    n >> 16 & 255,
                    1 + (n >> 24) % 254
                ),
                _ => write!(
                    out,
                    "{}.{}.{}.{}",
                    11 + (n >> 8) % 200,
                    n >> 16 & 255,
                    n >> 24 & 255,
                    1 + (n >> 32) % 254
                ),
            },
            Value::Ip6 => match n % 3 {
                0 => write!(out, "fe80::{:x}:{:x}", n >> 8 & 0xffff, n >> 24 & 0xffff),
                1 => write!(out, "2001:db8:{:x}::{:x}", n >> 8 & 0xffff, n >> 24 & 0xff),
                _ => write!(
                    out,
                    "2001:db8:{:x}:{:x}:{:x}:{:x}:{:x}:{:x}",
                    n >> 4 & 0xfff,
                    n >> 16 & 0xff,
                    n >> 24 & 0xffff,
                    n >> 32 & 0xffff,
                    n >> 40 & 0xffff,
                    n >> 48
                ),
            },
            Value::Mac => {
                let bytes = n.to_be_bytes();
                let parts: Vec<String> = bytes[..6].iter().map(|it| format!("{it:02x}")).collect();
                write!(out, "{}", parts.join(":"))
            }
            Value::Of(list) => write!(out, "{}", self.word(list)),
            Value::Text => {
                let texts: Vec<&str> = TEXTS.split('\n').collect();
                let at = self.skewed(texts.len());
                write!(out, "{}", texts.get(at).unwrap_or(&""))
            }
            Value::Host => {
                let word = self.word(HOSTS);
                match n % 4 {
                    0 => write!(out, "{word}"),
                    1 => write!(out, "{word}{}", 1 + (n >> 8) % 24),
                    2 => write!(out, "{word}-{}.internal", 1 + (n >> 8) % 9),
                    _ => write!(out, "{word}.example.org"),
                }
            }
            Value::Email => {
                let user = self.word(USERS);
                let domain = self.word("example.com example.org mail.example.net example.co.uk");
                match n % 3 {
                    0 => write!(out, "{user}@{domain}"),
                    1 => write!(out, "{user}.{}@{domain}", self.word(USERS)),
                    _ => write!(out, "{user}{}@{domain}", n >> 8 & 127),
                }
            }
            Value::File => {
                let word = self.word(WORDS);
                let suffix = self.word("log json txt conf dat csv tmp yaml gz png");
                match n % 3 {
                    0 => write!(out, "{word}.{suffix}"),
                    1 => write!(out, "{word}-{}.{suffix}", n >> 8 & 1023),
                    _ => write!(out, "{word}_{}.{suffix}", self.word(WORDS)),
                }
            }
            Value::Path => {
                let root =
                    self.word("/var/lib /srv /data /opt /home /tmp /etc /mnt/volume1 /usr/share");
                let _ = write!(out, "{root}");
                for _ in 0..1 + n % 3 {
                    let _ = write!(out, "/{}", self.word(WORDS));
                }
                out.push('/');
                self.value(&Value::File, out);
                Ok(())
            }
            Value::Url => {
                out.push_str(if n & 3 == 0 { "http://" } else { "https://" });
                self.value(&Value::Host, out);
                if n >> 4 & 1 == 0 {
                    let _ = write!(out, ":{}", 8000 + (n >> 8) % 1000);
                }
                for _ in 0..n >> 20 & 3 {
                    let _ = write!(out, "/{}", self.word(WORDS));
                }
                match n >> 30 & 3 {
                    0 => write!(out, "?{}={}", self.word(WORDS), n >> 40),
                    1 => write!(out, "/{}", n >> 50),
                    _ => write!(out, "/"),
                }
            }
            Value::Class => {
                let package = self.word("com.acme org.example io.orbit net.harbor");
                let _ = write!(out, "{package}.{}.", self.word(WORDS));
                for _ in 0..1 + n % 2 {
                    let word = self.word(WORDS);
                    let first = word.get(..1).unwrap_or_default().to_ascii_uppercase();
                    let _ = write!(out, "{first}{}", word.get(1..).unwrap_or_default());
                }
                let kinds = "Service Handler Manager Factory Impl Controller Listener Repository";
                write!(out, "{}", self.word(kinds))
            }
            Value::Sql => {
                // A program has a few dozen statements; what varies are their values.
                let statements: Vec<&str> = STATEMENTS.split('\n').collect();
                let statement = statements.get(self.skewed(statements.len())).unwrap_or(&"");
                let value = (n >> 44).to_string();
                write!(out, "{}", statement.replace('?', &value))
            }
            Value::Version => match n % 4 {
                0 => write!(out, "{}.{}", n >> 8 & 7, n >> 16 & 31),
                3 => write!(
                    out,
                    "{}.{}.{}-rc{}",
                    n >> 8 & 7,
                    n >> 16 & 31,
                    n >> 24 & 15,
                    n >> 32 & 3
                ),
                _ => write!(out, "{}.{}.{}", n >> 8 & 7, n >> 16 & 31, n >> 24 & 15),
            },
            Value::Date => {
                let day = Nanos(START.0 + (n % 700) as i64 * 86_400_000_000_000);
                time(day, "%Y-%m-%d", out);
                Ok(())
            }
            Value::Duration => match n % 6 {
                0 => write!(out, "{}.{}µs", 1 + (n >> 8) % 999, (n >> 20) % 1000),
                1 => write!(out, "{}s", 1 + (n >> 8) % 59),
                2 => write!(out, "{}.{:03}s", 1 + (n >> 8) % 59, (n >> 20) % 1000),
                3 => write!(out, "{}m{}s", 1 + (n >> 8) % 59, (n >> 20) % 60),
                4 => write!(out, "{}ms", 1 + (n >> 8) % 999),
                _ => write!(out, "{}.{:06}ms", 1 + (n >> 8) % 999, (n >> 20) % 1_000_000),
            },
        };
    }
}

impl Quotes {
    fn write(self, text: &str, out: &mut String) {
        let word = !text.is_empty() && !text.contains([' ', '"', '=', '\t']);
        match self {
            Self::None => out.push_str(text),
            Self::Logfmt if word => out.push_str(text),
            Self::Json | Self::Logfmt => {
                let quote = if self == Self::Logfmt { "\"" } else { "" };
                let escaped = text
                    .replace('\\', "\\\\")
                    .replace('"', "\\\"")
                    .replace('\t', "\\t");
                out.extend([quote, &escaped, quote]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(placeholder: &str) -> String {
        let mut context = Context::new(Rng::new(7));
        context.next_line(3, "info");
        context.message = "say \"hi\"".to_owned();
        let mut out = String::new();
        context.value(&Value::parse(placeholder, true).unwrap(), &mut out);
        out
    }

    #[test]
    fn levels_and_messages_are_padded_and_quoted_as_asked() {
        assert_eq!(
            (value("level:<6"), value("level:>6")),
            ("info  ".into(), "  info".into())
        );
        assert_eq!(value("message"), "say \"hi\"");
        assert_eq!(value("message:json"), "say \\\"hi\\\"");
        assert_eq!(value("message:logfmt"), "\"say \\\"hi\\\"\"");
    }

    #[test]
    fn numbers_keep_their_bounds() {
        let mut context = Context::new(Rng::new(1));
        for _ in 0..1000 {
            let mut out = String::new();
            context.value(&Value::Int(-2, 2), &mut out);
            assert!((-2..=2).contains(&out.parse::<i64>().unwrap()));
            assert!((5..=70_000).contains(&context.log(5, 70_000)));
            assert_eq!(context.log(3, 3), 3);
        }
        assert_eq!((value("hex:12").len(), value("id:30").len()), (12, 30));
        assert_eq!(value("uuid").len(), 36);
        assert!(value("float:1..2:3").starts_with("1."));
    }
}
