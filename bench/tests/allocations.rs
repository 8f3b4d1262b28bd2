//! What lines cost in memory, counted.

#![allow(missing_docs)]

use allocation_counter::measure;
use bench::lines::{Header, generated};
use bench::run;
use sidekick::logs::{LogPipeline, fields};

#[test]
fn a_line_of_a_known_template_allocates_nothing() {
    for header in Header::ALL {
        let lines = generated("", 2000, &[header], 1).lines;
        let text = lines.join("\n");
        let mut pipeline = LogPipeline::default();
        let mut passes = 0;
        let mut pass = || {
            passes += 1;
            // Again at the same time, so that no series gets longer.
            run::lines(&mut pipeline, &text, 0, |_| {});
        };
        // Only some lines of a hot template are looked at for their values: those fill up slowly.
        for _ in 0..20 {
            pass();
        }
        let counted = measure(&mut pass);
        assert_eq!(counted.count_total, 0, "{header:?}");
        assert_eq!(passes, 21);
    }
}

#[test]
fn fields_are_found_without_an_allocation() {
    let json =
        r#"{"time":"T","level":"info","http":{"status":200,"path":"/a"},"msg":"no escapes"}"#;
    for line in [json, "time=T level=info msg=\"no escapes\" http.status=200"] {
        let counted = measure(|| {
            let fields = fields::parse(line);
            let found = fields.as_ref().and_then(|it| it.get("http.status"));
            assert!(found.is_some_and(|it| it.is("200")));
            let rest = fields.as_ref().map_or(0, |it| it.rest().count());
            assert!(fields.is_some_and(|it| it.message().is_some()) && rest > 0);
        });
        assert_eq!(counted.count_total, 0, "{line}");
    }
}
