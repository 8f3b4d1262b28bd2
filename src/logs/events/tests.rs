use super::*;
use Severity::*;
use proptest::prelude::*;

/// The severities and, with a `+`, the continuations of lines a millisecond apart.
fn read(lines: &str) -> Vec<(Severity, bool)> {
    let mut events = Continuation::default();
    (0..)
        .zip(lines.lines())
        .map(|(at, line)| {
            let (found, goes_on) = events.assess(line, Nanos(at * 1_000_000));
            (found.severity, goes_on)
        })
        .collect()
}

/// Each line must start with the first letter of its severity and `+` where it goes on an event,
/// then `|`.
#[track_caller]
fn check(lines: &str) {
    let texts: Vec<&str> = lines.lines().map(|line| &line[3..]).collect();
    for (line, (severity, goes_on)) in lines.lines().zip(read(&texts.join("\n"))) {
        let mark = if goes_on { '+' } else { ' ' };
        assert_eq!(format!("{}{mark}", severity.letter()), line[..2], "{line}");
    }
}

#[test]
fn a_stack_trace_of_java_is_as_bad_as_the_line_before() {
    check(
        "W |10:00:00.000 [main] WARN  x.Y - request failed
W+|java.lang.RuntimeException: request failed
W+|\tat x.Y.boom(Y.java:3)
W+|\tat x.Y.main(Y.java:9)
W+|Caused by: java.io.IOException: disk
W+|\tat x.Y.boom(Y.java:3)
W+|\t... 2 more
I |10:00:00.001 [main] INFO  x.Y - next
E |java.lang.IllegalStateException: uncaught
E+|\tat x.Y.main(Y.java:9)
I |10:00:00.002 [other] INFO  x.Y - in between
E+|\tat x.Z.main(Z.java:9)",
    );
}

#[test]
fn a_traceback_of_python_ends_with_its_exception() {
    check(
        "E |2026-11-22 10:00:00 ERROR app request failed
E+|Traceback (most recent call last):
E+|  File \"/srv/app.py\", line 5, in go
E+|    try: {}[\"k\"]
E+|         ~~^^^^^
E+|KeyError: 'k'
- |
E+|During handling of the above exception, another exception occurred:
- |
E+|Traceback (most recent call last):
E+|  File \"/srv/app.py\", line 5, in go
E+|ValueError: x
- |plain words
I |INFO done",
    );
}

#[test]
fn panics_of_go_and_rust_have_their_traces() {
    check(
        "F |panic: assignment to entry in nil map
- |
F+|goroutine 1 [running]:
F+|main.main()
F+|\t/srv/main.go:27 +0x1d
F+|created by main.start in goroutine 1
F+|exit status 2
- |next words
F |thread 'main' panicked at src/main.rs:60:46:
F+|called `Result::unwrap()` on an `Err` value
F+|stack backtrace:
F+|   0: __rustc::rust_begin_unwind
F+|             at /rustc/59807616e/library/std/src/panicking.rs:689:5
F+|note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace
- |next words",
    );
}

#[test]
fn traces_of_node_dotnet_ruby_php_and_elixir_are_known() {
    check(
        "E |Error: no such file: /data/x
E+|    at Object.<anonymous> (/srv/l.js:1:36)
E+|    at node:internal/main/run_main_module:23:47 {
E+|  errno: -2,
E+|  code: 'ENOENT'
E+|}
- |
E+|Node.js v20.20.2
- |next words
E |fail: Microsoft.AspNetCore.Server.Kestrel[13]
E+|      Connection id \"0HN\" threw
E+|      System.InvalidOperationException: x
E+|         at A.B() in /srv/a.cs:line 3
I |info: Microsoft.Hosting.Lifetime[14]
I+|      Now listening on: http://[::]:8080
E |app.rb:3:in `boom': bad (NoMethodError)
E+|\tfrom app.rb:9:in `<main>'
F |PHP Fatal error:  Uncaught RuntimeException: x in /srv/e.php:3
F+|Stack trace:
F+|#0 /srv/e.php(3): f('y')
F+|#1 {main}
F+|  thrown in /srv/e.php on line 3
E |** (RuntimeError) final
E+|    l.exs:8: (file)
E+|    (elixir 1.14.0) lib/code.ex:1245: Code.require_file/2",
    );
}

#[test]
fn objects_over_many_lines_are_one_event() {
    check(
        "- |{
-+|  \"time\": \"2026\",
E+|  \"level\": \"error\",
E+|  \"tags\": [
E+|    \"a}\"
E+|  ]
E+|}
- |next words
W |WARN bad request: {
W+|  body: null
W+|}
- |  indented words",
    );
}

#[test]
fn tables_and_reports_are_one_event() {
    check(
        "I |INFO routes:
I+|+------+-----+
I+|| path | ok  |
I+|+------+-----+
- |words
E |=ERROR REPORT==== 22-Nov-2026::10:00:00.000000 ===
E+|Error in process <0.9.0> with exit value:
E+|{badarith,[{erlang,'/',[1,0],[]}]}
- |
- |words
E |2026-11-22 10:00:00 UTC [1] ERROR:  relation \"x\" does not exist at character 15
E+|2026-11-22 10:00:00 UTC [1] STATEMENT:  select * from x
I |2026-11-22 10:00:00 UTC [1] LOG:  checkpoint starting
I |2026-11-22 10:00:00 UTC [1] CONTEXT:  words",
    );
}

#[test]
fn leading_space_alone_continues_nothing() {
    check(
        "E |ERROR broke
- |  words
- |\twords
- |    - item
- |}",
    );
}

#[test]
fn what_comes_later_is_another_event() {
    let mut events = Continuation::default();
    let second = 1_000_000_000;
    assert!(!events.assess("ERROR broke", Nanos(0)).1);
    assert!(events.assess("\tat x.Y.z(Y.java:3)", Nanos(second)).1);
    let (late, goes_on) = events.assess("\tat x.Y.z(Y.java:3)", Nanos(2 * second + 1));
    assert!(!goes_on && late.severity == Unknown);
}

#[test]
fn an_object_that_never_ends_lets_go() {
    let mut events = Continuation::default();
    events.assess("ERROR {", Nanos(0));
    let on = (0..5000)
        .filter(|_| events.assess("\"a\": 1,", Nanos(0)).1)
        .count();
    assert_eq!(on as u32, MAX_LINES - 1);
}

proptest! {
    #[test]
    fn no_lines_make_it_panic_and_the_same_lines_give_the_same(
        lines in prop::collection::vec("(\\PC{0,8}|ERROR|=|\\{|\\}|  |\tat |File \"|goroutine |panic: |:|\"level\": \"|é|#0 ){0,5}", 0..20),
        times in prop::collection::vec(any::<i64>(), 20),
    ) {
        let mut first = Continuation::default();
        let mut second = Continuation::default();
        for (line, time) in lines.iter().zip(times) {
            let (found, goes_on) = first.assess(line, Nanos(time));
            prop_assert_eq!((found, goes_on), second.assess(line, Nanos(time)));
            prop_assert!(line.get(found.evidence()).is_some());
        }
    }
}
