//! What components ask of the page's connection. On the server there is none, and nothing happens.

use super::Dashboard;

impl Dashboard {
    /// Tries failed or waiting streams of what is shown again now.
    pub fn retry(self) {
        #[cfg(feature = "hydrate")]
        crate::live::with(self, crate::live::Wire::retry);
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
