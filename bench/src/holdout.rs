//! The evidence that templates need, chosen on three of LogHub's sets and measured on the other
//! three, both ways: what the choice is worth on sets that it never saw.

use std::path::Path;

use bench::lines::Log;
use bench::run;
use bench::score::score;
use sidekick::logs::{Evidence, TemplateConfig};

use crate::sets::joined;
use crate::{Outcome, loghub};

/// What is tried of each of the parameters that matter most.
const NAME: [usize; 3] = [2, 3, 4];
const PLAIN: [usize; 3] = [3, 5, 7];
const CONSTANT: [usize; 3] = [4, 7, 10];
const TAIL: [usize; 3] = [2, 3, 4];

/// A set of parameters, and GA and FGA of each log with it.
struct Tried {
    evidence: Evidence,
    scores: Vec<[f64; 2]>,
}

impl Tried {
    /// Means of GA and FGA over some logs.
    fn mean(&self, logs: &[usize]) -> [f64; 2] {
        let sum = |kind: usize| logs.iter().map(|&at| self.scores[at][kind]).sum::<f64>();
        [0, 1].map(|kind| sum(kind) / logs.len() as f64)
    }
}

/// Tries everything on all sets, and prints what each half chooses.
pub(crate) fn print(dir: &Path) -> Outcome<()> {
    let logs: Vec<Log> = loghub::read(dir)?.into_iter().map(|(it, _)| it).collect();
    let texts: Vec<String> = logs.iter().map(|it| joined(&it.lines)).collect();
    let measure = |evidence: Evidence| {
        let config = TemplateConfig {
            evidence,
            ..TemplateConfig::default()
        };
        let scores = logs.iter().zip(&texts).map(|(log, text)| {
            let it = score(&run::groups_with(text, config), &log.truth);
            [it.ga, it.fga]
        });
        Tried {
            evidence,
            scores: scores.collect(),
        }
    };
    let tried: Vec<Tried> = grid().map(measure).collect();
    let usual = measure(Evidence::default());
    let (one, other): (Vec<usize>, Vec<usize>) =
        (0..logs.len()).partition(|at| at * 2 < logs.len());
    let names = |half: &[usize]| {
        let names: Vec<&str> = half.iter().map(|&at| logs[at].name.as_str()).collect();
        names.join(", ")
    };
    println!(
        "Message text, GA and FGA, means; {} sets of parameters\n",
        tried.len()
    );
    for (chosen_on, judged_on) in [(&one, &other), (&other, &one)] {
        // The first of equals.
        let Some(best) = tried.iter().reduce(|best, it| {
            let sum = |it: &Tried| it.mean(chosen_on).iter().sum::<f64>();
            if sum(it) > sum(best) { it } else { best }
        }) else {
            continue;
        };
        println!("chosen on {}:", names(chosen_on));
        println!(
            "  name {}, word {}, capitals {}, tail {}: {}",
            best.evidence.name[1],
            best.evidence.plain[4],
            best.evidence.constant[1],
            best.evidence.tail,
            pair(best.mean(chosen_on)),
        );
        println!("  on {}: {}", names(judged_on), pair(best.mean(judged_on)));
        println!(
            "  there with the usual ones: {}",
            pair(usual.mean(judged_on))
        );
    }
    Ok(())
}

fn pair([ga, fga]: [f64; 2]) -> String {
    format!("{ga:.3} {fga:.3}")
}

fn grid() -> impl Iterator<Item = Evidence> {
    (0..81).map(|at: usize| {
        let mut evidence = Evidence::default();
        evidence.name[1] = NAME[at % 3];
        evidence.plain[4] = PLAIN[at / 3 % 3];
        evidence.constant[1] = CONSTANT[at / 9 % 3];
        evidence.tail = TAIL[at / 27];
        evidence
    })
}
