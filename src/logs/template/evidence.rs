//! How much evidence makes a word a variable.
//!
//! Lines that are equal but for one place are either one event with a value in that place or
//! several events that share their wording. The number of different words seen there, while all
//! else is equal, is the evidence; how much of it is needed depends on what kind of word it is,
//! what stands around it, and how much of the line is constant.

use super::scanner::Class;

/// What is around a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Context {
    /// Nothing in particular.
    Open,
    /// The first word of the message.
    First,
    /// Directly before `=`, it names what follows.
    Key,
    /// Directly before `:`, likewise, or it is who says what follows.
    Label,
    /// Likewise, and it is the name of an exception.
    Thrown,
    /// Behind `=` or `:`.
    Member,
    /// Behind a word that announces a name: `user`, `host`, `for`.
    Announced,
    /// Between quotes.
    Quoted,
    /// Between brackets.
    Bracketed,
}

/// Words behind which there is rather a value than a part of the event. Every word is compared with
/// them, so they are numbers.
const ANNOUNCING: [u64; 30] = [
    pack(b"for"),
    pack(b"from"),
    pack(b"to"),
    pack(b"user"),
    pack(b"by"),
    pack(b"on"),
    pack(b"at"),
    pack(b"host"),
    pack(b"of"),
    pack(b"file"),
    pack(b"named"),
    pack(b"name"),
    pack(b"node"),
    pack(b"device"),
    pack(b"interface"),
    pack(b"service"),
    pack(b"in"),
    pack(b"database"),
    pack(b"table"),
    pack(b"class"),
    pack(b"component"),
    pack(b"module"),
    pack(b"package"),
    pack(b"container"),
    pack(b"image"),
    pack(b"volume"),
    pack(b"network"),
    pack(b"queue"),
    pack(b"topic"),
    pack(b"unit"),
];

/// A word of at most nine letters as a number, whatever its case.
const fn pack(word: &[u8]) -> u64 {
    let (mut packed, mut at) = (0, 0);
    while at < word.len() {
        packed = packed << 7 ^ (word[at] | 0x20) as u64;
        at += 1;
    }
    packed
}

/// Whether there is rather a value behind this word than a part of the event.
pub(super) fn announces(word: &[u8]) -> bool {
    (2..=9).contains(&word.len())
        && word.iter().all(u8::is_ascii_alphabetic)
        && ANNOUNCING.contains(&pack(word))
}

/// `java.io.IOException`, `TypeError`; `Error` alone says too little.
fn is_exception(name: &[u8]) -> bool {
    name.len() > 9 && (name.ends_with(b"Exception") || name.ends_with(b"Error"))
}

impl Context {
    pub(super) fn of(
        before: u8,
        after: u8,
        glued: bool,
        text: &[u8],
        quoted: bool,
        previous: Option<&[u8]>,
        first: bool,
    ) -> Self {
        match (before, after) {
            (_, b'=') => Self::Key,
            (_, b':') if glued && is_exception(text) => Self::Thrown,
            (_, b':') if glued => Self::Label,
            _ if quoted => Self::Quoted,
            (b'=' | b':', _) => Self::Member,
            (b'(' | b'[' | b'{' | b'<', _) => Self::Bracketed,
            (0, _) if first => Self::First,
            (0, _) if previous.is_some_and(announces) => Self::Announced,
            _ => Self::Open,
        }
    }
}

/// More than any evidence.
const NEVER: usize = usize::MAX;

/// How many different words in one place make it a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// For so many words a value counts, what varies already, or a word that was seen to vary
    /// elsewhere.
    pub open: usize,
    /// Methods of HTTP; one less as the only words of a line.
    pub method: usize,
    /// What is a value by its kind: several words in quotes, `true`, `null`.
    pub value: usize,
    /// Names (`web-a`, `user_b`, `a.b`) behind `=` and words such as `user`, in quotes and
    /// brackets; elsewhere; as the first word.
    pub name: [usize; 3],
    /// Plain words in quotes; behind a word such as `user` or `from`; behind `=` or `:`; in
    /// brackets; elsewhere; before a colon; as the first word.
    pub plain: [usize; 7],
    /// Words in capitals behind `=`, `:` and words such as `user`, in quotes; elsewhere.
    pub constant: [usize; 2],
    /// Different texts behind the last colon of a line.
    pub tail: usize,
    /// Different texts elsewhere, with words before and behind them; as the first words two more, as
    /// the last ones one more.
    pub text: usize,
    /// Lines with one and two other words need so many percent of it.
    pub bare: [usize; 2],
    /// A line's last constant word: a name, any other.
    pub last: [usize; 2],
}

impl Default for Evidence {
    fn default() -> Self {
        Self {
            open: 4,
            method: 4,
            value: 2,
            name: [2, 2, 4],
            plain: [2, 3, 4, 3, 3, 4, 8],
            constant: [7, 4],
            tail: 2,
            text: 3,
            bare: [200, 150],
            last: [12, 96],
        }
    }
}

impl Evidence {
    /// How many different texts make the tail of this number free text, with `constants` words around
    /// it, of which one may be an exception's name.
    pub(super) fn tails_needed(&self, number: usize, constants: usize, thrown: bool) -> usize {
        let base = match constants {
            0 => return NEVER,
            1 if !thrown => return NEVER,
            2 if !thrown => self.tail + self.tail / 2,
            _ => self.tail,
        };
        if number == 2 { base * 2 } else { base }
    }

    /// How many different texts in one place make it a text of any length, with `constants` words
    /// around it. `first`: with them the line begins;
    /// `last`: it ends.
    pub(super) fn text_needed(&self, constants: usize, first: bool, last: bool) -> usize {
        let base = self.text + if first { 2 } else { 0 } + usize::from(last);
        match constants {
            0 | 1 => NEVER,
            2 if first => NEVER,
            2 => base + base / 2,
            ..=4 => base,
            5 => (base - 1).max(self.text),
            _ => base - 1,
        }
    }

    /// How many different words make a place vary, in a line with `constants` other words.
    pub(super) fn needed(&self, class: Class, context: Context, constants: usize) -> usize {
        use Class as C;
        use Context as X;
        let marked = matches!(context, X::Quoted | X::Member | X::Announced);
        let base = match class {
            _ if context == X::Key => NEVER,
            C::Key | C::Aside | C::Member => NEVER,
            C::Value => return self.value,
            // The only word of a line says no more than its place.
            C::Method => return self.method - usize::from(constants == 0),
            _ if constants == 0 => return self.last[usize::from(class != C::Name)],
            C::Name => match context {
                X::First | X::Label | X::Thrown => self.name[2],
                X::Open => self.name[1],
                _ => self.name[0],
            },
            C::Plain => {
                let place = match context {
                    X::Quoted => 0,
                    X::Announced => 1,
                    X::Member => 2,
                    X::Bracketed => 3,
                    X::Open | X::Key => 4,
                    X::Label | X::Thrown => 5,
                    X::First => 6,
                };
                self.plain[place]
            }
            C::Constant => self.constant[usize::from(!marked)],
        };
        // Little in common is little evidence.
        let percent = match constants {
            1 => self.bare[0],
            2 => self.bare[1],
            _ => 100,
        };
        base.saturating_mul(percent) / 100
    }
}
