//! The stretch of time that a query as a whole is narrowed to.

use super::{Query, When};

impl Query {
    /// The first and the last `after:` and `before:` that all lines of it must hold to; those in
    /// alternatives and in what is excluded are none.
    #[must_use]
    pub fn span(&self) -> (Option<When>, Option<When>) {
        let mut span = (None, None);
        let mut look = |query: &Self| match query {
            Self::After(when) => span.0 = span.0.or(Some(*when)),
            Self::Before(when) => span.1 = span.1.or(Some(*when)),
            _ => {}
        };
        match self {
            Self::All(all) => all.iter().for_each(look),
            one => look(one),
        }
        span
    }

    /// The same with this span in place of its own.
    #[must_use]
    pub fn with_span(self, (after, before): (Option<When>, Option<When>)) -> Self {
        let rest = match self {
            Self::All(all) => all,
            one => vec![one],
        };
        let rest = rest.into_iter();
        let rest = rest.filter(|it| !matches!(it, Self::After(_) | Self::Before(_)));
        Self::all(
            rest.chain(after.map(Self::After))
                .chain(before.map(Self::Before))
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;
    use crate::time::Nanos;

    fn query(text: &str) -> Query {
        parse(text, None).query
    }

    fn to_text(text: &str, span: (Option<When>, Option<When>)) -> String {
        query(text).with_span(span).to_text()
    }

    #[test]
    fn another_span_leaves_the_rest_of_a_query_as_it_is() {
        let at = |seconds: i64| Some(When::At(Nanos(seconds * 1_000_000_000)));
        let span = (at(60), at(61));
        let times = "after:1970-01-01T00:01:00Z before:1970-01-01T00:01:01Z";
        assert_eq!(to_text("", span), times);
        for rest in ["level:error", "timeout", "(a OR b)", "-before:10:15", "a b"] {
            let narrowed = to_text(&format!("{rest} after:15m"), span);
            assert_eq!(query(&narrowed).span(), span, "{narrowed}");
            let whole = query(&narrowed).with_span((None, None));
            assert_eq!(whole, query(rest), "{narrowed}");
        }
        assert_eq!(to_text(times, (None, None)), "");
        assert_eq!(
            query("(after:10:15 OR before:10:10)").span(),
            (None, None),
            "not all lines are in either"
        );
    }
}
