//! What stood in the places of a pattern that vary: the commonest values with bars. A click on one
//! shows its lines.

use crate::bind::{Erase, bound, click, each};
use crate::signal::{Memo, memo};
use leptos::prelude::*;
use sidekick::logs::{
    Template, Variable, fields,
    query::{Comparison, FieldTest, Query},
};

use super::Lines;
use crate::charts::{format_number, group_digits};

/// Longest value in bytes that is known to be whole: longer ones are cut.
const WHOLE_BYTES: usize = 35;

/// The places of a template that vary.
#[component]
pub(super) fn PatternValues(template: Memo<Option<Template>>, lines: Lines) -> impl IntoView {
    let places = move || {
        template.with(|it| {
            let variables = it.iter().flat_map(|it| &it.variables);
            let varying = variables.enumerate().filter(|(_, it)| it.top.len() > 1);
            varying.map(|(at, _)| at).collect::<Vec<_>>()
        })
    };
    let place = move |at: usize| {
        let variable = memo(move || {
            template.with(|it| it.as_ref().and_then(|it| it.variables.get(at).cloned()))
        });
        view! {
            <div class="variable">
                <p>
                    <span class="hole">
                        {move || variable.with(|it| it.as_ref().map(|it| it.kind.wildcard()))}
                    </span>
                    " "
                    <span class="dim">{move || variable.with(|it| it.as_ref().map(range))}</span>
                </p>
                <ul class="values">
                    {each(
                        move || variable.with(|it| it.as_ref().map(common).unwrap_or_default()),
                        |(value, _)| value.clone(),
                        move |(value, _)| {
                            view! { <PatternValue template variable value lines /> }.into_any()
                        },
                    )}
                </ul>
            </div>
        }
        .erase()
    };
    view! { <div class="variables">{each(places, |at| *at, place)}</div> }.erase()
}

/// One value, as a bar that can be clicked.
#[component]
fn PatternValue(
    template: Memo<Option<Template>>,
    variable: Memo<Option<Variable>>,
    value: String,
    lines: Lines,
) -> impl IntoView {
    let share = memo({
        let value = value.clone();
        move || {
            variable.with(|it| {
                let values = it.as_ref().map(common).unwrap_or_default();
                let own = values.iter().find(|(it, _)| *it == value);
                own.map_or(0, |(_, share)| *share)
            })
        }
    });
    let show = {
        let value = value.clone();
        move || {
            let asked = template.with_untracked(|template| {
                let template = template.as_ref()?;
                let query = variable.with_untracked(|it| {
                    it.as_ref().map(|it| asked(it, &value, &template.examples))
                })?;
                Some((template.id, query))
            });
            if let Some((id, query)) = asked {
                lines.show(id, Some(query));
            }
        }
    };
    let about = move || variable.with(|it| it.as_ref().is_some_and(is_estimate));
    let percent = move || {
        let sign = if about() { "≈ " } else { "" };
        format!("{sign}{} %", share.get())
    };
    let width = move || format!("{}%", share.get());
    view! {
        <li>
            <button type="button" class="value" title="Show the lines with this value" on:click=click(show)>
                <span class="value-bar" style:width=bound(width)></span>
                <span class="value-text">{value}</span>
                <span class="value-share">{bound(percent)}</span>
            </button>
        </li>
    }
    .erase()
}

/// The values that stand on one line in a hundred at least, with their shares in percent: the counts
/// are estimates.
fn common(variable: &Variable) -> Vec<(String, u64)> {
    let share = |count: u64| (count * 100 / variable.lines.max(1)).min(100);
    let all = variable
        .top
        .iter()
        .map(|(value, count)| (value.clone(), share(*count)));
    all.filter(|(_, share)| *share > 0).collect()
}

/// The range of numbers, a word where no value is common, and how many lines that is known from.
fn range(variable: &Variable) -> String {
    let numbers = variable.numbers.map(|it| {
        let [min, median, max] = [it.min, it.median, it.max].map(format_number);
        format!("{min} to {max}, median {median}")
    });
    let rare = common(variable).is_empty();
    let rare = rare.then(|| "many values, none common".to_owned());
    let sample = is_estimate(variable).then(|| {
        let [looked, lines] = [variable.looked, variable.lines].map(group_digits);
        format!("estimated from {looked} of {lines} lines")
    });
    let parts: Vec<_> = numbers.into_iter().chain(rare).chain(sample).collect();
    parts.join("; ")
}

/// Whether not every line was looked at for its value.
fn is_estimate(variable: &Variable) -> bool {
    variable.looked < variable.lines
}

/// The query for lines with a value: by the field that it is of, where the examples tell of one, or
/// else by the text.
fn asked(variable: &Variable, value: &str, examples: &[String]) -> String {
    let mut keys: Vec<String> = Vec::new();
    for example in examples {
        for field in fields::parse(example).iter().flat_map(fields::Fields::iter) {
            let text = field.value.text();
            let name = field.key.name();
            if variable.top.iter().any(|(it, _)| *it == text) && !keys.iter().any(|it| *it == name)
            {
                keys.push(name.into_owned());
            }
        }
    }
    if let [key] = keys.as_slice()
        && value.len() <= WHOLE_BYTES
        && value != "*"
    {
        let query = Query::Field(FieldTest {
            key: key.clone(),
            comparison: Comparison::Is,
            value: value.to_owned(),
        });
        let text = query.to_text();
        // A name that the language cannot write, such as one with a space.
        if sidekick::logs::query::parse(&text, None).query == query {
            return text;
        }
    }
    Query::Text(value.to_owned()).to_text()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidekick::logs::Kind;

    fn variable(values: &[(&str, u64)]) -> Variable {
        Variable {
            kind: Kind::Any,
            lines: 200,
            looked: 200,
            top: values
                .iter()
                .map(|(it, n)| ((*it).to_owned(), *n))
                .collect(),
            numbers: None,
        }
    }

    #[test]
    fn a_value_is_asked_for_by_its_field_where_one_field_has_such_values() {
        let methods = variable(&[("GET", 100), ("POST", 20)]);
        let check = |value: &str, example: &str, query: &str| {
            assert_eq!(asked(&methods, value, &[example.to_owned()]), query);
        };
        check("POST", r#"{"method":"GET","path":"/"}"#, "method=POST");
        check("GET", r#"{"http":{"method":"GET"}}"#, "http.method=GET");
        check("GET", "level=info method=GET path=/", "method=GET");
        check("GET", "GET /items served", "GET");
        check("a OR b", "GET /items served", "\"a OR b\"");
        // Two fields have it.
        check("GET", "method=GET verb=POST", "GET");
    }

    #[test]
    fn rare_values_are_not_listed() {
        let it = variable(&[("a", 100), ("b", 2), ("c", 1)]);
        assert_eq!(common(&it), [("a".to_owned(), 50), ("b".to_owned(), 1)]);
        assert_eq!(
            range(&variable(&[("a", 1), ("b", 1)])),
            "many values, none common"
        );
        let sampled = Variable {
            lines: 2_000,
            looked: 90,
            ..variable(&[("a", 900)])
        };
        assert_eq!(range(&sampled), "estimated from 90 of 2,000 lines");
    }
}
