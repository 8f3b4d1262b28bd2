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
    /// Behind `=` or `:`.
    Member,
    /// Behind a word that announces a name: `user`, `host`, `for`.
    Announced,
    /// Between quotes.
    Quoted,
    /// Between brackets.
    Bracketed,
}

/// Words behind which there is rather a value than a part of the event.
const ANNOUNCING: [&[u8]; 30] = [
    b"for",
    b"from",
    b"to",
    b"user",
    b"by",
    b"on",
    b"at",
    b"host",
    b"of",
    b"file",
    b"named",
    b"name",
    b"node",
    b"device",
    b"interface",
    b"service",
    b"in",
    b"database",
    b"table",
    b"class",
    b"component",
    b"module",
    b"package",
    b"container",
    b"image",
    b"volume",
    b"network",
    b"queue",
    b"topic",
    b"unit",
];

impl Context {
    pub(super) fn of(
        before: u8,
        after: u8,
        glued: bool,
        quoted: bool,
        previous: Option<&[u8]>,
        first: bool,
    ) -> Self {
        match (before, after) {
            (_, b'=') => Self::Key,
            (_, b':') if glued => Self::Label,
            _ if quoted => Self::Quoted,
            (b'=' | b':', _) => Self::Member,
            (b'(' | b'[' | b'{' | b'<', _) => Self::Bracketed,
            (0, _) if first => Self::First,
            (0, _)
                if previous.is_some_and(|word| {
                    ANNOUNCING.iter().any(|a| word.eq_ignore_ascii_case(a))
                }) =>
            {
                Self::Announced
            }
            _ => Self::Open,
        }
    }
}

/// More than any evidence.
pub(super) const NEVER: usize = usize::MAX;

/// How many different words make a place vary, in a line with `constants` other words.
pub(super) fn needed(class: Class, context: Context, constants: usize) -> usize {
    use Class as C;
    use Context as X;
    if matches!(class, C::Key | C::Member) || context == X::Key {
        return NEVER;
    }
    if constants == 0 && class != C::Value {
        return 96;
    }
    let base = match (class, context) {
        (C::Value, _) => 2,
        (C::Name, X::First | X::Label) => 4,
        (C::Name, X::Open) => 3,
        (C::Name, _) => 2,
        (C::Plain, X::Quoted) => 2,
        (C::Plain, X::Announced) => 3,
        (C::Plain, X::Member) => 4,
        (C::Plain, X::Bracketed) => 5,
        (C::Plain, X::Label) => 10,
        (C::Plain, X::First) => 12,
        (C::Plain, _) => 6,
        (C::Constant, X::Quoted | X::Member | X::Announced) => 8,
        (C::Constant, _) => 10,
        (C::Key | C::Member, _) => NEVER,
    };
    // Little in common is little evidence.
    match (class, constants) {
        (C::Value, _) => base,
        (_, 1) => base * 2,
        (_, 2) => base + base / 2,
        _ => base,
    }
}
