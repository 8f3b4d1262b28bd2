//! What a JSON line says in words stands in front of its other members, which are dim: the words are
//! looked for first, and most programs write them last.

use std::ops::Range;

use sidekick::logs::{ansi, fields};

use super::pieces::Piece;

/// The pieces of a line, those of its message apart from the others. All bytes of the line are in one of
/// both, but for the name of the message, its quotes and a comma. No message where the line has none, or
/// where something is marked that would be left out.
pub(super) fn message_first<'a>(
    text: &str,
    pieces: Vec<Piece<'a>>,
) -> (Vec<Piece<'a>>, Vec<Piece<'a>>) {
    let Some(place) = fields::message_place(&ansi::strip(text)) else {
        return (Vec::new(), pieces);
    };
    let (member, said) = (place.member, place.text);
    let (mut message, mut rest) = (Vec::new(), Vec::new());
    let mut at = 0;
    for piece in &pieces {
        let from = at;
        at += piece.text.len();
        let part = |range: Range<usize>| {
            let (start, end) = (range.start.max(from), range.end.min(at));
            let text = piece
                .text
                .get(start.checked_sub(from)?..end.checked_sub(from)?)?;
            (!text.is_empty()).then_some(Piece { text, ..*piece })
        };
        let left_out = [member.start..said.start, said.end..member.end];
        if piece.mark.is_some() && left_out.into_iter().any(|it| part(it).is_some()) {
            return (Vec::new(), pieces);
        }
        rest.extend(part(0..member.start));
        message.extend(part(said.clone()));
        rest.extend(part(member.end..usize::MAX));
    }
    (message, rest)
}

#[cfg(test)]
mod tests {
    use super::super::pieces::{marks, pieces};
    use super::*;
    use sidekick::logs::Filter;

    fn told(text: &str, filter: &str) -> [Vec<(String, bool)>; 2] {
        let filter = Filter {
            text: filter.to_owned(),
            ..Filter::default()
        };
        let pieces = pieces(text, |it| marks(vec![], filter.ranges(it).collect()));
        let (message, rest) = message_first(text, pieces);
        [message, rest].map(|all| {
            let told = all.iter().map(|it| (it.text.to_owned(), it.mark.is_some()));
            told.collect()
        })
    }

    fn plain(texts: &[&str]) -> Vec<(String, bool)> {
        texts.iter().map(|it| ((*it).to_owned(), false)).collect()
    }

    #[test]
    fn the_message_stands_apart_with_its_marks_and_colours() {
        let json = r#"{"level":30,"msg":"job done","pid":1}"#;
        let rest = [r#"{"level":30,"#, r#""pid":1}"#];
        assert_eq!(told(json, ""), [plain(&["job done"]), plain(&rest)]);
        let message = vec![("job ".to_owned(), false), ("done".to_owned(), true)];
        assert_eq!(told(json, "done"), [message, plain(&rest)]);
        let colored = "{\"level\":30,\"msg\":\"\x1b[31mjob\x1b[0m done\"}";
        let message = plain(&["job", " done"]);
        assert_eq!(
            told(colored, ""),
            [message, plain(&[r#"{"level":30"#, "}"])]
        );
        let whole: String = told(json, "msg\":\"job")[1]
            .iter()
            .map(|it| &*it.0)
            .collect();
        assert_eq!(whole, json);
        assert_eq!(told("no object", ""), [vec![], plain(&["no object"])]);
    }
}
