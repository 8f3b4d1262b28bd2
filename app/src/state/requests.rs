//! What components ask of the page's connection. On the server there is none, and nothing happens.

use sidekick::logs::Filter;
#[cfg(feature = "hydrate")]
use sidekick::logs::LogSession;
use sidekick::logs::query::Language;

use super::Dashboard;

impl Dashboard {
    /// Tries failed or waiting streams of what is shown again now.
    pub fn retry(self) {
        #[cfg(feature = "hydrate")]
        crate::live::with(self, crate::live::Wire::retry);
    }

    /// Shows other rows of the log: the newest at once, the others as frames go by.
    pub fn set_filter(self, filter: Filter) {
        self.logs
            .update_value(|session| session.begin_filter(filter));
        #[cfg(feature = "hydrate")]
        crate::live::with(self, crate::live::Wire::search);
        self.redraw_logs();
    }

    /// Marks these texts in the log, and no others.
    pub(crate) fn set_highlights(self, texts: &[String], language: Option<Language>) {
        self.logs
            .update_value(|session| session.set_highlights(texts, language));
        #[cfg(feature = "hydrate")]
        crate::live::with(self, crate::live::Wire::search);
        self.redraw_logs();
    }

    /// Searches all that is left at once.
    pub(crate) fn search_to_end(self) {
        self.logs.update_value(|session| {
            session.search(usize::MAX);
        });
    }

    /// Goes on with a search for so many milliseconds, and a step more. True where nothing is left.
    #[cfg(feature = "hydrate")]
    pub(crate) fn search_slice(self, ms: f64) -> bool {
        /// What is searched between two looks at the clock, in bytes.
        const STEP_BYTES: usize = 128 << 10;
        let begin = crate::live::precise_ms();
        let search = |session: &mut LogSession| {
            while !session.search(STEP_BYTES) {
                if crate::live::precise_ms() - begin > ms {
                    return false;
                }
            }
            true
        };
        self.logs.try_update_value(search).unwrap_or(true)
    }

    /// Reads lines from before those held.
    pub fn load_older(self) {
        #[cfg(feature = "hydrate")]
        crate::live::with(self, crate::live::Wire::load_older);
    }

    /// Reads lines from before those held, which stay at the cost of newer ones.
    pub fn keep_and_load_older(self) {
        #[cfg(feature = "hydrate")]
        crate::live::with(self, crate::live::Wire::keep_and_load_older);
    }

    /// Says that the newest lines are followed.
    pub fn follow(self) {
        #[cfg(feature = "hydrate")]
        crate::live::with(self, crate::live::Wire::follow);
    }

    /// Ends the reading of older lines; those that came stay.
    pub fn stop_reading(self) {
        #[cfg(feature = "hydrate")]
        crate::live::with(self, crate::live::Wire::stop_reading);
    }

    /// Shows the newest lines again where they were let go for older ones.
    pub fn begin_anew(self) {
        #[cfg(feature = "hydrate")]
        crate::live::with(self, crate::live::Wire::begin_anew);
    }

    /// Asks the server to read the list of containers anew.
    pub fn refresh(self) {
        #[cfg(feature = "hydrate")]
        crate::live::with(self, crate::live::Wire::refresh);
    }

    /// Asks the server to show its built-in demo engine.
    pub fn start_demo(self) {
        #[cfg(feature = "hydrate")]
        crate::live::with(self, crate::live::Wire::start_demo);
    }
}
