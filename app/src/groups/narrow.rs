//! From a group to its lines: the log is narrowed to them.

use sidekick::logs::groups::Key;
use sidekick::logs::query::{Comparison, FieldTest, Query, When, parse};
use sidekick::logs::{Filter, SeveritySet};
use sidekick::time::Nanos;

use super::{Grouped, choice::Kind, live::Of};
use crate::route::Tab;

/// Longest value in bytes that is known to be whole: longer ones are cut.
const WHOLE_BYTES: usize = 255;

/// Shows the lines of a group in the log, and of these what the filter lets through.
pub(super) fn show(it: Grouped, of: &Of) {
    let dashboard = it.controls.dashboard;
    let (kind, field) = it.choice.with_untracked(|it| (it.kind, it.name.clone()));
    let span = it.shown.with_untracked(|it| it.span);
    let query = match of {
        Of::Others => return,
        Of::None if kind == Kind::Field => Some(test(&field, Comparison::Is, "*").negated()),
        Of::None => return,
        Of::Group(Key::Value(value)) => Some(of_value(&field, value)),
        Of::Group(Key::Source(source)) => dashboard.logs.with_value(|session| {
            let name = session.source_name(*source)?;
            Some(Query::Sources(vec![name.to_owned()]))
        }),
        Of::Group(Key::Time(from)) => {
            let until = Nanos(from.0.saturating_add(span));
            Some(Query::All(vec![
                Query::After(When::At(*from)),
                Query::Before(When::At(until)),
            ]))
        }
        Of::Group(Key::Severity(severity)) => {
            let only = SeveritySet::only(*severity);
            it.controls.change_filter(|filter| filter.severities = only);
            None
        }
        Of::Group(Key::Template(id)) => {
            let id = Some(*id);
            it.controls
                .change_filter(|filter: &mut Filter| filter.template = id);
            None
        }
    };
    if let Some(query) = query {
        it.controls.narrow(query);
    }
    let route = dashboard
        .route
        .with_untracked(|route| route.with_tab(Tab::Logs));
    dashboard.select_view(route, &it.controls.view().search());
}

fn test(field: &str, comparison: Comparison, value: &str) -> Query {
    Query::Field(FieldTest {
        key: field.to_owned(),
        comparison,
        value: value.to_owned(),
    })
}

/// The query for the lines whose field has a value.
fn of_value(field: &str, value: &str) -> Query {
    // A cut value, and one that a query takes for any value.
    let comparison = match value.len() > WHOLE_BYTES || value == "*" {
        true => Comparison::Holds,
        false => Comparison::Is,
    };
    let query = test(field, comparison, value);
    // A name that the language cannot write, such as none.
    match parse(&query.to_text(), None).query == query {
        true => query,
        false => Query::Text(value.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_asked_for_by_its_field() {
        let text = |field: &str, value: &str| of_value(field, value).to_text();
        assert_eq!(text("status", "500"), "status=500");
        assert_eq!(text("http.path", "/a b"), "http.path=\"/a b\"");
        assert_eq!(text("user", "*"), "user~*");
        assert_eq!(text("", "x"), "x");
        assert!(text("m", &"é".repeat(128)).starts_with("m~"));
    }
}
