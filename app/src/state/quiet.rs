//! Until when a log without lines is known to have been quiet.

use sidekick::protocol::StreamState;
use sidekick::time::Millis;

use super::SourceInfo;

/// What [`Dashboard::live_until`](super::Dashboard::live_until) says of these streams.
pub(super) fn live_until(sources: &[SourceInfo], now: Millis) -> Option<Option<Millis>> {
    let live = |it: &SourceInfo| matches!(it.state, StreamState::Live | StreamState::Empty);
    let over = |it: &SourceInfo| matches!(it.state, StreamState::Ended | StreamState::Removed);
    if sources.iter().any(live) {
        Some(Some(now))
    } else {
        (!sources.is_empty() && sources.iter().all(over)).then_some(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidekick::model::ContainerId;

    #[test]
    fn a_log_is_quiet_up_to_now_only_while_somebody_would_hear_it() {
        let sources = |states: &[StreamState]| -> Vec<SourceInfo> {
            let source = |(n, state): (usize, &StreamState)| SourceInfo {
                source: n as u16,
                container: ContainerId(n.to_string()),
                name: n.to_string(),
                state: state.clone(),
            };
            states.iter().enumerate().map(source).collect()
        };
        let broken = StreamState::Reconnecting {
            attempt: 1,
            retry_in_ms: 2000,
            reason: "reset".into(),
        };
        let until = |states: &[StreamState]| live_until(&sources(states), Millis(5));
        assert_eq!(until(&[StreamState::Live]), Some(Some(Millis(5))));
        assert_eq!(
            until(&[StreamState::Ended, StreamState::Empty]),
            Some(Some(Millis(5)))
        );
        assert_eq!(until(&[StreamState::Ended]), Some(None));
        assert_eq!(until(&[StreamState::Ended, broken]), None);
        assert_eq!(until(&[StreamState::Loading]), None);
        assert_eq!(until(&[]), None, "it was just left and taken up again");
    }
}
