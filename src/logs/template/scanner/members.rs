//! Lines that are made of members, as JSON and logfmt are. Where one of them is the message, it
//! tells the event: all other members are values, whatever is in them.

use std::ops::Range;

use super::{Class, Part, Token};
use crate::logs::template::classify::Kind;

/// Whether a line with this message is made of members.
pub(super) fn are_members(line: &[u8], tokens: &[Token], message: &Range<usize>) -> bool {
    let is = |at: usize, mark: u8| {
        tokens
            .get(at)
            .is_some_and(|it| it.part == Part::Mark && line[it.start as usize] == mark)
    };
    !message.is_empty()
        && (is(0, b'{') || is(1, b'=') || message.start == 0 && is(message.end + 1, b'='))
}

/// Members whose text is a message with words of its own, the likeliest first.
const MESSAGES: [&[u8]; 8] = [
    b"msg",
    b"message",
    b"@m",
    b"short_message",
    b"MESSAGE",
    b"event",
    b"log",
    b"body",
];

/// How likely a member of this name is the message: the smaller, the likelier.
pub(super) fn rank(name: &[u8]) -> Option<usize> {
    MESSAGES.iter().position(|it| *it == name)
}

/// In how many objects what comes behind these tokens is; `None` within a list. The line's message
/// says nothing about it.
pub(super) fn depth(line: &[u8], tokens: &[Token], message: &Range<usize>) -> Option<usize> {
    let mut depth = 0;
    let mut lists = 0;
    for (at, token) in tokens.iter().enumerate() {
        if token.part != Part::Mark || message.contains(&at) {
            continue;
        }
        match line[token.start as usize] {
            b'{' => depth += 1,
            b'}' => depth -= usize::from(depth > 0),
            b'[' => lists += 1,
            b']' => lists -= usize::from(lists > 0),
            _ => {}
        }
    }
    (lists == 0).then_some(depth)
}

/// What comes next.
#[derive(Clone, Copy)]
enum State {
    Key,
    /// A value; whether its quote was passed over.
    Value(bool),
    /// More of it, if anything.
    More(bool),
}

/// Whether the object that opens with the first of these tokens, the one at `at`, is open where the
/// message starts.
fn holds(line: &[u8], tokens: &[Token], at: usize, message: &Range<usize>) -> bool {
    let before = tokens.get(..message.start.saturating_sub(at));
    let mut depth = 0;
    let open = |token: &Token| {
        if token.part == Part::Mark {
            match line[token.start as usize] {
                b'{' => depth += 1,
                b'}' => depth -= 1,
                _ => {}
            }
        }
        depth > 0
    };
    before.is_some_and(|it| !it.is_empty() && it.iter().all(open))
}

/// Makes each member's value one token, but for the message. Returns where that is now.
pub(super) fn settle(line: &[u8], tokens: &mut Vec<Token>, message: Range<usize>) -> Range<usize> {
    let byte = |token: &Token| match token.part {
        Part::Mark => line[token.start as usize],
        _ => 0,
    };
    let json = tokens.first().is_some_and(|first| byte(first) == b'{');
    // In how many objects a token is, and that one is whose members are told apart: the message's.
    let (mut depth, mut level) = (0usize, 1);
    let (mut kept, mut moved) = (0, 0..0);
    let mut state = State::Key;
    for i in 0..tokens.len() {
        let mut token = tokens[i];
        let mark = byte(&token);
        if message.contains(&i) {
            if moved.is_empty() {
                moved = kept..kept;
            }
            moved.end = kept + 1;
            state = State::Key;
        } else {
            let quote = matches!(mark, b'"' | b'`' | b'\'');
            match mark {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            let ends = match json {
                true => depth < level || depth == level && mark == b',',
                false => {
                    let quoted = matches!(state, State::Value(true) | State::More(true));
                    depth == 0 && token.spaced && !quoted
                }
            };
            if ends {
                state = State::Key;
                level = level.min(depth.max(1));
            }
            match state {
                State::Value(false)
                    if json && mark == b'{' && holds(line, &tokens[i..], i, &message) =>
                {
                    level = depth;
                    state = State::Key;
                }
                State::Value(false) if quote => {
                    state = State::Value(true);
                    continue;
                }
                State::Value(quoted) => {
                    if !matches!(token.part, Part::Value(_)) {
                        token.part = Part::Value(Kind::Any);
                    }
                    state = State::More(quoted);
                }
                State::More(quoted) => {
                    if quoted && quote {
                        state = State::More(false);
                    } else if kept > 0 {
                        let value = &mut tokens[kept - 1];
                        value.end = token.end;
                        value.part = Part::Value(Kind::Any);
                    }
                    continue;
                }
                State::Key => match token.part {
                    Part::Word(_) => token.part = Part::Word(Class::Member),
                    Part::Mark if mark == b'=' && !json || mark == b':' && depth == level => {
                        state = State::Value(false);
                    }
                    _ => {}
                },
            }
        }
        tokens[kept] = token;
        kept += 1;
    }
    tokens.truncate(kept);
    moved
}

/// Makes members values that a line ends with, behind its message: `text key=value key="a value"`.
pub(super) fn settle_tail(line: &[u8], tokens: &mut [Token]) {
    let is_sign = |token: Option<&Token>| {
        token.is_some_and(|it| {
            it.part == Part::Mark && !it.spaced && line[it.start as usize] == b'='
        })
    };
    // From the end on, each run without white space is a member; quotes hold one value.
    let mut from = tokens.len();
    while let Some(start) = tokens[..from].iter().rposition(|it| it.spaced) {
        let whole = matches!(tokens[start].part, Part::Word(_)) && is_sign(tokens.get(start + 1));
        if !whole {
            break;
        }
        from = start;
    }
    let words = tokens[..from]
        .iter()
        .filter(|it| matches!(it.part, Part::Word(_)));
    if words.count() < 2 {
        return;
    }
    for at in from..tokens.len() {
        let key = is_sign(tokens.get(at + 1)) && tokens[at].spaced;
        match tokens[at].part {
            Part::Word(_) if key => tokens[at].part = Part::Word(Class::Aside),
            Part::Word(_) => tokens[at].part = Part::Value(Kind::Any),
            _ => {}
        }
    }
}
