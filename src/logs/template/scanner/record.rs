//! Lines of an access log: behind the request stand columns, which are values whatever is in them.
//! `-`, `UC` or `via_upstream` are no other event than a number or an address.

use super::{Class, Kind, Part, Token};

/// Makes all that stands behind a quoted request values, where the line begins with the request but for
/// values and marks; names before `=` and `:` stay.
pub(super) fn settle(line: &[u8], tokens: &mut [Token]) {
    let is = |token: &Token, mark: u8| {
        token.part == Part::Mark && line.get(token.start as usize) == Some(&mark)
    };
    let is_word = |it: &Token| matches!(it.part, Part::Word(_));
    let Some(method) = tokens.iter().position(is_word) else {
        return;
    };
    let opens = method
        .checked_sub(1)
        .is_some_and(|at| is(&tokens[at], b'"'));
    if !opens || tokens[method].part != Part::Word(Class::Method) {
        return;
    }
    let Some(end) = (method..tokens.len()).find(|&at| is(&tokens[at], b'"')) else {
        return;
    };
    if !tokens[end - 1].text(line).starts_with(b"HTTP/") {
        return;
    }
    for at in end + 1..tokens.len() {
        let names = tokens
            .get(at + 1)
            .is_some_and(|next| !next.spaced && (is(next, b'=') || is(next, b':')));
        let token = &mut tokens[at];
        match token.part {
            Part::Word(_) if names => continue,
            Part::Empty if token.start == token.end && !token.quoted => continue,
            Part::Word(_) | Part::Empty => token.part = Part::Value(Kind::Any),
            _ => {}
        }
        token.column = token.part != Part::Mark;
    }
}
