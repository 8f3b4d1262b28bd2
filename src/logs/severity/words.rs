//! The words by which programs name severities.

use super::Severity;

/// The severity that `word` names, letter case aside.
pub(super) fn severity_of(word: &[u8]) -> Option<Severity> {
    if !(3..=11).contains(&word.len()) {
        return None;
    }
    let mut lower = [0u8; 11];
    for (to, from) in lower.iter_mut().zip(word) {
        *to = from.to_ascii_lowercase();
    }
    Some(match &lower[..word.len()] {
        b"fatal" | b"ftl" | b"panic" | b"critical" | b"crit" | b"emergency" | b"emerg"
        | b"alert" => Severity::Fatal,
        b"error" | b"err" | b"severe" => Severity::Error,
        b"warn" | b"warning" | b"wrn" => Severity::Warn,
        b"info" | b"inf" | b"information" | b"notice" => Severity::Info,
        b"debug" | b"dbg" => Severity::Debug,
        b"trace" | b"trc" | b"verbose" => Severity::Trace,
        _ => return None,
    })
}
