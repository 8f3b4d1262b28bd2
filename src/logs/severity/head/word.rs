//! The words of a head: which of them name a level, and which are prose.

use super::{Head, MAX_PLAIN, is_space};
use crate::logs::severity::words::{self, level};
use crate::logs::severity::{Assessment, Rule, Severity};
use sketch::Traits;

impl Head<'_> {
    /// The severity that the word `start..end` says, whose letters end at `letters`.
    pub(super) fn word(&mut self, start: usize, letters: usize, end: usize) -> Option<Assessment> {
        let name = &self.line[start..letters];
        if letters != end {
            return self.compound(start, letters, end);
        }
        if let [one] = name {
            return self.single(*one, start);
        }
        if !words::may_be_level(name) && self.byte(end) != b':' && name != b"ok" {
            return None;
        }
        let found = words::find(name).or_else(|| {
            // PostgreSQL's further lines about a statement; alone they are as bad as its `LOG`.
            (self.byte(end) == b':' && words::is_postgres_detail(name))
                .then_some((Severity::Info, false))
        });
        match found {
            Some((severity, everywhere))
                if self.plain <= MAX_PLAIN && self.is_level(name, everywhere, start, end) =>
            {
                let found = Self::found(severity, start, end);
                // Such a line names no level of its own: templates must not depend on what it follows.
                match words::is_postgres_detail(name) {
                    true => found.map(|it| it.concluded()),
                    false => found,
                }
            }
            _ => self.phrase(start, end),
        }
    }

    /// Whether the word stands where a level stands.
    fn is_level(&mut self, name: &[u8], everywhere: bool, start: usize, end: usize) -> bool {
        let before = self.before(start);
        let behind = self.byte(end);
        let upper = name.iter().all(u8::is_ascii_uppercase);
        let title = name[0].is_ascii_uppercase();
        let first = self.plain == 0 && !self.header && self.mark_before(start) == 0;
        // `[error]`, `[proxy:debug]`, `[tw#info]`, `[Server thread/WARN]`, `[10:00:00 INF]`.
        if behind == b']' {
            return match before {
                b'[' | b':' | b'#' => true,
                b'/' | b' ' => upper,
                _ => false,
            };
        }
        match before {
            b'[' => self.closes_later(end, upper),
            b'(' => behind == b')' && upper,
            b'<' => behind == b'>' && everywhere && self.header,
            b'|' => behind == b'|' || is_space(behind),
            // `=ERROR REPORT====` of Erlang.
            b'=' => start == 1 && self.line[end..].starts_with(b" REPORT="),
            _ if is_space(before) => match behind {
                b':' => self.before_colon(name, start, end, upper, title, first),
                // `WARN[0001] text` of logrus, `DBUG[11-22|10:00:00]` of log15, `error[E0425]: `.
                b'[' => {
                    self.reading.start(self.line, end + 1);
                    everywhere
                        && (upper && self.byte(end + 1).is_ascii_digit()
                            || first && self.byte(end + 1) == b'E')
                }
                b'!' => upper && everywhere,
                b'/' => upper && everywhere && self.mark_before(start) == b':',
                b'|' | b',' | b'-' => upper && everywhere && self.plain <= 2,
                _ if is_space(behind) => self.bare(name, start, end, upper, first),
                _ => false,
            },
            _ => false,
        }
    }

    /// A word behind an opening bracket: `[INFO ]`, `[warning  ]`, `[ERROR 10:00]`, `[main: x]`.
    fn closes_later(&self, end: usize, upper: bool) -> bool {
        let spaces = self.line[end..]
            .iter()
            .take_while(|b| is_space(**b))
            .count();
        match self.byte(end + spaces) {
            b']' => true,
            b'0'..=b'9' => spaces > 0 && upper,
            _ => false,
        }
    }

    /// `error: text`, `ERROR:root:text`; deeper in the line only behind a header.
    fn before_colon(
        &mut self,
        name: &[u8],
        start: usize,
        end: usize,
        upper: bool,
        title: bool,
        first: bool,
    ) -> bool {
        let next = self.byte(end + 1);
        self.reading.start(self.line, end + 1);
        if next == b'/' || self.says_nothing(end + 1) || self.denied() {
            return false;
        }
        if first || upper && self.plain <= 2 {
            return is_space(next) || upper;
        }
        if !is_space(next) {
            return false;
        }
        let parse =
            self.last.eq_ignore_ascii_case(b"parse") || self.last.eq_ignore_ascii_case(b"syntax");
        let behind_mark = matches!(self.mark_before(start), b':' | b']' | b'|' | b'-');
        level(name).is_some_and(|_| (title || behind_mark) && self.plain <= 2 || parse || self.time)
            || name == b"Deprecated" && self.last == b"PHP"
    }

    /// A word between spaces.
    fn bare(&mut self, name: &[u8], start: usize, end: usize, upper: bool, first: bool) -> bool {
        if self.denied() {
            return false;
        }
        let everywhere = level(name).is_some();
        if upper {
            // `CONFIG`, `FINE` and the like are words of java.util.logging only behind a time.
            return match everywhere {
                true => self.plain <= 2,
                false => {
                    (self.time || self.before(start.saturating_sub(1)) == b' ')
                        && self.header
                        && name != b"SYSTEM"
                        && name != b"HTTP"
                }
            };
        }
        let two_spaces = self.byte(end + 1) == b' ';
        let tabs = self.before(start) == b'\t' && self.byte(end) == b'\t';
        if self.last == b"npm" {
            return everywhere || matches!(name, b"http" | b"verb" | b"sill");
        }
        everywhere && (self.time || tabs && self.plain == 0)
            // ` - info Loaded`, signale's `x  error     text`.
            || everywhere && self.plain == 0 && !first && (two_spaces || self.mark_before(start) == b'-')
            // npm's own loggers; "error" or "warn" may begin a sentence.
            || first && matches!(name, b"info" | b"verb" | b"sill")
    }

    /// Whether the word before says that there is none: "no error", "0 errors".
    fn denied(&mut self) -> bool {
        let alone = sketch::run(self.last, 0).len() == self.last.len();
        if alone && self.last.first().is_some_and(u8::is_ascii_digit) {
            self.reading.on(Traits::ZERO);
        }
        [
            &b"no"[..],
            b"No",
            b"without",
            b"zero",
            b"0",
            b"any",
            b"last",
            b"Last",
            b"to",
        ]
        .contains(&self.last)
    }

    /// Whether the text at `at` says that there is nothing: `errors: 0`, `error: none`.
    fn says_nothing(&mut self, at: usize) -> bool {
        let text = self.line.get(at..).unwrap_or_default().trim_ascii_start();
        if text.first().is_some_and(u8::is_ascii_digit) {
            self.reading.on(Traits::ZERO);
            let behind = text.get(1).copied().unwrap_or(b' ');
            return text[0] == b'0' && sketch::is_cut(behind) && behind != b':';
        }
        self.reading.start(text, 0);
        let end = text.iter().take(6).position(|b| !b.is_ascii_alphanumeric());
        let word = &text[..end.unwrap_or(text.len().min(6))];
        let behind = text.get(word.len()).copied().unwrap_or(b' ');
        let nothing = [&b"none"[..], b"null", b"nil", b"false"];
        nothing.iter().any(|it| word.eq_ignore_ascii_case(it)) && behind != b':'
            || text.starts_with(b"[]")
    }

    /// `[E]`, `[I 2026-11-22`, and alone behind a time of day.
    fn single(&self, one: u8, start: usize) -> Option<Assessment> {
        let severity = words::letter(one)?;
        let behind = self.byte(start + 1);
        let said = match self.before(start) {
            b'[' => behind == b']' || behind == b' ' && self.byte(start + 2).is_ascii_digit(),
            b' ' => behind == b' ' && self.clock && self.plain == 0,
            _ => false,
        };
        said.then(|| Assessment::new(severity, Rule::Letter, start..start + 1))
    }

    /// `app.ERROR: `, `DEBUG1:`, `[core:trace3]`.
    fn compound(&self, start: usize, letters: usize, end: usize) -> Option<Assessment> {
        let word = &self.line[start..end];
        if let [b'0'..=b'9'] = self.line[letters..end]
            && let severity @ (Severity::Debug | Severity::Trace) =
                level(&self.line[start..letters])?
            && matches!(self.byte(end), b':' | b']')
        {
            return Self::found(severity, start, end);
        }
        let dot = word.iter().rposition(|&b| b == b'.')?;
        let name = &word[dot + 1..];
        if self.byte(end) == b':'
            && self.header
            && !name.is_empty()
            && name.iter().all(u8::is_ascii_uppercase)
        {
            return Self::found(level(name)?, start + dot + 1, end);
        }
        None
    }

    /// `Fatal error: x`, `Fatal Python error: x`, Nest's `  LOG [X]`, Ansible's `ok: [x]`.
    fn phrase(&mut self, start: usize, end: usize) -> Option<Assessment> {
        let name = &self.line[start..end];
        let behind = &self.line[end..];
        match name {
            b"Fatal" | b"fatal" if self.plain <= 1 => {
                let near = &behind[..behind.len().min(24)];
                self.reading.values(self.line, end, end + near.len());
                let colon = near.iter().position(|&b| b == b':')?;
                let words = near[..colon].trim_ascii();
                if !words.ends_with(b"error") {
                    return None;
                }
                // Go's run-time prints it where it stops: nobody said a level.
                let rule = match name {
                    b"Fatal" => Rule::Word,
                    _ => Rule::Exception,
                };
                Some(Assessment::new(Severity::Fatal, rule, start..end + colon))
            }
            b"ok" if behind.starts_with(b": [") => Self::found(Severity::Info, start, end),
            // "Error opening x"; "Error rate" is another matter.
            b"Error" if self.plain == 0 && !self.header => {
                let next = behind.trim_ascii_start();
                self.reading.start(next, 0);
                let next = &next[..next.iter().take_while(|b| b.is_ascii_alphabetic()).count()];
                let doing = next.ends_with(b"ing")
                    || [&b"while"[..], b"when", b"in", b"at", b"on", b"from"].contains(&next);
                doing.then(|| Assessment::new(Severity::Error, Rule::Message, start..end))
            }
            _ => None,
        }
    }
}
