//! A log through the whole pipeline, as the page and `analyze` take it.

use sidekick::logs::{Continuation, LogPipeline, Mined, TemplateConfig, TemplateId};
use sidekick::time::Nanos;

/// Milliseconds between two lines.
const STEP_NS: i64 = 1_000_000;

/// Takes each line of `text`; `each` gets what was found out.
pub fn lines(
    pipeline: &mut LogPipeline,
    text: &str,
    first: u64,
    mut each: impl FnMut(Mined),
) -> u64 {
    let mut count = 0;
    let mut event = Continuation::default();
    for line in text.split_terminator('\n') {
        let time = Nanos((first + count) as i64 * STEP_NS);
        each(pipeline.push(line, time, &mut event));
        count += 1;
    }
    count
}

/// The template of each line when all are read, numbered from 1 on; 0 for none.
#[must_use]
pub fn groups(text: &str) -> Vec<u32> {
    groups_with(text, TemplateConfig::default())
}

/// Likewise, with other parameters.
#[must_use]
pub fn groups_with(text: &str, config: TemplateConfig) -> Vec<u32> {
    let mut pipeline = LogPipeline::new(config);
    let mut ids = Vec::new();
    lines(&mut pipeline, text, 0, |mined| ids.push(mined.template));
    // Templates that merged since are one.
    let engine = pipeline.templates();
    let number = |id: TemplateId| engine.resolve(id).0 + 1;
    ids.into_iter().map(|id| id.map_or(0, number)).collect()
}

/// Everything that is found out about a log in one number (FNV-1a): severity and template of each
/// line, then the templates. Equal numbers natively and in a browser mean equal answers.
#[must_use]
pub fn digest(text: &str) -> u64 {
    let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
    let mut pipeline = LogPipeline::default();
    lines(&mut pipeline, text, 0, |mined| {
        hash.add(&[mined.severity as u8]);
        hash.add(&mined.template.map_or(u32::MAX, |id| id.0).to_le_bytes());
    });
    for template in pipeline.templates().templates() {
        hash.add(&template.id.0.to_le_bytes());
        hash.add(template.pattern.as_bytes());
        hash.add(&template.count.to_le_bytes());
        hash.add(&template.last_seen.0.to_le_bytes());
        for example in &template.examples {
            hash.add(example.as_bytes());
        }
        for count in &template.rate {
            hash.add(&count.to_le_bytes());
        }
        for variable in &template.variables {
            hash.add(&variable.lines.to_le_bytes());
            for (value, lines) in &variable.top {
                hash.add(value.as_bytes());
                hash.add(&lines.to_le_bytes());
            }
        }
    }
    for (merged, survivor) in pipeline.templates().aliases() {
        hash.add(&merged.0.to_le_bytes());
        hash.add(&survivor.0.to_le_bytes());
    }
    hash.0
}

struct Fnv(u64);

impl Fnv {
    fn add(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
