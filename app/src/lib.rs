//! Leptos components and client state.
