//! The engine of regular expressions that queries are searched with: linear in the line's length,
//! whatever somebody writes, and bounded in memory.

use std::sync::{Arc, Mutex, PoisonError};

use regex_automata::Input;
use regex_automata::meta::{self, BuildError};
use regex_automata::util::syntax;
use sidekick::logs::query::{Matcher, Regex, RegexEngine};

/// Most memory that one compiled expression takes, in bytes. In the worst case each byte of a line
/// is compared with all of it.
const MAX_BYTES: usize = 512 << 10;
/// Memory of its cache of states in bytes, beyond which it is slower.
const CACHE_BYTES: usize = 4 << 20;
/// So many bytes of a compiled expression double what a byte of a line may cost.
const WORK_BYTES: usize = 2 << 10;

/// Expressions that are kept compiled: a query is read for its advice, for its marks and for its rows,
/// and again whenever what it names changes.
const KEPT: usize = 4;

/// The engine.
#[derive(Debug)]
pub struct Engine {
    /// What was asked for last, newest first.
    kept: Mutex<Vec<(Regex, Answer)>>,
}

/// The one that there is.
pub static ENGINE: Engine = Engine {
    kept: Mutex::new(Vec::new()),
};

type Answer = Result<Arc<Compiled>, String>;

#[derive(Debug)]
struct Compiled(meta::Regex);

impl RegexEngine for Engine {
    fn compile(&self, regex: &Regex) -> Result<Arc<dyn Matcher>, String> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = match kept.iter().position(|(it, _)| it == regex) {
            Some(at) => kept.remove(at).1,
            None => compile(regex),
        };
        kept.truncate(KEPT - 1);
        kept.insert(0, (regex.clone(), answer.clone()));
        Ok(answer?)
    }
}

fn compile(regex: &Regex) -> Answer {
    let compiled = meta::Regex::builder()
        .configure(
            meta::Config::new()
                .nfa_size_limit(Some(MAX_BYTES))
                .hybrid_cache_capacity(CACHE_BYTES),
        )
        .syntax(syntax::Config::new().case_insensitive(regex.ignore_case))
        .build(&regex.pattern);
    match compiled {
        Ok(compiled) => Ok(Arc::new(Compiled(compiled))),
        Err(error) => Err(advice(&error)),
    }
}

/// What is wrong, in one sentence: the library draws the expression with a mark below it first.
fn advice(error: &BuildError) -> String {
    if error.size_limit().is_some() {
        return "This regular expression is too large; ask for less in its counts".to_owned();
    }
    let error = match error.syntax_error() {
        Some(syntax) => syntax.to_string(),
        None => error.to_string(),
    };
    let last = error.lines().last().unwrap_or_default();
    let what = last.strip_prefix("error: ").unwrap_or(last);
    format!("Not a regular expression: {what}")
}

impl Matcher for Compiled {
    fn find_at(&self, line: &str, from: usize) -> Option<(usize, usize)> {
        if !line.is_char_boundary(from) {
            return None;
        }
        let found = self.0.search(&Input::new(line).range(from..))?;
        Some((found.start(), found.end()))
    }

    fn work(&self) -> usize {
        10 + self.0.memory_usage() / WORK_BYTES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compile(pattern: &str, ignore_case: bool) -> Result<Arc<dyn Matcher>, String> {
        ENGINE.compile(&Regex {
            pattern: pattern.to_owned(),
            ignore_case,
        })
    }

    #[test]
    fn what_it_finds_is_told_by_its_bytes() {
        let found = compile("time(d )?out", false).unwrap();
        assert_eq!(found.find_at("timed out or timeout", 0), Some((0, 9)));
        assert_eq!(found.find_at("timed out or timeout", 1), Some((13, 20)));
        assert_eq!(found.find_at("Timeout", 0), None);
        let any_case = compile("größe|TIME", true).unwrap();
        assert_eq!(any_case.find_at("GRÖSSE GRÖẞE", 0), Some((8, 16)));
        assert_eq!(any_case.find_at("ö", 1), None, "amid a character");
        assert_eq!(any_case.find_at("x", 9), None, "behind the end");
    }

    #[test]
    fn what_cannot_be_read_says_so_in_a_sentence() {
        let said = |pattern| compile(pattern, false).err().unwrap();
        assert_eq!(said("(a"), "Not a regular expression: unclosed group");
        assert!(said("[z-a]").contains("range"), "{}", said("[z-a]"));
        assert!(said("(?=a)").contains("look"), "{}", said("(?=a)"));
        assert!(said("((a{100}){100}){100}").contains("too large"));
        assert!(said(".{5000}").contains("too large"));
        let usual = compile(r"^\w+@[\w.]+ (?:GET|POST) /\w{1,8} \d{3}\b", true);
        assert!(usual.is_ok(), "{:?}", usual.err());
    }

    #[test]
    fn what_was_asked_for_last_is_not_compiled_again() {
        let engine = Engine {
            kept: Mutex::default(),
        };
        let compile = |pattern: &str| {
            let regex = Regex {
                pattern: pattern.to_owned(),
                ignore_case: false,
            };
            engine.compile(&regex)
        };
        let first = compile("a+").unwrap();
        assert!(compile("(").is_err() && compile("(").is_err());
        assert!(Arc::ptr_eq(&first, &compile("a+").unwrap()));
        for other in ["b", "c", "d", "e"] {
            compile(other).unwrap();
        }
        assert_eq!(engine.kept.lock().unwrap().len(), KEPT);
        assert!(!Arc::ptr_eq(&first, &compile("a+").unwrap()));
    }

    #[test]
    fn an_expression_that_hangs_others_costs_no_more_than_the_line_is_long() {
        let nested = compile("(a+)+$", false).unwrap();
        let line = "a".repeat(64 << 10) + "!";
        assert_eq!(nested.find_at(&line, 0), None);
        // What costs more says so, and is searched in shorter slices.
        let wide = compile("[a-z ]*e.{200}x", false).unwrap();
        assert!(
            wide.work() > 4 * nested.work(),
            "{} {}",
            wide.work(),
            nested.work()
        );
    }
}
